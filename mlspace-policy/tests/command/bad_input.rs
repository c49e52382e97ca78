//! Invalid files and arguments: an error that names the file, and exit code 2.

use crate::support::{SOUND, Workspace};

/// The one-line error of a run that fails without output.
fn error_of(workspace: &Workspace, arguments: &str) -> String {
    let run = workspace.run(arguments);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (2, ""),
        "{arguments}: {}",
        run.transcript()
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.stderr
}

#[test]
fn missing_files_are_named() {
    let workspace = Workspace::new();
    let error = error_of(&workspace, "lint absent.json");
    assert!(
        error.starts_with("error: `absent.json` cannot be read: "),
        "{error}"
    );
    assert!(error_of(&workspace, "lint .").starts_with("error: `.` cannot be read: "));
}

#[test]
fn truncated_json_is_located() {
    for end in (0..SOUND.len())
        .step_by(7)
        .filter(|end| SOUND.is_char_boundary(*end))
    {
        let error = error_of(
            &Workspace::new().with("cut.json", &SOUND[..end]),
            "lint cut.json",
        );
        assert!(
            error.starts_with("error: `cut.json` is not a valid policy: line "),
            "{error}"
        );
    }
    let error = error_of(
        &Workspace::new().with("cut.json", format!("[{SOUND},")),
        "explain cut.json",
    );
    assert!(
        error.starts_with("error: `cut.json` is not valid JSON of the expected form: EOF"),
        "{error}"
    );
}

#[test]
fn huge_files_are_rejected() {
    let huge = format!(
        "{{\"Statement\": [{}]}}",
        "\"s3:GetObject\",".repeat(10_000_000 / 15)
    );
    let error = error_of(&Workspace::new().with("huge.json", huge), "lint huge.json");
    assert!(error.contains("the limit is 1048576"), "{error}");
    let deep = "[".repeat(10_000_000);
    let error = error_of(&Workspace::new().with("deep.json", deep), "lint deep.json");
    assert!(error.contains("recursion limit"), "{error}");
}

#[test]
fn encodings_other_than_utf8_are_rejected() {
    let workspace = Workspace::new().with("latin.json", b"{\"Version\": \"\xe9\"}");
    let error = error_of(&workspace, "lint latin.json");
    assert_eq!(error, "error: `latin.json` is not valid UTF-8 at byte 13\n");
    let marked = format!("\u{feff}{SOUND}");
    assert_eq!(
        Workspace::new()
            .with("bom.json", marked)
            .run("size bom.json")
            .code,
        0
    );
}

#[test]
fn json_other_than_policies_is_rejected() {
    for (text, message) in [
        ("[]", "`p.json` contains no policy: the list is empty"),
        (
            "[1]",
            "`p.json[0]` is not a valid policy: line 1, column 1: ",
        ),
        ("null", "`p.json` is not a valid policy: line 1, column 1: "),
        (
            "{\"Statement\": [], \"Statement\": []}",
            "`Statement` is repeated",
        ),
        (
            "[{\"Statement\": [], \"Statement\": []}]",
            "`Statement` is repeated",
        ),
        ("{\"Statment\": []}", "`Statment` is not a valid element"),
    ] {
        let error = error_of(&Workspace::new().with("p.json", text), "lint p.json");
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn wrong_arguments_are_explained() {
    let workspace = Workspace::new().with("p.json", SOUND);
    for (arguments, message) in [
        ("lint", "required arguments were not provided"),
        (
            "lint p.json --kind iam",
            "`iam` is not a policy type; write one of `managed`",
        ),
        (
            "evaluate --identity p.json",
            "required arguments were not provided",
        ),
        (
            "evaluate --identity p.json --action s3:GetObject",
            "--principal",
        ),
        ("lynt p.json", "unrecognized subcommand 'lynt'"),
    ] {
        let run = workspace.run(arguments);
        assert_eq!(run.code, 2, "{arguments}");
        assert!(run.stderr.contains(message), "{arguments}: {}", run.stderr);
    }
}
