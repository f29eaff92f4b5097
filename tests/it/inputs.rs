//! Files cut short and files that lack a byte: accepted, or refused with a place, and never a panic (S3).
#![allow(clippy::unwrap_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use corsair::experiment::{BUILTINS, Given, read_experiment, read_study};
use corsair::settings::Report;

/// Whether the validator accepts; a panic, or a refusal without a place, fails.
fn validate(name: &str, bytes: &[u8], what: &str) -> bool {
    let read = || match Given::new(name, bytes, None) {
        Ok(given) => match read_experiment(&given, &[]) {
            (Some(experiment), _) if experiment.has_sweep() => {
                let (study, report) = read_study(&given, &[], &[]);
                (study.is_some(), report)
            }
            (experiment, report) => (experiment.is_some(), report),
        },
        Err(report) => (false, report),
    };
    let (is_accepted, report): (bool, Report) =
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| panic!("{name}, {what}"));
    assert_eq!(is_accepted, report.errors().is_empty(), "{name}, {what}: {report}");
    for mistake in report.errors() {
        let place = mistake.place();
        assert!(place.line() >= 1 && place.column() >= 1, "{name}, {what}");
        assert!(report.to_string().contains(&format!("--> {place}")), "{name}, {what}: {report}");
    }
    is_accepted
}

#[test]
fn broken_files_are_accepted_or_refused_with_a_place() {
    for builtin in BUILTINS {
        // A million nodes are drawn for in the judgement of a file; here the text is judged.
        let text = builtin.text.replace("1000000", "1000");
        let bytes = text.as_bytes();
        let name = builtin.name;
        let mut accepted = 0;
        for place in 0..bytes.len() {
            accepted += u32::from(validate(name, &bytes[..place], &format!("cut at {place}")));
            let without = [&bytes[..place], &bytes[place + 1..]].concat();
            accepted += u32::from(validate(name, &without, &format!("without byte {place}")));
        }
        assert!(validate(name, bytes, "whole"));
        // Bytes of the comment at the top, at least, may be missing.
        assert!(accepted > 0, "{name}");
    }
}
