//! Files that are nothing of what they should be: an error that names the file, and exit code 2.

use crate::support::{Desk, SOUND};

/// The first line of the error, with nothing on standard output.
fn refused(desk: &Desk, arguments: &str) -> String {
    let run = desk.run(arguments);
    assert_eq!(
        (run.code, run.out.as_str()),
        (2, ""),
        "{arguments}: {}",
        run.seen()
    );
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    run.err
}

#[test]
fn files_that_cannot_be_read() {
    let desk = Desk::new();
    let error = refused(&desk, "lint absent.json");
    assert!(
        error.starts_with("error: `absent.json` cannot be read: "),
        "{error}"
    );
    assert!(refused(&desk, "lint .").starts_with("error: `.` cannot be read: "));
}

#[test]
fn truncated_json_says_where_it_ends() {
    for end in (0..SOUND.len())
        .step_by(7)
        .filter(|end| SOUND.is_char_boundary(*end))
    {
        let error = refused(
            &Desk::new().with("cut.json", &SOUND[..end]),
            "lint cut.json",
        );
        assert!(
            error.starts_with("error: `cut.json` is no policy: line "),
            "{error}"
        );
    }
    let error = refused(
        &Desk::new().with("cut.json", format!("[{SOUND},")),
        "explain cut.json",
    );
    assert!(
        error.starts_with("error: `cut.json` is not the JSON that it should be: EOF"),
        "{error}"
    );
}

#[test]
fn a_huge_file_is_refused_as_such() {
    let huge = format!(
        "{{\"Statement\": [{}]}}",
        "\"s3:GetObject\",".repeat(10_000_000 / 15)
    );
    let error = refused(&Desk::new().with("huge.json", huge), "lint huge.json");
    assert!(error.contains("the limit is 1048576"), "{error}");
    let deep = "[".repeat(10_000_000);
    let error = refused(&Desk::new().with("deep.json", deep), "lint deep.json");
    assert!(error.contains("recursion limit"), "{error}");
}

#[test]
fn text_that_is_none() {
    let desk = Desk::new().with("latin.json", b"{\"Version\": \"\xe9\"}");
    let error = refused(&desk, "lint latin.json");
    assert_eq!(
        error,
        "error: `latin.json` is no UTF-8 text, from byte 13 on\n"
    );
    let marked = format!("\u{feff}{SOUND}");
    assert_eq!(
        Desk::new()
            .with("bom.json", marked)
            .run("size bom.json")
            .code,
        0
    );
}

#[test]
fn json_that_is_no_policy() {
    for (text, message) in [
        ("[]", "`p.json` holds no policy; the list is empty"),
        ("[1]", "`p.json[0]` is no policy: line 1, column 1: "),
        ("null", "`p.json` is no policy: line 1, column 1: "),
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
        let error = refused(&Desk::new().with("p.json", text), "lint p.json");
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn wrong_arguments_are_explained() {
    let desk = Desk::new().with("p.json", SOUND);
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
        let run = desk.run(arguments);
        assert_eq!(run.code, 2, "{arguments}");
        assert!(run.err.contains(message), "{arguments}: {}", run.err);
    }
}
