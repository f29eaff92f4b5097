//! `corsair explain`: what a key, a code, a metric or an invariant means.

use std::io::{self, Write};

use super::Status;
use super::output::Terminal;
use crate::experiment::explain as explain_word;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A dotted path of keys, the code of a mistake, a metric or an invariant
    #[arg(value_name = "WORD")]
    word: String,
}

pub(super) fn explain(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    match explain_word(&arguments.word) {
        Ok(text) => {
            terminal.out().write_all(text.as_bytes())?;
            terminal.flush()?;
            Ok(Status::Good)
        }
        Err(near) => {
            let hint = near.map_or("corsair list names what there is".to_owned(), |near| {
                format!("did you mean `{near}`?")
            });
            terminal.error(&format!("nothing is called `{}`; {hint}", arguments.word));
            Ok(Status::BadInput)
        }
    }
}
