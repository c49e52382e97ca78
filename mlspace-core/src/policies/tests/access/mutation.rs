//! Mutation tests of the access table: for every small change of a generated statement, a case of
//! the table must fail.
//!
//! A mutation removes a statement or a condition, inverts an operator, or adds resources. A mutant that
//! no case detects has to be proved to mean the same, or is listed with the reason.

use super::base_policy::with_resource;
use super::*;
use iam_policy::prove::{Answer, Question, prove_within};
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
        (
            "suspended",
            suspension_policy(&context, &[project("gamma")]).unwrap(),
        ),
        ("shared role", member.inline(attribute_role_policy)),
    ]);
    all
}

/// A tag that the role has lost, or that has another value.
type ChangedTag = Option<(&'static str, Option<&'static str>)>;

/// Policies, and their expected decision for a case of the access table and of [`base_policy`].
/// `None` if another check covers the case.
struct Check {
    set: PolicySet,
    changed: ChangedTag,
    table: fn(&Case) -> Option<bool>,
    base_policy: fn(&Case) -> Option<bool>,
}

impl Check {
    /// The rows that are decided differently than expected, with the decision.
    fn wrong<'r>(&self, rows: impl IntoIterator<Item = &'r Row>) -> Vec<(&'r Case, String)> {
        let compiled = self.set.compile();
        let differs = |Row {
                           case,
                           of_base_policy,
                       }: &'r Row| {
            let expected = if *of_base_policy {
                (self.base_policy)(case)?
            } else {
                (self.table)(case)?
            };
            let decision = if case.open_to_all {
                with_resource(&self.set, case).decide(&case.request)
            } else if (compiled.outcome(&case.request) == Outcome::Allowed) == expected {
                return None;
            } else {
                compiled.decide(&case.request)
            };
            (decision.is_allowed() != expected).then(|| (case, decision.to_string()))
        };
        rows.into_iter().filter_map(differs).collect()
    }
}

/// A case of the access table or of [`base_policy`].
struct Row {
    case: Case,
    of_base_policy: bool,
}

/// All cases, as roles with different tags ask.
struct Cases(Vec<(ChangedTag, Vec<Row>)>);

impl Cases {
    fn of(member: &Member<'_>) -> Self {
        let rows = |changed: ChangedTag| {
            let row = |of_base_policy| {
                move |case: Case| Row {
                    case: match changed {
                        Some((tag, value)) => Case {
                            request: case
                                .request
                                .context(format!("aws:PrincipalTag/{tag}"), value),
                            ..case
                        },
                        None => case,
                    },
                    of_base_policy,
                }
            };
            let table = access_cases(member).into_iter().map(row(false));
            let base_policy = base_policy::base_policy_cases(member);
            (
                changed,
                table
                    .chain(base_policy.into_iter().map(row(true)))
                    .collect(),
            )
        };
        Self(vec![
            rows(None),
            rows(WITHOUT_PROJECT),
            rows(WITHOUT_USER),
            rows(SUSPENDED),
        ])
    }

    fn rows(&self, changed: ChangedTag) -> &[Row] {
        let mut all = self.0.iter();
        &all.find(|(tag, _)| *tag == changed).unwrap().1
    }
}

const WITHOUT_PROJECT: ChangedTag = Some(("project", None));
const WITHOUT_USER: ChangedTag = Some(("user", None));
/// The role of a project that the attribute model's documents suspend.
const SUSPENDED: ChangedTag = Some(("project", Some("gamma")));

