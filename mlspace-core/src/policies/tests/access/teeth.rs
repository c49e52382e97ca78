//! Whether the access table bites: every statement of the generated policies is spoilt in every small way, and some row of the table must then
//! come out wrong.
//!
//! A statement is left out, loses a condition, has a condition's operator turned round, or reaches more resources. What the table does not
//! notice is listed with the reason.

use super::*;
use iam_policy::{Clause, Condition, Conditions, Effect, Operator, SetQualifier};

/// Mutants that no row notices, by their beginnings, and why.
const SURVIVORS: [(&str, &str); 7] = [
    (
        "project DenyEndpointConfigOfOtherProject: `*`",
        "an endpoint that is being created has no tags of its own yet",
    ),
    (
        "user DenyEndpointConfigOfOtherUser: `*`",
        "an endpoint that is being created has no tags of its own yet",
    ),
    (
        "role DenyEndpointConfigOfOtherSystem: `*`",
        "an endpoint that is being created has no tags of its own yet",
    ),
    (
        "project DenyOtherProjectObjects: `arn:aws:s3:::mlspace-data-123456789012/group/*`",
        "the policy of the user denies the same",
    ),
    (
        "user DenyOtherUserObjects: `arn:aws:s3:::mlspace-data-123456789012/group/*`",
        "the policy of the project denies the same",
    ),
    (
        "project DenyOtherProjectListing: `*`",
        "other buckets are denied anyway, by DenyOtherProjectObjects",
    ),
    (
        "user DenyOtherUserListing: `*`",
        "other buckets are denied anyway, by DenyOtherUserObjects",
    ),
];

/// The same of the attribute model.
const SHARED_SURVIVORS: [(&str, &str); 4] = [
    (
        "members DenyOtherMemberListing: `*`",
        "other buckets are denied anyway, by DenyOtherMemberObjects",
    ),
    (
        "shared role DenyEndpointConfigOfOtherSystem: `*`",
        "an endpoint that is being created has no tags of its own yet",
    ),
    (
        "shared role DenyEndpointConfigOfOtherProject: `*`",
        "an endpoint that is being created has no tags of its own yet",
    ),
    (
        "shared role DenyEndpointConfigOfOtherUser: `*`",
        "an endpoint that is being created has no tags of its own yet",
    ),
];

/// A document with one statement spoilt.
struct Mutant {
    label: String,
    original: Statement,
    /// `None`: left out.
    spoilt: Option<Statement>,
    document: Document,
}

fn mutants(label: &str, document: &Document) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (index, original) in document.statements.iter().enumerate() {
        let sid = original.sid.as_deref().unwrap_or_default();
        let mut add = |how: String, spoilt: Option<Statement>| {
            let mut document = document.clone();
            match &spoilt {
                Some(spoilt) => document.statements[index] = spoilt.clone(),
                None => drop(document.statements.remove(index)),
            }
            let label = format!("{label} {sid}: {how}");
            all.push(Mutant {
                label,
                original: original.clone(),
                spoilt,
                document,
            });
        };
        add("left out".to_owned(), None);
        for (how, conditions) in other_conditions(&original.conditions) {
            add(
                how,
                Some(Statement {
                    conditions,
                    ..original.clone()
                }),
            );
        }
        for (how, resources) in original.resources.iter().flat_map(wider) {
            add(
                how,
                Some(Statement {
                    resources: Some(resources),
                    ..original.clone()
                }),
            );
        }
    }
    all
}

fn other_conditions(conditions: &Conditions) -> Vec<(String, Conditions)> {
    let mut all = Vec::new();
    for condition in conditions {
        let rest = || conditions.iter().filter(|c| *c != condition).cloned();
        let name = format!("{} {}", condition.operator, condition.key);
        all.push((format!("without {name}"), rest().collect()));
        for turned in turned(condition) {
            let how = format!(
                "{name} as {} {:?}",
                turned.operator,
                turned.values.first().unwrap()
            );
            all.push((how, rest().chain([turned]).collect()));
        }
    }
    all
}

/// The condition with its operator turned round: negated or not, any or all, with or without `IfExists`.
fn turned(condition: &Condition) -> Vec<Condition> {
    use Operator as O;
    const TWINS: [(O, O); 4] = [
        (O::StringEquals, O::StringNotEquals),
        (O::StringLike, O::StringNotLike),
        (O::ArnEquals, O::ArnNotEquals),
        (O::ArnLike, O::ArnNotLike),
    ];
    let operator = condition.operator;
    let comparison = operator.comparison;
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Condition)| {
        let mut turned = condition.clone();
        change(&mut turned);
        all.push(turned);
    };
    if matches!(comparison, O::Null | O::Bool) {
        let other = |value: &String| if value == "true" { "false" } else { "true" }.to_owned();
        add(&|c| c.values = c.values.iter().map(other).collect());
    }
    for (positive, negated) in TWINS {
        if comparison == positive {
            add(&|c| c.operator.comparison = negated);
        } else if comparison == negated {
            add(&|c| c.operator.comparison = positive);
        }
    }
    match operator.qualifier {
        Some(SetQualifier::ForAnyValue) => {
            add(&|c| c.operator.qualifier = Some(SetQualifier::ForAllValues));
        }
        Some(SetQualifier::ForAllValues) => {
            add(&|c| c.operator.qualifier = Some(SetQualifier::ForAnyValue));
        }
        // On a negated operator `IfExists` changes nothing.
        None if comparison != O::Null && !comparison.is_negated() => {
            add(&|c| c.operator.if_exists = !c.operator.if_exists);
        }
        None => {}
    }
    all
}

