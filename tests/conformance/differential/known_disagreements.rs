//! Known disagreements, each with the AWS page that says who is right.
//!
//! An entry restates a case: it puts what the page says in place of what is disputed, and leaves
//! the rest as it is. A disagreement counts as known only if our answer stays the same and the
//! package, asked again, comes to it.

use std::net::IpAddr;
use std::rc::Rc;

use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::template::{Piece, Syntax, Template};
use iam_policy::{
    Clause, Condition, Conditions, Document, Effect, Operator, Principal, SetQualifier, Statement,
    Version,
};

use crate::case::{Case, Layers, Values};

/// Which evaluator is right, by the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The page says what our evaluator does.
    Ours,
    /// The page tells not to write this, and leaves open what it means.
    Open,
}

/// A kind of case that the two sides decide differently.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    /// The page of the IAM user guide.
    pub(crate) page: &'static str,
    pub(crate) why: &'static str,
    /// The case in other words; nothing where it is not of this kind.
    pub(crate) restate: fn(&Case) -> Option<Case>,
}

pub(crate) const KNOWN: [Known; 11] = [
    Known {
        name: "empty value under a set operator",
        verdict: Verdict::Ours,
        page: "reference_policies_condition-single-vs-multi-valued-context-keys.html",
        why: "an empty string is a null dataset: ForAllValues holds, ForAnyValue does not; the package compares it",
        restate: empty_value,
    },
    Known {
        name: "empty list",
        verdict: Verdict::Ours,
        page: "reference_policies_elements_condition_operators.html",
        why: "`Null` with `false` asks for a value that is not null; the package counts a key without values as there",
        restate: empty_list,
    },
    Known {
        name: "list without a set operator",
        verdict: Verdict::Open,
        page: "reference_policies_condition-single-vs-multi-valued-context-keys.html",
        why: "keys with many values require a set operator; without one we compare each, the package fails them all",
        restate: list_without_set_operator,
    },
    Known {
        name: "variables in version 2008-10-17",
        verdict: Verdict::Ours,
        page: "reference_policies_elements_version.html",
        why: "variables are plain text in that version; the package resolves them",
        restate: old_variables,
    },
    Known {
        name: "single address of the other family",
        verdict: Verdict::Ours,
        page: "reference_policies_elements_condition_operators.html",
        why: "an address without a prefix stands for itself with the longest; the package then fails `NotIpAddress` for \
              addresses of the other family",
        restate: single_address,
    },
    Known {
        name: "session named by the resource policy",
        verdict: Verdict::Ours,
        page: "access_policies.html",
        why: "what a resource policy grants to the session itself is not limited by the session policy",
        restate: session_grant,
    },
    Known {
        name: "root user",
        verdict: Verdict::Ours,
        page: "id_root-user.html",
        why: "the root user has all of the account's rights without an identity policy; the package asks for one",
        restate: root,
    },
    Known {
        name: "variable with an empty value",
        verdict: Verdict::Ours,
        page: "reference_policies_variables.html",
        why: "a variable is replaced by the value of the key, also an empty one; the package takes it for missing",
        restate: empty_variable,
    },
    Known {
        name: "variable without a value",
        verdict: Verdict::Ours,
        page: "reference_policies_variables.html",
        why: "nothing equals a variable without a value, so that negated operators hold and `NotResource` leaves \
              nothing out; the package lets the whole statement lapse",
        restate: missing_variable,
    },
    Known {
        name: "escape where there are no wildcards",
        verdict: Verdict::Ours,
        page: "reference_policies_variables.html",
        why: "`${*}`, `${?}` and `${$}` stand for the character in every string; the package knows them only where \
              there are wildcards",
        restate: escape,
    },
    Known {
        name: "every IPv4 address",
        verdict: Verdict::Ours,
        page: "reference_policies_elements_condition_operators.html",
        why: "`0.0.0.0/0` is CIDR for every address; the package takes it for the one address, its shift by 32 being none",
        restate: every_address,
    },
];

/// What no request holds. An ARN, since it stands for resources too.
const NOTHING: &str = "arn:aws:glacier:::nothing";

