//! The cases of a question: each gives every policy variable a value, none, or leaves it open.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::budget::Budget;
use super::encode::{Encoder, Relation, VariableValue, variables, variables_of};
use super::formula::{Atom, Formula};
use super::language::{Chars, Languages, Row, Step, action, text};
use super::predicate::{PredicateId, ValueType, not_empty};
use super::question::{Given, Question, Word};
use super::tables::Rule;
use super::theory::{KeyShape, Theory};
use crate::evaluate::condition::PreparedCondition;
use crate::evaluate::policies::PolicySet;
use crate::evaluate::statement::PreparedStatement;
use crate::evaluate::{Caller, Request, UnsetVariable};
use crate::lint::service_reference::known;
use crate::pattern::Pattern;
use crate::{ConditionKey, Statement, Version};

/// A value of each variable key that the question leaves open.
pub(super) type Case = Vec<(ConditionKey, CaseValue)>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CaseValue {
    /// The key is missing, or has more than one value.
    Unset,
    /// It has this value.
    Is(String),
    /// It has a value.
    Open,
}

/// A question in one of its cases, ready for the search.
pub(super) struct Prepared {
    pub(super) theory: Theory,
    pub(super) formula: Formula,
    pub(super) keys: Vec<ConditionKey>,
}

/// The patterns of a question, parsed.
pub(super) struct Scope<'q> {
    pub(super) question: &'q Question,
    only: PreparedStatement,
    not_resources: PreparedStatement,
    except: Vec<PreparedStatement>,
    pub(super) conditions: Vec<PreparedCondition>,
    /// A request of the caller with what is given.
    pub(super) base: Request,
}

impl<'q> Scope<'q> {
    pub(super) fn new(question: &'q Question) -> Self {
        let all = |patterns: &[String]| match patterns {
            [] => vec!["*".to_owned()],
            some => some.to_vec(),
        };
        let prepare =
            |statement: Statement| PreparedStatement::prepare(&statement, Version::V2012, false);
        let only = Statement::allow("")
            .actions(all(&question.actions))
            .resources(all(&question.resources));
        let not = Statement::allow("").resources(question.not_resources.iter());
        let conditions = question.conditions.iter();
        Self {
            only: prepare(only),
            not_resources: prepare(not),
            except: question
                .except
                .iter()
                .map(|(action, resource)| {
                    prepare(Statement::allow("").actions([action]).resources([resource]))
                })
                .collect(),
            conditions: conditions
                .map(|condition| PreparedCondition::prepare(condition, Version::V2012))
                .collect(),
            base: base(question),
            question,
        }
    }

    /// Whether a request is one of the question.
    pub(super) fn contains(&self, request: &Request) -> bool {
        let patterns = |all: &[String]| -> bool {
            let matches = |p: &String| {
                Pattern::wildcard(p).matches(request.action(), crate::pattern::Case::Ignored)
            };
            all.iter().any(matches)
        };
        let resource = |statement: &PreparedStatement| {
            statement.resources.iter().flatten().any(|template| {
                crate::evaluate::statement::resource_matches(template, request.resource(), |key| {
                    request.value(key)
                })
            })
        };
        (self.question.actions.is_empty() || patterns(&self.question.actions))
            && !patterns(&self.question.not_actions)
            && resource(&self.only)
            && !resource(&self.not_resources)
            && !self.except.iter().any(|except| {
                except
                    .actions
                    .iter()
                    .any(|p| p.matches(request.action(), crate::pattern::Case::Ignored))
                    && resource(except)
            })
            && self
                .conditions
                .iter()
                .all(|c| c.holds(request, UnsetVariable::MatchesNothing))
    }

