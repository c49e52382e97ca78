//! The block `services` of a project: a switch for each service of the catalogue, and a block for
//! each one that has options.

use std::collections::BTreeMap;
use std::fmt;

use mlspace_core::policies::{Service, ServiceOptions, Services};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::mapping::{self, StringList};
use terraform_plugin::framework::model::at_most_one;
use terraform_plugin::framework::{Attribute, Block, Diagnostics, Field, Type};

/// The block `services`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ServicesModel {
    /// The services without options.
    switches: BTreeMap<Service, Field<bool>>,
    /// The services with options.
    options: BTreeMap<Service, Field<OptionsModel>>,
}

/// The block of a service with options.
#[derive(Clone, Debug, Default, PartialEq)]
struct OptionsModel {
    arns: StringList,
    guardrail_arn: Field<String>,
}

/// The attribute with the ARNs that a project can use.
const fn arns_of(service: Service) -> &'static str {
    match service {
        Service::Bedrock => "model_arns",
        _ => "repository_arns",
    }
}

/// Whether requests can be required to name a guardrail.
fn has_guardrail(service: Service) -> bool {
    service == Service::Bedrock
}

fn has_options(service: Service) -> bool {
    service.entry().options.is_some()
}

/// The block `services`.
pub(super) fn block() -> Block {
    let services = || Service::ALL.iter().copied();
    let words = |service: Service| {
        let entry = service.entry();
        let open = if entry.open.is_empty() {
            String::new()
        } else {
            format!(" {}", entry.open)
        };
        format!("{}. {}{open}", entry.title, entry.gives)
    };
    let switches = services()
        .filter(|service| !has_options(*service))
        .map(|service| {
            Attribute::bool(service.name())
                .optional()
                .describe(words(service))
        });
    let blocks = services().filter(|service| has_options(*service)).map(|service| {
        let named = service.entry().options.unwrap_or_default();
        let arns = Attribute::list(arns_of(service), Type::String)
            .required()
            .describe(format!("{named} that members can use. `*` at the end of one stands for any."));
        let guardrail = has_guardrail(service).then(|| {
            Attribute::string("guardrail_arn").optional().describe(
                "ARN of the guardrail that requests have to name, without a version. By default, requests need no \
                 guardrail.",
            )
        });
        Block::at_most_one(service.name(), [Some(arns), guardrail].into_iter().flatten())
            .describe(words(service))
    });
    Block::at_most_one("services", switches)
        .blocks(blocks)
        .describe(
            "Services that members of the project can use, among the `services` of the provider. By default, none of \
             these.",
        )
}

/// The services in a block, which must be known; none if it is absent.
pub(super) fn services(block: &Field<ServicesModel>) -> Result<Services, Diagnostics> {
    match block {
        Field::Null => Ok(Services::default()),
        Field::Unknown => Err(mapping::missing_value("services")),
        Field::Known(model) => model.services(),
    }
}

/// The block with these services: as it was if it means the same.
pub(super) fn with_services(
    block: Field<ServicesModel>,
    services: &Services,
) -> Field<ServicesModel> {
    if self::services(&block).as_ref() == Ok(services) {
        return block;
    }
    if services.is_empty() {
        return Field::Null;
    }
    Field::Known(ServicesModel::from(services))
}

/// A value that can be null, but not unknown.
fn known<T>(field: &Field<T>) -> Result<Option<&T>, Diagnostics> {
    if field.is_unknown() {
        return Err(mapping::missing_value("services"));
    }
    Ok(field.as_option())
}

impl ServicesModel {
    fn services(&self) -> Result<Services, Diagnostics> {
        let mut services = Services::default();
        for (service, switch) in &self.switches {
            if known(switch)? == Some(&true) {
                services.switch_on(*service, ServiceOptions::default());
            }
        }
        for (service, block) in &self.options {
            let Some(options) = known(block)? else {
                continue;
            };
            known(&options.arns)?;
            let arns = mapping::optional_strings(&options.arns, arns_of(*service))?;
            let options = ServiceOptions {
                arns: arns.unwrap_or_default(),
                guardrail_arn: known(&options.guardrail_arn)?.cloned(),
            };
            services.switch_on(*service, options);
        }
        Ok(services)
    }
}

