//! How the layers combine.

use crate::evaluate::{Caller, Decision, Layer, Outcome, PolicySet, Request};
use crate::{Document, Operator, Principal, Statement};

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/r/s";
const USER: &str = "arn:aws:iam::111122223333:user/u";
const ROOT: &str = "arn:aws:iam::111122223333:root";

fn allow(action: &str) -> Document {
    Document::new([Statement::allow("Allow").actions([action]).resources(["*"])])
}

fn deny(action: &str) -> Document {
    Document::new([Statement::deny("Deny").actions([action]).resources(["*"])])
}

fn allow_principal(principal: Principal) -> Document {
    Document::new([Statement::allow("Grant")
        .principal(principal)
        .actions(["*"])
        .resources(["*"])])
}

fn get(caller: &str) -> Request {
    Request::new(
        Caller::from_arn(caller).unwrap(),
        "s3:GetObject",
        "arn:aws:s3:::b/k",
    )
    .resource_account(OWN)
}

fn allowed(set: &PolicySet, request: &Request) -> bool {
    set.decide(request).is_allowed()
}

fn missing(decision: &Decision) -> Vec<Layer> {
    assert_eq!(decision.outcome, Outcome::ImplicitDeny);
    decision.missing.iter().map(|m| m.layer).collect()
}

#[test]
fn identity_policies_combine() {
    let nothing = PolicySet::new();
    assert_eq!(missing(&nothing.decide(&get(ROLE))), [Layer::Identity]);
    let some = nothing
        .identity("put", &allow("s3:Put*"))
        .identity("get", &allow("S3:get*"));
    let decision = some.decide(&get(ROLE));
    assert_eq!(
        decision.to_string(),
        "allowed by statement `Allow` of identity policy `get`"
    );
    let denied = some.identity("deny", &deny("s3:*")).decide(&get(ROLE));
    assert_eq!(
        denied.to_string(),
        "denied by statement `Deny` of identity policy `deny`"
    );
}

#[test]
fn limits_must_all_allow() {
    let base = || PolicySet::new().identity("p", &allow("*"));
    let (yes, no) = (allow("s3:*"), allow("sqs:*"));
    let grant = allow_principal(Principal::Any);
    let other = Document::new([Statement::allow("")
        .principal(Principal::Any)
        .actions(["sqs:*"])
        .resources(["*"])]);
    assert!(allowed(&base().boundary("b", &yes), &get(ROLE)));
    assert_eq!(
        missing(&base().boundary("b", &no).decide(&get(ROLE))),
        [Layer::Boundary]
    );
    assert!(allowed(
        &base().session("s", &no).session("t", &yes),
        &get(ROLE)
    ));
    assert_eq!(
        missing(&base().session("s", &no).decide(&get(ROLE))),
        [Layer::Session]
    );
    assert!(allowed(&base().endpoint("e", &grant), &get(ROLE)));
    assert_eq!(
        missing(&base().endpoint("e", &other).decide(&get(ROLE))),
        [Layer::Endpoint]
    );
    assert!(allowed(
        &base().service_control([("x", &no), ("y", &yes)]),
        &get(ROLE)
    ));
    let levels = base()
        .service_control([("root", &yes)])
        .service_control([("unit", &no)]);
    assert_eq!(missing(&levels.decide(&get(ROLE))), [Layer::ServiceControl]);
    assert_eq!(
        missing(&base().service_control([]).decide(&get(ROLE))),
        [Layer::ServiceControl]
    );
    assert!(allowed(
        &base().resource_control([("rcp", &grant)]),
        &get(ROLE)
    ));
    assert_eq!(
        missing(
            &base()
                .resource_control([("rcp", &other)])
                .decide(&get(ROLE))
        ),
        [Layer::ResourceControl]
    );
    // Limits grant nothing.
    let limits = PolicySet::new()
        .boundary("b", &yes)
        .session("s", &yes)
        .service_control([("c", &yes)])
        .endpoint("e", &grant);
    assert_eq!(missing(&limits.decide(&get(ROLE))), [Layer::Identity]);
}

#[test]
fn deny_in_any_layer_decides() {
    let base = || PolicySet::new().identity("p", &allow("*"));
    let no = deny("s3:*");
    let for_all = Document::new([Statement::deny("Deny")
        .principal(Principal::Any)
        .actions(["*"])
        .resources(["*"])]);
    for set in [
        base().boundary("x", &no),
        base().session("x", &no),
        base().service_control([("x", &no)]),
        base().resource_control([("x", &for_all)]),
        base().resource("x", &for_all),
        base().endpoint("x", &for_all),
    ] {
        let decision = set.decide(&get(ROLE));
        assert_eq!(decision.outcome, Outcome::ExplicitDeny);
        assert_eq!(decision.deciding[0].policy, "x");
    }
}

