//! `corsair completions`: the script by which a shell completes commands and options.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::output::Terminal;
use super::{Arguments as CommandLine, Status};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  corsair completions bash > ~/.local/share/bash-completion/completions/corsair
  corsair completions fish > ~/.config/fish/completions/corsair.fish")]
pub(super) struct Arguments {
    /// Which shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn completions(arguments: &Arguments, terminal: &mut Terminal) -> io::Result<Status> {
    terminal.out().write_all(&script(arguments.shell))?;
    terminal.flush()?;
    Ok(Status::Good)
}

/// In memory first: the generator panics where it cannot write.
fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut CommandLine::command(), "corsair", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_completes_commands_and_options() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).unwrap();
            for word in ["run", "validate", "schema", "quiet", "replications"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
