//! What a project's members can do, in the project's record: an attribute beside MLSpace's own,
//! which its web application neither reads nor changes.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, ItemBuilder, Malformed, View, list};
use crate::policies::{
    Limits, ProjectAccess, Service, ServiceOptions, Services, Sharing, Workload,
};

/// The attribute's name. It is absent if everything in it is the default.
pub(crate) const ACCESS: &str = "access";

const SHARING: &str = "sharing";
const SERVICES: &str = "services";
const LIMITS: &str = "limits";
const ARNS: &str = "arns";
const GUARDRAIL: &str = "guardrail";
const INSTANCE_TYPES: &str = "instanceTypes";
const ENCRYPTED_TRAFFIC: &str = "encryptedTraffic";
const ISOLATED_NETWORK: &str = "isolatedNetwork";

/// Reads the attribute of a project's item.
///
/// # Errors
/// When it has an unexpected type: what limits members is not taken as missing. A service of another
/// version, which this one cannot grant, is left out.
pub(super) fn read(item: &Item) -> Result<ProjectAccess, Malformed> {
    let Some(access) = map(item, ACCESS)? else {
        return Ok(ProjectAccess::default());
    };
    let sharing = match access.get(SHARING) {
        None => Sharing::default(),
        Some(_) => View(access)
            .string(SHARING)?
            .parse()
            .map_err(|_| wrong(SHARING, "`project` or `user`"))?,
    };
    let mut services = Services::default();
    for (name, options) in map(access, SERVICES)?.into_iter().flatten() {
        let Ok(service) = name.parse::<Service>() else {
            continue;
        };
        let options = options.as_m().map_err(|_| wrong(SERVICES, "map of maps"))?;
        services.switch_on(
            service,
            ServiceOptions {
                arns: View(options).strings(ARNS)?,
                guardrail_arn: optional(options, GUARDRAIL, |view, name| view.string(name))?,
            },
        );
    }
    let limits = map(access, LIMITS)?.map_or_else(|| Ok(Limits::default()), read_limits)?;
    Ok(ProjectAccess {
        sharing,
        services,
        limits,
    })
}

fn read_limits(limits: &Item) -> Result<Limits, Malformed> {
    let mut read = Limits {
        encrypted_traffic: View(limits).bool(ENCRYPTED_TRAFFIC)?,
        isolated_network: View(limits).bool(ISOLATED_NETWORK)?,
        ..Limits::default()
    };
    if let Some(types) = map(limits, INSTANCE_TYPES)? {
        for (name, workload) in Workload::NAMES {
            if types.contains_key(name) {
                read.instance_types
                    .insert(workload, View(types).strings(name)?);
            }
        }
    }
    for (name, field) in numbers(&mut read) {
        let number = |view: View<'_>, name: &str| {
            let number = view.integer(name).and_then(|number| number.try_into().ok());
            number.ok_or_else(|| wrong(name, "number"))
        };
        *field = optional(limits, name, number)?;
    }
    Ok(read)
}

/// The numbers of limits, with their names in the record.
fn numbers(limits: &mut Limits) -> [(&'static str, &mut Option<u64>); 4] {
    [
        ("maxRuntimeSeconds", &mut limits.max_runtime_seconds),
        ("maxWarmPoolSeconds", &mut limits.max_warm_pool_seconds),
        (
            "maxServerlessConcurrency",
            &mut limits.max_serverless_concurrency,
        ),
        ("maxNotebookVolumeGb", &mut limits.max_notebook_volume_gb),
    ]
}

/// The attribute with this access, over an existing one whose unknown keys stay; `None` if there is
/// nothing to write.
pub(super) fn write(access: &ProjectAccess, existing: Option<&Item>) -> Option<Item> {
    let mut map = existing.cloned().unwrap_or_default();
    map.retain(|key, _| ![SHARING, SERVICES, LIMITS].contains(&key.as_str()));
    if access.sharing != Sharing::default() {
        let sharing = access.sharing.to_string();
        map.insert(SHARING.to_owned(), AttributeValue::S(sharing));
    }
    if !access.services.is_empty() {
        let services = access.services.iter().map(|(service, options)| {
            let mut item = ItemBuilder::new();
            if !options.arns.is_empty() {
                item = item.strings(ARNS, &options.arns);
            }
            if let Some(guardrail) = &options.guardrail_arn {
                item = item.string(GUARDRAIL, guardrail);
            }
            (service.to_string(), AttributeValue::M(item.build()))
        });
        let services = AttributeValue::M(services.collect());
        map.insert(SERVICES.to_owned(), services);
    }
    if !access.limits.is_empty() {
        let limits = AttributeValue::M(write_limits(access.limits.clone()));
        map.insert(LIMITS.to_owned(), limits);
    }
    (!map.is_empty()).then_some(map)
}

fn write_limits(mut limits: Limits) -> Item {
    let mut item = ItemBuilder::new();
    let flags = [
        (ENCRYPTED_TRAFFIC, limits.encrypted_traffic),
        (ISOLATED_NETWORK, limits.isolated_network),
    ];
    for (name, _) in flags.iter().filter(|(_, on)| *on) {
        item = item.bool(name, true);
    }
    for (name, number) in numbers(&mut limits) {
        if let Some(number) = number {
            item = item.value(name, AttributeValue::N(number.to_string()));
        }
    }
    if !limits.instance_types.is_empty() {
        let types = Workload::NAMES.iter().filter_map(|(name, workload)| {
            let patterns = limits.instance_types.get(workload)?;
            Some(((*name).to_owned(), list(patterns)))
        });
        item = item.value(INSTANCE_TYPES, AttributeValue::M(types.collect()));
    }
    item.build()
}

fn wrong(attribute: &str, expected: &'static str) -> Malformed {
    Malformed {
        attribute: format!("{ACCESS}.{attribute}"),
        expected,
    }
}

/// A map that can be missing, but nothing else.
fn map<'a>(item: &'a Item, name: &str) -> Result<Option<&'a Item>, Malformed> {
    match item.get(name) {
        None | Some(AttributeValue::Null(_)) => Ok(None),
        Some(value) => value.as_m().map(Some).map_err(|_| wrong(name, "map")),
    }
}