/// The checks of the other modules that involve the document with this label.
fn checks(documents: &Documents, label: &str) -> Vec<Check> {
    let document = |name: &str| &named(documents, name).1;
    let own = own(documents);
    let with = |actions: &str| own.clone().identity("base", &allow_all(actions));
    let supported = own.clone().identity("base", document("base"));
    let bounded = |set: PolicySet| set.boundary("boundary", document("boundary"));
    let allowed = |case: &Case| Some(case.allowed);
    let by_denials = |case: &Case| (!case.base_policy_can_allow).then_some(case.allowed);
    let check = |set, table, base_policy| Check {
        set,
        changed: None,
        table,
        base_policy,
    };
    let nothing = |set: PolicySet, tags: &[ChangedTag]| {
        let check = |changed: &ChangedTag| Check {
            set: set.clone(),
            changed: *changed,
            table: |_| Some(false),
            base_policy: |_| Some(false),
        };
        tags.iter().map(check).collect::<Vec<_>>()
    };
    match label {
        "boundary" => {
            let everything = bounded(PolicySet::new().identity("base", &allow_all("*")));
            let mut all = vec![
                check(bounded(supported), allowed, allowed),
                check(
                    everything.clone(),
                    |case| {
                        (case.allowed || !case.allowed_by_boundary && !case.base_policy_can_allow)
                            .then_some(case.allowed)
                    },
                    |case| Some(case.allowed_by_boundary),
                ),
            ];
            all.extend(nothing(everything, &[WITHOUT_PROJECT, WITHOUT_USER]));
            all
        }
        "base" => vec![check(supported, allowed, allowed)],
        _ => {
            let mut all = vec![
                check(own.clone(), allowed, |_| None),
                check(with("sagemaker:*"), by_denials, |_| None),
                check(with("*"), by_denials, |_| None),
                check(supported, allowed, allowed),
                check(allow_statements(documents), by_allow_statements, |_| None),
            ];
            // The policies of a project and a user hold their names themselves.
            if documents.iter().any(|(label, _)| *label == "members") {
                let tags = [WITHOUT_PROJECT, WITHOUT_USER, SUSPENDED];
                all.extend(nothing(with("*"), &tags));
            }
            all
        }
    }
}

fn named<'d>(documents: &'d Documents, name: &str) -> &'d (&'static str, Document) {
    let mut all = documents.iter();
    all.find(|(label, _)| *label == name).unwrap()
}

/// The policies that the platform attaches, as a set.
fn own(documents: &Documents) -> PolicySet {
    attached(documents).fold(PolicySet::new(), |set, (name, document)| {
        set.identity(name, document)
    })
}

/// Proves that a mutant decides the same for every request of the role within its account, whatever
/// other policies are attached to it. Else the answer, with a request that it decides differently.
///
/// Policies that agree beside one that allows everything do so beside any other, and so do those whose
/// Allow statements agree without one.
fn means_the_same(
    member: &Member<'_>,
    documents: &Documents,
    label: &'static str,
    mutant: &Mutant,
) -> Result<(), Answer> {
    let set = |documents: &Documents| {
        let everything = allow_all("*");
        match label {
            "boundary" => PolicySet::new()
                .identity("base", &everything)
                .boundary("boundary", &named(documents, "boundary").1),
            "base" => own(documents).identity("base", &named(documents, "base").1),
            _ if mutant.original.effect == Effect::Deny => {
                own(documents).identity("base", &everything)
            }
            _ => own(documents),
        }
    };
    let (original, mutated) = (set(documents), set(&replaced(documents, label, mutant)));
    let question = Question::new(Caller::from_arn(&member.role_arn()).unwrap())
        .principal_tag("system", "MLSpace")
        .principal_tag("project", member.project.as_str())
        .principal_tag("user", member.user.as_str())
        .principal_tag("dynamic-user-role", "true")
        .steps(400_000_000);
    // A mutation leaves the actions of its statement as they are, and AWS authorizes an action on
    // resources of its own service.
    let question = match &mutant.original.actions {
        Clause::Only(actions) => {
            let services = actions.iter().filter_map(|action| action.split(':').next());
            let resources = services.map(|service| format!("arn:aws:{service}:*"));
            question.actions(actions).resources(resources)
        }
        Clause::Except(actions) => question.not_actions(actions),
    };
    for (set, limit) in [(&mutated, &original), (&original, &mutated)] {
        match prove_within(set, limit, &question) {
            Answer::Holds => {}
            answer => return Err(answer),
        }
    }
    Ok(())
}

