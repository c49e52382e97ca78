//! What AWS would say, as templates (see [`Thing`](crate::invent::Thing)).
//!
//! Forms of ARNs: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>,
//! the page of each service. Forms of ids: the API reference of each.

mod data_sources;
mod resources;

use crate::invent::Subject;

/// Type, path of the attribute, and the template of each of its values: one, or several for a list or set.
type Rows = &'static [(&'static str, &'static str, &'static [&'static str])];

/// What a configuration names things by, if it does; the first that is there is the id.
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

/// What ids begin with, by the noun before `_id`.
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

/// What an attribute of the name means wherever it stands.
const ANYWHERE: [(&str, &str); 13] = [
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

const fn rows(subject: Subject) -> Rows {
    match subject {
        Subject::Resource => resources::ROWS,
        Subject::DataSource => data_sources::ROWS,
    }
}

/// The templates for an attribute of a type.
pub(crate) fn find(subject: Subject, ty: &str, path: &str) -> Option<&'static [&'static str]> {
    rows(subject)
        .iter()
        .find(|(of, at, _)| *of == ty && *at == path)
        .map(|(_, _, templates)| *templates)
}

/// Whether there are templates for what the objects of an attribute hold.
pub(crate) fn has_parts(subject: Subject, ty: &str, path: &str) -> bool {
    rows(subject).iter().any(|(of, at, _)| {
        *of == ty
            && at
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The template for any attribute of the path's last name.
pub(crate) fn by_name(path: &str) -> Option<&'static str> {
    let name = path.rsplit('.').next().unwrap_or(path);
    ANYWHERE
        .iter()
        .find(|(of, _)| *of == name)
        .map(|(_, template)| *template)
}
