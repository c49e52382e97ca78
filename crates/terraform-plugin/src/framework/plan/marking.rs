//! The steps of planning that the schema alone decides.

use crate::framework::{
    codec,
    path::Path,
    schema::{Attribute, Block, Body, Nesting, PlanBehavior, Shape},
    value::Value,
};

static NULL: Value = Value::Null;

/// Objects of one level that belong together: what the configuration, the prior state and the plan say of one thing.
/// Calls `visit` for each such group inside an attribute or block. Elements of sets have no counterparts, which is why
/// the schema check keeps computed attributes out of them.
fn inside(value: &mut Value, mates: &[&Value], visit: &mut dyn FnMut(&mut Value, &[&Value])) {
    let pick = |get: &dyn Fn(&Value) -> Option<Value>| -> Vec<Value> {
        mates
            .iter()
            .map(|mate| get(mate).unwrap_or(Value::Null))
            .collect()
    };
    let mut visit_with =
        |object: &mut Value, mates: Vec<Value>| visit(object, &mates.iter().collect::<Vec<_>>());
    match value {
        Value::Object(_) => visit(value, mates),
        Value::List(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                let mates = pick(&|mate| match mate {
                    Value::List(elements) => elements.get(index).cloned(),
                    _ => None,
                });
                visit_with(element, mates);
            }
        }
        Value::Map(entries) => {
            for (key, element) in entries.iter_mut() {
                let mates = pick(&|mate| match mate {
                    Value::Map(entries) => entries.get(key).cloned(),
                    _ => None,
                });
                visit_with(element, mates);
            }
        }
        _ => {}
    }
}

/// Calls `visit` for the groups inside every nested attribute and block of an object.
fn descend(
    body: &Body,
    object: &mut Value,
    mates: &[&Value],
    visit: &mut dyn FnMut(&Body, &mut Value, &[&Value]),
) {
    let Value::Object(entries) = object else {
        return;
    };
    let nested = body
        .attributes()
        .iter()
        .filter_map(|attribute| match attribute.shape() {
            Shape::Nested(nesting, inner) if *nesting != Nesting::Set => {
                Some((attribute.name(), inner))
            }
            _ => None,
        });
    for (name, inner) in nested.chain(
        body.blocks()
            .iter()
            .map(|block| (block.name(), block.body())),
    ) {
        if let Some(value) = entries.get_mut(name) {
            let mates: Vec<_> = mates.iter().map(|mate| mate.attribute(name)).collect();
            inside(value, &mates, &mut |object, mates| {
                visit(inner, object, mates)
            });
        }
    }
}

fn mate<'a>(mates: &[&'a Value], position: usize) -> &'a Value {
    mates.get(position).copied().unwrap_or(&NULL)
}

/// Puts defaults where the configuration says nothing.
pub(crate) fn apply_defaults(body: &Body, config: &Value, proposed: &mut Value) {
    defaults(body, proposed, &[config]);
}

fn defaults(body: &Body, object: &mut Value, mates: &[&Value]) {
    for attribute in body.attributes() {
        let absent = mate(mates, 0).attribute(attribute.name()).is_null();
        if let Some(default) = attribute.default_value().filter(|_| absent) {
            let value = codec::conform(default.clone(), &attribute.ty())
                .unwrap_or_else(|_| default.clone());
            object.set_attribute(attribute.name(), value);
        }
    }
    descend(body, object, mates, &mut defaults);
}

/// Nulls write-only attributes: neither plan nor state may hold them.
pub(crate) fn drop_write_only(body: &Body, object: &mut Value) {
    write_only(body, object, &[]);
}

fn write_only(body: &Body, object: &mut Value, mates: &[&Value]) {
    for attribute in body
        .attributes()
        .iter()
        .filter(|attribute| attribute.is_write_only())
    {
        object.set_attribute(attribute.name(), Value::Null);
    }
    descend(body, object, mates, &mut write_only);
}

/// Makes computed attributes unknown that a creation or change will set: those whose value the configuration does not
/// give, unless their rule keeps them. What differs from `before`, if given, has been said already and stays.
pub(crate) fn mark(
    body: &Body,
    config: &Value,
    prior: &Value,
    before: Option<&Value>,
    draft: &mut Value,
) {
    let unsaid = draft.clone();
    mark_level(body, draft, &[config, prior, before.unwrap_or(&unsaid)]);
}

// Mates: configuration, prior state, and the draft before the resource had its say.
fn mark_level(body: &Body, object: &mut Value, mates: &[&Value]) {
    let (config, prior) = (mate(mates, 0), mate(mates, 1));
    for attribute in body.attributes() {
        let name = attribute.name();
        let there = object.attribute(name);
        if !is_open(attribute, config) || there != mate(mates, 2).attribute(name) {
            continue;
        }
        let fresh = prior.is_null();
        let open = match attribute.plan_behavior() {
            PlanBehavior::MarkUnknown => !fresh || there.is_null(),
            PlanBehavior::UseStateForUnknown => there.is_null(),
            PlanBehavior::DerivedFrom(_) => fresh && there.is_null(),
        };
        if open {
            object.set_attribute(name, Value::Unknown);
        }
    }
    derive(body, object, mates);
    descend(body, object, mates, &mut mark_level);
}

