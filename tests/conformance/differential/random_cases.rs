//! Random policies of every type, and requests close to what they allow or deny.

use std::collections::BTreeMap;
use std::rc::Rc;

use iam_policy::{
    Clause, ConditionOperator, Document, Effect, Operator, Principal, Statement, Version,
};

use crate::case::{Case, CaseRequest, Layers, Values};
use crate::rng::Rng;
use crate::vocabulary::{KEYS, Key, OTHER, OWN, ROLE, ROOT, SCENES, SERVICE, SESSION, Scene, USER};

/// Requests per set of policies.
const REQUESTS: usize = 8;

/// Kinds of callers: the policies that apply to them differ.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum CallerKind {
    Role,
    Session,
    User,
    Root,
    Service,
    Anonymous,
}

pub(crate) fn cases(rng: &mut Rng, count: usize) -> Vec<Case> {
    let mut all = Vec::with_capacity(count + REQUESTS);
    while all.len() < count {
        let scene = rng.one(&SCENES);
        let caller_kind = match rng.below(100) {
            0..50 => CallerKind::Role,
            50..74 => CallerKind::Session,
            74..91 => CallerKind::User,
            91..94 => CallerKind::Root,
            94..97 => CallerKind::Service,
            _ => CallerKind::Anonymous,
        };
        let layers = Rc::new(layers(rng, scene, caller_kind));
        for _ in 0..REQUESTS {
            all.push(Case {
                layers: Rc::clone(&layers),
                request: request(rng, scene, caller_kind),
            });
        }
    }
    all.truncate(count);
    all
}

pub(crate) fn layers(rng: &mut Rng, scene: &Scene, caller_kind: CallerKind) -> Layers {
    let mut layers = Layers::default();
    let plain = |rng: &mut Rng| document(rng, scene, Part::Attached);
    if caller_kind != CallerKind::Anonymous && caller_kind != CallerKind::Service {
        for _ in 0..=rng.below(2) {
            layers.identity.push(plain(rng));
        }
        if rng.chance(50) {
            layers.identity.push(Document::new([Statement::allow("All")
                .actions(["*"])
                .resources(["*"])]));
        }
        if caller_kind != CallerKind::Root {
            layers.boundary = rng.chance(20).then(|| plain(rng));
        }
        if caller_kind == CallerKind::Session || caller_kind == CallerKind::Role {
            layers.session = rng.chance(12).then(|| plain(rng));
        }
        for _ in 0..if rng.chance(15) { 1 + rng.below(2) } else { 0 } {
            let level = (0..=rng.below(2)).map(|_| plain(rng)).collect();
            layers.service_control.push(level);
        }
    }
    if rng.chance(10) {
        layers
            .resource_control
            .push(vec![document(rng, scene, Part::ResourceControl)]);
    }
    let often = if caller_kind == CallerKind::Anonymous || caller_kind == CallerKind::Service {
        90
    } else {
        30
    };
    if scene.needs_resource_policy || rng.chance(often) {
        layers.resource = Some(document(rng, scene, Part::Resource));
    }
    if rng.chance(8) {
        layers.endpoint = Some(document(rng, scene, Part::Endpoint));
    }
    layers
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Attached,
    Resource,
    ResourceControl,
    Endpoint,
}

fn document(rng: &mut Rng, scene: &Scene, part: Part) -> Document {
    let mut document = Document::new(
        (0..=rng.below(4))
            .map(|_| statement(rng, scene, part))
            .collect::<Vec<_>>(),
    );
    if part != Part::ResourceControl && rng.chance(4) {
        document.version = Version::V2008;
    }
    document
}