/// A value that can be missing, but has the expected type otherwise.
fn optional<T>(
    item: &Item,
    name: &str,
    read: impl Fn(View<'_>, &str) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    match item.get(name) {
        None | Some(AttributeValue::Null(_)) => Ok(None),
        Some(_) => read(View(item), name).map(Some),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An access in which nothing is the default.
    pub(in crate::records) fn access() -> ProjectAccess {
        let mut services: Services = [Service::Registry].into_iter().collect();
        services.switch_on(
            Service::Bedrock,
            ServiceOptions {
                arns: vec!["arn:aws:bedrock:us-east-1::foundation-model/m".to_owned()],
                guardrail_arn: Some(
                    "arn:aws:bedrock:us-east-1:123456789012:guardrail/g".to_owned(),
                ),
            },
        );
        ProjectAccess {
            sharing: Sharing::User,
            services,
            limits: Limits {
                instance_types: [
                    (Workload::Training, vec!["ml.m5.*".to_owned()]),
                    (Workload::Endpoint, Vec::new()),
                ]
                .into(),
                max_runtime_seconds: Some(3_600),
                max_warm_pool_seconds: Some(60),
                encrypted_traffic: true,
                isolated_network: true,
                max_serverless_concurrency: Some(5),
                max_notebook_volume_gb: Some(50),
            },
        }
    }

    fn item(access: &ProjectAccess) -> Item {
        let map = write(access, None).map(AttributeValue::M);
        map.map(|map| (ACCESS.to_owned(), map))
            .into_iter()
            .collect()
    }

    #[test]
    fn access_round_trips() {
        assert_eq!(read(&item(&access())), Ok(access()));
        assert_eq!(write(&ProjectAccess::default(), None), None);
        assert_eq!(read(&Item::new()), Ok(ProjectAccess::default()));
    }

    #[test]
    fn write_keeps_unknown_keys() {
        let mut existing = write(&access(), None).unwrap();
        let theirs = AttributeValue::S("theirs".to_owned());
        existing.insert("other".to_owned(), theirs.clone());
        let written = write(&ProjectAccess::default(), Some(&existing)).unwrap();
        assert_eq!(written, Item::from([("other".to_owned(), theirs)]));
    }

    #[test]
    fn read_refuses_what_it_does_not_understand() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let inside = |key: &str, value: AttributeValue| {
            let map = Item::from([(key.to_owned(), value)]);
            Item::from([(ACCESS.to_owned(), AttributeValue::M(map))])
        };
        let limit = |key: &str, value: AttributeValue| {
            inside(LIMITS, AttributeValue::M([(key.to_owned(), value)].into()))
        };
        for odd in [
            Item::from([(ACCESS.to_owned(), text("all"))]),
            inside(SHARING, text("everybody")),
            inside(SERVICES, text("registry")),
            inside(LIMITS, text("none")),
            limit("maxRuntimeSeconds", text("a day")),
            limit("maxNotebookVolumeGb", AttributeValue::N("-5".to_owned())),
            limit(ENCRYPTED_TRAFFIC, text("perhaps")),
            limit(INSTANCE_TYPES, text("ml.m5.large")),
        ] {
            assert!(read(&odd).is_err(), "{odd:?}");
        }
        let newer =
            AttributeValue::M([("quantum".to_owned(), AttributeValue::M(Item::new()))].into());
        assert_eq!(read(&inside(SERVICES, newer)), Ok(ProjectAccess::default()));
    }
}
