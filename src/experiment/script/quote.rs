//! Words of a user in other languages: JSON's, which YAML and Python read as well, and a comment's.

/// A text in double quotes that JSON, YAML and Python read alike.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

/// A text that stays within its line of comment.
pub(super) fn in_comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_a_line() {
        assert_eq!(in_comment("a\nrm -rf /\r\u{85}\t'b' é"), "a?rm -rf /???'b' é");
        assert_eq!(quoted("a\"\n\\{x}"), r#""a\"\n\\{x}""#);
    }
}