    /// The keys of variables that the question leaves open.
    pub(super) fn open_variables(&self, sets: &[&PolicySet]) -> Vec<ConditionKey> {
        let mut keys: BTreeSet<ConditionKey> = BTreeSet::new();
        for set in sets {
            keys.extend(variables(set));
        }
        keys.extend(variables_of(&self.only));
        keys.extend(variables_of(&self.not_resources));
        for except in &self.except {
            keys.extend(variables_of(except));
        }
        for condition in &self.conditions {
            let operands = condition.operands.iter();
            let templates = operands.filter_map(|operand| operand.template());
            keys.extend(templates.flat_map(|template| template.keys().cloned()));
        }
        keys.retain(|key| !matches!(self.given(key), Given::Values(_)));
        keys.into_iter().collect()
    }

    /// Whether the question is about all principals of some patterns.
    pub(super) fn is_of_patterns(&self) -> bool {
        let arn = self
            .question
            .context
            .get(&super::principals::principal_arn());
        matches!(arn, Some(Given::Principal(_)))
    }

    /// What is given about a key, by the question or by the caller.
    pub(super) fn given(&self, key: &ConditionKey) -> Given {
        if let Some(given) = self.question.context.get(key) {
            return given.clone();
        }
        let values = self.base.values(key);
        if !values.is_empty() {
            return Given::Values(values.to_vec());
        }
        let name = key.as_str().to_ascii_lowercase();
        // A request has them or not depending on the caller, which is known.
        let of_caller = ["aws:principalarn", "aws:principalaccount", "aws:username"];
        let is_tag = name.starts_with("aws:principaltag/");
        if of_caller.contains(&name.as_str()) || is_tag && !self.question.any_principal_tags {
            return Given::Values(Vec::new());
        }
        Given::Open
    }

    /// The formula of a case, and the tables for it. `formula` makes the formula of what is asked.
    pub(super) fn prepare(
        &self,
        case: &Case,
        open: &[ConditionKey],
        rules: &BTreeSet<Rule>,
        languages: Languages,
        formula: impl FnOnce(&mut Encoder, &Caller, Relation) -> Formula,
    ) -> Prepared {
        let mut encoder = Encoder::new(languages);
        self.set_variables(&mut encoder, case, open);
        for (key, values) in self.base.entries() {
            encoder.given.insert(key.clone(), values.to_vec());
        }
        for (key, value) in case {
            if let CaseValue::Is(value) = value {
                encoder.given.insert(key.clone(), vec![value.clone()]);
            }
        }
        let relation = Relation {
            cross_account: false,
        };
        let mut parts = vec![self.domain(&mut encoder)];
        parts.extend(self.own_formula(&mut encoder));
        parts.extend(rules.iter().map(|rule| rule.formula(&mut encoder)));
        parts.push(formula(&mut encoder, &self.question.caller, relation));
        let names: Vec<ConditionKey> = open.to_vec();
        for name in &names {
            encoder.key(name);
        }
        let mut keys: Vec<(ConditionKey, u32)> = encoder
            .keys
            .iter()
            .map(|(key, id)| (key.clone(), id.0))
            .collect();
        keys.sort_by_key(|(_, id)| *id);
        let keys: Vec<ConditionKey> = keys.into_iter().map(|(key, _)| key).collect();
        let shapes = keys
            .iter()
            .map(|key| self.shape(&mut encoder, key, case))
            .collect();
        let not_empty = encoder.predicates.text(vec![not_empty()]);
        Prepared {
            theory: Theory {
                predicates: encoder.predicates,
                shapes,
                not_empty,
                budget: Budget::new(0),
            },
            formula: Formula::all(parts),
            keys,
        }
    }

