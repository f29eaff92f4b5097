//! Words of a user in other languages: the shell's, JSON's (which YAML and Python read as well), a comment's.

/// A word of a command line as a POSIX shell takes it.
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

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
    fn words_survive_a_shell() {
        let words = ["a/b.yaml", "my file.yaml", "it's", "", "a=$HOME", "x={a: 1}", "~/x", "a\nb"];
        let shown = [
            "a/b.yaml",
            "'my file.yaml'",
            r"'it'\''s'",
            "''",
            "'a=$HOME'",
            "'x={a: 1}'",
            "'~/x'",
            "'a\nb'",
        ];
        assert_eq!(words.map(shell_word), shown);
    }

    #[test]
    fn a_comment_is_a_line() {
        assert_eq!(in_comment("a\nrm -rf /\r\u{85}\t'b' é"), "a?rm -rf /???'b' é");
        assert_eq!(quoted("a\"\n\\{x}"), r#""a\"\n\\{x}""#);
    }
}
