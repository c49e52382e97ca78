//! Templates for the values that AWS computes (see
//! [`ResourceInstance`](crate::computed::ResourceInstance)).
//!
//! Formats of ARNs: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>,
//! the page of each service. Formats of ids: the API reference of each service.

mod data_sources;
mod resources;

use crate::computed::TypeKind;

/// Type, path of the attribute, and its templates: one, or multiple for a list or set.
type Rows = &'static [(&'static str, &'static str, &'static [&'static str])];

/// Arguments that can serve as the id of a resource; the first one that is set does.
pub(crate) const NATURAL_KEYS: [&str; 8] = [
    "name",
    "bucket",
    "alarm_name",
    "role",
    "policy_arn",
    "resource_arn",
    "vpc_id",
    "key_id",
];

/// Prefixes of ids, by the noun before `_id` in the attribute's name.
pub(crate) const ID_PREFIXES: [(&str, &str); 10] = [
    ("vpc", "vpc"),
    ("subnet", "subnet"),
    ("security_group", "sg"),
    ("route_table", "rtb"),
    ("network_acl", "acl"),
    ("network_interface", "eni"),
    ("dhcp_options", "dopt"),
    ("allocation", "eipalloc"),
    ("association", "assoc"),
    ("prefix_list", "pl"),
];

/// Templates for attributes with these names in any type.
const BY_NAME: [(&str, &str); 13] = [
    ("region", "{region}"),
    ("owner_id", "{account}"),
    ("account_id", "{account}"),
    ("owner", "{account}"),
    ("hosted_zone_id", "Z{hash}"),
    ("state", "available"),
    ("create_date", "2026-01-01T00:00:00Z"),
    ("creation_date", "2026-01-01T00:00:00Z"),
    ("created_date", "2026-01-01T00:00:00Z"),
    ("unique_id", "A{hash}"),
    ("version_id", "{hash}"),
    ("etag", "{hash}"),
    ("dns_name", "{hash}.{region}.{dns}"),
];

const fn rows(kind: TypeKind) -> Rows {
    match kind {
        TypeKind::Resource => resources::ROWS,
        TypeKind::DataSource => data_sources::ROWS,
    }
}

/// The templates for an attribute of a type.
pub(crate) fn find(kind: TypeKind, ty: &str, path: &str) -> Option<&'static [&'static str]> {
    rows(kind)
        .iter()
        .find(|(of, at, _)| *of == ty && *at == path)
        .map(|(_, _, templates)| *templates)
}

/// Whether there are templates for attributes of the objects in an attribute.
pub(crate) fn has_nested(kind: TypeKind, ty: &str, path: &str) -> bool {
    rows(kind).iter().any(|(of, at, _)| {
        *of == ty
            && at
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The template for an attribute of any type, by the last part of its path.
pub(crate) fn by_name(path: &str) -> Option<&'static str> {
    let name = path.rsplit('.').next().unwrap_or(path);
    BY_NAME
        .iter()
        .find(|(of, _)| *of == name)
        .map(|(_, template)| *template)
}
