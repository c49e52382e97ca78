//! Readings of policy variables without a value.

use crate::evaluate::{Caller, PolicySet, Request, UnsetVariable};
use crate::{Document, Operator, Statement};

fn allowed(statement: Statement, request: impl Fn(Request) -> Request) -> [bool; 3] {
    let all = Statement::allow("").actions(["*"]).resources(["*"]);
    let document = Document::new([all, statement]);
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
    let request = request(Request::new(caller, "s3:GetObject", "arn:aws:s3:::b/x"));
    UnsetVariable::ALL.map(|unset| {
        let policies = PolicySet::new()
            .identity("p", &document)
            .unset_variables(unset);
        let decision = policies.decide(&request);
        assert_eq!(policies.compile().outcome(&request), decision.outcome);
        assert_eq!(policies.compile().decide(&request), decision);
        decision.is_allowed()
    })
}

#[test]
fn decide_reads_unset_variables_in_not_resource() {
    let deny = |resources: &[&str]| {
        Statement::deny("")
            .actions(["s3:*"])
            .not_resources(resources.iter().copied())
    };
    let own = "arn:aws:s3:::b/${aws:PrincipalTag/p}/*";
    assert_eq!(allowed(deny(&[own]), |r| r), [false, true, true]);
    // What is excepted by another pattern is so in each reading.
    assert_eq!(allowed(deny(&[own, "arn:aws:s3:::b/x"]), |r| r), [true; 3]);
    let with_default = "arn:aws:s3:::b/${aws:PrincipalTag/p, '-'}/*";
    assert_eq!(allowed(deny(&[with_default]), |r| r), [false; 3]);
    assert_eq!(
        allowed(deny(&[own]), |r| r.principal_tag("p", "y")),
        [false; 3]
    );
}

#[test]
fn decide_reads_unset_variables_in_conditions() {
    let deny = |operator| {
        Statement::deny("").actions(["s3:*"]).resources(["*"]).when(
            operator,
            "s3:ExistingObjectTag/t",
            ["${aws:PrincipalTag/p}"],
        )
    };
    let tagged = |r: Request| r.context("s3:ExistingObjectTag/t", ["v"]);
    let not_equals = || deny(Operator::StringNotEquals);
    assert_eq!(allowed(not_equals(), tagged), [false, true, true]);
    // Without the key, a negated operator holds whatever it is compared with.
    assert_eq!(allowed(not_equals(), |r| r), [false, true, false]);
    assert_eq!(allowed(deny(Operator::StringEquals), tagged), [true; 3]);
}