/// The case with other policies, if they differ.
fn with_layers(case: &Case, change: impl FnOnce(&mut Layers)) -> Option<Case> {
    let mut layers = Layers::clone(&case.layers);
    change(&mut layers);
    (layers != *case.layers).then(|| Case {
        layers: Rc::new(layers),
        request: case.request.clone(),
    })
}

/// The case with conditions replaced by whether they hold, where `truth` knows.
fn with_truths(case: &Case, truth: impl Fn(&Condition, Version) -> Option<bool>) -> Option<Case> {
    with_layers(case, |layers| {
        for document in layers.documents_mut() {
            let version = document.version;
            for statement in &mut document.statements {
                let known = statement
                    .conditions
                    .iter()
                    .map(|condition| truth(condition, version))
                    .collect::<Vec<_>>();
                if known.contains(&Some(false)) {
                    never(statement);
                } else {
                    let left = statement
                        .conditions
                        .iter()
                        .zip(&known)
                        .filter(|(_, known)| known.is_none());
                    statement.conditions = left
                        .map(|(condition, _)| condition.clone())
                        .collect::<Conditions>();
                }
            }
        }
    })
}

/// Makes the statement apply to nothing that is asked.
fn never(statement: &mut Statement) {
    statement.actions = Clause::Only(["glacier:ListVaults".to_owned()].into());
    statement.conditions = Conditions::default();
}

/// Replaces every string that may hold variables.
fn with_strings(document: &mut Document, change: impl Fn(&str) -> String) {
    for statement in &mut document.statements {
        let all = |values: &std::collections::BTreeSet<String>| {
            values.iter().map(|value| change(value)).collect()
        };
        statement.resources = statement.resources.as_ref().map(|clause| match clause {
            Clause::Only(values) => Clause::Only(all(values)),
            Clause::Except(values) => Clause::Except(all(values)),
        });
        let conditions = statement.conditions.iter();
        statement.conditions = conditions
            .map(|c| Condition {
                values: all(&c.values),
                ..c.clone()
            })
            .collect();
    }
}

fn empty_value(case: &Case) -> Option<Case> {
    let request = case.request.build();
    with_truths(case, |condition, _| {
        let empty = request.values(&condition.key) == [String::new()];
        let qualifier = condition.operator.qualifier.filter(|_| empty)?;
        Some(qualifier == SetQualifier::ForAllValues)
    })
}

fn empty_list(case: &Case) -> Option<Case> {
    let mut restated = case.clone();
    restated
        .request
        .context
        .retain(|_, values| *values != Values::Many(Vec::new()));
    (restated.request != case.request).then_some(restated)
}

fn list_without_set_operator(case: &Case) -> Option<Case> {
    let is_list = |condition: &Condition| {
        let mut keys = case
            .request
            .context
            .iter()
            .filter(|(_, values)| matches!(values, Values::Many(_)));
        keys.any(|(key, _)| condition.key == key.as_str().into())
    };
    with_truths(case, |condition, version| {
        let operator = condition.operator;
        let open = operator.qualifier.is_none()
            && operator.comparison != Operator::Null
            && is_list(condition);
        open.then(|| holds(case, condition, version))
    })
}

/// Whether the condition holds, as we see it.
fn holds(case: &Case, condition: &Condition, version: Version) -> bool {
    let mut statement = Statement::allow("")
        .principal(Principal::Any)
        .actions(["*"])
        .resources(["*"]);
    statement.conditions = [condition.clone()].into_iter().collect();
    let document = Document {
        version,
        ..Document::new([statement])
    };
    let asked = Request::new(Caller::Anonymous, "s3:GetObject", "*");
    let context = case.request.context.iter();
    let asked = context.fold(asked, |asked, (key, values)| {
        asked.context(key.as_str(), values.list())
    });
    PolicySet::new()
        .resource("condition", &document)
        .decide(&asked)
        .is_allowed()
}

fn old_variables(case: &Case) -> Option<Case> {
    with_layers(case, |layers| {
        for document in layers
            .documents_mut()
            .filter(|document| document.version == Version::V2008)
        {
            with_strings(document, |text| {
                if text.contains("${") {
                    NOTHING.to_owned()
                } else {
                    text.to_owned()
                }
            });
        }
    })
}