#[test]
fn resource_policy_within_account() {
    let no = allow("sqs:*");
    let by = |principal| PolicySet::new().resource("bucket", &allow_principal(principal));
    // Who is named needs nothing else.
    assert!(allowed(&by(Principal::aws(USER)), &get(USER)));
    assert!(allowed(
        &by(Principal::aws(USER))
            .boundary("b", &no)
            .session("s", &no),
        &get(USER)
    ));
    assert!(allowed(
        &by(Principal::aws(SESSION)).boundary("b", &no),
        &get(SESSION)
    ));
    // A role is limited by its boundary and session.
    assert!(allowed(&by(Principal::aws(ROLE)), &get(SESSION)));
    assert_eq!(
        missing(
            &by(Principal::aws(ROLE))
                .boundary("b", &no)
                .decide(&get(SESSION))
        ),
        [Layer::Identity, Layer::Boundary]
    );
    // The account leaves it to its own policies.
    assert!(!allowed(&by(Principal::aws(OWN)), &get(ROLE)));
    assert!(allowed(
        &by(Principal::aws(OWN)).identity("p", &allow("*")),
        &get(ROLE)
    ));
    // Service control policies limit all of them.
    assert!(!allowed(
        &by(Principal::aws(USER)).service_control([("c", &no)]),
        &get(USER)
    ));
    // Others are not named.
    let decision = by(Principal::aws("arn:aws:iam::111122223333:user/x")).decide(&get(USER));
    assert_eq!(missing(&decision), [Layer::Identity, Layer::Resource]);
}

#[test]
fn cross_account_needs_both_sides() {
    let request = get(ROLE).resource_account(OTHER);
    let identity = || PolicySet::new().identity("p", &allow("*"));
    assert_eq!(missing(&identity().decide(&request)), [Layer::Resource]);
    for principal in [Principal::Any, Principal::aws(OWN), Principal::aws(ROLE)] {
        let document = allow_principal(principal);
        assert!(allowed(&identity().resource("b", &document), &request));
        assert_eq!(
            missing(&PolicySet::new().resource("b", &document).decide(&request)),
            [Layer::Identity]
        );
        let bounded = identity()
            .boundary("x", &allow("sqs:*"))
            .resource("b", &document);
        assert_eq!(missing(&bounded.decide(&request)), [Layer::Boundary]);
    }
    assert!(!allowed(
        &identity().resource("b", &allow_principal(Principal::aws(OTHER))),
        &request
    ));
}

#[test]
fn key_policy_must_allow() {
    let decrypt = |caller| {
        Request::new(
            Caller::from_arn(caller).unwrap(),
            "kms:Decrypt",
            "arn:aws:kms:r:111122223333:key/k",
        )
    };
    let with = |principal| {
        PolicySet::new()
            .identity("p", &allow("kms:*"))
            .resource("key", &allow_principal(principal))
    };
    assert!(allowed(&with(Principal::aws(ROOT)), &decrypt(ROLE)));
    assert!(!allowed(&with(Principal::aws(USER)), &decrypt(ROLE)));
    let named = PolicySet::new().resource("key", &allow_principal(Principal::aws(ROLE)));
    assert!(allowed(&named, &decrypt(ROLE)));
}

#[test]
fn trust_policy_must_allow() {
    let assume = Request::new(
        Caller::from_arn(USER).unwrap(),
        "sts:AssumeRole",
        "arn:aws:iam::111122223333:role/target",
    );
    let trust = |principal| {
        Document::new([Statement::allow("")
            .principal(principal)
            .actions(["sts:AssumeRole"])])
    };
    let identity = || PolicySet::new().identity("p", &allow("sts:*"));
    assert!(!allowed(
        &identity().resource("trust", &trust(Principal::service("x"))),
        &assume
    ));
    assert!(allowed(
        &identity().resource("trust", &trust(Principal::aws(OWN))),
        &assume
    ));
    assert!(allowed(
        &PolicySet::new().resource("trust", &trust(Principal::aws(USER))),
        &assume
    ));
}

#[test]
fn callers_without_identity_policies() {
    let anonymous = Request::new(Caller::Anonymous, "s3:GetObject", "arn:aws:s3:::b/k");
    let public = allow_principal(Principal::Any);
    assert!(allowed(
        &PolicySet::new().resource("b", &public),
        &anonymous
    ));
    // Neither another's identity policies nor control policies count for them.
    let set = PolicySet::new()
        .identity("p", &allow("*"))
        .service_control([("c", &deny("*"))]);
    assert_eq!(missing(&set.decide(&anonymous)), [Layer::Resource]);
    assert!(!allowed(
        &PolicySet::new().resource("b", &allow_principal(Principal::aws(OWN))),
        &anonymous
    ));
}

