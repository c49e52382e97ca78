//! `explain`, and the help texts.

use crate::support::{Desk, SOUND};

#[test]
fn a_policy_is_told_statement_by_statement() {
    insta::assert_snapshot!(
        Desk::new()
            .with("cards.json", SOUND)
            .run("explain cards.json")
            .seen()
    );
}

#[test]
fn principals_and_exceptions_are_told() {
    let key = r#"{"Statement":[
        {"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:role/a"],"Service":"s3.amazonaws.com"},
         "Action":"kms:*","Resource":"*"},
        {"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/a"},"NotAction":["kms:Describe*","kms:Get*"],"Resource":"${x}",
         "Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"},"Null":{"aws:ViaAWSService":"false"}}}]}"#;
    insta::assert_snapshot!(
        Desk::new()
            .with("key.json", key)
            .run("explain key.json")
            .seen()
    );
}

#[test]
fn help_is_complete() {
    let desk = Desk::new();
    for command in [
        "",
        "lint",
        "evaluate",
        "explain",
        "size",
        "pack",
        "equivalent",
        "generate",
        "access",
    ] {
        let run = desk.run(&format!("{command} --help"));
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        insta::assert_snapshot!(format!("help_{command}"), run.out);
    }
}
