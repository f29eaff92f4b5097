//! Numbers and words as people read them, in the terminal and in reports.

/// A number for people: four significant digits, or all of a whole number; `-` for none.
pub fn brief(number: Option<f64>) -> String {
    let Some(number) = number else { return "-".to_owned() };
    if number == number.trunc() && number.abs() < 1e15 {
        return grouped(number as i64);
    }
    let magnitude = libm::floor(libm::log10(number.abs())) as i32;
    match magnitude {
        -4..=2 => format!("{number:.*}", (3 - magnitude) as usize),
        3..=14 => grouped(number.round() as i64),
        _ => format!("{number:.3e}"),
    }
}

/// A whole number with a comma every three digits.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// The ending of a noun after so many.
pub fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A word of a command line as a shell takes it.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brief() {
        let numbers = [0.0, 12.0, 1234567.0, 0.69123, 83.25, 123456.7, 1.5e-7, -2.5, -1210.5];
        let shown =
            ["0", "12", "1,234,567", "0.6912", "83.25", "123,457", "1.500e-7", "-2.500", "-1,211"];
        assert_eq!(numbers.map(|number| brief(Some(number))), shown);
        assert_eq!(brief(None), "-");
    }

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
        assert_eq!(words.map(word), shown);
    }
}
