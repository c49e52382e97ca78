//! `generate`.

use serde_json::json;

use crate::support::Workspace;

const PLATFORM: &str = "--set account_id=123456789012 --set region=eu-west-1 --set data_bucket=data --set subnet_ids=subnet-1,subnet-2";

#[test]
fn generate_lists_kinds_with_parameters() {
    let run = Workspace::new().run("generate");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("\nuser: permissions of a user in every project\n    account_id, region, data_bucket, user\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains(
            "\nG14 harden-notebooks: notebook instances without root and internet access\n"
        ),
        "{}",
        run.stdout
    );
}

#[test]
fn generate_prints_policies_without_findings() {
    let workspace = Workspace::new().with(
        "key.json",
        json!({"administrator_arns": ["arn:aws:iam::123456789012:role/admin"]}).to_string(),
    );
    for (kind, used_as, more) in [
        ("permissions_boundary", "boundary", PLATFORM),
        (
            "user",
            "managed",
            &format!("{PLATFORM} --set user=alice") as &str,
        ),
        (
            "group",
            "managed",
            &format!("{PLATFORM} --set group=analysts --set datasets=cards,days"),
        ),
        (
            "key",
            "key",
            "--set account_id=123456789012 --set region=eu-west-1 --parameters key.json",
        ),
        ("G14", "scp", ""),
        (
            "G10",
            "scp",
            "--set subnet_ids=subnet-1 --set security_group_ids=sg-1,sg-2",
        ),
        ("G19", "scp", "--set max_runtime_seconds=3600"),
    ] {
        let made = workspace.run(&format!("generate {kind} {more}"));
        assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{kind}");
        let skipped = match kind {
            // It denies operations that AWS's reference does not list, and compares a key with one
            // value there that can have more.
            "permissions_boundary" => " --skip L05 --skip L07",
            // Instance types only say which volumes take no key.
            "user" => " --skip L02 --skip L03 --skip L20",
            _ => "",
        };
        let found = workspace.run_with(&format!("lint - --kind {used_as}{skipped}"), &made.stdout);
        assert_eq!(found.code, 0, "{kind}: {}", found.transcript());
    }
}

#[test]
fn generate_explains_parameter_errors() {
    let workspace = Workspace::new().with("list.json", "[]");
    for (arguments, message) in [
        (
            "generate users",
            "there is no document `users`: use one of user, ",
        ),
        ("generate user", "`user` needs the parameter `account_id`"),
        (
            "generate trust --set account_id=1 --set region=eu-west-1 --set colour=red",
            "`trust` has no parameter `colour`",
        ),
        (
            "generate user --parameters list.json",
            "`list.json` is not valid JSON of the expected form",
        ),
        (
            "generate project --set suspended=maybe",
            "the value of `suspended` is not valid JSON",
        ),
        ("generate --set a=b", "required arguments were not provided"),
    ] {
        let run = workspace.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments}");
        assert!(run.stderr.contains(message), "{arguments}: {}", run.stderr);
    }
}