fn statement(rng: &mut Rng, scene: &Scene, part: Part) -> Statement {
    let deny = part == Part::ResourceControl || rng.chance(35);
    let mut statement = if deny {
        Statement::deny("")
    } else {
        Statement::allow("")
    };
    let controls = part == Part::ResourceControl;
    let open = if controls {
        &scene.actions[1..]
    } else {
        scene.actions
    };
    let actions = rng.some(open, 1, 3);
    statement = if !controls && rng.chance(15) {
        statement.not_actions(actions)
    } else {
        statement.actions(actions)
    };
    let resources = rng.some(scene.resources, 1, 3);
    statement = if rng.chance(18) {
        statement.not_resources(resources)
    } else {
        statement.resources(resources)
    };
    match part {
        Part::Attached => {}
        Part::ResourceControl | Part::Endpoint => statement = statement.principal(Principal::Any),
        Part::Resource => {
            let all = rng.some(&principals(), 1, 2);
            let except = statement.effect == Effect::Deny && rng.chance(15);
            let all = all.into_iter().collect();
            statement.principals = Some(if except {
                Clause::Except(all)
            } else {
                Clause::Only(all)
            });
        }
    }
    for _ in 0..rng.below(3) {
        statement = condition(rng, scene, statement);
    }
    statement
}

fn principals() -> [Principal; 9] {
    [
        Principal::Any,
        Principal::aws(OWN),
        Principal::aws(ROOT),
        Principal::aws(ROLE),
        Principal::aws(SESSION),
        Principal::aws(USER),
        Principal::aws("arn:aws:iam::444455556666:root"),
        Principal::aws("arn:aws:iam::111122223333:role/other"),
        Principal::service(SERVICE),
    ]
}

fn any_key(rng: &mut Rng, scene: &Scene) -> Key {
    if !scene.keys.is_empty() && rng.chance(30) {
        *rng.one(scene.keys)
    } else {
        *rng.one(&KEYS)
    }
}

pub(crate) fn condition(rng: &mut Rng, scene: &Scene, statement: Statement) -> Statement {
    let key = any_key(rng, scene);
    let name = if rng.chance(10) {
        key.name.to_uppercase()
    } else {
        key.name.to_owned()
    };
    if rng.chance(15) {
        let values = rng.some(&["true", "false"], 1, 1);
        return statement.when(Operator::Null, name, values);
    }
    let mut operator = ConditionOperator::from(*rng.one(key.kind.operators()));
    // Keys with many values need a set operator; without one AWS documents no meaning.
    if rng.chance(if key.many { 96 } else { 12 }) {
        operator = if rng.chance(50) {
            operator.for_any_value()
        } else {
            operator.for_all_values()
        };
    }
    if rng.chance(25) {
        operator = operator.if_exists();
    }
    statement.when(operator, name, rng.some(key.kind.operands(), 1, 3))
}

fn request(rng: &mut Rng, scene: &Scene, caller_kind: CallerKind) -> CaseRequest {
    let (action, resources) = *rng.one(scene.requests);
    let resource = *rng.one(resources);
    let account = match resource.split(':').nth(4) {
        Some(account) if !account.is_empty() => account,
        _ if resource != "*" && rng.chance(20) => OTHER,
        _ => OWN,
    };
    let caller = match caller_kind {
        CallerKind::Role => Some(ROLE),
        CallerKind::Session => Some(SESSION),
        CallerKind::User => Some(USER),
        CallerKind::Root => Some(ROOT),
        CallerKind::Service => Some(SERVICE),
        CallerKind::Anonymous => None,
    };
    let mut context = BTreeMap::new();
    for key in KEYS.iter().chain(scene.keys) {
        let has = key.only.is_empty()
            || key
                .only
                .iter()
                .any(|only| only.eq_ignore_ascii_case(action));
        if !has || !rng.chance(60) {
            continue;
        }
        let value = |rng: &mut Rng| (*rng.one(key.kind.values())).to_owned();
        let values = if key.many {
            let count = rng.below(4);
            Values::Many((0..count).map(|_| value(rng)).collect())
        } else {
            Values::One(value(rng))
        };
        context.insert(key.name.to_owned(), values);
    }
    CaseRequest {
        caller: caller.map(str::to_owned),
        action: action.to_owned(),
        resource: resource.to_owned(),
        account: account.to_owned(),
        context,
    }
}
