//! The services that a project has switched on, with their options.

use std::collections::BTreeMap;

use super::entries::Service;
use crate::policies::context::{PolicyError, check_value};

/// Options of a service in one project. Most services have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceOptions {
    /// ARNs that the project can use: of models for Bedrock, of repositories for CodeArtifact.
    pub arns: Vec<String>,
    /// ARN of the guardrail that every request to Bedrock must name.
    pub guardrail_arn: Option<String>,
}

/// The services that a project has switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services(BTreeMap<Service, ServiceOptions>);

impl Services {
    /// Whether the service is on.
    #[must_use]
    pub fn has(&self, service: Service) -> bool {
        self.0.contains_key(&service)
    }

    /// Switches a service on.
    pub fn switch_on(&mut self, service: Service, options: ServiceOptions) {
        self.0.insert(service, options);
    }

    /// The services, in the order of the catalogue, with their options.
    pub fn iter(&self) -> impl Iterator<Item = (Service, &ServiceOptions)> {
        self.0.iter().map(|(service, options)| (*service, options))
    }

    /// The services, in the order of the catalogue.
    pub fn names(&self) -> impl Iterator<Item = Service> + '_ {
        self.0.keys().copied()
    }

    /// Those of them that are among these.
    #[must_use]
    pub fn only(&self, offered: &[Service]) -> Self {
        let mut services = self.clone();
        services.0.retain(|service, _| offered.contains(service));
        services
    }

    /// What is open that was not with `before`: a sentence or more for each service.
    pub(in crate::policies) fn opens(&self, before: &Self) -> Vec<String> {
        let mut all = Vec::new();
        for (service, options) in self.iter() {
            let entry = service.entry();
            let title = entry.title;
            let Some(had) = before.0.get(&service) else {
                let words = [entry.gives, entry.open];
                let words: Vec<&str> = words.into_iter().filter(|text| !text.is_empty()).collect();
                let mut sentence = format!("{title}: {}", words.join(" "));
                if !options.arns.is_empty() {
                    sentence.push_str(&format!(" It names {}.", quoted(&options.arns)));
                }
                all.push(sentence);
                continue;
            };
            let is_new = |arn: &&String| !had.arns.contains(arn);
            let new: Vec<String> = options.arns.iter().filter(is_new).cloned().collect();
            if !new.is_empty() {
                all.push(format!("{title}: They can use {}.", quoted(&new)));
            }
            if let Some(guardrail) = &had.guardrail_arn
                && options.guardrail_arn.as_ref() != Some(guardrail)
            {
                all.push(format!("{title}: Requests need not name `{guardrail}`."));
            }
        }
        all
    }

    /// Whether no service is on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks that options are ARNs and that every service has the options that it needs.
    ///
    /// # Errors
    /// [`PolicyError`] for the first invalid option.
    pub fn check(&self) -> Result<(), PolicyError> {
        for (service, options) in self.iter() {
            let expected = service.entry().options;
            let arns = options.arns.iter().chain(&options.guardrail_arn);
            for arn in arns {
                let remedy = "write an ARN, with `*` only at its end";
                let whole = arn.strip_suffix('*').unwrap_or(arn);
                if !arn.starts_with("arn:") {
                    return Err(PolicyError::Value {
                        what: "ARN",
                        value: arn.clone(),
                        expected: remedy,
                    });
                }
                check_value("ARN", whole, ":/_.-", remedy)?;
            }
            let superfluous = expected.is_none() && *options != ServiceOptions::default();
            let absent = expected.is_some() && options.arns.is_empty();
            if superfluous || absent {
                return Err(PolicyError::Value {
                    what: "option of the service",
                    value: service.name().to_owned(),
                    expected: if absent {
                        "name the ARNs that the project can use"
                    } else {
                        "this service has no options"
                    },
                });
            }
        }
        Ok(())
    }
}

/// The texts in backticks.
fn quoted(texts: &[String]) -> String {
    format!("`{}`", texts.join("`, `"))
}

impl FromIterator<Service> for Services {
    fn from_iter<T: IntoIterator<Item = Service>>(services: T) -> Self {
        let without = |service| (service, ServiceOptions::default());
        Self(services.into_iter().map(without).collect())
    }
}
