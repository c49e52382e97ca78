//! `explain`.

use crate::support::{SOUND, Workspace};

#[test]
fn explain_describes_each_statement() {
    insta::assert_snapshot!(
        Workspace::new()
            .with("cards.json", SOUND)
            .run("explain cards.json")
            .transcript()
    );
}

#[test]
fn explain_describes_principals_and_exceptions() {
    let key = r#"{"Statement":[
        {"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:role/a"],"Service":"s3.amazonaws.com"},
         "Action":"kms:*","Resource":"*"},
        {"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/a"},"NotAction":["kms:Describe*","kms:Get*"],"Resource":"${x}",
         "Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"},"Null":{"aws:ViaAWSService":"false"}}}]}"#;
    insta::assert_snapshot!(
        Workspace::new()
            .with("key.json", key)
            .run("explain key.json")
            .transcript()
    );
}
