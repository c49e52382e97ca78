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
        let readings = policies.readings(&request);
        assert_eq!(policies.compile().readings(&request), readings);
        let of_reading = readings.all().find(|(reading, _)| *reading == unset);
        let is_only = readings.all().count() == 1;
        assert!(is_only || of_reading == Some((unset, &decision)));
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

#[test]
fn readings_agree_or_name_both_decisions() {
    let document = |default: &str| {
        let own = format!("arn:aws:s3:::b/${{aws:PrincipalTag/p{default}}}/*");
        Document::new([
            Statement::allow("All").actions(["*"]).resources(["*"]),
            Statement::deny("Others")
                .actions(["s3:*"])
                .not_resources([own]),
        ])
    };
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
    let get = Request::new(caller, "s3:GetObject", "arn:aws:s3:::b/x/y");
    let of = |default: &str, request: &Request| {
        let policies = PolicySet::new().identity("p", &document(default));
        let readings = policies.readings(request);
        let allowed: Vec<bool> = readings.all().map(|(_, d)| d.is_allowed()).collect();
        let (certain, possible) = (readings.certain(), readings.possible());
        assert_eq!(certain.is_allowed(), !allowed.contains(&false));
        assert_eq!(possible.is_allowed(), allowed.contains(&true));
        (readings.agree(), allowed)
    };
    assert_eq!(of("", &get), (false, vec![false, true, true]));
    assert_eq!(of(", '-'", &get), (true, vec![false]));
    let tagged = |value: &str| get.clone().principal_tag("p", value);
    assert_eq!(of("", &tagged("x")), (true, vec![true]));
    assert_eq!(of("", &tagged("y")), (true, vec![false]));
}
