//! Distributions of spans as they are written: `5ms`, `{uniform: {min: 1ms, max: 2ms}}`, and their
//! canonical form.

use serde_json::{Value as Json, json};

use crate::kernel::{Distribution, DistributionError, Span};

use super::declare::{Key, Shape, Variant};
use super::field::Field;
use super::mistake::Code;
use super::scalar;
use super::section::Section;
use super::value::{Kind, Value};

/// A distribution as a file says it, with its numbers in range.
#[derive(Clone, Debug, PartialEq)]
pub enum DistributionSetting {
    /// Always the same.
    Constant(Span),
    /// Continuous in `min..max`.
    Uniform {
        /// The least.
        min: Span,
        /// The end, not below `min`.
        max: Span,
    },
    /// `min`, `min + step`, ..., `max`, equally likely.
    Stepped {
        /// The least.
        min: Span,
        /// The greatest, a whole number of steps above `min`.
        max: Span,
        /// More than nothing.
        step: Span,
    },
    /// Normal, drawn again below `min`.
    Normal {
        /// The mean before truncation.
        mean: Span,
        /// The standard deviation before truncation.
        sd: Span,
        /// The least.
        min: Span,
    },
    /// Log-normal.
    Lognormal {
        /// The median, more than nothing.
        median: Span,
        /// The standard deviation of the logarithm, not negative.
        sigma: f64,
    },
    /// Exponential.
    Exponential {
        /// The mean, more than nothing, without the shift.
        mean: Span,
        /// What is added to each draw.
        shift: Span,
    },
    /// Pareto.
    Pareto {
        /// The least, more than nothing.
        min: Span,
        /// The tail's exponent, positive; no mean exists up to 1.
        alpha: f64,
        /// What larger draws become, not below `min`.
        cap: Span,
    },
    /// Weibull.
    Weibull {
        /// The scale, more than nothing.
        scale: Span,
        /// The shape, positive.
        shape: f64,
    },
    /// Linear between (share, span) points; shares rise from 0 to 1, spans never fall.
    Quantiles(Vec<(f64, Span)>),
    /// One of the values of a file, one a line, in ms.
    File(String),
}

const POSITIVE_SPAN: Shape = Shape::Span { min: Span::from_nanos(1), max: Span::MAX };
const POSITIVE: Shape = Shape::Number { min: f64::MIN_POSITIVE, max: 1e6 };

/// The keys of `uniform`.
pub const UNIFORM: &[Key] = &[
    Key::required("min", Shape::SPAN, "the least"),
    Key::required("max", Shape::SPAN, "the end; with a step, the greatest"),
    Key::optional("step", POSITIVE_SPAN, "draws from min, min + step, ..., max only"),
];
/// The keys of `normal`.
pub const NORMAL: &[Key] = &[
    Key::required("mean", Shape::SPAN, "the mean before truncation"),
    Key::required("sd", Shape::SPAN, "the standard deviation before truncation"),
    Key::new("min", Shape::SPAN, "0s", "the least; draws below it are drawn again"),
];
/// The keys of `lognormal`.
pub const LOGNORMAL: &[Key] = &[
    Key::optional("median", POSITIVE_SPAN, "the median"),
    Key::optional("sigma", Shape::Number { min: 0.0, max: 100.0 }, "the logarithm's deviation"),
    Key::optional("p50", POSITIVE_SPAN, "the median, together with p99"),
    Key::optional("p99", POSITIVE_SPAN, "what one draw in a hundred exceeds"),
];
/// The keys of `exponential`.
pub const EXPONENTIAL: &[Key] = &[
    Key::required("mean", POSITIVE_SPAN, "the mean without the shift"),
    Key::new("shift", Shape::SPAN, "0s", "what is added to each draw"),
];
/// The keys of `pareto`.
pub const PARETO: &[Key] = &[
    Key::required("min", POSITIVE_SPAN, "the least"),
    Key::required("alpha", POSITIVE, "the tail's exponent; there is no mean up to 1"),
    Key::new("cap", POSITIVE_SPAN, "1h", "what larger draws become"),
];
/// The keys of `weibull`.
pub const WEIBULL: &[Key] = &[
    Key::required("scale", POSITIVE_SPAN, "the scale"),
    Key::required("shape", POSITIVE, "the shape; below 1 the tail is heavy"),
];
/// The keys of `empirical`, of which one is given.
pub const EMPIRICAL: &[Key] = &[
    Key::optional("quantiles", Shape::ListOf(&Shape::Any), "pairs of a share and a duration"),
    Key::optional("file", Shape::Path, "a file with one value a line, in ms"),
];

