//! `evaluate`: decides requests as IAM does, and names the deciding statements.
//!
//! Where the decision depends on how AWS reads a policy variable without a value, it is given in each
//! reading, and is what is expected only if all readings agree on that.

mod request;

use std::path::Path;

use iam_policy::Statement;
use iam_policy::evaluate::{
    Decision, Layer, MissingAllow, Outcome, PolicySet, Readings, Request, StatementRef,
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
    let decided: Vec<(RequestCase, Readings)> = cases
        .into_iter()
        .map(|case| {
            let readings = loaded.set.readings(&case.request);
            (case, readings)
        })
        .collect();
    let passed = decided
        .iter()
        .all(|(case, readings)| passes(case, readings));
    let output = match options.format {
        Format::Text => CommandOutput::new(text(&loaded, &decided), passed),
        Format::Json => {
            let all = decided
                .iter()
                .map(|(case, readings)| json(&loaded, case, readings));
            CommandOutput::json(&Value::Array(all.collect()), passed)
        }
    };
    Ok(CommandOutput {
        notes: loaded.notes,
        ..output
    })
}

/// Whether the decision is as expected; without an expectation, whether the request is allowed.
fn passes(case: &RequestCase, readings: &Readings) -> bool {
    match case.expect {
        Some(Expectation::Deny) => !readings.possible().is_allowed(),
        Some(Expectation::Allow) | None => readings.certain().is_allowed(),
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

fn text(loaded: &LoadedPolicies, decided: &[(RequestCase, Readings)]) -> String {
    let mut lines = Lines::default();
    for (case, readings) in decided {
        lines.gap();
        push_readings(&mut lines, loaded, case, readings);
    }
    let expected = decided
        .iter()
        .filter(|(case, _)| case.expect.is_some())
        .count();
    if decided.len() > 1 {
        lines.gap();
        let of = |holds: &dyn Fn(&Readings) -> bool| {
            decided
                .iter()
                .filter(|(_, readings)| holds(readings))
                .count()
        };
        let mut summary = format!(
            "{}: {} allowed, {} denied",
            count(decided.len(), "request"),
            of(&|readings| readings.certain().is_allowed()),
            of(&|readings| !readings.possible().is_allowed()),
        );
        let not_certain = of(&|readings| !readings.agree());
        if not_certain > 0 {
            summary.push_str(&format!(", {not_certain} not certain"));
        }
        if expected > 0 {
            let failed = decided
                .iter()
                .filter(|(case, readings)| case.expect.is_some() && !passes(case, readings))
                .count();
            summary.push_str(&format!("; of {expected} expectations {failed} failed"));
        }
        lines.add(0, summary);
    }
    lines.into_text()
}

fn push_readings(
    lines: &mut Lines,
    loaded: &LoadedPolicies,
    case: &RequestCase,
    readings: &Readings,
) {
    let request = &case.request;
    let name = case.name.as_ref().map(|name| format!("{name}: "));
    let outcome = if readings.agree() {
        outcome(readings.certain())
    } else {
        "NOT CERTAIN"
    };
    let expectation = match case.expect {
        Some(_) if passes(case, readings) => ", as expected",
        Some(_) => ", which is NOT AS EXPECTED",
        None => "",
    };
    lines.add(
        0,
        format!("{}{outcome}{expectation}", name.unwrap_or_default()),
    );
    lines.add(2, format!("{} on {}", request.action(), request.resource()));
    lines.add(2, format!("by {}", request.caller()));
    if readings.agree() {
        push_decision(lines, loaded, request, readings.certain());
        return;
    }
    lines.add(
        2,
        "AWS's guide says two things about a policy variable without a value. Give its key, or give the variable a \
         default",
    );
    for (reading, decision) in readings.all() {
        lines.add(2, format!("{}, if {reading}:", self::outcome(decision)));
        push_decision(lines, loaded, request, decision);
    }
}

fn outcome(decision: &Decision) -> &'static str {
    match decision.outcome {
        Outcome::Allowed => "ALLOWED",
        Outcome::ExplicitDeny | Outcome::ImplicitDeny => "DENIED",
    }
}

fn push_decision(
    lines: &mut Lines,
    loaded: &LoadedPolicies,
    request: &Request,
    decision: &Decision,
) {
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

fn json(loaded: &LoadedPolicies, case: &RequestCase, readings: &Readings) -> Value {
    let request = &case.request;
    let mut all = json!({
        "name": case.name,
        "principal": request.caller().to_string(),
        "action": request.action(),
        "resource": request.resource(),
        "as_expected": case.expect.map(|_| passes(case, readings)),
        "certain": readings.agree(),
    });
    let add = |all: &mut Value, more: Value| {
        if let (Value::Object(all), Value::Object(more)) = (all, more) {
            all.extend(more);
        }
    };
    add(&mut all, decision_json(loaded, request, readings.certain()));
    if !readings.agree() {
        let by_reading = readings.all().map(|(reading, decision)| {
            let mut one = json!({"if": reading.to_string()});
            add(&mut one, decision_json(loaded, request, decision));
            one
        });
        let by_reading: Vec<Value> = by_reading.collect();
        add(&mut all, json!({"readings": by_reading}));
    }
    all
}

fn decision_json(loaded: &LoadedPolicies, request: &Request, decision: &Decision) -> Value {
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
        "allowed": decision.is_allowed(),
        "outcome": match decision.outcome {
            Outcome::Allowed => "allowed",
            Outcome::ExplicitDeny => "explicit deny",
            Outcome::ImplicitDeny => "implicit deny",
        },
        "deciding": decision.deciding.iter().map(source).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}
