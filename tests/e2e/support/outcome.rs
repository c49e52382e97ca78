//! Result of a Terraform command: exit code, and the diagnostics of its `-json` output.

use serde_json::Value;

/// Result of one command.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// One diagnostic, as Terraform reports it.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    pub(crate) severity: String,
    pub(crate) summary: String,
    pub(crate) detail: String,
    /// The configuration line that it points to.
    pub(crate) code: String,
    /// The resource that it is about.
    pub(crate) address: String,
}

impl Outcome {
    /// Every diagnostic, in order. Terraform prints one JSON object per line; `validate -json`
    /// prints a single object with a list.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        if let Ok(whole) = serde_json::from_str::<Value>(&self.stdout)
            && let Some(all) = whole["diagnostics"].as_array()
        {
            return all.iter().map(read).collect();
        }
        self.stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["type"] == "diagnostic")
            .map(|line| read(&line["diagnostic"]))
            .collect()
    }

    /// The diagnostics of severity `error`.
    pub(crate) fn errors(&self) -> Vec<Diagnostic> {
        let mut all = self.diagnostics();
        all.retain(|each| each.severity == "error");
        all
    }

    /// The diagnostics of severity `warning`.
    pub(crate) fn warnings(&self) -> Vec<Diagnostic> {
        let mut all = self.diagnostics();
        all.retain(|each| each.severity == "warning");
        // Every run with `dev_overrides` has this one.
        all.retain(|each| !each.summary.contains("development overrides"));
        all
    }

    /// Fails unless the command succeeded.
    #[track_caller]
    pub(crate) fn assert_ok(&self) -> &Self {
        assert_eq!(
            self.code,
            Some(0),
            "errors: {:#?}\nstderr: {}",
            self.errors(),
            self.stderr
        );
        self
    }

    /// Fails unless the command failed with an error that contains every one of `parts`.
    #[track_caller]
    pub(crate) fn assert_error(&self, parts: &[&str]) -> &Self {
        assert_ne!(self.code, Some(0), "expected an error about {parts:?}");
        let errors = self.errors();
        let found = errors.iter().any(|error| {
            let text = format!("{} {} {}", error.summary, error.detail, error.code).to_lowercase();
            parts.iter().all(|part| text.contains(&part.to_lowercase()))
        });
        assert!(
            found,
            "no error contains {parts:?}: {errors:#?}\n{}",
            self.stderr
        );
        self
    }
}

fn read(value: &Value) -> Diagnostic {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Diagnostic {
        severity: text(&value["severity"]),
        summary: text(&value["summary"]),
        detail: text(&value["detail"]),
        code: text(&value["snippet"]["code"]),
        address: text(&value["address"]),
    }
}
