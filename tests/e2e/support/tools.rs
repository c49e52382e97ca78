//! Where the Terraform cores and the emulator's Python are.

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

/// What `tests/tools/bootstrap` printed, made once a process.
fn found() -> &'static Value {
    static FOUND: OnceLock<Value> = OnceLock::new();
    FOUND.get_or_init(|| {
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
    found()["python"].as_str().expect("a path").into()
}

/// A Terraform core: its name for messages, and its executable.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl Core {
    /// The pinned core, which is always there.
    pub(crate) fn pinned() -> Self {
        Self::at(0).expect("setup always makes the pinned core")
    }

    /// The core on `PATH`, if there is one beside the pinned one.
    pub(crate) fn on_path() -> Option<Self> {
        Self::at(1)
    }

    fn at(index: usize) -> Option<Self> {
        let core = found()["terraform_versions"].get(index)?;
        Some(Self {
            name: core["name"].as_str()?.to_owned(),
            path: core["path"].as_str()?.into(),
        })
    }
}