    fn set_variables(&self, encoder: &mut Encoder, case: &Case, open: &[ConditionKey]) {
        for (key, values) in self.base.entries() {
            if let [one] = values {
                let value = VariableValue::Is(Rc::from(one.as_str()));
                encoder.variables.insert(key.clone(), value);
            }
        }
        for (key, given) in &self.question.context {
            match given {
                Given::Values(values) => {
                    let value = match values.as_slice() {
                        [one] => VariableValue::Is(Rc::from(one.as_str())),
                        _ => VariableValue::Unset,
                    };
                    encoder.variables.insert(key.clone(), value);
                }
                Given::Open | Given::Word(_) | Given::Principal(_) => {
                    encoder.variables.remove(key);
                }
            }
        }
        for key in open {
            let value = match case.iter().find(|(known, _)| known == key) {
                Some((_, CaseValue::Unset)) | None => VariableValue::Unset,
                Some((_, CaseValue::Is(value))) => VariableValue::Is(Rc::from(value.as_str())),
                Some((_, CaseValue::Open)) => VariableValue::Open(self.open_row(key)),
            };
            encoder.variables.insert(key.clone(), value);
        }
    }

    /// The values that an open key can have, apart from the empty string.
    fn open_row(&self, key: &ConditionKey) -> Row {
        match self.given(key) {
            Given::Word(word) => word.row(),
            _ => not_empty(),
        }
    }

    /// Actions and resources as AWS has them.
    fn domain(&self, encoder: &mut Encoder) -> Formula {
        let word = |ranges: &[(char, char)]| {
            let chars = Chars::Ranges(ranges.to_vec());
            [Step::one(chars.clone()), Step::many(chars)]
        };
        let mut action = Row::new();
        action.extend(word(&[('-', '-'), ('0', '9'), ('a', 'z')]));
        action.push(Step::one(Chars::One(':')));
        action.extend(word(&[('0', '9'), ('a', 'z')]));
        let arn = |account: &str| {
            let part = || Step::many(Chars::WithinPart);
            let mut row = text("arn:");
            for _ in 0..3 {
                row.push(part());
                row.push(Step::one(Chars::One(':')));
            }
            row.extend(text(account));
            row.push(Step::one(Chars::One(':')));
            row.push(Step::many(Chars::Any));
            row
        };
        let mut resources = vec![text("*"), arn("")];
        match self.question.caller.account() {
            Some(account) => resources.push(arn(account)),
            None => {
                let mut row = text("arn:");
                for _ in 0..4 {
                    row.push(Step::many(Chars::WithinPart));
                    row.push(Step::one(Chars::One(':')));
                }
                row.push(Step::many(Chars::Any));
                resources.push(row);
            }
        }
        let action = Atom::Action(encoder.predicates.text(vec![action]));
        let resource = Atom::Resource(encoder.predicates.text(resources));
        Formula::all([Formula::from(action), Formula::from(resource)])
    }

    /// The requests of the question.
    fn own_formula(&self, encoder: &mut Encoder) -> Vec<Formula> {
        let rows = |patterns: &[String]| -> Vec<Row> {
            patterns
                .iter()
                .map(|p| action(&Pattern::wildcard(p)))
                .collect()
        };
        let actions = rows(&self.question.actions);
        let not_actions = rows(&self.question.not_actions);
        let mut parts = Vec::new();
        if !actions.is_empty() {
            parts.push(Formula::from(Atom::Action(
                encoder.predicates.text(actions),
            )));
        }
        if !not_actions.is_empty() {
            let atom = Atom::Action(encoder.predicates.text(not_actions));
            parts.push(Formula::from(atom).negated());
        }
        let resources = |encoder: &mut Encoder, statement: &PreparedStatement| {
            let templates = statement.resources.as_deref().unwrap_or_default();
            Formula::from(Atom::Resource(encoder.resources(templates)))
        };
        if !self.question.resources.is_empty() {
            parts.push(resources(encoder, &self.only));
        }
        if !self.question.not_resources.is_empty() {
            parts.push(resources(encoder, &self.not_resources).negated());
        }
        for except in &self.except {
            parts.push(
                encoder
                    .applies(except, UnsetVariable::MatchesNothing)
                    .negated(),
            );
        }
        for condition in &self.conditions {
            parts.push(encoder.condition(condition, UnsetVariable::MatchesNothing));
        }
        parts
    }

