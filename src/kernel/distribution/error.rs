//! Why numbers make no distribution.

use std::fmt;

/// Why numbers make no distribution; prints as one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistributionError {
    /// The named parameter must be positive, and finite.
    NotPositive(&'static str),
    /// `min` above `max`.
    Descending,
    /// A step that does not lead from `min` to `max`.
    Step,
    /// A normal that is nearly always below its `min`.
    Truncation,
    /// A sigma that is negative or no number.
    Sigma,
    /// `p50` above `p99`.
    Percentiles,
    /// `cap` below `min`.
    Cap,
    /// Quantiles that do not begin at probability 0 and end at 1.
    QuantileEnds,
    /// Quantiles that are not ascending.
    QuantileOrder,
    /// No value to pick from.
    NoValues,
}

impl fmt::Display for DistributionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DistributionError::NotPositive(name) => {
                return write!(f, "`{name}` must be a number greater than zero");
            }
            DistributionError::Descending => "`min` must not be above `max`",
            DistributionError::Step => "whole steps must lead from `min` to `max`",
            DistributionError::Truncation => {
                "`min` lies so far above `mean` that draws would pile up on it"
            }
            DistributionError::Sigma => "`sigma` must be a number that is not negative",
            DistributionError::Percentiles => "`p50` must not be above `p99`",
            DistributionError::Cap => "`cap` must not be below `min`",
            DistributionError::QuantileEnds => {
                "quantiles must begin with probability 0 and end with probability 1"
            }
            DistributionError::QuantileOrder => {
                "quantiles must ascend: each probability above the one before, no value below it"
            }
            DistributionError::NoValues => "at least one value is needed to pick from",
        })
    }
}

impl std::error::Error for DistributionError {}
