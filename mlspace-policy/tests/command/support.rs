//! A directory of files in which the command runs.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Working directory of the command. Paths in its output are relative to it.
pub(crate) struct Workspace(TempDir);

/// Result of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), content).unwrap();
        self
    }

    /// Content of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// Runs the command with arguments separated by spaces.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        self.run_with(arguments, "")
    }

    /// Runs the command with this standard input.
    pub(crate) fn run_with(&self, arguments: &str, input: &str) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mlspace-policy"))
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Fails when the command reads no input and has ended: not an error of the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// All output with the exit code, for a snapshot.
    pub(crate) fn transcript(&self) -> String {
        let Self {
            code,
            stdout,
            stderr,
        } = self;
        let heading = if stderr.is_empty() {
            ""
        } else {
            "--- standard error\n"
        };
        format!("{stdout}{heading}{stderr}--- exit code {code}\n")
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.transcript()))
    }
}

/// Intended to require both keys; denies only requests that lack both.
pub(crate) const FAULTY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "NeedNetwork",
      "Effect": "Deny",
      "Action": "sagemaker:CreateNotebookInstance",
      "Resource": "*",
      "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}
    }
  ]
}"#;

/// A policy without findings.
pub(crate) const SOUND: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ReadCards",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:GetObjectTagging"],
      "Resource": "arn:aws:s3:::data/project/${aws:PrincipalTag/project}/*",
      "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    },
    {
      "Sid": "DenyOthers",
      "Effect": "Deny",
      "Action": "s3:*",
      "NotResource": ["arn:aws:s3:::data", "arn:aws:s3:::data/project/*"]
    }
  ]
}"#;
