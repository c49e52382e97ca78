//! `evaluate`: decides requests as IAM does, and names the deciding statements.

mod request;

use std::path::Path;

use iam_policy::Statement;
use iam_policy::evaluate::{
    Decision, Layer, MissingAllow, Outcome, PolicySet, Request, StatementRef,
};
use serde_json::{Value, json};

use crate::arguments::{Evaluate, PolicyFiles};
use crate::describe;
use crate::input::{self, InputError, Policy};
use crate::output::{self, CommandOutput, Format, Lines, count};
use request::{Expectation, RequestCase};

/// The policies, with the documents that decisions refer to.
pub(crate) struct LoadedPolicies {
    pub(crate) set: PolicySet,
    policies: Vec<(Layer, Policy)>,
    pub(crate) notes: Vec<String>,
}

pub(crate) fn run(options: &Evaluate) -> Result<CommandOutput, InputError> {
    let cases = match &options.requests {
        Some(path) => request::from_file(path)?,
        None => vec![request::from_flags(&options.request)?],
    };
    let loaded = load(&options.policies)?;
    let decided: Vec<(RequestCase, Decision)> = cases
        .into_iter()
        .map(|case| {
            let decision = loaded.set.decide(&case.request);
            (case, decision)
        })
        .collect();
    let passed = decided
        .iter()
        .all(|(case, decision)| passes(case, decision));
    let output = match options.format {
        Format::Text => CommandOutput::new(text(&loaded, &decided), passed),
        Format::Json => {
            let all = decided
                .iter()
                .map(|(case, decision)| json(&loaded, case, decision));
            CommandOutput::json(&Value::Array(all.collect()), passed)
        }
    };
    Ok(CommandOutput {
        notes: loaded.notes,
        ..output
    })
}

/// Whether the decision is as expected; without an expectation, whether the request is allowed.
fn passes(case: &RequestCase, decision: &Decision) -> bool {
    match case.expect {
        Some(Expectation::Deny) => !decision.is_allowed(),
        Some(Expectation::Allow) | None => decision.is_allowed(),
    }
}

pub(crate) fn load(files: &PolicyFiles) -> Result<LoadedPolicies, InputError> {
    let mut loaded = LoadedPolicies {
        set: PolicySet::new(),
        policies: Vec::new(),
        notes: Vec::new(),
    };
    for path in &files.identity {
        loaded.add_all(Layer::Identity, path, |set, p| {
            set.identity(&p.label, &p.document)
        })?;
    }
    for path in &files.session {
        loaded.add_all(Layer::Session, path, |set, p| {
            set.session(&p.label, &p.document)
        })?;
    }
    if let Some(path) = &files.boundary {
        loaded.set_one(Layer::Boundary, path, |set, p| {
            set.boundary(&p.label, &p.document)
        })?;
    }
    if let Some(path) = &files.resource_policy {
        loaded.set_one(Layer::Resource, path, |set, p| {
            set.resource(&p.label, &p.document)
        })?;
    }
    if let Some(path) = &files.endpoint {
        loaded.set_one(Layer::Endpoint, path, |set, p| {
            set.endpoint(&p.label, &p.document)
        })?;
    }
    for path in &files.scp {
        loaded.add_level(Layer::ServiceControl, path)?;
    }
    for path in &files.rcp {
        loaded.add_level(Layer::ResourceControl, path)?;
    }
    Ok(loaded)
}

impl LoadedPolicies {
    /// Adds all policies of a file.
    fn add_all(
        &mut self,
        layer: Layer,
        path: &Path,
        add: impl Fn(PolicySet, &Policy) -> PolicySet,
    ) -> Result<(), InputError> {
        let policies = input::policies(path)?;
        self.notes.extend(policies.notes);
        for policy in policies.found {
            self.set = add(std::mem::take(&mut self.set), &policy);
            self.policies.push((layer, policy));
        }
        Ok(())
    }

    /// Sets the only policy of a file.
    fn set_one(
        &mut self,
        layer: Layer,
        path: &Path,
        set: impl Fn(PolicySet, &Policy) -> PolicySet,
    ) -> Result<(), InputError> {
        let policy = input::policy(path)?;
        self.set = set(std::mem::take(&mut self.set), &policy);
        self.policies.push((layer, policy));
        Ok(())
    }

    /// Adds all policies of a file as one level of the organization.
    fn add_level(&mut self, layer: Layer, path: &Path) -> Result<(), InputError> {
        let policies = input::policies(path)?;
        self.notes.extend(policies.notes);
        let level = policies
            .found
            .iter()
            .map(|p| (p.label.as_str(), &p.document));
        let set = std::mem::take(&mut self.set);
        self.set = if layer == Layer::ServiceControl {
            set.service_control(level)
        } else {
            set.resource_control(level)
        };
        self.policies
            .extend(policies.found.into_iter().map(|policy| (layer, policy)));
        Ok(())
    }

