//! The `corsair` command.

fn main() -> std::process::ExitCode {
    corsair::cli::main()
}