/// Makes derived attributes unknown whose sources the resource's say changed. What it said of them itself stays.
pub(crate) fn mark_derived(
    body: &Body,
    config: &Value,
    prior: &Value,
    before: &Value,
    draft: &mut Value,
) {
    derive_level(body, draft, &[config, prior, before]);
}

fn derive_level(body: &Body, object: &mut Value, mates: &[&Value]) {
    derive(body, object, mates);
    descend(body, object, mates, &mut derive_level);
}

fn derive(body: &Body, object: &mut Value, mates: &[&Value]) {
    let (config, prior, before) = (mate(mates, 0), mate(mates, 1), mate(mates, 2));
    if prior.is_null() {
        return;
    }
    // Derivations can form chains; each round settles at least one link.
    loop {
        let next = body.attributes().iter().find(|attribute| {
            let PlanBehavior::DerivedFrom(sources) = attribute.plan_behavior() else {
                return false;
            };
            let there = object.attribute(attribute.name());
            is_open(attribute, config)
                && !there.is_unknown()
                && there == before.attribute(attribute.name())
                && there == prior.attribute(attribute.name())
                && sources
                    .iter()
                    .any(|source| object.attribute(source) != prior.attribute(source))
        });
        let Some(attribute) = next else { return };
        object.set_attribute(attribute.name(), Value::Unknown);
    }
}

/// Whether the provider decides the attribute's value.
fn is_open(attribute: &Attribute, config: &Value) -> bool {
    attribute.is_computed()
        && attribute.default_value().is_none()
        && config.attribute(attribute.name()).is_null()
}

/// The attributes whose change replaces the resource. A value that the configuration leaves to the provider and that is
/// unknown is no reason: most likely it stays.
pub(crate) fn replacements(
    body: &Body,
    config: &Value,
    prior: &Value,
    planned: &Value,
) -> Vec<Path> {
    let mut paths = Vec::new();
    if !prior.is_null() {
        collect_replacements(body, &Path::root(), (config, prior, planned), &mut paths);
    }
    paths
}

fn collect_replacements(
    body: &Body,
    path: &Path,
    (config, prior, planned): (&Value, &Value, &Value),
    paths: &mut Vec<Path>,
) {
    for attribute in body.attributes() {
        let name = attribute.name();
        let (config, prior, planned) = (
            config.attribute(name),
            prior.attribute(name),
            planned.attribute(name),
        );
        if attribute.replaces_on_change()
            && planned != prior
            && !(config.is_null() && planned.is_unknown())
        {
            paths.push(path.attribute(name));
        } else if let Shape::Nested(_, inner) = attribute.shape() {
            collect_inside(
                inner,
                &path.attribute(name),
                (config, prior, planned),
                paths,
            );
        }
    }
    for (block, name) in body
        .blocks()
        .iter()
        .map(|block: &Block| (block, block.name()))
    {
        let values = (
            config.attribute(name),
            prior.attribute(name),
            planned.attribute(name),
        );
        collect_inside(block.body(), &path.attribute(name), values, paths);
    }
}

fn collect_inside(
    body: &Body,
    path: &Path,
    (config, prior, planned): (&Value, &Value, &Value),
    paths: &mut Vec<Path>,
) {
    if prior == planned || !has_requires_replace(body) {
        return;
    }
    let lists = |a: &Value, b: &Value| matches!((a, b), (Value::List(a), Value::List(b)) if a.len() == b.len());
    match (prior, planned) {
        (Value::Object(_), Value::Object(_)) => {
            collect_replacements(body, path, (config, prior, planned), paths)
        }
        (Value::List(_), Value::List(elements)) if lists(prior, planned) => {
            for (index, element) in elements.iter().enumerate() {
                let step = Path::root().index(index);
                let values = (config.at(&step), prior.at(&step), element);
                collect_replacements(body, &path.index(index), values, paths);
            }
        }
        (Value::Map(old), Value::Map(new)) if old.keys().eq(new.keys()) => {
            for (key, element) in new {
                let step = Path::root().key(key);
                let values = (config.at(&step), prior.at(&step), element);
                collect_replacements(body, &path.key(key), values, paths);
            }
        }
        // Objects came or went, or a set changed: the path ends here.
        _ => paths.push(path.clone()),
    }
}

fn has_requires_replace(body: &Body) -> bool {
    let nested = |attribute: &Attribute| match attribute.shape() {
        Shape::Nested(_, inner) => has_requires_replace(inner),
        Shape::Plain(_) => false,
    };
    body.attributes()
        .iter()
        .any(|attribute| attribute.replaces_on_change() || nested(attribute))
        || body
            .blocks()
            .iter()
            .any(|block| has_requires_replace(block.body()))
}