    /// The statement that a decision refers to.
    fn statement(&self, source: &StatementRef) -> Option<&Statement> {
        let of = |(layer, policy): &&(Layer, Policy)| {
            *layer == source.layer && policy.label == source.policy
        };
        let (_, policy) = self.policies.iter().find(of)?;
        policy.document.statements.get(source.index)
    }
}

fn text(loaded: &LoadedPolicies, decided: &[(RequestCase, Decision)]) -> String {
    let mut lines = Lines::default();
    for (case, decision) in decided {
        lines.gap();
        push_decision(&mut lines, loaded, case, decision);
    }
    let expected = decided
        .iter()
        .filter(|(case, _)| case.expect.is_some())
        .count();
    if decided.len() > 1 {
        lines.gap();
        let allowed = decided.iter().filter(|(_, d)| d.is_allowed()).count();
        let mut summary = format!(
            "{}: {allowed} allowed, {} denied",
            count(decided.len(), "request"),
            decided.len() - allowed
        );
        if expected > 0 {
            let failed = decided
                .iter()
                .filter(|(case, decision)| case.expect.is_some() && !passes(case, decision))
                .count();
            summary.push_str(&format!("; of {expected} expectations {failed} failed"));
        }
        lines.add(0, summary);
    }
    lines.into_text()
}

fn push_decision(
    lines: &mut Lines,
    loaded: &LoadedPolicies,
    case: &RequestCase,
    decision: &Decision,
) {
    let request = &case.request;
    let name = case.name.as_ref().map(|name| format!("{name}: "));
    let outcome = match decision.outcome {
        Outcome::Allowed => "ALLOWED",
        Outcome::ExplicitDeny | Outcome::ImplicitDeny => "DENIED",
    };
    let expectation = match case.expect {
        Some(_) if passes(case, decision) => ", as expected",
        Some(_) => ", which is NOT AS EXPECTED",
        None => "",
    };
    lines.add(
        0,
        format!("{}{outcome}{expectation}", name.unwrap_or_default()),
    );
    lines.add(2, format!("{} on {}", request.action(), request.resource()));
    lines.add(2, format!("by {}", request.caller()));
    let verb = if decision.is_allowed() {
        "allows"
    } else {
        "denies"
    };
    for source in &decision.deciding {
        lines.add(2, format!("{source} {verb} it:"));
        if let Some(statement) = loaded.statement(source) {
            lines.block(4, &statement.to_json_pretty());
        }
    }
    if decision.is_allowed() && decision.deciding.is_empty() {
        lines.add(
            2,
            "the root user needs no policy for what its own account has",
        );
    }
    for missing in &decision.missing {
        push_missing(lines, request, missing);
    }
}

fn push_missing(lines: &mut Lines, request: &Request, missing: &MissingAllow) {
    lines.add(2, format!("no {} allows it", missing.layer));
    for near in &missing.near_misses {
        lines.add(4, format!("{} would, if", near.statement));
        for condition in &near.unmet {
            let actual = describe::actual_values(condition, request);
            lines.add(6, format!("{} ({actual})", describe::condition(condition)));
        }
    }
}

fn json(loaded: &LoadedPolicies, case: &RequestCase, decision: &Decision) -> Value {
    let request = &case.request;
    let source = |source: &StatementRef| output::source(source, loaded.statement(source));
    let missing = decision.missing.iter().map(|missing| {
        let near = missing.near_misses.iter().map(|near| {
            let unmet = near.unmet.iter().map(|condition| {
                json!({
                    "operator": condition.operator.to_string(),
                    "key": condition.key.as_str(),
                    "values": condition.values,
                    "found": request.values(&condition.key),
                    "words": describe::condition(condition),
                })
            });
            json!({"statement": source(&near.statement), "unmet": unmet.collect::<Vec<_>>()})
        });
        json!({"layer": missing.layer.to_string(), "near": near.collect::<Vec<_>>()})
    });
    json!({
        "name": case.name,
        "principal": request.caller().to_string(),
        "action": request.action(),
        "resource": request.resource(),
        "allowed": decision.is_allowed(),
        "outcome": match decision.outcome {
            Outcome::Allowed => "allowed",
            Outcome::ExplicitDeny => "explicit deny",
            Outcome::ImplicitDeny => "implicit deny",
        },
        "as_expected": case.expect.map(|_| passes(case, decision)),
        "deciding": decision.deciding.iter().map(source).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}
