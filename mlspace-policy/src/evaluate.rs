//! `evaluate`: requests decided as IAM does, with the statements that decided.

mod request;

use std::path::Path;

use iam_policy::Statement;
use iam_policy::evaluate::{
    Decision, Layer, MissingAllow, Outcome, PolicySet, Request, StatementRef,
};
use serde_json::{Value, json};

use crate::arguments::{Evaluate, PolicyFiles};
use crate::input::{self, InputError, Policy};
use crate::output::{self, Answer, Format, Lines, count};
use crate::words;
use request::{Asked, Expectation};

/// The policies with the documents that decisions point into.
struct Loaded {
    set: PolicySet,
    policies: Vec<(Layer, Policy)>,
    notes: Vec<String>,
}

pub(crate) fn run(options: &Evaluate) -> Result<Answer, InputError> {
    let asked = match &options.requests {
        Some(path) => request::of_file(path)?,
        None => vec![request::of_flags(&options.request)?],
    };
    let loaded = load(&options.policies)?;
    let decided: Vec<(Asked, Decision)> = asked
        .into_iter()
        .map(|asked| {
            let decision = loaded.set.decide(&asked.request);
            (asked, decision)
        })
        .collect();
    let fine = decided
        .iter()
        .all(|(asked, decision)| fine(asked, decision));
    let answer = match options.format {
        Format::Text => Answer::new(text(&loaded, &decided), fine),
        Format::Json => {
            let all = decided
                .iter()
                .map(|(asked, decision)| as_json(&loaded, asked, decision));
            Answer::json(&Value::Array(all.collect()), fine)
        }
    };
    Ok(Answer {
        notes: loaded.notes,
        ..answer
    })
}

/// Whether a request ended as it should; without expectation, whether it is allowed.
fn fine(asked: &Asked, decision: &Decision) -> bool {
    match asked.expect {
        Some(Expectation::Deny) => !decision.is_allowed(),
        Some(Expectation::Allow) | None => decision.is_allowed(),
    }
}

fn load(files: &PolicyFiles) -> Result<Loaded, InputError> {
    let mut loaded = Loaded {
        set: PolicySet::new(),
        policies: Vec::new(),
        notes: Vec::new(),
    };
    for path in &files.identity {
        loaded.each(Layer::Identity, path, |set, p| {
            set.identity(&p.label, &p.document)
        })?;
    }
    for path in &files.session {
        loaded.each(Layer::Session, path, |set, p| {
            set.session(&p.label, &p.document)
        })?;
    }
    if let Some(path) = &files.boundary {
        loaded.only(Layer::Boundary, path, |set, p| {
            set.boundary(&p.label, &p.document)
        })?;
    }
    if let Some(path) = &files.resource_policy {
        loaded.only(Layer::Resource, path, |set, p| {
            set.resource(&p.label, &p.document)
        })?;
    }
    if let Some(path) = &files.endpoint {
        loaded.only(Layer::Endpoint, path, |set, p| {
            set.endpoint(&p.label, &p.document)
        })?;
    }
    for path in &files.scp {
        loaded.level(Layer::ServiceControl, path)?;
    }
    for path in &files.rcp {
        loaded.level(Layer::ResourceControl, path)?;
    }
    Ok(loaded)
}

impl Loaded {
    fn each(
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

    fn only(
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

    fn level(&mut self, layer: Layer, path: &Path) -> Result<(), InputError> {
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

    /// The statement that a decision names.
    fn statement(&self, source: &StatementRef) -> Option<&Statement> {
        let of = |(layer, policy): &&(Layer, Policy)| {
            *layer == source.layer && policy.label == source.policy
        };
        let (_, policy) = self.policies.iter().find(of)?;
        policy.document.statements.get(source.index)
    }
}

fn text(loaded: &Loaded, decided: &[(Asked, Decision)]) -> String {
    let mut lines = Lines::default();
    for (asked, decision) in decided {
        lines.gap();
        one(&mut lines, loaded, asked, decision);
    }
    let expected = decided
        .iter()
        .filter(|(asked, _)| asked.expect.is_some())
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
                .filter(|(a, d)| a.expect.is_some() && !fine(a, d))
                .count();
            summary.push_str(&format!("; of {expected} expectations {failed} failed"));
        }
        lines.add(0, summary);
    }
    lines.into_text()
}

fn one(lines: &mut Lines, loaded: &Loaded, asked: &Asked, decision: &Decision) {
    let request = &asked.request;
    let name = asked.name.as_ref().map(|name| format!("{name}: "));
    let ending = match decision.outcome {
        Outcome::Allowed => "ALLOWED",
        Outcome::ExplicitDeny | Outcome::ImplicitDeny => "DENIED",
    };
    let wrong = match asked.expect {
        Some(_) if fine(asked, decision) => ", as expected",
        Some(_) => ", which is NOT AS EXPECTED",
        None => "",
    };
    lines.add(0, format!("{}{ending}{wrong}", name.unwrap_or_default()));
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
        lacking(lines, request, missing);
    }
}

fn lacking(lines: &mut Lines, request: &Request, missing: &MissingAllow) {
    lines.add(2, format!("no {} allows it", missing.layer));
    for near in &missing.near_misses {
        lines.add(4, format!("{} would, if", near.statement));
        for condition in &near.unmet {
            let found = words::found(condition, request);
            lines.add(6, format!("{} ({found})", words::condition(condition)));
        }
    }
}

fn as_json(loaded: &Loaded, asked: &Asked, decision: &Decision) -> Value {
    let request = &asked.request;
    let source = |source: &StatementRef| output::source(source, loaded.statement(source));
    let missing = decision.missing.iter().map(|missing| {
        let near = missing.near_misses.iter().map(|near| {
            let unmet = near.unmet.iter().map(|condition| {
                json!({
                    "operator": condition.operator.to_string(),
                    "key": condition.key.as_str(),
                    "values": condition.values,
                    "found": request.values(&condition.key),
                    "words": words::condition(condition),
                })
            });
            json!({"statement": source(&near.statement), "unmet": unmet.collect::<Vec<_>>()})
        });
        json!({"layer": missing.layer.to_string(), "near": near.collect::<Vec<_>>()})
    });
    json!({
        "name": asked.name,
        "principal": request.caller().to_string(),
        "action": request.action(),
        "resource": request.resource(),
        "allowed": decision.is_allowed(),
        "outcome": match decision.outcome {
            Outcome::Allowed => "allowed",
            Outcome::ExplicitDeny => "explicit deny",
            Outcome::ImplicitDeny => "implicit deny",
        },
        "as_expected": asked.expect.map(|_| fine(asked, decision)),
        "deciding": decision.deciding.iter().map(source).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}
