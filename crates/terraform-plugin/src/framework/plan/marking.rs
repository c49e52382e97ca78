//! The steps of planning that depend on the schema alone.

use crate::framework::{
    codec,
    path::Path,
    schema::{Attribute, Body, Nesting, PlanBehavior, Shape},
    value::Value,
};

static NULL: Value = Value::Null;

/// Calls `visit` for each object inside the value of a nested attribute or block, together with its
/// counterparts: the objects at the same list index or map key of `counterparts` (null where there
/// is none). Elements of sets have no counterparts, which is why the schema check rejects computed
/// attributes in sets.
fn for_each_nested(
    value: &mut Value,
    counterparts: &[&Value],
    visit: &mut dyn FnMut(&mut Value, &[&Value]),
) {
    // Clones, because `counterparts` cannot be borrowed from a temporary list per element.
    let select = |get: &dyn Fn(&Value) -> Option<Value>| -> Vec<Value> {
        counterparts
            .iter()
            .map(|counterpart| get(counterpart).unwrap_or(Value::Null))
            .collect()
    };
    let mut visit_with = |object: &mut Value, counterparts: Vec<Value>| {
        visit(object, &counterparts.iter().collect::<Vec<_>>())
    };
    match value {
        Value::Object(_) => visit(value, counterparts),
        Value::List(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                let counterparts = select(&|counterpart| match counterpart {
                    Value::List(elements) => elements.get(index).cloned(),
                    _ => None,
                });
                visit_with(element, counterparts);
            }
        }
        Value::Map(entries) => {
            for (key, element) in entries.iter_mut() {
                let counterparts = select(&|counterpart| match counterpart {
                    Value::Map(entries) => entries.get(key).cloned(),
                    _ => None,
                });
                visit_with(element, counterparts);
            }
        }
        // Null, unknown, or a set: there are no objects with counterparts inside.
        _ => {}
    }
}

/// Calls `visit` for the objects inside every nested attribute and block of an object.
fn visit_nested(
    body: &Body,
    object: &mut Value,
    counterparts: &[&Value],
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
            let counterparts: Vec<_> = counterparts
                .iter()
                .map(|counterpart| counterpart.attribute(name))
                .collect();
            for_each_nested(value, &counterparts, &mut |object, counterparts| {
                visit(inner, object, counterparts)
            });
        }
    }
}

fn counterpart<'a>(counterparts: &[&'a Value], position: usize) -> &'a Value {
    counterparts.get(position).copied().unwrap_or(&NULL)
}

/// Sets the default of each attribute that the configuration leaves null.
pub(crate) fn apply_defaults(body: &Body, config: &Value, proposed: &mut Value) {
    default_level(body, proposed, &[config]);
}

// Counterparts: the configuration.
fn default_level(body: &Body, object: &mut Value, counterparts: &[&Value]) {
    for attribute in body.attributes() {
        // The configuration decides, not the proposed value: for an attribute that was removed from
        // the configuration, Terraform proposes the prior value, since a default makes the
        // attribute optional and computed.
        let unset = counterpart(counterparts, 0)
            .attribute(attribute.name())
            .is_null();
        if let Some(default) = attribute.default_value().filter(|_| unset) {
            let value =
                codec::coerce(default.clone(), &attribute.ty()).unwrap_or_else(|_| default.clone());
            object.set_attribute(attribute.name(), value);
        }
    }
    visit_nested(body, object, counterparts, &mut default_level);
}

/// Marks the computed attributes that the create or update will set as unknown: those without a
/// configured value, unless their [`PlanBehavior`] keeps the prior value. Attributes that differ
/// from `base`, if given, were planned by the resource and are not marked.
pub(crate) fn mark_unknown(
    body: &Body,
    config: &Value,
    prior: &Value,
    base: Option<&Value>,
    planned: &mut Value,
) {
    // Without a base, the plan is compared with itself, so that every attribute can be marked.
    let unmarked = planned.clone();
    mark_level(body, planned, &[config, prior, base.unwrap_or(&unmarked)]);
}

