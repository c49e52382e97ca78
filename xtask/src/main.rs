//! Maintenance commands of this repository, run as `cargo xtask`.
//!
//! ```text
//! cargo xtask docs           write the reference pages of docs/ from the schemas and examples
//! cargo xtask docs --check   fail when a page is out of date
//! ```

mod docs;

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use docs::Catalogue;
use terraform_provider_mlspace::provider::Mlspace;

const USAGE: &str = "usage: cargo xtask docs [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(lines) => {
            // A closed standard output, as of `head`, is not an error.
            let _ = lines
                .iter()
                .try_for_each(|line| writeln!(io::stdout(), "{line}"));
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(io::stderr(), "xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command and returns the lines to print.
fn run(arguments: &[&str]) -> Result<Vec<String>, String> {
    match arguments {
        ["docs"] => {
            let changed =
                docs::write(root(), &Catalogue::of(&Mlspace)).map_err(|error| error.to_string())?;
            Ok(changed
                .iter()
                .map(|path| path.display().to_string())
                .collect())
        }
        ["docs", "--check"] => {
            docs::check(root(), &Catalogue::of(&Mlspace)).map_err(|error| error.to_string())?;
            Ok(Vec::new())
        }
        _ => Err(USAGE.to_owned()),
    }
}

/// Root of the repository.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_of_this_repository_are_up_to_date() {
        docs::check(root(), &Catalogue::of(&Mlspace)).unwrap_or_else(|error| panic!("{error}"));
    }

    #[test]
    fn run_rejects_unknown_commands() {
        for arguments in [
            &[][..],
            &["doc"],
            &["docs", "--chek"],
            &["docs", "--check", "x"],
        ] {
            assert_eq!(run(arguments), Err(USAGE.to_owned()));
        }
    }
}
