//! Policies and a request: the decision is that of the reference, and names the statements that led
//! to it.

use iam_policy::evaluate::{Decision, Layer, Outcome, PolicySet, Request};
use iam_policy::{Document, Effect};

use super::make::Maker;
use super::reference;

pub(crate) fn run(data: &[u8]) {
    let mut make = Maker::new(data);
    let identity: Vec<Document> = (0..=make.upto(1)).map(|_| make.document(4)).collect();
    let boundary = make.rarely(2).then(|| make.document(3));
    let organization = make.rarely(3).then(|| make.document(3));
    let resource = make.rarely(3).then(|| {
        let document = make.document(3);
        make.with_principals(document)
    });
    let own = identity
        .iter()
        .fold(PolicySet::new(), |set, d| set.identity("i", d));
    let own = boundary.iter().fold(own, |set, d| set.boundary("b", d));
    let own = organization
        .iter()
        .fold(own, |set, d| set.service_control([("o", d)]));
    let all = resource
        .iter()
        .fold(own.clone(), |set, d| set.resource("r", d));
    let compiled = all.compile();
    for request in make.requests() {
        let decision = own.decide(&request);
        explained(&decision, &request, |layer, index| {
            let documents: Vec<&Document> = match layer {
                Layer::Identity => identity.iter().collect(),
                Layer::Boundary => boundary.iter().collect(),
                _ => organization.iter().collect(),
            };
            documents
                .iter()
                .filter_map(|d| d.statements.get(index))
                .map(|s| s.effect)
                .collect()
        });
        let boundaries = boundary.iter().map(|d| (d, true));
        let limits: Vec<_> = boundaries
            .chain(organization.iter().map(|d| (d, false)))
            .collect();
        if let Some(expected) = expected(&identity, &limits, &request) {
            assert_eq!(
                decision.outcome, expected,
                "{request:#?} by {identity:#?} within {limits:#?}"
            );
        }
        // A resource's policy may grant and deny, but takes no denial back.
        let with_resource = all.decide(&request);
        if decision.outcome == Outcome::ExplicitDeny {
            assert_eq!(with_resource.outcome, Outcome::ExplicitDeny);
        }
        assert_eq!(with_resource, compiled.decide(&request), "{request:#?}");
        assert_eq!(with_resource.outcome, compiled.outcome(&request));
    }
}

/// What the reference says of a set without resource policy; `None` where it says nothing. Limits
/// come with whether they are identity-based.
fn expected(
    identity: &[Document],
    limits: &[(&Document, bool)],
    request: &Request,
) -> Option<Outcome> {
    // Callers without an account have no identity policies; the root user needs none.
    request.caller().account()?;
    if request.caller().arn()?.ends_with(":root") || crosses(request) {
        return None;
    }
    let (mut denied, mut allowed) =
        reference::answer(&identity.iter().collect::<Vec<_>>(), request, true)?;
    for (limit, identity_based) in limits {
        let (denies, allows) = reference::answer(&[limit], request, *identity_based)?;
        denied |= denies;
        allowed &= allows;
    }
    Some(match (denied, allowed) {
        (true, _) => Outcome::ExplicitDeny,
        (false, true) => Outcome::Allowed,
        (false, false) => Outcome::ImplicitDeny,
    })
}

fn crosses(request: &Request) -> bool {
    let owner = request.value(&"aws:ResourceAccount".into());
    owner.is_some() && owner != request.caller().account()
}

/// The statements named are there and of the right effect, and the text is one line.
fn explained(
    decision: &Decision,
    request: &Request,
    effects: impl Fn(Layer, usize) -> Vec<Effect>,
) {
    let text = decision.to_string();
    assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
    let wanted = match decision.outcome {
        Outcome::Allowed => Effect::Allow,
        Outcome::ExplicitDeny => Effect::Deny,
        Outcome::ImplicitDeny => {
            assert!(
                decision.deciding.is_empty() && !decision.missing.is_empty(),
                "{request:?}: {decision:?}"
            );
            for near in decision.missing.iter().flat_map(|m| &m.near_misses) {
                assert!(
                    effects(near.statement.layer, near.statement.index).contains(&Effect::Allow)
                );
                assert!(!near.unmet.is_empty());
            }
            return;
        }
    };
    let root = request
        .caller()
        .arn()
        .is_some_and(|arn| arn.ends_with(":root"));
    assert!(
        !decision.deciding.is_empty() || root,
        "{request:?}: {decision:?}"
    );
    for source in &decision.deciding {
        assert!(
            effects(source.layer, source.index).contains(&wanted),
            "{source}"
        );
    }
}