// Counterparts: the configuration, the prior state, and the plan before the resource modified it.
fn mark_level(body: &Body, object: &mut Value, counterparts: &[&Value]) {
    let (config, prior) = (counterpart(counterparts, 0), counterpart(counterparts, 1));
    for attribute in body.attributes() {
        let name = attribute.name();
        let current = object.attribute(name);
        let set_by_resource = current != counterpart(counterparts, 2).attribute(name);
        if !is_provider_computed(attribute, config) || set_by_resource {
            continue;
        }
        // True for a new element of a list too, even if the resource itself exists.
        let creating = prior.is_null();
        let unknown = match attribute.plan_behavior() {
            PlanBehavior::MarkUnknown => !creating || current.is_null(),
            // On update, `current` is the prior value. If that is null (an attribute that a newer
            // provider version added, for example), there is no state to use.
            PlanBehavior::UseStateForUnknown => current.is_null(),
            // On update, `mark_derived_level` decides.
            PlanBehavior::DerivedFrom(_) => creating && current.is_null(),
        };
        if unknown {
            object.set_attribute(name, Value::Unknown);
        }
    }
    mark_derived_attributes(body, object, counterparts);
    visit_nested(body, object, counterparts, &mut mark_level);
}

/// Whether a plan differs from the prior state only in values that are marked as unknown.
pub(crate) fn is_only_marked(body: &Body, config: &Value, prior: &Value, planned: &Value) -> bool {
    if prior.is_null() {
        return false;
    }
    let mut unmarked = planned.clone();
    unmark_level(body, &mut unmarked, &[config, prior]);
    unmarked == *prior
}

// Counterparts: the configuration and the prior state.
fn unmark_level(body: &Body, object: &mut Value, counterparts: &[&Value]) {
    let (config, prior) = (counterpart(counterparts, 0), counterpart(counterparts, 1));
    for attribute in body.attributes() {
        let name = attribute.name();
        if is_provider_computed(attribute, config) && object.attribute(name).is_unknown() {
            object.set_attribute(name, prior.attribute(name).clone());
        }
    }
    visit_nested(body, object, counterparts, &mut unmark_level);
}

/// Marks derived attributes as unknown if the resource changed one of their sources. Derived
/// attributes that the resource set itself are not marked.
pub(crate) fn mark_derived(
    body: &Body,
    config: &Value,
    prior: &Value,
    base: &Value,
    planned: &mut Value,
) {
    mark_derived_level(body, planned, &[config, prior, base]);
}

fn mark_derived_level(body: &Body, object: &mut Value, counterparts: &[&Value]) {
    mark_derived_attributes(body, object, counterparts);
    visit_nested(body, object, counterparts, &mut mark_derived_level);
}

fn mark_derived_attributes(body: &Body, object: &mut Value, counterparts: &[&Value]) {
    let (config, prior, base) = (
        counterpart(counterparts, 0),
        counterpart(counterparts, 1),
        counterpart(counterparts, 2),
    );
    if prior.is_null() {
        return;
    }
    // An attribute can be derived from one that is itself derived, in any order of declaration.
    // Each round marks one more attribute, so the loop ends.
    loop {
        let next = body.attributes().iter().find(|attribute| {
            let PlanBehavior::DerivedFrom(sources) = attribute.plan_behavior() else {
                return false;
            };
            let current = object.attribute(attribute.name());
            is_provider_computed(attribute, config)
                && !current.is_unknown()
                && current == base.attribute(attribute.name())
                && current == prior.attribute(attribute.name())
                && sources
                    .iter()
                    .any(|source| object.attribute(source) != prior.attribute(source))
        });
        let Some(attribute) = next else { return };
        object.set_attribute(attribute.name(), Value::Unknown);
    }
}

/// Whether the provider decides the attribute's value: it is computed, and neither the
/// configuration nor a default sets it.
fn is_provider_computed(attribute: &Attribute, config: &Value) -> bool {
    attribute.is_computed()
        && attribute.default_value().is_none()
        && config.attribute(attribute.name()).is_null()
}

/// Paths of the attributes whose change requires replacement.
///
/// An attribute that is not configured and planned as unknown does not count: its value most likely
/// stays the same, and replacing the resource for it would be destructive.
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
            collect_nested(
                inner,
                &path.attribute(name),
                (config, prior, planned),
                paths,
            );
        }
    }
    for block in body.blocks() {
        let name = block.name();
        let values = (
            config.attribute(name),
            prior.attribute(name),
            planned.attribute(name),
        );
        collect_nested(block.body(), &path.attribute(name), values, paths);
    }
}

fn collect_nested(
    body: &Body,
    path: &Path,
    (config, prior, planned): (&Value, &Value, &Value),
    paths: &mut Vec<Path>,
) {
    if prior == planned || !has_requires_replace(body) {
        return;
    }
    match (prior, planned) {
        (Value::Object(_), Value::Object(_)) => {
            collect_replacements(body, path, (config, prior, planned), paths)
        }
        (Value::List(old), Value::List(new)) if old.len() == new.len() => {
            for (index, element) in new.iter().enumerate() {
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
        // Objects were added or removed, or a set changed, so elements cannot be compared one by
        // one. Terraform accepts the path of the collection.
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