/// Every model of a distribution.
pub const MODELS: &[Variant] = &[
    Variant::new("constant", Shape::SPAN, "always the same"),
    Variant::new("uniform", Shape::Keys(UNIFORM), "every value between two equally likely"),
    Variant::new("normal", Shape::Keys(NORMAL), "the bell curve, cut off below"),
    Variant::new("lognormal", Shape::Keys(LOGNORMAL), "the logarithm is normal"),
    Variant::new("exponential", Shape::Keys(EXPONENTIAL), "the time between unrelated events"),
    Variant::new("pareto", Shape::Keys(PARETO), "a tail that falls like a power"),
    Variant::new("weibull", Shape::Keys(WEIBULL), "the time until the weakest part fails"),
    Variant::new("empirical", Shape::Keys(EMPIRICAL), "as it was measured"),
];

const MODEL: Shape = Shape::OneOf(MODELS);

impl Field<'_> {
    /// A distribution; a span alone is a constant.
    pub fn distribution(mut self, default: DistributionSetting) -> DistributionSetting {
        self.shape.find(|shape| matches!(shape, Shape::Distribution));
        let setting = match self.value {
            None => {
                self.miss();
                default
            }
            Some(value) if names_a_model(value) => {
                let (path, mut unused) = (self.path.clone(), Json::Null);
                let model = Field::inside(value, path, &MODEL, &mut unused, self.report);
                model.one_of("constant", read_model)
            }
            Some(value) => match scalar::span(value, &Shape::SPAN) {
                Ok(span) => DistributionSetting::Constant(span),
                Err(wrong) => {
                    self.wrong(wrong);
                    default
                }
            },
        };
        *self.out = setting.canonical();
        setting
    }
}

impl Section<'_> {
    /// The kernel's distribution under a key; a span alone is a constant. A file of values is refused.
    pub fn distribution(&mut self, name: &'static str, default: Span) -> Distribution {
        let setting = self.field(name).distribution(DistributionSetting::Constant(default));
        self.sampler(name, &setting)
    }

    /// What samples a setting that was read from a key, or below it. A file of values is refused.
    pub fn sampler(&mut self, name: &'static str, setting: &DistributionSetting) -> Distribution {
        if let DistributionSetting::File(_) = setting {
            let message = "a file of values cannot be read here";
            self.refuse(name, Code::Conflict, message, "write its `quantiles`");
        }
        // What else the kernel refuses was refused when it was read.
        setting.distribution().ok().flatten().unwrap_or(Distribution::Constant(Span::ZERO))
    }
}

