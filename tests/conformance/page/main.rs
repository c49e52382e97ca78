//! The page of `mlspace-policy access` in Chromium, which playwright-core controls from `page.mjs`.
//!
//! The account contains a platform as the provider creates it, a member with excess permissions,
//! and tags, names and Sids that contain markup. Needs Node 20, npm and a Chromium.

#[cfg(test)]
#[path = "../../../mlspace-policy/tests/command/account.rs"]
mod account;

#[cfg(test)]
#[path = "../npm.rs"]
mod npm;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use crate::account::{Details, PLATFORM, open};
    use crate::npm;

    #[test]
    fn access_page_in_browser() {
        let chromium = chromium();
        let scratch = tempfile::tempdir().unwrap();
        let account = scratch.path().join("account.json");
        fs::write(&account, details().json()).unwrap();
        let page = scratch.path().join("page.html");
        let made = Command::new(env!("CARGO_BIN_EXE_mlspace-policy"))
            .arg("access")
            .arg(&account)
            .args(PLATFORM.split(' '))
            .args([
                "--dataset",
                "project/fraud/cards",
                "--dataset",
                "group/shared",
            ])
            .args(["--other-roles", "--format", "html", "--output"])
            .arg(&page)
            .output()
            .unwrap();
        assert_eq!(
            made.status.code(),
            Some(1),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );

        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance/page");
        npm::install(&directory);
        let status = Command::new("node")
            .arg("page.mjs")
            .arg(&page)
            .arg(chromium)
            .arg(scratch.path())
            .current_dir(&directory)
            .status()
            .expect("`node` does not start: install Node 20");
        assert!(status.success(), "a check failed, see above");
    }

    fn details() -> Details {
        let mut details = Details::platform();
        details.member("churn", "alice", &["MLSpace-group-analysts"]);
        let member = |project, user| [("system", "MLSpace"), ("project", project), ("user", user)];
        let policies = ["MLSpace-project-churn"];
        details.role(
            "MLSpace-churn-mallory",
            &member("churn", "mallory"),
            &policies,
            &[("extra", open("Everything"))],
            None,
        );
        // Without any policy: the only role whose requests no Deny decides.
        details.role("MLSpace-fraud-eve", &member("fraud", "eve"), &[], &[], None);
        let hostile = member(
            "</script><script>hit(1)</script>",
            "\"><img src=x onerror=hit(2)>",
        );
        let policy = ("<svg onload=hit(3)>", open("<b onclick=hit(4)>\u{202e}"));
        details.role("hostile", &hostile, &[], &[policy], None);
        details.role("deploy", &[], &[], &[("all", open("Everything"))], None);
        details
    }

    /// The Chromium that `CHROMIUM` names, or the one on `PATH`.
    fn chromium() -> PathBuf {
        let named = std::env::var("CHROMIUM").ok();
        let names = named.as_deref().map_or(
            vec!["chromium", "chromium-browser", "google-chrome"],
            |name| vec![name],
        );
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut candidates = names
            .iter()
            // An absolute name replaces the folder that it is joined to.
            .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
        candidates.find(|file| file.is_file()).unwrap_or_else(|| {
            panic!(
                "no Chromium: {names:?} are not on PATH. Install one (Debian: `apt-get install \
                 chromium`), or name its executable in CHROMIUM"
            )
        })
    }
}
