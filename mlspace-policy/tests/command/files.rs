//! `size`, `pack`, `equivalent`.

use crate::support::{FAULTY, SOUND, Workspace};

#[test]
fn size_compares_with_the_limit() {
    let workspace = Workspace::new().with("cards.json", SOUND);
    let run = workspace.run("size cards.json");
    assert_eq!(
        run.transcript(),
        "cards.json: 363 of the 6,144 characters of a managed policy: fits\n--- exit code 0\n"
    );
    let long = SOUND.replace("s3:GetObject\"", &format!("s3:{}\"", "Get".repeat(700)));
    let run = workspace
        .with("long.json", long)
        .run("size cards.json long.json --kind session");
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .ends_with("of the 2,048 characters of a session policy: DOES NOT FIT\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn pack_prints_a_valid_policy() {
    let workspace = Workspace::new()
        .with("a.json", SOUND)
        .with("b.json", FAULTY);
    let run = workspace.run("pack a.json b.json a.json --kind managed");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let workspace = workspace.with("packed.json", &run.stdout);
    let size = workspace.run("size packed.json").stdout;
    assert_eq!(size.lines().count(), 1, "{size}");
    let explained = workspace.run("explain packed.json").stdout;
    assert!(
        explained.starts_with("packed.json: 3 statements\n"),
        "{explained}"
    );
}

#[test]
fn pack_explains_missing_room() {
    let wide = |n: usize| {
        let resources: Vec<String> = (0..60)
            .map(|i| format!("\"arn:aws:s3:::bucket-{n}/prefix-{i:03}/*\""))
            .collect();
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:Get{n}","Resource":[{}]}}}}"#,
            resources.join(",")
        )
    };
    let workspace = Workspace::new()
        .with("a.json", wide(1))
        .with("b.json", wide(2));
    let run = workspace.run("pack a.json b.json --kind session");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr
            .contains("at most 1 can be used (1 × 2048 = 2048)"),
        "{}",
        run.stderr
    );
}

#[test]
fn equivalent_compares_by_meaning() {
    let other = SOUND.replace(
        r#"["s3:GetObject", "s3:GetObjectTagging"]"#,
        r#"["s3:GetObjectTagging", "S3:getobject"]"#,
    );
    let workspace = Workspace::new()
        .with("a.json", SOUND)
        .with("b.json", other)
        .with("c.json", FAULTY);
    assert_eq!(
        workspace.run("equivalent a.json b.json").transcript(),
        "equivalent: the policies mean the same\n--- exit code 0\n"
    );
    assert_eq!(workspace.run("equivalent a.json c.json").code, 1);
    let workspace = workspace.with("two.json", format!("[{SOUND},{FAULTY}]"));
    let run = workspace.run("equivalent a.json two.json");
    assert_eq!(
        run.stderr,
        "error: `two.json` contains 2 policies where one is expected\n"
    );
    assert_eq!(run.code, 2);
}
