//! What cargo says about the packages of this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a package's manifest.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev` or `build`; absent for what the package itself is built from.
    pub(crate) kind: Option<String>,
    pub(crate) uses_default_features: bool,
    pub(crate) features: Vec<String>,
}

impl Package {
    /// Whether it lies under `tests/` of the repository.
    pub(crate) fn is_test(&self) -> bool {
        self.manifest_path.starts_with(root().join("tests"))
    }
}

impl Dependency {
    /// The manifest's section that it stands in.
    pub(crate) fn section(&self) -> String {
        match &self.kind {
            Some(kind) => format!("{kind}-dependencies"),
            None => "dependencies".to_owned(),
        }
    }
}

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the package lies two levels below the root")
}

/// Runs cargo in the repository, without the network, and returns what it prints.
fn cargo(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(
        done.status.success(),
        "cargo {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).expect("cargo prints UTF-8")
}

/// All packages of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    let printed = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Metadata = serde_json::from_str(&printed).expect("metadata");
    metadata.packages
}

/// Names of all crates that a package is built from, with the features that it has when it is built
/// alone; without what only its tests need.
pub(crate) fn tree(package: &str) -> Vec<String> {
    let printed = cargo(&[
        "tree",
        "--package",
        package,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    printed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}
