//! Mutation tests of the access table: for every small change of a generated statement, a case of
//! the table must fail.
//!
//! A mutation removes a statement or a condition, inverts an operator, or adds resources. Mutants
//! that no case detects are listed with the reason.

use super::*;
use iam_policy::{Clause, Condition, Conditions, Effect, Operator, SetQualifier, Statement};

/// A document with one changed statement.
struct Mutant {
    label: String,
    original: Statement,
    /// `None` if removed.
    mutated: Option<Statement>,
    document: Document,
}

fn mutants(label: &str, document: &Document) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (index, original) in document.statements.iter().enumerate() {
        let sid = original.sid.as_deref().unwrap_or_default();
        let mut add = |how: String, mutated: Option<Statement>| {
            let mut document = document.clone();
            match &mutated {
                Some(mutated) => document.statements[index] = mutated.clone(),
                None => drop(document.statements.remove(index)),
            }
            let label = format!("{label} {sid}: {how}");
            all.push(Mutant {
                label,
                original: original.clone(),
                mutated,
                document,
            });
        };
        add("left out".to_owned(), None);
        for (how, conditions) in mutated_conditions(&original.conditions) {
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

fn mutated_conditions(conditions: &Conditions) -> Vec<(String, Conditions)> {
    let mut all = Vec::new();
    for condition in conditions {
        let rest = || conditions.iter().filter(|c| *c != condition).cloned();
        let name = format!("{} {}", condition.operator, condition.key);
        all.push((format!("without {name}"), rest().collect()));
        for inverted in inverted(condition) {
            let how = format!(
                "{name} as {} {:?}",
                inverted.operator,
                inverted.values.first().unwrap()
            );
            all.push((how, rest().chain([inverted]).collect()));
        }
    }
    all
}

/// The condition with an inverted operator: negated or not, any or all, with or without `IfExists`.
fn inverted(condition: &Condition) -> Vec<Condition> {
    use Operator as O;
    const INVERSES: [(O, O); 4] = [
        (O::StringEquals, O::StringNotEquals),
        (O::StringLike, O::StringNotLike),
        (O::ArnEquals, O::ArnNotEquals),
        (O::ArnLike, O::ArnNotLike),
    ];
    let operator = condition.operator;
    let comparison = operator.comparison;
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Condition)| {
        let mut inverted = condition.clone();
        change(&mut inverted);
        all.push(inverted);
    };
    if matches!(comparison, O::Null | O::Bool) {
        let other = |value: &String| if value == "true" { "false" } else { "true" }.to_owned();
        add(&|c| c.values = c.values.iter().map(other).collect());
    }
    for (positive, negated) in INVERSES {
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

/// The clause with one pattern replaced by `*`, and by the pattern of its parent.
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
            project_policy(&context, &member.project, &ProjectAccess::default(), false).unwrap(),
        ),
        ("user", user_policy(&context, &member.user).unwrap()),
        ("role", member.inline(pass_role_policy)),
        ("group", groups[0].clone()),
        ("boundary", permissions_boundary(&context).unwrap()),
        ("base", notebook_base_policy(&context).unwrap()),
    ]
}

/// The same in the attribute model.
fn attribute_documents(member: &Member<'_>) -> Documents {
    let context = member.deployment.context();
    let mut all = documents(member);
    all.retain(|(label, _)| !matches!(*label, "project" | "user" | "role"));
    all.extend([
        ("members", attribute_policy(&context).unwrap()),
        ("suspended", suspension_policy(&context, []).unwrap()),
        ("shared role", member.inline(attribute_role_policy)),
    ]);
    all
}

/// Policies, and their expected decision for a case of the access table and of [`base_policy`].
/// `None` if another check covers the case.
struct Check {
    set: PolicySet,
    table: fn(&Case) -> Option<bool>,
    base_policy: fn(&Case) -> Option<bool>,
}

/// The checks of the other modules that involve the document with this label.
fn checks(documents: &Documents, label: &str) -> Vec<Check> {
    let document = |name: &str| {
        &documents
            .iter()
            .find(|(label, _)| *label == name)
            .unwrap()
            .1
    };
    let own = attached(documents).fold(PolicySet::new(), |set, (name, document)| {
        set.identity(name, document)
    });
    let with = |actions: &str| own.clone().identity("base", &allow_all(actions));
    let supported = own.clone().identity("base", document("base"));
    let bounded = |set: PolicySet| set.boundary("boundary", document("boundary"));
    let allowed = |case: &Case| Some(case.allowed);
    let check = |set, table, base_policy| Check {
        set,
        table,
        base_policy,
    };
    match label {
        "boundary" => vec![
            check(bounded(supported), allowed, allowed),
            check(
                bounded(PolicySet::new().identity("base", &allow_all("*"))),
                |case| {
                    (case.allowed || !case.allowed_by_boundary && !case.base_policy_can_allow)
                        .then_some(case.allowed)
                },
                |_| None,
            ),
        ],
        "base" => vec![check(supported, allowed, allowed)],
        _ => vec![
            check(own.clone(), allowed, |_| None),
            check(
                with("sagemaker:*"),
                |case| (!case.base_policy_can_allow).then_some(case.allowed),
                |_| None,
            ),
            check(
                with("*"),
                |case| (!case.base_policy_can_allow).then_some(case.allowed),
                |_| None,
            ),
            check(supported, allowed, allowed),
            check(allow_statements(documents), by_allow_statements, |_| None),
        ],
    }
}

