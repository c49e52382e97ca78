//! `size`, `pack`, `equivalent`.

use crate::support::{Desk, FAULTY, SOUND};

#[test]
fn sizes_stand_beside_their_limits() {
    let desk = Desk::new().with("cards.json", SOUND);
    let run = desk.run("size cards.json");
    assert_eq!(
        run.seen(),
        "cards.json: 363 of the 6,144 characters of a managed policy: fits\n--- exit code 0\n"
    );
    let long = SOUND.replace("s3:GetObject\"", &format!("s3:{}\"", "Get".repeat(700)));
    let run = desk
        .with("long.json", long)
        .run("size cards.json long.json --kind session");
    assert_eq!(run.code, 1);
    assert!(
        run.out
            .ends_with("of the 2,048 characters of a session policy: DOES NOT FIT\n"),
        "{}",
        run.out
    );
}

#[test]
fn packed_policies_can_be_read_back() {
    let desk = Desk::new().with("a.json", SOUND).with("b.json", FAULTY);
    let run = desk.run("pack a.json b.json a.json --kind managed");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let desk = desk.with("packed.json", &run.out);
    let size = desk.run("size packed.json").out;
    assert_eq!(size.lines().count(), 1, "{size}");
    let explained = desk.run("explain packed.json").out;
    assert!(
        explained.starts_with("packed.json: 3 statements\n"),
        "{explained}"
    );
}

#[test]
fn without_room_the_arithmetic_is_shown() {
    let wide = |n: usize| {
        let resources: Vec<String> = (0..60)
            .map(|i| format!("\"arn:aws:s3:::bucket-{n}/prefix-{i:03}/*\""))
            .collect();
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:Get{n}","Resource":[{}]}}}}"#,
            resources.join(",")
        )
    };
    let desk = Desk::new().with("a.json", wide(1)).with("b.json", wide(2));
    let run = desk.run("pack a.json b.json --kind session");
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(
        run.err.contains("at most 1 can be used (1 × 2048 = 2048)"),
        "{}",
        run.err
    );
}

#[test]
fn policies_are_compared_by_meaning() {
    let other = SOUND.replace(
        r#"["s3:GetObject", "s3:GetObjectTagging"]"#,
        r#"["s3:GetObjectTagging", "S3:getobject"]"#,
    );
    let desk = Desk::new()
        .with("a.json", SOUND)
        .with("b.json", other)
        .with("c.json", FAULTY);
    assert_eq!(
        desk.run("equivalent a.json b.json").seen(),
        "equivalent: the policies mean the same\n--- exit code 0\n"
    );
    assert_eq!(desk.run("equivalent a.json c.json").code, 1);
    let desk = desk.with("two.json", format!("[{SOUND},{FAULTY}]"));
    let run = desk.run("equivalent a.json two.json");
    assert_eq!(
        run.err,
        "error: `two.json` holds 2 policies where one is needed\n"
    );
    assert_eq!(run.code, 2);
}