/// The clause with one pattern as wide as can be, and with one a step wider.
fn wider(clause: &Clause<String>) -> Vec<(String, Clause<String>)> {
    let mut all = Vec::new();
    for pattern in clause.values() {
        let step = pattern
            .strip_suffix("/*")
            .and_then(|p| p.rsplit_once('/'))
            .map(|(head, _)| format!("{head}/*"));
        for wide in ["*".to_owned()].into_iter().chain(step) {
            if wide == *pattern {
                continue;
            }
            let values = clause.values().iter().filter(|v| *v != pattern).cloned();
            let values = values.chain([wide.clone()]).collect();
            let how = format!("`{wide}` for `{pattern}`");
            all.push((
                how,
                if clause.is_except() {
                    Clause::Except(values)
                } else {
                    Clause::Only(values)
                },
            ));
        }
    }
    all
}

/// The documents of a membership, by label.
type Documents = Vec<(&'static str, Document)>;

fn documents(member: &Member<'_>) -> Documents {
    let context = member.deployment.context();
    let groups = group_policies(&context, &group("analysts"), &[dataset(SHARED_DATASET)]).unwrap();
    vec![
        (
            "project",
            project_policy(&context, &member.project, false).unwrap(),
        ),
        ("user", user_policy(&context, &member.user).unwrap()),
        (
            "role",
            pass_role_policy(&context, &member.role_arn()).unwrap(),
        ),
        ("group", groups[0].clone()),
        ("boundary", permissions_boundary(&context).unwrap()),
        ("base", notebook_base_policy(&context).unwrap()),
    ]
}

/// The same in the attribute model: only what differs from [`documents`].
fn shared_documents(member: &Member<'_>) -> Documents {
    let context = member.deployment.context();
    let mut all = documents(member);
    all.retain(|(label, _)| !matches!(*label, "project" | "user" | "role"));
    all.extend([
        ("members", attribute_policy(&context).unwrap()),
        (
            "shared role",
            attribute_role_policy(&context, &member.role_arn()).unwrap(),
        ),
    ]);
    all
}

/// Policies, and what they must decide about a row of the access table and of [`support`]; nothing where it is another check's matter.
struct Check {
    set: PolicySet,
    table: fn(&Case) -> Option<bool>,
    support: fn(&Case) -> Option<bool>,
}

/// The checks of this module's neighbours that the document with the label takes part in.
fn checks(documents: &Documents, label: &str) -> Vec<Check> {
    let document = |name: &str| {
        &documents
            .iter()
            .find(|(label, _)| *label == name)
            .unwrap()
            .1
    };
    let own = own(documents).fold(PolicySet::new(), |set, (name, document)| {
        set.identity(name, document)
    });
    let with = |actions: &str| own.clone().identity("base", &allow_all(actions));
    let supported = own.clone().identity("base", document("base"));
    let bounded = |set: PolicySet| set.boundary("boundary", document("boundary"));
    let may = |row: &Case| Some(row.may);
    let check = |set, table, support| Check {
        set,
        table,
        support,
    };
    match label {
        "boundary" => vec![
            check(bounded(supported), may, may),
            check(
                bounded(PolicySet::new().identity("base", &allow_all("*"))),
                |row| (row.may || !row.within_boundary && !row.open_to_base).then_some(row.may),
                |row| Some(row.within_boundary),
            ),
        ],
        "base" => vec![
            check(supported, may, may),
            check(
                PolicySet::new().identity("base", document("base")),
                |_| None,
                may,
            ),
        ],
        _ => vec![
            check(own.clone(), may, |_| None),
            check(with("sagemaker:*"), may, |_| None),
            check(with("*"), |row| Some(row.may || row.open_to_base), |_| None),
            check(supported, may, may),
            check(grants_of(documents), by_grant, |_| None),
        ],
    }
}

/// What the platform attaches itself.
fn own(documents: &Documents) -> impl Iterator<Item = &(&'static str, Document)> {
    documents
        .iter()
        .filter(|(label, _)| !matches!(*label, "boundary" | "base"))
}

/// A membership's policies without their denials.
fn grants_of(documents: &Documents) -> PolicySet {
    own(documents).fold(PolicySet::new(), |set, (label, document)| {
        let allows = document
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Allow)
            .cloned();
        set.identity(label, &Document::new(allows))
    })
}

