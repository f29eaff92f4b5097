//! What can be wrong with settings: a code, a sentence, a place, and what would be right.

use super::source::Place;

/// Declares the codes in one list: the name in the program, the number that users see, and its
/// meaning.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $says:literal,)+) => {
        /// The kinds of mistakes. A number that begins with `E` refuses the settings, one with `W`
        /// only warns.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $says] $name,)+ }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The number that users see, such as `E012`.
            pub fn number(self) -> &'static str {
                match self { $(Code::$name => $number,)+ }
            }

            /// What it means, in one sentence.
            pub fn says(self) -> &'static str {
                match self { $(Code::$name => $says,)+ }
            }
        }
    };
}

codes! {
    Encoding = "E001" "The file is not UTF-8 text.",
    Syntax = "E002" "The text is not YAML.",
    Empty = "E003" "There are no settings in the file.",
    Documents = "E004" "A file holds one YAML document, not several.",
    Duplicate = "E005" "A key may be given only once in a map.",
    Alias = "E006" "A YAML alias names nothing, contains itself, or expands to too much.",
    TooDeep = "E007" "Maps and lists are nested more than 64 deep.",
    TooLarge = "E008" "The file holds more values than any experiment needs.",
    Override = "E009" "An override is written KEY=VALUE, such as network.loss=0.1.",
    NoSuchPath = "E010" "An override leads to a place that cannot hold it.",
    WrongType = "E011" "The value is not of the kind that the key takes.",
    UnknownKey = "E012" "The key does not exist at this place.",
    MissingKey = "E013" "A key that has no default is not given.",
    OutOfRange = "E014" "The value lies outside the range that the key allows.",
    NoUnit = "E015" "The number needs a unit.",
    BadQuantity = "E016" "The number or its unit cannot be read.",
    UnknownChoice = "E017" "The word is none of those that the key takes.",
    NotOneChoice = "E018" "Exactly one of several alternatives is to be chosen.",
    NoEffect = "E019" "The key has no effect together with the other settings.",
    Conflict = "E020" "Two settings contradict each other.",
    BadFile = "E021" "A file that the experiment names cannot be read, or is not what it should be.",
    Nobody = "E022" "A selector names nodes that are not there.",
    Surprising = "W001" "The settings are valid, but probably not what was meant.",
}

impl Code {
    /// Whether it refuses the settings or only warns.
    pub fn severity(self) -> Severity {
        if self.number().starts_with('E') { Severity::Error } else { Severity::Warning }
    }
}

/// What follows from a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The settings are refused.
    Error,
    /// The settings hold, and will probably surprise.
    Warning,
}

/// One thing that is wrong, where, and what would be right.
#[derive(Clone, Debug)]
pub struct Mistake {
    code: Code,
    message: String,
    place: Place,
    label: String,
    notes: Vec<String>,
}

impl Mistake {
    /// A mistake with its sentence: lower case, no full stop.
    pub fn new(code: Code, message: impl Into<String>, place: Place) -> Mistake {
        Mistake { code, message: message.into(), place, label: String::new(), notes: Vec::new() }
    }

    /// With words beside the caret: what would be right.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Mistake {
        self.label = label.into();
        self
    }

    /// With one more line below: what is there.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Mistake {
        self.notes.push(note.into());
        self
    }

    /// With the command that explains the key at a dotted path; indices of lists are left out.
    #[must_use]
    pub fn see(self, path: &str) -> Mistake {
        let index = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let words: Vec<&str> = path.split('.').filter(|word| !index(word)).collect();
        let topic = if words.is_empty() { "experiment".to_owned() } else { words.join(".") };
        self.note(format!("see: corsair explain {}", plain(&topic)))
    }

    /// What kind of mistake it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the other says the same of the same place.
    pub fn is_same(&self, other: &Mistake) -> bool {
        let text = |mistake: &Mistake| {
            let place = &mistake.place;
            (mistake.code, place.source().name().to_owned(), place.bytes(), mistake.message.clone())
        };
        text(self) == text(other)
    }

    /// The words beside the caret; empty if there are none.
    pub fn label_text(&self) -> &str {
        &self.label
    }

    /// The lines below.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// A user's text fit for one line of a terminal: shortened, and without control characters.
pub(super) fn plain(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short = visible(&text.chars().take(LONGEST).collect::<String>());
    if text.chars().nth(LONGEST).is_some() {
        short.push_str("...");
    }
    short
}

/// A text without what would move a terminal's cursor or turn its direction.
pub fn visible(text: &str) -> String {
    let moves = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    text.chars().map(|c| if moves(c) { '\u{fffd}' } else { c }).collect()
}

/// The one of `known` that `typed` most probably means, if any is close.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().count();
    if length > 64 {
        return None;
    }
    let typed = typed.to_lowercase().replace('-', "_");
    let distance = |word: &str| strsim::osa_distance(&typed, &word.to_lowercase());
    let near = known.into_iter().map(|word| (distance(word), word));
    // A third of the letters may differ; of equally near words the first is taken.
    near.min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| 3 * distance <= length.max(word.chars().count()))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let numbers: Vec<_> = Code::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert!(Code::ALL.iter().all(|code| code.says().ends_with('.')));
    }

    #[test]
    fn suggestions_are_near_or_none() {
        let keys = ["fanout", "mode", "period", "phase"];
        assert_eq!(nearest("fanuot", keys), Some("fanout"));
        assert_eq!(nearest("Mode", keys), Some("mode"));
        assert_eq!(nearest("perod", keys), Some("period"));
        assert_eq!(nearest("latency", keys), None);
        assert_eq!(nearest("x", keys), None);
        assert_eq!(nearest("", keys), None);
        assert_eq!(nearest("ramp-up", ["ramp_up"]), Some("ramp_up"));
    }
}
