//! The settings layer: what a file says: values with their places, decoders, units, and mistakes
//! with suggestions. It does not know what a key means.
//!
//! A text becomes a tree ([`parse`]), overrides change it ([`set`]), and sections of declared
//! [`Key`]s read it ([`decode`]): all mistakes at once, and beside the settings their canonical
//! form.
//!
//! ```
//! use corsair::kernel::Span;
//! use corsair::settings::{Key, Report, Shape, Source, decode, parse, set};
//!
//! const KEYS: &[Key] = &[
//!     Key::new("dunbar", Shape::Count { min: 1, max: 10 }, "10", "buddies a pirate can remember"),
//!     Key::new("ramp_up", Shape::SPAN, "1s", "time over which the pirates are enlisted"),
//! ];
//!
//! let mut report = Report::new();
//! let source = Source::new("pirates.yaml", "dunbra: 5\nramp_up: 5\n");
//! let mut tree = parse(&source, &mut report).expect("it is YAML");
//! let read = |tree: &_, report: &mut _| {
//!     decode(tree, KEYS, report, |s| {
//!         let dunbar: u32 = s.count("dunbar", 10);
//!         let ramp_up = s.span("ramp_up", Span::from_secs(1));
//!         (dunbar, ramp_up)
//!     })
//! };
//! read(&tree, &mut report);
//! assert_eq!(report.to_string(), "\
//! error[E012]: unknown key `dunbra`
//!  --> pirates.yaml:1:1
//!   |
//! 1 | dunbra: 5
//!   | ^^^^^^ did you mean `dunbar`?
//!   = keys here: dunbar, ramp_up
//!   = see: corsair explain experiment
//!
//! error[E015]: `ramp_up` must be a duration, such as 20ms
//!  --> pirates.yaml:2:10
//!   |
//! 2 | ramp_up: 5
//!   |          ^ 5s or 5ms?
//!   = see: corsair explain ramp_up
//! ");
//!
//! let mut report = Report::new();
//! let source = Source::new("pirates.yaml", "ramp_up: 5s\n");
//! let mut tree = parse(&source, &mut report).expect("it is YAML");
//! set(&mut tree, "dunbar=3", &mut report);
//! let (settings, canonical) = read(&tree, &mut report);
//! assert!(report.accepts());
//! assert_eq!(settings, (3, Span::from_secs(5)));
//! assert_eq!(canonical.to_string(), r#"{"dunbar":3,"ramp_up":5000000000}"#);
//! ```

mod choice;
mod declare;
pub mod distribution;
mod field;
mod mistake;
mod overrides;
mod parse;
mod pattern;
mod quantity;
mod report;
mod scalar;
mod section;
mod source;
mod value;

#[cfg(test)]
mod tests;

pub use declare::{Key, Shape, Unset, Variant, join_keys, join_variants};
pub use distribution::DistributionSetting;
pub use field::Field;
pub use mistake::{Code, Mistake, Severity, nearest, visible};
pub use overrides::{put, set, set_from};
pub use parse::parse;
pub use report::{Paint, Report};
pub use section::{Section, decode};
pub use source::{Form, Place, Source};
pub use value::{Kind, Name, Value};
