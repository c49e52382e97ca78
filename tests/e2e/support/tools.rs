//! Paths of the Terraform versions and of the emulator's Python.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the provider's crate lies in the repository's root")
        .to_path_buf()
}

/// What `tests/tools/bootstrap` printed; it runs once per process.
fn tools() -> &'static Value {
    static TOOLS: OnceLock<Value> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let done = Command::new(root().join("tests/tools/bootstrap"))
            .stderr(Stdio::inherit())
            .output()
            .expect("tests/tools/bootstrap starts");
        assert!(done.status.success(), "tests/tools/bootstrap failed");
        serde_json::from_slice(&done.stdout).expect("tests/tools/bootstrap prints JSON")
    })
}

/// The Python that has the emulator's packages.
pub(crate) fn python() -> PathBuf {
    tools()["python"].as_str().expect("a path").into()
}

/// A Terraform: its name for messages, and its executable.
#[derive(Clone)]
pub(crate) struct TerraformVersion {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl TerraformVersion {
    /// The pinned one, which is always there.
    pub(crate) fn pinned() -> Self {
        Self::at(0).expect("tests/tools/bootstrap always installs the pinned Terraform")
    }

    /// The one on `PATH`, which must be there and be another than the pinned one.
    pub(crate) fn on_path() -> Self {
        Self::at(1).expect("there is no second Terraform on PATH: leave the ignored tests out")
    }

    fn at(index: usize) -> Option<Self> {
        let version = tools()["terraform_versions"].get(index)?;
        Some(Self {
            name: version["name"].as_str()?.to_owned(),
            path: version["path"].as_str()?.into(),
        })
    }
}
