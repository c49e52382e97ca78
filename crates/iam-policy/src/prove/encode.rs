//! Policies as formulas.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::formula::{Atom, Formula, KeyAtom, KeyId, ValuesAtom};
use super::language::{self, Chars, Languages, Row, Step};
use super::predicate::{PredicateId, Predicates, TemplateId};
use crate::evaluate::caller::{Caller, PrincipalMatch};
use crate::evaluate::condition::{Operand, PreparedCondition, holds};
use crate::evaluate::policies::{PolicySet, PreparedPolicy};
use crate::evaluate::statement::{PreparedStatement, named};
use crate::evaluate::{Layer, UnsetVariable};
use crate::pattern::{Case, Pattern, Token};
use crate::template::{Piece, Template};
use crate::{ConditionKey, Effect, Operator, SetQualifier};

/// The value of a policy variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VariableValue {
    /// The request has exactly this value for the key.
    Is(Rc<str>),
    /// The request has no value for the key, or more than one.
    Unset,
    /// The request has a value, which can be any of these.
    Open(Row),
}

/// How the caller stands to the resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    pub(super) cross_account: bool,
}

/// Turns policies into formulas over one set of predicates.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    pub(super) predicates: Predicates,
    pub(super) keys: BTreeMap<ConditionKey, KeyId>,
    pub(super) variables: BTreeMap<ConditionKey, VariableValue>,
    /// Keys whose values are known.
    pub(super) given: BTreeMap<ConditionKey, Vec<String>>,
    templates: BTreeMap<(Vec<Piece>, TextKind), TemplateId>,
}

/// How a text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TextKind {
    Resource,
    Exact,
    AnyCase,
    Folded,
    Arn,
}

impl Encoder {
    /// Nothing is encoded yet; languages can be known.
    pub(super) fn new(languages: Languages) -> Self {
        Self {
            predicates: Predicates::new(languages),
            ..Self::default()
        }
    }

