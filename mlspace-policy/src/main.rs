//! `mlspace-policy`: lints, evaluates, proves and explains IAM policies, and reports who can access which data,
//! from files alone.
//!
//! Exit codes: 0 success, 1 findings or denied requests, 2 invalid arguments or input.

mod access;
mod arguments;
mod describe;
mod documents;
mod evaluate;
mod explain;
mod generate;
mod input;
mod lint;
mod output;
mod prove;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use output::CommandOutput;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = match &arguments.command {
        Command::Lint(options) => lint::run(options),
        Command::Evaluate(options) => evaluate::run(options),
        Command::Prove(options) => prove::run(options),
        Command::Diff(options) => prove::diff(options),
        Command::Explain(options) => explain::run(options),
        Command::Size(options) => documents::size(options),
        Command::Pack(options) => documents::pack(options),
        Command::Equivalent(options) => documents::equivalent(options),
        Command::Generate(options) => generate::run(options),
        Command::Access(options) => access::run(options),
    };
    match output {
        Ok(output) => finish(&output),
        Err(error) => {
            report(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Writes the output.
fn finish(output: &CommandOutput) -> ExitCode {
    for note in &output.notes {
        report(&format!("note: {note}"));
    }
    let mut out = std::io::stdout().lock();
    let written = out
        .write_all(output.text.as_bytes())
        .and_then(|()| out.flush());
    match written {
        // A reader that has closed the pipe, such as `head`, is not an error.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            report(&format!("error: cannot write the output: {error}"));
            ExitCode::from(2)
        }
        _ if output.passed => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}

/// Writes a line to standard error.
fn report(message: &str) {
    let line = output::sanitize(message);
    // There is no other place to report an error of standard error.
    let _ = writeln!(std::io::stderr(), "{line}");
}