#[test]
fn root_user_and_service_linked_roles() {
    assert!(allowed(&PolicySet::new(), &get(ROOT)));
    assert!(!allowed(
        &PolicySet::new().service_control([("c", &deny("*"))]),
        &get(ROOT)
    ));
    assert!(!allowed(
        &PolicySet::new(),
        &get(ROOT).resource_account(OTHER)
    ));
    let linked =
        get("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX");
    assert!(allowed(
        &PolicySet::new()
            .identity("p", &allow("*"))
            .service_control([("c", &deny("*"))]),
        &linked
    ));
}

#[test]
fn not_elements() {
    let document = Document::parse(
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","NotAction":["iam:*","S3:Delete*"],"Resource":"*"},
            {"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}]}"#,
    )
    .unwrap();
    let set = PolicySet::new().identity("p", &document);
    let ask = |action: &str, resource: &str| {
        set.decide(&Request::new(
            Caller::from_arn(ROLE).unwrap(),
            action,
            resource,
        ))
        .outcome
    };
    assert_eq!(ask("s3:GetObject", "arn:aws:s3:::b/k"), Outcome::Allowed);
    assert_eq!(
        ask("s3:DeleteObject", "arn:aws:s3:::b/k"),
        Outcome::ImplicitDeny
    );
    assert_eq!(ask("iam:GetRole", "*"), Outcome::ImplicitDeny);
    assert_eq!(
        ask("s3:GetObject", "arn:aws:s3:::c/k"),
        Outcome::ExplicitDeny
    );

    let all_but = Document::new([Statement::deny("")
        .not_principal(Principal::aws(ROLE))
        .not_principal(Principal::aws(OWN))
        .actions(["*"])
        .resources(["*"])]);
    let set = PolicySet::new()
        .identity("p", &allow("*"))
        .resource("b", &all_but);
    assert!(allowed(&set, &get(ROLE)));
    let stranger = get("arn:aws:iam::444455556666:role/x");
    assert_eq!(set.decide(&stranger).outcome, Outcome::ExplicitDeny);
}

#[test]
fn decision_names_missing_allows() {
    let document = Document::new([Statement::allow("OwnTag")
        .actions(["s3:*"])
        .resources(["*"])
        .when(
            Operator::StringEquals,
            "aws:ResourceTag/project",
            ["${aws:PrincipalTag/project}"],
        )]);
    let set = PolicySet::new().identity("p", &document);
    let decision = set.decide(
        &get(ROLE)
            .principal_tag("project", "a")
            .resource_tag("project", "b"),
    );
    assert_eq!(
        decision.missing[0].near_misses[0].unmet[0].key.as_str(),
        "aws:ResourceTag/project"
    );
    assert_eq!(
        decision.to_string(),
        "not allowed: no identity policy allows it (statement `OwnTag` of identity policy `p` would, \
         if StringEquals aws:ResourceTag/project held)"
    );
    assert!(allowed(
        &set,
        &get(ROLE)
            .principal_tag("project", "a")
            .resource_tag("project", "a")
    ));
}

#[test]
fn not_principal_with_a_boundary() {
    let exempting = Document::new([Statement::deny("Others")
        .not_principal(Principal::aws(USER))
        .not_principal(Principal::aws(OWN))
        .actions(["*"])
        .resources(["*"])]);
    let set = PolicySet::new()
        .identity("all", &allow("*"))
        .resource("bucket", &exempting);
    assert!(allowed(&set, &get(USER)));
    let bounded = set.boundary("boundary", &allow("*")).decide(&get(USER));
    assert_eq!(bounded.outcome, Outcome::ExplicitDeny);
}

#[test]
fn incomplete_arns_in_identity_policies() {
    let s3 = |effect: fn(&'static str) -> Statement| {
        Document::new([effect("").actions(["s3:*"]).resources(["arn:aws:s3"])])
    };
    let (short, deny, all) = (s3(Statement::allow), s3(Statement::deny), allow("s3:*"));
    let role = get("arn:aws:iam::111122223333:role/r");
    let set = PolicySet::new();
    assert!(allowed(&set.clone().identity("i", &short), &role));
    let own = set.identity("i", &all);
    assert!(allowed(&own.clone().boundary("b", &short), &role));
    assert!(!allowed(
        &own.clone().boundary("b", &all).identity("d", &deny),
        &role
    ));
    // A session policy with one is refused by AWS; of others nothing is said.
    assert!(!allowed(&own.clone().session("s", &short), &role));
    assert!(!allowed(
        &own.clone().service_control([("o", &short)]),
        &role
    ));
    assert!(allowed(
        &own.service_control([("o", &all), ("d", &deny)]),
        &role
    ));
}