    /// The number of a key.
    pub(super) fn key(&mut self, key: &ConditionKey) -> KeyId {
        let next = KeyId(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        *self.keys.entry(key.clone()).or_insert(next)
    }

    fn variable(&self, key: &ConditionKey) -> VariableValue {
        self.variables
            .get(key)
            .cloned()
            .unwrap_or(VariableValue::Unset)
    }

    /// The formula of an allowed request.
    pub(super) fn allowed(
        &mut self,
        policies: &PolicySet,
        caller: &Caller,
        relation: Relation,
    ) -> Formula {
        let unset = policies.unset();
        let has_account = caller.account().is_some();
        let bounded = has_account && policies.has_boundary();
        let mut parts = Vec::new();
        let mut layers: BTreeMap<Layer, Vec<(Formula, PrincipalMatch)>> = BTreeMap::new();
        for (layer, group) in policies.groups() {
            if !layer.applies_to(caller, has_account) {
                continue;
            }
            let ignores_exceptions = bounded && layer == Layer::Resource;
            let mut allows = Vec::new();
            for (policy, statement) in statements(group) {
                let attached = policy.layer.is_attached();
                let exempt = ignores_exceptions && statement.effect == Effect::Deny;
                let matched = match &statement.principals {
                    None => attached.then_some(PrincipalMatch::Direct),
                    Some(principals) => named(principals, caller, exempt),
                };
                let Some(matched) = matched else { continue };
                let applies = self.applies(statement, unset);
                match statement.effect {
                    Effect::Deny => parts.push(applies.negated()),
                    Effect::Allow => allows.push((applies, matched)),
                }
            }
            match layer {
                Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint => {
                    parts.push(Formula::any(allows.into_iter().map(|(applies, _)| applies)));
                }
                _ => {
                    layers.insert(layer, allows);
                }
            }
        }
        parts.insert(0, self.granted(&layers, caller, relation, policies));
        Formula::all(parts)
    }

    /// The layers that have to allow, as
    /// [`AuthorizationScope`](crate::evaluate::combine::AuthorizationScope) has them.
    fn granted(
        &mut self,
        layers: &BTreeMap<Layer, Vec<(Formula, PrincipalMatch)>>,
        caller: &Caller,
        relation: Relation,
        policies: &PolicySet,
    ) -> Formula {
        let from = |layer: Layer, least: PrincipalMatch| {
            let allows = layers.get(&layer).into_iter().flatten();
            let strong = allows.filter(|(_, matched)| *matched >= least);
            Formula::any(strong.map(|(applies, _)| applies.clone()))
        };
        let resource = |least| from(Layer::Resource, least);
        let any_resource = || resource(PrincipalMatch::Account);
        if caller.account().is_none() {
            return any_resource();
        }
        let limit = |layer: Layer| match layers.contains_key(&layer) {
            true => from(layer, PrincipalMatch::Account),
            false => Formula::truth(),
        };
        let limits = || Formula::all([limit(Layer::Boundary), limit(Layer::Session)]);
        let is_root = matches!(caller, Caller::Root(_));
        let identity = if is_root && !relation.cross_account {
            Formula::truth()
        } else {
            from(Layer::Identity, PrincipalMatch::Account)
        };
        let by_identity = Formula::all([identity, limits()]);
        if relation.cross_account {
            return Formula::all([by_identity, any_resource()]);
        }
        if !policies.has_resource_policy() {
            return by_identity;
        }
        let by_resource = Formula::any([
            resource(PrincipalMatch::Direct),
            Formula::all([resource(PrincipalMatch::Role), limits()]),
        ]);
        let decides = self.resource_decides();
        let both = Formula::any([
            by_resource.clone(),
            Formula::all([by_identity.clone(), any_resource()]),
        ]);
        Formula::any([
            Formula::all([decides.clone(), both]),
            Formula::all([decides.negated(), Formula::any([by_identity, by_resource])]),
        ])
    }

    /// The actions for which the resource policy has to allow even within an account.
    fn resource_decides(&mut self) -> Formula {
        let rows = ["kms:*", "sts:assumerole*"].map(|p| language::action(&Pattern::wildcard(p)));
        Atom::Action(self.predicates.text(rows.into())).into()
    }

    /// The formula of the requests that a statement applies to, apart from its principals.
    pub(super) fn applies(
        &mut self,
        statement: &PreparedStatement,
        unset: UnsetVariable,
    ) -> Formula {
        let has_unset = self.has_unset(statement);
        if has_unset && unset == UnsetVariable::VoidsStatement {
            return Formula::falsehood();
        }
        let actions = statement.actions.iter().map(language::action).collect();
        let action = Formula::from(Atom::Action(self.predicates.text(actions)));
        let mut parts = vec![if statement.not_actions {
            action.negated()
        } else {
            action
        }];
        if let Some(resources) = &statement.resources {
            let fails = statement.not_resources
                && unset == UnsetVariable::FailsElement
                && resources.iter().any(|template| self.is_unset(template));
            if fails {
                return Formula::falsehood();
            }
            let matched = self.resources(resources);
            let resource = Formula::from(Atom::Resource(matched));
            parts.push(if statement.not_resources {
                resource.negated()
            } else {
                resource
            });
        }
        for condition in &statement.conditions {
            parts.push(self.condition(condition, unset));
        }
        Formula::all(parts)
    }

    fn has_unset(&self, statement: &PreparedStatement) -> bool {
        let resources = statement.resources.iter().flatten();
        let operands = statement.conditions.iter().flat_map(|c| &c.operands);
        resources
            .chain(operands.filter_map(Operand::template))
            .any(|template| self.is_unset(template))
    }

    fn is_unset(&self, template: &Template) -> bool {
        match template {
            Template::Fixed(_) => false,
            Template::Varying(pieces) => pieces.iter().any(|piece| match piece {
                Piece::Token(_) => false,
                Piece::Variable { key, default } => {
                    default.is_none() && self.variable(key) == VariableValue::Unset
                }
            }),
        }
    }

    /// The predicate of these resource patterns.
    pub(super) fn resources(&mut self, templates: &[Template]) -> PredicateId {
        self.texts(
            templates
                .iter()
                .map(|template| (template, TextKind::Resource)),
        )
    }

    fn texts<'t>(
        &mut self,
        templates: impl Iterator<Item = (&'t Template, TextKind)>,
    ) -> PredicateId {
        let mut rows = Vec::new();
        let mut open = BTreeSet::new();
        for (template, kind) in templates {
            match self.resolve(template) {
                Resolved::Nothing => {}
                Resolved::Fixed(pattern) => match kind.rows(&pattern, template) {
                    Some(own) => rows.extend(own),
                    None => {
                        let pieces = pattern.tokens().iter().copied().map(Piece::Token).collect();
                        open.insert(self.template(pieces, kind));
                    }
                },
                Resolved::Open(pieces) => {
                    open.insert(self.template(pieces, kind));
                }
            }
        }
        self.predicates.text_or(rows, open)
    }

    /// The template with all values but the open ones put in.
    fn resolve(&self, template: &Template) -> Resolved {
        let pieces = match template {
            Template::Fixed(pattern) => return Resolved::Fixed(pattern.clone()),
            Template::Varying(pieces) => pieces,
        };
        let mut resolved = Vec::with_capacity(pieces.len());
        let mut is_open = false;
        for piece in pieces {
            let Piece::Variable { key, default } = piece else {
                resolved.push(piece.clone());
                continue;
            };
            let value = match (self.variable(key), default) {
                (VariableValue::Is(value), _) => value,
                (VariableValue::Unset, Some(default)) => Rc::from(default.as_str()),
                (VariableValue::Unset, None) => return Resolved::Nothing,
                (VariableValue::Open(_), _) => {
                    is_open = true;
                    resolved.push(Piece::Variable {
                        key: key.clone(),
                        default: None,
                    });
                    continue;
                }
            };
            resolved.extend(value.chars().map(|c| Piece::Token(Token::Char(c))));
        }
        if is_open {
            return Resolved::Open(resolved);
        }
        let tokens = resolved.iter().filter_map(|piece| match piece {
            Piece::Token(token) => Some(*token),
            Piece::Variable { .. } => None,
        });
        Resolved::Fixed(Pattern::from_tokens(tokens.collect()))
    }

    /// The number of a template with open variables, with all that it can match.
    fn template(&mut self, pieces: Vec<Piece>, kind: TextKind) -> TemplateId {
        let key = (pieces, kind);
        if let Some(id) = self.templates.get(&key) {
            return *id;
        }
        let mut row = Row::new();
        for piece in &key.0 {
            match piece {
                // More than the template matches, where the part of an ARN limits a star.
                Piece::Token(Token::ManyWithinPart) => row.push(Step::many(Chars::Any)),
                Piece::Token(Token::Char(c)) if kind == TextKind::AnyCase => {
                    row.push(Step::one(any_case(*c)));
                }
                Piece::Token(token) => row.extend(language::tokens(&[*token])),
                Piece::Variable { key, .. } => match self.variable(key) {
                    VariableValue::Open(own) if kind != TextKind::AnyCase => row.extend(own),
                    _ => row.push(Step::many(Chars::Any)),
                },
            }
        }
        if kind == TextKind::Folded {
            row = vec![Step::many(Chars::Any)];
        }
        let id = self.predicates.template(vec![row]);
        self.templates.insert(key, id);
        id
    }

    /// The formula of a condition.
    pub(super) fn condition(
        &mut self,
        condition: &PreparedCondition,
        unset: UnsetVariable,
    ) -> Formula {
        let operator = condition.source.operator;
        let negated = operator.comparison.is_negated();
        if operator.comparison == Operator::Null {
            let wants = |missing: bool| {
                let mut operands = condition.operands.iter();
                operands.any(|o| matches!(o, Operand::Missing(wanted) if *wanted == missing))
            };
            let present = wants(false);
            if let Some(known) = self.given.get(&condition.source.key) {
                return Formula::of(wants(known.is_empty()));
            }
            return Atom::Key(
                self.key(&condition.source.key),
                KeyAtom {
                    missing: wants(true),
                    empty: present,
                    values: if present {
                        ValuesAtom::Always
                    } else {
                        ValuesAtom::Never
                    },
                },
            )
            .into();
        }
        let fails = negated
            && unset == UnsetVariable::FailsElement
            && condition
                .operands
                .iter()
                .filter_map(Operand::template)
                .any(|template| self.is_unset(template));
        let predicate = if fails {
            self.predicates.text(vec![vec![Step::many(Chars::Any)]])
        } else {
            self.operands(condition)
        };
        let missing = holds(operator, &[], |_| false);
        if let Some(known) = self.given.get(&condition.source.key) {
            let matches = known
                .iter()
                .map(|value| self.predicates.holds(predicate, value));
            let matches: Option<Vec<bool>> = matches.collect();
            if let Some(matches) = matches {
                let matches = |value: &str| {
                    let mut all = known.iter().zip(&matches);
                    all.any(|(own, matches)| own == value && *matches)
                };
                return Formula::of(holds(operator, known, matches));
            }
        }
        let empty = |matches: bool| holds(operator, &[String::new()], |_| matches);
        let values = match (operator.qualifier, negated) {
            (Some(SetQualifier::ForAllValues), _) => ValuesAtom::All(predicate, !negated),
            (Some(SetQualifier::ForAnyValue), _) => ValuesAtom::Some(predicate, !negated),
            (None, false) => ValuesAtom::Some(predicate, true),
            (None, true) => ValuesAtom::All(predicate, false),
        };
        // No template with an open variable matches the empty string: the value is another one.
        let empty = empty(self.predicates.holds(predicate, "").unwrap_or_default());
        Atom::Key(
            self.key(&condition.source.key),
            KeyAtom {
                missing,
                empty,
                values,
            },
        )
        .into()
    }

    fn operands(&mut self, condition: &PreparedCondition) -> PredicateId {
        let typed = condition.operands.iter().any(|o| {
            matches!(
                o,
                Operand::Number(_) | Operand::Date(_) | Operand::IpRange(_)
            )
        });
        if typed {
            let comparison = condition.source.operator.comparison;
            return self
                .predicates
                .typed(comparison, condition.operands.clone());
        }
        let binary: Vec<Template> = condition
            .operands
            .iter()
            .filter_map(|operand| match operand {
                Operand::Binary(text) => Some(Template::Fixed(Pattern::literal(text))),
                _ => None,
            })
            .collect();
        let texts = condition
            .operands
            .iter()
            .filter_map(|operand| match operand {
                Operand::Text(template, Case::Sensitive) => Some((template, TextKind::Exact)),
                Operand::Text(template, Case::Ignored) => Some((template, TextKind::AnyCase)),
                Operand::Folded(template) => Some((template, TextKind::Folded)),
                Operand::Arn(template) => Some((template, TextKind::Arn)),
                _ => None,
            });
        let binary = binary.iter().map(|template| (template, TextKind::Exact));
        self.texts(texts.chain(binary))
    }
}

/// A template under the values of its variables.
enum Resolved {
    /// A variable without a value: it matches nothing.
    Nothing,
    Fixed(Pattern),
    /// With variables whose values are open.
    Open(Vec<Piece>),
}

impl TextKind {
    /// What the pattern matches; `None` where that is no union of rows.
    fn rows(self, pattern: &Pattern, template: &Template) -> Option<Vec<Row>> {
        Some(match self {
            Self::Resource => match template {
                // Fixed patterns were read as resources when the policy was.
                Template::Fixed(_) => vec![language::tokens(pattern.tokens())],
                Template::Varying(_) => {
                    vec![language::tokens(pattern.clone().into_resource().tokens())]
                }
            },
            Self::Exact => vec![language::tokens(pattern.tokens())],
            Self::AnyCase => {
                let step = |token: &Token| match token {
                    Token::Char(c) => Step::one(any_case(*c)),
                    Token::One => Step::one(Chars::Any),
                    Token::Many | Token::ManyWithinPart => Step::many(Chars::Any),
                };
                vec![pattern.tokens().iter().map(step).collect()]
            }
            Self::Folded => {
                // Operands of this operator have no wildcards.
                let text: String = pattern
                    .tokens()
                    .iter()
                    .filter_map(|token| match token {
                        Token::Char(c) => Some(*c),
                        _ => None,
                    })
                    .collect();
                vec![language::folded(&text)?]
            }
            Self::Arn => language::arn(pattern).into_iter().collect(),
        })
    }
}

fn any_case(c: char) -> Chars {
    if c.is_ascii_alphabetic() {
        Chars::Few(vec![c.to_ascii_lowercase(), c.to_ascii_uppercase()])
    } else {
        Chars::One(c)
    }
}

fn statements(
    group: &[PreparedPolicy],
) -> impl Iterator<Item = (&PreparedPolicy, &PreparedStatement)> {
    group.iter().flat_map(|policy| {
        policy
            .statements
            .iter()
            .map(move |statement| (policy, statement))
    })
}

/// The keys whose values policy variables take.
pub(super) fn variables(policies: &PolicySet) -> BTreeSet<ConditionKey> {
    let mut all = BTreeSet::new();
    for (_, group) in policies.groups() {
        for (_, statement) in statements(group) {
            all.extend(variables_of(statement));
        }
    }
    all
}

/// The keys whose values the variables of a statement take.
pub(super) fn variables_of(statement: &PreparedStatement) -> BTreeSet<ConditionKey> {
    let resources = statement.resources.iter().flatten();
    let operands = statement.conditions.iter().flat_map(|c| &c.operands);
    resources
        .chain(operands.filter_map(Operand::template))
        .flat_map(Template::keys)
        .cloned()
        .collect()
}
