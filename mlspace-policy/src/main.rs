//! `mlspace-policy`: IAM policies linted, decided, explained and laid out as an access matrix, from files alone.
//!
//! Exit codes: 0 when all is well, 1 when something was found or denied, 2 when the arguments or the input are wrong.

mod access;
mod arguments;
mod documents;
mod evaluate;
mod explain;
mod generate;
mod input;
mod lint;
mod output;
mod words;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use output::Answer;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let answer = match &arguments.command {
        Command::Lint(options) => lint::run(options),
        Command::Evaluate(options) => evaluate::run(options),
        Command::Explain(options) => explain::run(options),
        Command::Size(options) => documents::size(options),
        Command::Pack(options) => documents::pack(options),
        Command::Equivalent(options) => documents::equivalent(options),
        Command::Generate(options) => generate::run(options),
        Command::Access(options) => access::run(options),
    };
    match answer {
        Ok(answer) => finish(&answer),
        Err(error) => {
            report(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Writes the answer. A reader that has gone away, such as `head`, is no failure.
fn finish(answer: &Answer) -> ExitCode {
    for note in &answer.notes {
        report(&format!("note: {note}"));
    }
    let mut out = std::io::stdout().lock();
    let written = out
        .write_all(answer.text.as_bytes())
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            report(&format!("error: the output cannot be written: {error}"));
            ExitCode::from(2)
        }
        _ if answer.fine => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}

/// A line to standard error; there is nowhere to report that this fails.
fn report(message: &str) {
    let line = output::one_line(message);
    let _ = writeln!(std::io::stderr(), "{line}");
}