/// What grants decide by themselves: all that is denied but for a job's network, keys and user.
fn by_grant(row: &Case) -> Option<bool> {
    (row.may || !FENCED.iter().any(|part| row.what.contains(part))).then_some(row.may)
}

/// Parts of the names of rows that only denials hold.
const FENCED: [&str; 7] = [
    " user",
    "Vpc",
    " subnet",
    "other group",
    " key",
    "on endpoint-config with",
    "while creating for another",
];

/// Whether a check comes out wrong with the mutant in place.
fn noticed(documents: &Documents, label: &'static str, mutant: &Mutant, rows: &Rows) -> bool {
    let alone = |statement: &Statement| {
        PolicySet::new().identity("alone", &Document::new([statement.clone()]))
    };
    let before = alone(&mutant.original).compile();
    let after = mutant
        .spoilt
        .as_ref()
        .map(alone)
        .unwrap_or_default()
        .compile();
    // Only these rows can come out otherwise.
    let touched = |row: &&Case| before.outcome(&row.request) != after.outcome(&row.request);
    let table: Vec<&Case> = rows.table.iter().filter(touched).collect();
    let support: Vec<&Case> = rows.support.iter().filter(touched).collect();
    let mut documents = documents.clone();
    documents.retain(|(name, _)| *name != label);
    documents.push((label, mutant.document.clone()));
    checks(&documents, label).iter().any(|check| {
        let wrong = |expected: Option<bool>, row: &Case| {
            expected.is_some_and(|expected| check.set.decide(&row.request).is_allowed() != expected)
        };
        table.iter().any(|row| wrong((check.table)(row), row))
            || support.iter().any(|row| wrong((check.support)(row), row))
    })
}

struct Rows {
    table: Vec<Case>,
    support: Vec<Case>,
}

#[test]
fn the_checks_hold_of_what_is_not_spoilt() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let (table, support) = (cases(member), support::rows(member));
    for (documents, label) in [
        (documents(member), "project"),
        (documents(member), "boundary"),
        (documents(member), "base"),
        (shared_documents(member), "members"),
    ] {
        for (index, check) in checks(&documents, label).iter().enumerate() {
            let table = table.iter().map(|row| ((check.table)(row), row));
            let support = support.iter().map(|row| ((check.support)(row), row));
            for (expected, row) in table.chain(support) {
                let decision = check.set.decide(&row.request);
                let right = expected.is_none_or(|expected| decision.is_allowed() == expected);
                assert!(right, "{label} {index}: {}: {decision}", row.what);
            }
        }
    }
}

/// Spoils the documents with these labels; gives the number of mutants and those that nothing noticed.
fn survivors(member: &Member<'_>, documents: &Documents, spoilt: &[&str]) -> (usize, Vec<String>) {
    let rows = Rows {
        table: cases(member),
        support: support::rows(member),
    };
    let (mut count, mut survivors) = (0, Vec::new());
    for (label, document) in documents.iter().filter(|(label, _)| spoilt.contains(label)) {
        for mutant in mutants(label, document) {
            count += 1;
            if !noticed(documents, label, &mutant, &rows) {
                survivors.push(mutant.label);
            }
        }
    }
    (count, survivors)
}

fn assert_explained(count: usize, survivors: &[String], explained: &[(&str, &str)]) {
    println!("{count} mutants, {} noticed", count - survivors.len());
    let known = |label: &str| explained.iter().any(|(known, _)| label.starts_with(known));
    let unexplained: Vec<&String> = survivors.iter().filter(|label| !known(label)).collect();
    assert!(unexplained.is_empty(), "unnoticed: {unexplained:#?}");
    let lives = |known: &str| survivors.iter().any(|label| label.starts_with(known));
    let stale: Vec<_> = explained
        .iter()
        .filter(|(known, _)| !lives(known))
        .collect();
    assert!(stale.is_empty(), "noticed after all: {stale:#?}");
    assert!(
        survivors.len() * 20 <= count,
        "{} of {count}",
        survivors.len()
    );
}

#[test]
fn the_table_notices_what_is_spoilt() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let spoilt = ["project", "user", "role", "group", "boundary", "base"];
    let (count, survivors) = survivors(member, &documents(member), &spoilt);
    assert_explained(count, &survivors, &SURVIVORS);
}

#[test]
fn the_table_notices_what_is_spoilt_in_the_attribute_model() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let (count, survivors) = survivors(
        member,
        &shared_documents(member),
        &["members", "shared role"],
    );
    assert_explained(count, &survivors, &SHARED_SURVIVORS);
}