/// The policies that the platform attaches.
fn attached(documents: &Documents) -> impl Iterator<Item = &(&'static str, Document)> {
    documents
        .iter()
        .filter(|(label, _)| !matches!(*label, "boundary" | "base"))
}

/// A membership's policies without their denials.
fn allow_statements(documents: &Documents) -> PolicySet {
    attached(documents).fold(PolicySet::new(), |set, (label, document)| {
        let allows = document
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Allow)
            .cloned();
        set.identity(label, &Document::new(allows))
    })
}

/// The expected decision of Allow statements alone. It is unknown for network, keys and user of
/// jobs.
fn by_allow_statements(case: &Case) -> Option<bool> {
    (case.allowed
        || !DENIED_BY_DENIALS
            .iter()
            .any(|part| case.what.contains(part)))
    .then_some(case.allowed)
}

/// Parts of the names of cases that only Deny statements deny.
const DENIED_BY_DENIALS: [&str; 14] = [
    "sagemaker:Create",
    "sagemaker:Delete",
    "sagemaker:List",
    "sagemaker:Start",
    "sagemaker:Stop",
    "sagemaker:Update",
    "DeleteTags",
    " user",
    "Vpc",
    " subnet",
    "other group",
    " key",
    "on endpoint-config with",
    "while creating for another",
];

/// Whether a check fails with the mutant.
fn is_detected(documents: &Documents, label: &'static str, mutant: &Mutant, cases: &Cases) -> bool {
    let alone = |statement: &Statement| {
        PolicySet::new().identity("alone", &Document::new([statement.clone()]))
    };
    let before = alone(&mutant.original).compile();
    let after = mutant
        .mutated
        .as_ref()
        .map(alone)
        .unwrap_or_default()
        .compile();
    // Only the decisions for these cases can change.
    let affected = |case: &&Case| before.outcome(&case.request) != after.outcome(&case.request);
    let table: Vec<&Case> = cases.table.iter().filter(affected).collect();
    let base_policy: Vec<&Case> = cases.base_policy.iter().filter(affected).collect();
    let mut documents = documents.clone();
    documents.retain(|(name, _)| *name != label);
    documents.push((label, mutant.document.clone()));
    checks(&documents, label).iter().any(|check| {
        let wrong = |expected: Option<bool>, case: &Case| {
            expected
                .is_some_and(|expected| check.set.decide(&case.request).is_allowed() != expected)
        };
        table.iter().any(|case| wrong((check.table)(case), case))
            || base_policy
                .iter()
                .any(|case| wrong((check.base_policy)(case), case))
    })
}

struct Cases {
    table: Vec<Case>,
    base_policy: Vec<Case>,
}

#[test]
fn checks_pass_without_mutations() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let (table, base_policy) = (access_cases(member), base_policy::base_policy_cases(member));
    for (documents, label) in [
        (documents(member), "project"),
        (documents(member), "boundary"),
        (documents(member), "base"),
        (attribute_documents(member), "members"),
    ] {
        for (index, check) in checks(&documents, label).iter().enumerate() {
            let table = table.iter().map(|case| ((check.table)(case), case));
            let base_policy = base_policy
                .iter()
                .map(|case| ((check.base_policy)(case), case));
            for (expected, case) in table.chain(base_policy) {
                let decision = check.set.decide(&case.request);
                let right = expected.is_none_or(|expected| decision.is_allowed() == expected);
                assert!(right, "{label} {index}: {}: {decision}", case.what);
            }
        }
    }
}

/// Mutates the documents with these labels. Returns the number of mutants and the labels of
/// survivors.
fn survivors(member: &Member<'_>, documents: &Documents, mutated: &[&str]) -> (usize, Vec<String>) {
    let cases = Cases {
        table: access_cases(member),
        base_policy: base_policy::base_policy_cases(member),
    };
    let (mut count, mut survivors) = (0, Vec::new());
    for (label, document) in documents
        .iter()
        .filter(|(label, _)| mutated.contains(label))
    {
        for mutant in mutants(label, document) {
            count += 1;
            if !is_detected(documents, label, &mutant, &cases) {
                survivors.push(mutant.label);
            }
        }
    }
    (count, survivors)
}

/// Most mutants are detected. What the table does not try is tried by the requests of
/// [`super::super::requests`], which this test leaves out since they are slow.
fn assert_detected(count: usize, survivors: &[String], percent: usize) {
    let detected = count - survivors.len();
    println!("{count} mutants, {detected} detected; not detected: {survivors:#?}");
    assert!(
        detected * 100 >= count * percent,
        "{detected} of {count}: {survivors:#?}"
    );
}

#[test]
fn access_table_detects_mutations() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let mutated = ["project", "user", "role", "group", "boundary", "base"];
    let (count, survivors) = survivors(member, &documents(member), &mutated);
    assert_detected(count, &survivors, 75);
}

#[test]
fn access_table_detects_mutations_of_the_attribute_model() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let (count, survivors) = survivors(
        member,
        &attribute_documents(member),
        &["members", "shared role"],
    );
    assert_detected(count, &survivors, 75);
}
