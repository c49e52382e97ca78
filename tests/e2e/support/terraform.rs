//! A working directory with a configuration, in which Terraform runs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::outcome::Outcome;
use super::plan::Plan;
use super::tools::TerraformVersion;

/// The provider under test, as cargo built it for these tests.
pub(crate) const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-mlspace");

/// One working directory of one Terraform version.
pub(crate) struct Workspace {
    directory: TempDir,
    version: TerraformVersion,
    extra: BTreeMap<String, String>,
}

impl Workspace {
    /// An empty one, with its own home directory and CLI configuration.
    pub(crate) fn new(version: &TerraformVersion) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("mlspace-e2e-")
            .tempdir()
            .expect("a scratch directory");
        fs::create_dir(directory.path().join("home")).expect("a home");
        fs::create_dir(directory.path().join("work")).expect("a working directory");
        let workspace = Self {
            directory,
            version: version.clone(),
            extra: BTreeMap::new(),
        };
        workspace.use_provider(Path::new(PROVIDER).parent().expect("a directory"));
        workspace
    }

    /// Lets later commands run the provider that is in another directory.
    pub(crate) fn use_provider(&self, directory: &Path) {
        let configuration = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"mlspace/mlspace\" = {:?}\n  }}\n  direct {{}}\n}}\n",
            directory.display().to_string()
        );
        fs::write(self.directory.path().join("terraform.rc"), configuration)
            .expect("a CLI configuration");
    }

    /// Adds a variable to the environment of every later command.
    pub(crate) fn set_env(&mut self, name: &str, value: &str) {
        self.extra.insert(name.to_owned(), value.to_owned());
    }

    /// The working directory.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// Writes a file of the configuration.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("the configuration is written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let home = self.directory.path().join("home");
        let mut command = Command::new(&self.version.path);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TMPDIR", std::env::temp_dir())
            .env(
                "TF_CLI_CONFIG_FILE",
                self.directory.path().join("terraform.rc"),
            )
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(&self.extra)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command and waits for its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let done = self.command(arguments).output().expect("Terraform starts");
        Outcome {
            code: done.status.code(),
            stdout: String::from_utf8_lossy(&done.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
        }
    }

    /// Starts a command as a process group of its own, which a test can kill or interrupt.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Terraform starts")
    }

    /// Plans, and reads the plan. It is empty if the outcome has errors.
    pub(crate) fn plan(&self, extra: &[&str]) -> Plan {
        let mut arguments = vec!["plan", "-input=false", "-json", "-out=tfplan"];
        arguments.extend(extra);
        let outcome = self.run(&arguments);
        let json = if outcome.code == Some(0) {
            let shown = self.run(&["show", "-json", "tfplan"]);
            serde_json::from_str(&shown.stdout)
                .unwrap_or_else(|error| panic!("a plan in JSON: {error}\n{}", shown.stderr))
        } else {
            Value::Null
        };
        Plan::new(outcome, json)
    }

    /// Applies the configuration.
    pub(crate) fn apply(&self) -> Outcome {
        self.run(&["apply", "-input=false", "-auto-approve", "-json"])
    }

    /// Destroys everything.
    pub(crate) fn destroy(&self) -> Outcome {
        self.run(&["destroy", "-input=false", "-auto-approve", "-json"])
    }

    /// Imports one resource.
    pub(crate) fn import(&self, address: &str, id: &str) -> Outcome {
        self.run(&["import", "-input=false", "-no-color", address, id])
    }

    /// The attributes of one resource in the state, or `None` if it is not there.
    pub(crate) fn state(&self, address: &str) -> Option<Value> {
        let shown = self.run(&["show", "-json"]);
        let state: Value = serde_json::from_str(&shown.stdout).expect("a state in JSON");
        let resources = state["values"]["root_module"]["resources"].as_array()?;
        let found = resources.iter().find(|each| each["address"] == address)?;
        Some(found["values"].clone())
    }

    /// Removes a resource from the state and leaves it in the account.
    pub(crate) fn forget(&self, address: &str) {
        let done = self.run(&["state", "rm", address]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
    }
}
