//! A directory of files, and the command run in it.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A directory that the command runs in, so that what it prints names no directory of this machine.
pub(crate) struct Desk(TempDir);

/// What the command did.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Puts a file there.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), content).unwrap();
        self
    }

    /// The content of a file there.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// Runs the command with arguments apart by spaces.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        self.run_with(arguments, "")
    }

    /// The same, with this on standard input.
    pub(crate) fn run_with(&self, arguments: &str, input: &str) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mlspace-policy"))
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// Everything a person would see, for a snapshot.
    pub(crate) fn seen(&self) -> String {
        let Self { code, out, err } = self;
        let gap = if err.is_empty() {
            ""
        } else {
            "--- standard error\n"
        };
        format!("{out}{gap}{err}--- exit code {code}\n")
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.seen()))
    }
}

/// Meant to demand both; denies only what names neither.
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

/// A policy without a fault.
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