impl From<&Services> for ServicesModel {
    fn from(services: &Services) -> Self {
        let mut model = Self::default();
        for (service, options) in services.iter() {
            if has_options(service) {
                let options = OptionsModel {
                    arns: mapping::strings(&options.arns),
                    guardrail_arn: options.guardrail_arn.clone().into(),
                };
                model.options.insert(service, Field::Known(options));
            } else {
                model.switches.insert(service, Field::Known(true));
            }
        }
        model
    }
}

impl Serialize for ServicesModel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for service in Service::ALL {
            if has_options(*service) {
                let block = self.options.get(service).cloned().unwrap_or_default();
                let written = block.map(|options| Written(*service, options));
                map.serialize_entry(service.name(), &OneBlock(written))?;
            } else {
                let switch = self.switches.get(service).cloned().unwrap_or_default();
                map.serialize_entry(service.name(), &switch)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ServicesModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ServicesVisitor)
    }
}

struct ServicesVisitor;

impl<'de> Visitor<'de> for ServicesVisitor {
    type Value = ServicesModel;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the services of a project")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ServicesModel, A::Error> {
        let mut model = ServicesModel::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.parse::<Service>() {
                Ok(service) if has_options(service) => {
                    let OneBlock(block) = map.next_value::<OneBlock<OptionsModel>>()?;
                    model.options.insert(service, block);
                }
                Ok(service) => {
                    model.switches.insert(service, map.next_value()?);
                }
                Err(_) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(model)
    }
}

/// A block that occurs at most once.
#[derive(Serialize, Deserialize)]
#[serde(
    transparent,
    bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>")
)]
struct OneBlock<T>(#[serde(with = "at_most_one")] Field<T>);

/// The options of a service, with the service's names of attributes.
struct Written(Service, OptionsModel);

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(service, options) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(arns_of(*service), &options.arns)?;
        if has_guardrail(*service) {
            map.serialize_entry("guardrail_arn", &options.guardrail_arn)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for OptionsModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Read {
            #[serde(alias = "model_arns", alias = "repository_arns")]
            arns: StringList,
            #[serde(default)]
            guardrail_arn: Field<String>,
        }
        let Read {
            arns,
            guardrail_arn,
        } = Read::deserialize(deserializer)?;
        Ok(Self {
            arns,
            guardrail_arn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Services {
        let mut services = Services::default();
        for service in Service::ALL {
            let mut options = ServiceOptions::default();
            if has_options(*service) {
                options.arns = vec![format!("arn:aws:{service}:x")];
            }
            if has_guardrail(*service) {
                options.guardrail_arn = Some("arn:aws:bedrock:g".to_owned());
            }
            services.switch_on(*service, options);
        }
        services
    }

    #[test]
    fn services_round_trip() {
        let block = Field::Known(ServicesModel::from(&all()));
        assert_eq!(services(&block), Ok(all()));
        assert_eq!(services(&Field::Null), Ok(Services::default()));
        assert!(services(&Field::Unknown).is_err());
    }

    #[test]
    fn with_services_keeps_what_means_the_same() {
        let written = Field::Known(ServicesModel {
            switches: [
                (Service::Registry, Field::from(true)),
                (Service::Pipelines, Field::from(false)),
            ]
            .into(),
            ..ServicesModel::default()
        });
        let registry: Services = [Service::Registry].into_iter().collect();
        assert_eq!(with_services(written.clone(), &registry), written);
        assert_eq!(with_services(written, &Services::default()), Field::Null);
        let found = with_services(Field::Null, &registry).into_known().unwrap();
        assert_eq!(found.switches.len(), 1);
    }

    #[test]
    fn options_have_names_of_their_own() {
        let with_options = Service::ALL.iter().filter(|service| has_options(**service));
        let names: Vec<_> = with_options
            .map(|service| (service.name(), arns_of(*service)))
            .collect();
        assert_eq!(
            names,
            [
                ("bedrock", "model_arns"),
                ("codeartifact", "repository_arns")
            ]
        );
    }
}