/// The documents with the mutant in the place of its original.
fn replaced(documents: &Documents, label: &'static str, mutant: &Mutant) -> Documents {
    let mut documents = documents.clone();
    documents.retain(|(name, _)| *name != label);
    documents.push((label, mutant.document.clone()));
    documents
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
const DENIED_BY_DENIALS: [&str; 15] = [
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
    "the domain of others",
];

/// Whether a check fails with the mutant.
fn is_detected(documents: &Documents, label: &'static str, mutant: &Mutant, cases: &Cases) -> bool {
    let alone = |statement: &Statement| {
        PolicySet::new().identity("alone", &Document::new([statement.clone()]))
    };
    let before = alone(&mutant.original);
    let after = mutant.mutated.as_ref().map(alone).unwrap_or_default();
    let compiled = (before.compile(), after.compile());
    // Only the decisions for these cases can change.
    let is_affected = |row: &&Row| {
        let request = &row.case.request;
        if row.case.open_to_all {
            let outcome = |set: &PolicySet| with_resource(set, &row.case).decide(request).outcome;
            outcome(&before) != outcome(&after)
        } else {
            compiled.0.outcome(request) != compiled.1.outcome(request)
        }
    };
    let mut affected: Vec<(ChangedTag, Vec<&Row>)> = Vec::new();
    let documents = replaced(documents, label, mutant);
    checks(&documents, label).iter().any(|check| {
        if affected.iter().all(|(tag, _)| *tag != check.changed) {
            let rows = cases.rows(check.changed).iter().filter(is_affected);
            affected.push((check.changed, rows.collect()));
        }
        let mut of_tags = affected.iter().filter(|(tag, _)| *tag == check.changed);
        of_tags.any(|(_, rows)| !check.wrong(rows.iter().copied()).is_empty())
    })
}

#[test]
fn checks_pass_without_mutations() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let cases = Cases::of(member);
    for (documents, label) in [
        (documents(member), "project"),
        (documents(member), "boundary"),
        (documents(member), "base"),
        (attribute_documents(member), "members"),
    ] {
        for (index, check) in checks(&documents, label).iter().enumerate() {
            let wrong: Vec<String> = check
                .wrong(cases.rows(check.changed))
                .into_iter()
                .map(|(case, decision)| format!("{}: {decision}", case.what))
                .collect();
            assert!(wrong.is_empty(), "{label} {index}: {wrong:#?}");
        }
    }
}

/// What became of the mutants of some documents.
#[derive(Default)]
struct Score {
    mutants: usize,
    /// Those that no case detects and that mean something else.
    survivors: Vec<String>,
    /// The labels of those that are proved to mean the same.
    same: Vec<String>,
}

/// Mutates the documents with these labels.
fn score(member: &Member<'_>, documents: &Documents, mutated: &[&str]) -> Score {
    let cases = Cases::of(member);
    let mut score = Score::default();
    for (label, document) in documents
        .iter()
        .filter(|(label, _)| mutated.contains(label))
    {
        for mutant in mutants(label, document) {
            score.mutants += 1;
            if is_detected(documents, label, &mutant, &cases) {
                continue;
            }
            match means_the_same(member, documents, label, &mutant) {
                Ok(()) => score.same.push(mutant.label),
                Err(answer) => score.survivors.push(format!("{}: {answer}", mutant.label)),
            }
        }
    }
    score
}

/// Every mutant that means something else is detected.
fn assert_detected(score: &Score) {
    let Score {
        mutants,
        survivors,
        same,
    } = score;
    let detected = mutants - survivors.len() - same.len();
    println!(
        "{mutants} mutants, {detected} detected; proved to mean the same: {same:#?}; not detected: {survivors:#?}"
    );
    assert!(survivors.is_empty(), "{survivors:#?}");
}

#[test]
fn access_table_detects_mutations() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let mutated = ["project", "user", "role", "group", "boundary", "base"];
    assert_detected(&score(member, &documents(member), &mutated));
}

#[test]
fn access_table_detects_mutations_of_the_attribute_model() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let documents = attribute_documents(member);
    assert_detected(&score(
        member,
        &documents,
        &["members", "suspended", "shared role"],
    ));
}