/// Whether a value is a choice between models rather than a span.
pub fn names_a_model(value: &Value) -> bool {
    match &value.kind {
        Kind::Map(_) => true,
        Kind::Text(text) => {
            let unsigned = text.strip_prefix('-').unwrap_or(text);
            !unsigned.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    }
}

/// Reads the settings of one of [`MODELS`], for choices that have these among others.
pub fn read_model(name: &'static str, field: Field<'_>) -> DistributionSetting {
    match name {
        "constant" => DistributionSetting::Constant(field.span(Span::ZERO)),
        _ => field.section(|s| read_keys(name, s)),
    }
}

/// Reads the keys of a model other than `constant` in a section that may have more of its own.
///
/// # Panics
/// If `name` is no such model, or the section does not declare its keys.
pub fn read_keys(name: &'static str, s: &mut Section<'_>) -> DistributionSetting {
    match name {
        "uniform" => uniform(s),
        "normal" => normal(s),
        "lognormal" => lognormal(s),
        "exponential" => DistributionSetting::Exponential {
            mean: s.span("mean", Span::ZERO),
            shift: s.span("shift", Span::ZERO),
        },
        "pareto" => pareto(s),
        "weibull" => DistributionSetting::Weibull {
            scale: s.span("scale", Span::ZERO),
            shape: s.number("shape", 1.0),
        },
        "empirical" => empirical(s),
        _ => panic!("`{name}` is no model of a distribution"),
    }
}

fn uniform(s: &mut Section<'_>) -> DistributionSetting {
    let before = s.errors();
    let (min, max) = (s.span("min", Span::ZERO), s.span("max", Span::MAX));
    let step = s.optional("step").map(|field| field.span(Span::from_nanos(1)));
    if s.errors() > before {
        return DistributionSetting::Constant(Span::ZERO);
    }
    if max < min {
        s.refuse("max", Code::Conflict, "`max` lies below `min`", "write the larger one here");
    } else if step.is_some_and(|step| !(max - min).nanos().is_multiple_of(step.nanos())) {
        let message = "`max` is no whole number of steps above `min`";
        s.refuse("step", Code::Conflict, message, "the steps must end at `max`");
    }
    match step {
        None => DistributionSetting::Uniform { min, max },
        Some(step) => DistributionSetting::Stepped { min, max, step },
    }
}

fn normal(s: &mut Section<'_>) -> DistributionSetting {
    let before = s.errors();
    let (mean, sd) = (s.span("mean", Span::ZERO), s.span("sd", Span::ZERO));
    let min = s.span("min", Span::ZERO);
    if s.errors() == before
        && let Err(error) = Distribution::normal(mean, sd, min)
    {
        s.refuse("min", Code::Conflict, &error.to_string(), "write less, or a larger `mean`");
    }
    DistributionSetting::Normal { mean, sd, min }
}

fn lognormal(s: &mut Section<'_>) -> DistributionSetting {
    /// The 99th percentile of the standard normal distribution.
    const Z99: f64 = 2.326_347_874_0;
    let before = s.errors();
    let median = s.optional("median").map(|field| field.span(Span::ZERO));
    let sigma = s.optional("sigma").map(|field| field.number(0.0));
    let p50 = s.optional("p50").map(|field| field.span(Span::ZERO));
    let p99 = s.optional("p99").map(|field| field.span(Span::ZERO));
    let (median, sigma) = match (median, sigma, p50, p99) {
        (Some(median), Some(sigma), None, None) => (median, sigma),
        (None, None, Some(p50), Some(p99)) if p99 >= p50 && p50 > Span::ZERO => {
            let ratio = p99.nanos() as f64 / p50.nanos() as f64;
            (p50, libm::log(ratio) / Z99)
        }
        (None, None, Some(p50), Some(_)) => {
            if s.errors() == before {
                s.refuse("p99", Code::Conflict, "`p99` lies below `p50`", "write more than `p50`");
            }
            (p50, 0.0)
        }
        _ => {
            let message = "a log-normal distribution takes two numbers";
            s.refuse(
                "median",
                Code::NotOneChoice,
                message,
                "`median` and `sigma`, or `p50` and `p99`",
            );
            (Span::ZERO, 0.0)
        }
    };
    s.put("p50", Json::Null);
    s.put("p99", Json::Null);
    s.put("median", Json::from(median.nanos()));
    s.put("sigma", Json::from(sigma));
    DistributionSetting::Lognormal { median, sigma }
}

fn pareto(s: &mut Section<'_>) -> DistributionSetting {
    let before = s.errors();
    let (min, alpha) = (s.span("min", Span::ZERO), s.number("alpha", 2.0));
    let cap = s.span("cap", Span::from_secs(3600));
    if cap < min && s.errors() == before {
        s.refuse("cap", Code::Conflict, "`cap` lies below `min`", "write more than `min`");
    }
    if alpha <= 1.0 {
        let message = "a Pareto distribution has no mean up to alpha 1";
        s.refuse("alpha", Code::Surprising, message, "averages will depend on `cap` alone");
    }
    DistributionSetting::Pareto { min, alpha, cap }
}

fn empirical(s: &mut Section<'_>) -> DistributionSetting {
    let before = s.errors();
    let points = s.optional("quantiles").map(|field| field.list(quantile));
    let file = s.optional("file").map(|field| field.file(""));
    match (points, file) {
        (Some(points), None) => {
            let rising = |pair: &[(f64, Span)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
            let ends = (points.first().map(|p| p.0), points.last().map(|p| p.0));
            let ordered = ends == (Some(0.0), Some(1.0)) && points.windows(2).all(rising);
            if !ordered && s.errors() == before {
                let message = "quantiles rise from share 0 to share 1";
                s.refuse("quantiles", Code::Conflict, message, "such as [[0, 4ms], [1, 9ms]]");
            }
            DistributionSetting::Quantiles(points)
        }
        (None, Some(file)) => DistributionSetting::File(file),
        _ => {
            let message = "an empirical distribution takes one of `quantiles` and `file`";
            s.refuse("file", Code::NotOneChoice, message, "give one of both");
            DistributionSetting::Constant(Span::ZERO)
        }
    }
}

fn quantile(field: Field<'_>) -> (f64, Span) {
    const SHARE: Shape = Shape::Probability;
    let mut field = field;
    let Some(Kind::List(pair)) = field.value.map(|value| &value.kind) else {
        field.refuse(Code::WrongType, "a quantile is a pair", "such as [0.5, 5ms]");
        return (0.0, Span::ZERO);
    };
    let [share, span] = &pair[..] else {
        field.refuse(Code::WrongType, "a quantile is a pair", "such as [0.5, 5ms]");
        return (0.0, Span::ZERO);
    };
    let mut parts = [Json::Null, Json::Null];
    let [first, second] = &mut parts;
    let path = field.path.clone();
    let share = Field::inside(share, path.clone(), &SHARE, first, field.report).probability(0.0);
    let span = Field::inside(span, path, &Shape::SPAN, second, field.report).span(Span::ZERO);
    field.put(parts.into_iter().collect());
    (share, span)
}

impl DistributionSetting {
    /// As it is written in a resolved experiment.
    pub fn canonical(&self) -> Json {
        match self {
            DistributionSetting::Constant(span) => json!({ "constant": span.nanos() }),
            DistributionSetting::Uniform { min, max } => {
                json!({ "uniform": { "min": min.nanos(), "max": max.nanos() } })
            }
            DistributionSetting::Stepped { min, max, step } => json!({
                "uniform": { "min": min.nanos(), "max": max.nanos(), "step": step.nanos() }
            }),
            DistributionSetting::Normal { mean, sd, min } => json!({
                "normal": { "mean": mean.nanos(), "sd": sd.nanos(), "min": min.nanos() }
            }),
            DistributionSetting::Lognormal { median, sigma } => {
                json!({ "lognormal": { "median": median.nanos(), "sigma": sigma } })
            }
            DistributionSetting::Exponential { mean, shift } => {
                json!({ "exponential": { "mean": mean.nanos(), "shift": shift.nanos() } })
            }
            DistributionSetting::Pareto { min, alpha, cap } => json!({
                "pareto": { "min": min.nanos(), "alpha": alpha, "cap": cap.nanos() }
            }),
            DistributionSetting::Weibull { scale, shape } => {
                json!({ "weibull": { "scale": scale.nanos(), "shape": shape } })
            }
            DistributionSetting::Quantiles(points) => {
                let pairs = points.iter().map(|(share, span)| json!([share, span.nanos()]));
                json!({ "empirical": { "quantiles": pairs.collect::<Json>() } })
            }
            DistributionSetting::File(file) => json!({ "empirical": { "file": file } }),
        }
    }

    /// The kernel's distribution; `None` where a file must be read first.
    ///
    /// # Errors
    /// Numbers of which the kernel makes no distribution, though each is in range.
    pub fn distribution(&self) -> Result<Option<Distribution>, DistributionError> {
        let made = match self {
            DistributionSetting::Constant(span) => Ok(Distribution::Constant(*span)),
            DistributionSetting::Uniform { min, max } => Distribution::uniform(*min, *max),
            DistributionSetting::Stepped { min, max, step } => {
                Distribution::stepped(*min, *max, *step)
            }
            DistributionSetting::Normal { mean, sd, min } => Distribution::normal(*mean, *sd, *min),
            DistributionSetting::Lognormal { median, sigma } => {
                Distribution::lognormal(*median, *sigma)
            }
            DistributionSetting::Exponential { mean, shift } => {
                Distribution::exponential(*mean, *shift)
            }
            DistributionSetting::Pareto { min, alpha, cap } => {
                Distribution::pareto(*min, *alpha, *cap)
            }
            DistributionSetting::Weibull { scale, shape } => Distribution::weibull(*scale, *shape),
            DistributionSetting::Quantiles(points) => Distribution::quantiles(points.clone()),
            DistributionSetting::File(_) => return Ok(None),
        };
        made.map(Some)
    }
}
