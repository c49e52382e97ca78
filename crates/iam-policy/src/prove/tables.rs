//! What AWS's tables of actions say about requests, as far as a question needs it.
//!
//! The tables are large and most of them does not matter to a question. So a request is looked for
//! without them, and if they rule it out, the search is repeated with the rule that it violates.
//!
//! Source: "Actions, resources, and condition keys for AWS services"
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::encode::Encoder;
use super::formula::{Atom, Formula, KeyAtom, ValuesAtom};
use super::language::{Automaton, Chars, Row, Step, action, text};
use crate::ConditionKey;
use crate::evaluate::Request;
use crate::lint::service_reference::{self, ActionDefinition};
use crate::pattern::Pattern;

/// A rule of the tables, for the services that have one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// There are no other actions.
    Actions,
    /// ARNs have one of the listed forms.
    Resources,
    /// Actions without resource types name no resource.
    Unscoped,
    /// Other actions do not carry the key.
    Carriers(ConditionKey),
}

/// The rules that a request violates.
pub(super) fn violated(request: &Request) -> BTreeSet<Rule> {
    let mut rules = BTreeSet::new();
    if !has_form(request.resource()) {
        rules.insert(Rule::Resources);
    }
    let Some(definition) = service_reference::action(request.action()) else {
        let service = request.action().split(':').next().unwrap_or_default();
        if service_reference::has_actions(service) {
            rules.insert(Rule::Actions);
        }
        return rules;
    };
    if definition.unscoped && request.resource() != "*" {
        rules.insert(Rule::Unscoped);
    }
    let keys = request.entries().map(|(key, _)| key);
    let strange = keys.filter(|key| definition.carries(key) == Some(false));
    rules.extend(strange.cloned().map(Rule::Carriers));
    rules
}

impl Rule {
    /// The formula of the requests that fulfil the rule.
    pub(super) fn formula(&self, encoder: &mut Encoder) -> Formula {
        match self {
            Self::Actions => {
                let services = service_reference::resource_forms();
                let services = services.map(|(service, _)| {
                    let mut row = text(&format!("{service}:"));
                    row.push(Step::many(Chars::Any));
                    row
                });
                let services = Atom::Action(encoder.predicates.text(services.collect()));
                let known = Atom::Action(encoder.predicates.shared(&ACTIONS));
                Formula::any([Formula::from(services).negated(), known.into()])
            }
            Self::Resources => {
                let services = service_reference::resource_forms();
                let of_service = services.map(|(service, _)| of_service(service));
                let of_service = Atom::Resource(encoder.predicates.text(of_service.collect()));
                let forms = Atom::Resource(encoder.predicates.shared(&FORMS));
                Formula::any([Formula::from(of_service).negated(), forms.into()])
            }
            Self::Unscoped => {
                let unscoped = Atom::Action(encoder.predicates.shared(&UNSCOPED));
                let nothing = Atom::Resource(encoder.predicates.text(vec![text("*")]));
                Formula::any([Formula::from(unscoped).negated(), nothing.into()])
            }
            Self::Carriers(key) => {
                let strangers = names(|d| d.carries(key) == Some(false));
                let strangers = Arc::new(Automaton::new(&strangers));
                let strangers = Atom::Action(encoder.predicates.shared(&strangers));
                let missing = KeyAtom {
                    missing: true,
                    empty: false,
                    values: ValuesAtom::Never,
                };
                let missing = match encoder.given.get(key) {
                    Some(values) => Formula::of(values.is_empty()),
                    None => Atom::Key(encoder.key(key), missing).into(),
                };
                Formula::any([Formula::from(strangers).negated(), missing])
            }
        }
    }
}

fn names(wanted: impl Fn(&ActionDefinition) -> bool) -> Vec<Row> {
    let all = service_reference::actions("*").into_iter();
    let names = all.filter(|definition| wanted(definition));
    names.map(|d| action(&Pattern::literal(&d.name))).collect()
}

/// All ARNs of a service.
fn of_service(service: &str) -> Row {
    let mut row = text("arn:");
    row.push(Step::many(Chars::WithinPart));
    row.extend(text(&format!(":{service}:")));
    row.push(Step::many(Chars::Any));
    row
}

/// The forms of ARNs of all services with a table.
static FORMS: LazyLock<Arc<Automaton>> = LazyLock::new(|| {
    let services = service_reference::resource_forms();
    let rows = services.flat_map(|(_, forms)| forms.iter().map(|form| form_row(form)));
    Arc::new(Automaton::new(&rows.collect::<Vec<_>>()))
});

/// All actions of services with a table.
static ACTIONS: LazyLock<Arc<Automaton>> =
    LazyLock::new(|| Arc::new(Automaton::new(&names(|_| true))));

/// Those without resource types.
static UNSCOPED: LazyLock<Arc<Automaton>> =
    LazyLock::new(|| Arc::new(Automaton::new(&names(|d| d.unscoped))));

/// The steps of a form such as `arn:${Partition}:s3:::${BucketName}`. Names have no colon, apart
/// from those of objects in S3 and of what CloudWatch has; a role's path can have one, but only who
/// manages roles gives it one.
fn form_row(form: &str) -> Row {
    let mut row = Row::new();
    let mut rest = form;
    while let Some((literal, behind)) = rest.split_once("${") {
        row.extend(text(literal));
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        let chars = match name {
            "Partition" | "Region" | "Account" => Chars::WithinPart,
            "BucketName" => Chars::Ranges(vec![
                ('-', '.'),
                ('0', '9'),
                ('A', 'Z'),
                ('_', '_'),
                ('a', 'z'),
            ]),
            "ObjectName" => Chars::Any,
            _ if form.contains(":cloudwatch:") => Chars::Any,
            _ => Chars::WithinPart,
        };
        row.push(Step::one(chars.clone()));
        row.push(Step::many(chars));
        rest = behind;
    }
    row.extend(text(rest));
    row
}

/// Whether a resource is no ARN of a service with a table, or has one of the forms.
fn has_form(resource: &str) -> bool {
    let service = resource.split(':').nth(2).unwrap_or_default();
    if !resource.starts_with("arn:") || !service_reference::has_actions(service) {
        return true;
    }
    FORMS.contains(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_form_knows_the_tables() {
        for (resource, expected) in [
            ("*", true),
            ("arn:aws:ec2:us-east-1::image/x", true),
            ("arn:aws:s3:::bucket/a:b", true),
            ("arn:aws:s3:us-east-1::bucket", false),
            ("arn:aws:iam::123456789012:role/path/r", true),
            ("arn:aws:iam::123456789012::role/r", false),
            ("arn:aws:iam:::role/r", false),
            ("arn:aws:sagemaker:us-east-1:123456789012:model/", false),
            ("arn:aws:sagemaker:us-east-1:123456789012:model/x", true),
            (
                "arn:aws:logs:us-east-1:123456789012:log-group:/aws/x:*",
                true,
            ),
            (
                "arn:aws:logs:us-east-1:123456789012:log-group:x:log-stream:y:z",
                false,
            ),
        ] {
            assert_eq!(has_form(resource), expected, "{resource}");
        }
    }
}
