//! Whatever the text is, there is an answer: never a panic, and every refusal with its place.

use proptest::prelude::*;

use super::sample::{SAMPLE, try_read};
use crate::settings::Source;

/// Reads `bytes` as a file; a refusal has places that lie in the text.
fn survives(bytes: &[u8]) {
    let Ok(source) = Source::from_bytes("x.yaml", bytes) else { return };
    let (report, decoded) = try_read(source.text(), &[]);
    assert!(decoded.is_some() || !report.accepts());
    for mistake in report.errors() {
        let lines = source.text().split('\n').count();
        assert!((1..=lines).contains(&mistake.place().line()), "{mistake}");
        assert!(mistake.place().column() >= 1 && !mistake.message().is_empty());
    }
    assert_eq!(report.errors().is_empty(), report.to_string().is_empty());
}

#[test]
fn every_prefix_and_every_deletion_is_answered() {
    let bytes = SAMPLE.as_bytes();
    for end in 0..bytes.len() {
        survives(&bytes[..end]);
        survives(&[&bytes[..end], &bytes[end + 1..]].concat());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn any_yaml_signs_are_answered(text in "[a-c0-9&*<!|>'\"%@`?:,\\[\\]{}# \t\n.-]{0,60}") {
        survives(text.as_bytes());
    }

    #[test]
    fn any_change_of_the_sample_is_answered(
        at in 0..SAMPLE.len(),
        length in 0..40usize,
        patch in "[a-c0-9&*:,\\[\\]{}'\" \n.-]{0,6}|~|null|[0-9]{25}|1e999|0x10|!!int 5|é",
    ) {
        let end = (at + length).min(SAMPLE.len());
        survives([&SAMPLE[..at], &patch, &SAMPLE[end..]].concat().as_bytes());
    }

    #[test]
    fn any_override_is_answered(key in "[a-z0-9.]{0,30}", value in "[a-c0-9*&:,\\[\\]{} .-]{0,9}") {
        let (report, _) = try_read(SAMPLE, &[&format!("{key}={value}")]);
        prop_assert_eq!(report.accepts(), report.to_string().is_empty());
    }
}

/// Deep and wide texts, in a thread, whose stack is smaller than that of the main one.
#[test]
fn bombs_are_refused_with_one_clear_error() {
    let laughs = |body: &str| {
        let mut text = "x0: &x0 [lol]\n".to_owned();
        for level in 1..20 {
            let below = format!("*x{}", level - 1);
            text += &format!("x{level}: &x{level} {}\n", body.replace('@', &below));
        }
        text
    };
    let sixty = format!("{}@{}", "[".repeat(55), "]".repeat(55));
    let cases = [
        ("[".repeat(100_000), "E007"),
        ("{a: ".repeat(100_000), "E007"),
        ("- ".repeat(100_000), "E007"),
        ("? ".repeat(100_000), "E007"),
        ((0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(), "E007"),
        (laughs("[@, @, @, @, @, @, @, @, @, @]"), "E006"),
        (laughs(&sixty), "E007"),
        ("a: &a [*a]".to_owned(), "E006"),
        ("a: *b".to_owned(), "E006"),
        (format!("a: [{}]", "0,".repeat(600_000)), "E008"),
    ];
    std::thread::spawn(move || {
        for (text, code) in cases {
            let (report, _) = try_read(&text, &[]);
            let start: String = text.chars().take(30).collect();
            assert_eq!(report.errors().len(), 1, "{start}: {report}");
            assert_eq!(report.errors()[0].code().number(), code, "{start}: {report}");
        }
    })
    .join()
    .unwrap();
}
