//! npm packages, as pinned by a lock file.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Downloads the packages of a directory, unless they are there.
pub(crate) fn install(directory: &Path) {
    let pinned = fs::read(directory.join("package-lock.json")).unwrap();
    let stamp = directory.join("node_modules/.pinned");
    if fs::read(&stamp).ok().as_ref() == Some(&pinned) {
        return;
    }
    let status = Command::new("npm")
        .args(["ci", "--no-progress", "--loglevel=error"])
        .current_dir(directory)
        .stdout(Stdio::null())
        .status()
        .expect("`npm` does not start: install Node 20 with npm");
    assert!(
        status.success(),
        "`npm ci` in {} failed: {status}",
        directory.display()
    );
    fs::write(&stamp, &pinned).unwrap();
}