    fn shape(&self, encoder: &mut Encoder, key: &ConditionKey, case: &Case) -> KeyShape {
        let table = known(key);
        let single = table.is_some_and(|definition| !definition.multivalued);
        let value_type = match table.map(|definition| definition.value_type.as_str()) {
            Some("Numeric") => ValueType::Number,
            Some("Date") => ValueType::Date,
            Some("IPAddress") => ValueType::Address,
            _ => ValueType::Any,
        };
        let is_bool = table.is_some_and(|definition| definition.value_type == "Bool");
        let mut shape = KeyShape {
            single,
            value_type,
            domain: Vec::new(),
            outside: Vec::new(),
            missing: true,
            empty: value_type == ValueType::Any && !is_bool && (single || table.is_none()),
            values: true,
        };
        if table.is_some() && !single {
            // AWS calls an empty string a null dataset: a list has none.
            shape
                .domain
                .push(encoder.predicates.text(vec![not_empty()]));
        }
        if is_bool {
            let words = ["true", "false"].map(text);
            shape.domain.push(encoder.predicates.text(words.into()));
        }
        let fix = |shape: &mut KeyShape, encoder: &mut Encoder, values: &[String]| {
            let rows = values.iter().map(|value| text(value)).collect();
            let given: PredicateId = encoder.predicates.text(rows);
            shape.missing = values.is_empty();
            shape.empty = values == [""];
            shape.values = !values.is_empty() && !shape.empty;
            shape.domain = vec![given];
            shape.value_type = ValueType::Any;
            shape.single = values.len() == 1;
        };
        let value = case
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value);
        match (self.given(key), value) {
            (Given::Principal(arns), _) => {
                shape.missing = false;
                shape.empty = false;
                shape.single = true;
                let inside = arns.inside().map(|rows| encoder.predicates.text(rows));
                shape.domain.extend(inside);
                shape.outside.push(encoder.predicates.text(arns.outside()));
            }
            (Given::Values(values), _) => fix(&mut shape, encoder, &values),
            (_, Some(CaseValue::Is(value))) => {
                fix(&mut shape, encoder, std::slice::from_ref(value))
            }
            (given, Some(CaseValue::Unset)) => {
                // Other than missing, it can only have more than one value.
                shape.empty = false;
                shape.values = !single;
                if matches!(given, Given::Word(_)) {
                    shape.missing = false;
                    shape.values = false;
                }
            }
            (given, Some(CaseValue::Open)) => {
                shape.missing = false;
                shape.empty = false;
                shape.single = true;
                if let Given::Word(word) = given {
                    let row = word.row();
                    shape.domain.push(encoder.predicates.text(vec![row]));
                }
            }
            (Given::Word(word), None) => {
                shape.missing = false;
                shape.empty = false;
                shape.single = true;
                shape.domain.push(encoder.predicates.text(vec![word.row()]));
            }
            (Given::Open, None) => {}
        }
        shape
    }
}

impl Word {
    fn row(&self) -> Row {
        let step = |skip| Step {
            chars: Chars::Ranges(self.ranges.clone()),
            skip,
            repeat: false,
        };
        let must = (0..self.shortest).map(|_| step(false));
        let can = (self.shortest..self.longest).map(|_| step(true));
        must.chain(can).collect()
    }
}

/// A request of the caller with the values that are given.
fn base(question: &Question) -> Request {
    let mut request = Request::new(question.caller.clone(), "", "*");
    if let Some(account) = question.caller.account() {
        request = request.resource_account(account);
    }
    for (key, given) in &question.context {
        request = match given {
            Given::Values(values) => request.context(key.clone(), values.iter()),
            Given::Open | Given::Word(_) | Given::Principal(_) => {
                request.context(key.clone(), [""; 0])
            }
        };
    }
    request
}
