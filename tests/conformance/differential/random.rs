//! Random policies of every kind, and requests near their edges.

use std::collections::BTreeMap;
use std::rc::Rc;

use iam_policy::{
    Clause, ConditionOperator, Document, Effect, Operator, Principal, Statement, Version,
};

use crate::case::{Ask, Case, Values, World};
use crate::draw::Draw;
use crate::vocabulary::{KEYS, Key, OTHER, OWN, ROLE, ROOT, SCENES, SERVICE, SESSION, Scene, USER};

/// Requests of one world.
const ASKS: usize = 8;

/// Who asks in a world: what may bear on them differs.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Role,
    Session,
    User,
    Root,
    Service,
    Nobody,
}

pub(crate) fn cases(draw: &mut Draw, count: usize) -> Vec<Case> {
    let mut all = Vec::with_capacity(count + ASKS);
    while all.len() < count {
        let scene = draw.one(&SCENES);
        let who = match draw.below(100) {
            0..50 => Who::Role,
            50..74 => Who::Session,
            74..91 => Who::User,
            91..94 => Who::Root,
            94..97 => Who::Service,
            _ => Who::Nobody,
        };
        let world = Rc::new(world(draw, scene, who));
        for _ in 0..ASKS {
            all.push(Case {
                world: Rc::clone(&world),
                ask: ask(draw, scene, who),
            });
        }
    }
    all.truncate(count);
    all
}

fn world(draw: &mut Draw, scene: &Scene, who: Who) -> World {
    let mut world = World::default();
    let plain = |draw: &mut Draw| document(draw, scene, Part::Attached);
    if who != Who::Nobody && who != Who::Service {
        for _ in 0..=draw.below(2) {
            world.identity.push(plain(draw));
        }
        if draw.chance(50) {
            world.identity.push(Document::new([Statement::allow("All")
                .actions(["*"])
                .resources(["*"])]));
        }
        if who != Who::Root {
            world.boundary = draw.chance(20).then(|| plain(draw));
        }
        if who == Who::Session || who == Who::Role {
            world.session = draw.chance(12).then(|| plain(draw));
        }
        for _ in 0..if draw.chance(15) {
            1 + draw.below(2)
        } else {
            0
        } {
            let level = (0..=draw.below(2)).map(|_| plain(draw)).collect();
            world.service_control.push(level);
        }
    }
    if draw.chance(10) {
        world
            .resource_control
            .push(vec![document(draw, scene, Part::ResourceControl)]);
    }
    let often = if who == Who::Nobody || who == Who::Service {
        90
    } else {
        30
    };
    if scene.needs_resource_policy || draw.chance(often) {
        world.resource = Some(document(draw, scene, Part::Resource));
    }
    if draw.chance(8) {
        world.endpoint = Some(document(draw, scene, Part::Endpoint));
    }
    world
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Attached,
    Resource,
    ResourceControl,
    Endpoint,
}

fn document(draw: &mut Draw, scene: &Scene, part: Part) -> Document {
    let mut document = Document::new(
        (0..=draw.below(4))
            .map(|_| statement(draw, scene, part))
            .collect::<Vec<_>>(),
    );
    if part != Part::ResourceControl && draw.chance(4) {
        document.version = Version::V2008;
    }
    document
}

fn statement(draw: &mut Draw, scene: &Scene, part: Part) -> Statement {
    let deny = part == Part::ResourceControl || draw.chance(35);
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
    let actions = draw.some(open, 1, 3);
    statement = if !controls && draw.chance(15) {
        statement.not_actions(actions)
    } else {
        statement.actions(actions)
    };
    let resources = draw.some(scene.resources, 1, 3);
    statement = if draw.chance(18) {
        statement.not_resources(resources)
    } else {
        statement.resources(resources)
    };
    match part {
        Part::Attached => {}
        Part::ResourceControl | Part::Endpoint => statement = statement.principal(Principal::Any),
        Part::Resource => {
            let all = draw.some(&principals(), 1, 2);
            let except = statement.effect == Effect::Deny && draw.chance(15);
            let all = all.into_iter().collect();
            statement.principals = Some(if except {
                Clause::Except(all)
            } else {
                Clause::Only(all)
            });
        }
    }
    for _ in 0..draw.below(3) {
        statement = condition(draw, scene, statement);
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

fn any_key(draw: &mut Draw, scene: &Scene) -> Key {
    if !scene.keys.is_empty() && draw.chance(30) {
        *draw.one(scene.keys)
    } else {
        *draw.one(&KEYS)
    }
}

fn condition(draw: &mut Draw, scene: &Scene, statement: Statement) -> Statement {
    let key = any_key(draw, scene);
    let name = if draw.chance(10) {
        key.name.to_uppercase()
    } else {
        key.name.to_owned()
    };
    if draw.chance(15) {
        let values = draw.some(&["true", "false"], 1, 1);
        return statement.when(Operator::Null, name, values);
    }
    let mut operator = ConditionOperator::from(*draw.one(key.kind.operators()));
    // Keys with many values need a set operator; without one AWS documents no meaning.
    if draw.chance(if key.many { 96 } else { 12 }) {
        operator = if draw.chance(50) {
            operator.for_any_value()
        } else {
            operator.for_all_values()
        };
    }
    if draw.chance(25) {
        operator = operator.if_exists();
    }
    statement.when(operator, name, draw.some(key.kind.operands(), 1, 3))
}

fn ask(draw: &mut Draw, scene: &Scene, who: Who) -> Ask {
    let (action, resources) = *draw.one(scene.asks);
    let resource = *draw.one(resources);
    let account = match resource.split(':').nth(4) {
        Some(account) if !account.is_empty() => account,
        _ if resource != "*" && draw.chance(20) => OTHER,
        _ => OWN,
    };
    let caller = match who {
        Who::Role => Some(ROLE),
        Who::Session => Some(SESSION),
        Who::User => Some(USER),
        Who::Root => Some(ROOT),
        Who::Service => Some(SERVICE),
        Who::Nobody => None,
    };
    let mut context = BTreeMap::new();
    for key in KEYS.iter().chain(scene.keys) {
        let has = key.only.is_empty()
            || key
                .only
                .iter()
                .any(|only| only.eq_ignore_ascii_case(action));
        if !has || !draw.chance(60) {
            continue;
        }
        let value = |draw: &mut Draw| (*draw.one(key.kind.values())).to_owned();
        let values = if key.many {
            let count = draw.below(4);
            Values::Many((0..count).map(|_| value(draw)).collect())
        } else {
            Values::One(value(draw))
        };
        context.insert(key.name.to_owned(), values);
    }
    Ask {
        caller: caller.map(str::to_owned),
        action: action.to_owned(),
        resource: resource.to_owned(),
        account: account.to_owned(),
        context,
    }
}
