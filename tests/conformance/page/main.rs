//! The page of `mlspace-policy access` in a browser: Debian's Chromium, driven by playwright-core from `page.mjs`.
//!
//! The account holds a platform as the provider makes it, a member who may do more than members should, and tags, names and Sids
//! that try to be markup. Needs Node 20, npm, and a Chromium, which `tests/tools/chromium` installs where there is none.

#[cfg(test)]
#[path = "../../../mlspace-policy/tests/command/account.rs"]
mod account;

#[cfg(test)]
#[path = "../npm.rs"]
mod npm;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use crate::account::{Details, PLATFORM, open};
    use crate::npm;

    #[test]
    fn the_page_is_sound() {
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
            .arg(chromium())
            .arg(scratch.path())
            .current_dir(&directory)
            .status()
            .expect("Node 20 is needed, and `node` does not start");
        assert!(status.success(), "some check failed, see above");
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
        let hostile = member(
            "</script><script>hit(1)</script>",
            "\"><img src=x onerror=hit(2)>",
        );
        let policy = ("<svg onload=hit(3)>", open("<b onclick=hit(4)>\u{202e}"));
        details.role("hostile", &hostile, &[], &[policy], None);
        details.role("deploy", &[], &[], &[("all", open("Everything"))], None);
        details
    }

    fn chromium() -> String {
        let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tools/chromium");
        let found = Command::new(tool)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(found.status.success(), "no chromium, see above");
        String::from_utf8(found.stdout).unwrap().trim().to_owned()
    }
}