/// The case with other values in its conditions.
fn with_values(case: &Case, change: impl Fn(Operator, &str) -> Vec<String>) -> Option<Case> {
    with_layers(case, |layers| {
        for statement in layers
            .documents_mut()
            .flat_map(|document| &mut document.statements)
        {
            let restated = statement.conditions.iter().map(|condition| {
                let comparison = condition.operator.comparison.positive();
                let values = condition
                    .values
                    .iter()
                    .flat_map(|value| change(comparison, value))
                    .collect();
                Condition {
                    values,
                    ..condition.clone()
                }
            });
            statement.conditions = restated.collect();
        }
    })
}

fn escape(case: &Case) -> Option<Case> {
    with_values(case, |comparison, text| {
        let exact = [
            Operator::StringEquals,
            Operator::StringEqualsIgnoreCase,
            Operator::Bool,
        ]
        .contains(&comparison);
        let plain = text
            .replace("${*}", "*")
            .replace("${?}", "?")
            .replace("${$}", "$");
        vec![if exact { plain } else { text.to_owned() }]
    })
}

fn every_address(case: &Case) -> Option<Case> {
    with_values(case, |comparison, text| {
        let halves = ["0.0.0.0/1", "128.0.0.0/1"].map(str::to_owned).to_vec();
        let every = comparison == Operator::IpAddress && text == "0.0.0.0/0";
        if every { halves } else { vec![text.to_owned()] }
    })
}

fn single_address(case: &Case) -> Option<Case> {
    with_values(case, |comparison, text| {
        let prefix = match text.parse() {
            Ok(IpAddr::V4(_)) if comparison == Operator::IpAddress => "/32",
            Ok(IpAddr::V6(_)) if comparison == Operator::IpAddress => "/128",
            _ => "",
        };
        vec![format!("{text}{prefix}")]
    })
}

fn session_grant(case: &Case) -> Option<Case> {
    let caller = case.request.caller.as_ref()?;
    let names_session = |statement: &Statement| match &statement.principals {
        Some(Clause::Only(all)) => {
            all.contains(&Principal::Any) || all.contains(&Principal::aws(caller))
        }
        _ => false,
    };
    let resource = case.layers.resource.as_ref()?;
    let grants = resource
        .statements
        .iter()
        .any(|s| s.effect == Effect::Allow && names_session(s));
    let session = case.layers.session.as_ref().filter(|_| grants)?;
    // Its denials stay.
    let all = Statement::allow("").actions(["*"]).resources(["*"]);
    let mut open = session.clone();
    open.statements.push(all);
    with_layers(case, |layers| layers.session = Some(open))
}

fn root(case: &Case) -> Option<Case> {
    let caller = case.request.caller.as_ref()?;
    let own = caller.ends_with(":root")
        && caller.split(':').nth(4) == Some(case.request.account.as_str());
    let all = Document::new([Statement::allow("").actions(["*"]).resources(["*"])]);
    with_layers(case, |layers| layers.identity.extend(own.then_some(all)))
}

fn missing_variable(case: &Case) -> Option<Case> {
    let request = case.request.build();
    let missing = |text: &str| match Template::parse(
        text,
        Syntax {
            variables: true,
            wildcards: true,
        },
    ) {
        Template::Fixed(_) => false,
        Template::Varying(pieces) => pieces.iter().any(|piece| match piece {
            Piece::Variable { key, default } => default.is_none() && request.value(key).is_none(),
            Piece::Token(_) => false,
        }),
    };
    with_layers(case, |layers| {
        for document in layers
            .documents_mut()
            .filter(|document| document.version == Version::V2012)
        {
            with_strings(document, |text| {
                if missing(text) {
                    NOTHING.to_owned()
                } else {
                    text.to_owned()
                }
            });
        }
    })
}

fn empty_variable(case: &Case) -> Option<Case> {
    let context = case.request.context.iter();
    let empty: Vec<&String> = context
        .filter(|(_, v)| **v == Values::One(String::new()))
        .map(|(key, _)| key)
        .collect();
    with_layers(case, |layers| {
        for document in layers.documents_mut() {
            with_strings(document, |text| {
                empty.iter().fold(text.to_owned(), |text, key| {
                    text.replace(&format!("${{{key}}}"), "")
                })
            });
        }
    })
}
