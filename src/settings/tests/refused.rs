//! What is wrong, and the exact words of the answer: `refused.txt` has texts and their reports.

use super::sample::try_read;
use crate::settings::{Code, Mistake, Paint, Place, Report, Source};

#[test]
fn every_mistake_has_its_exact_words() {
    let mut actual = Vec::new();
    for case in include_str!("refused.txt").split("====\n") {
        let (text, _) = case.split_once("----\n").expect("a text, a line, a report");
        let mut overrides = Vec::new();
        let mut rest = text;
        while let Some((assignment, below)) =
            rest.strip_prefix("--set ").and_then(|line| line.split_once('\n'))
        {
            overrides.push(assignment);
            rest = below;
        }
        let (report, _) = try_read(rest, &overrides);
        actual.push(format!("{text}----\n{report}"));
    }
    let actual = actual.join("====\n");
    assert!(actual == include_str!("refused.txt"), "the reports are now:\n{actual}");
}

#[test]
fn colours_change_nothing_but_colours() {
    let (report, _) = try_read("nodes: 3\nnetwork: {los: 5}\n", &[]);
    let coloured = report.render(Paint::Colour);
    assert!(coloured.starts_with("\x1b[1;31merror[E012]\x1b[0m"));
    let mut plain = coloured;
    for style in ["\x1b[1;31m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"] {
        plain = plain.replace(style, "");
    }
    assert_eq!(plain, report.render(Paint::Plain));
}

#[test]
fn errors_come_before_warnings_and_both_in_the_order_of_the_text() {
    let source = Source::new("x.yaml", "abcdef");
    let mut report = Report::new();
    for (code, at) in [
        (Code::Surprising, 0),
        (Code::Conflict, 4),
        (Code::Surprising, 5),
        (Code::WrongType, 2),
        (Code::Conflict, 2),
    ] {
        report.add(Mistake::new(code, format!("{at}"), Place::new(&source, at)));
    }
    let told = |mistakes: &[Mistake]| -> Vec<String> {
        mistakes.iter().map(|m| format!("{} {}", m.code().number(), m.message())).collect()
    };
    assert_eq!(told(report.errors()), ["E011 2", "E020 2", "E020 4"]);
    assert_eq!(told(report.warnings()), ["W001 0", "W001 5"]);
    assert!(!report.accepts());
}

#[test]
fn a_file_of_mistakes_alone_is_answered_in_short() {
    let text: String = (0..5000).map(|key| format!("k{key}: 1\n")).collect();
    let (report, _) = try_read(&text, &[]);
    assert_eq!(report.errors().len(), 5001);
    assert!(report.to_string().ends_with("\nand 4901 more\n"));
}

#[test]
fn a_wrong_section_does_not_repeat_itself_key_by_key() {
    let (report, _) = try_read("nodes: 3\nfaults: [{crash: 5}, {cash: {}}]\n", &[]);
    let codes: Vec<_> = report.errors().iter().map(|mistake| mistake.code()).collect();
    assert_eq!(codes, [Code::WrongType, Code::UnknownChoice]);
}
