//! Network settings of a notebook instance: its own, or the provider's defaults.

use sha2::{Digest, Sha256};

use super::{NotebookSpec, NotebookSpecError};
use crate::{aws::NotebookDefaults, name::NotebookName};

/// Network, key and lifecycle configuration of an instance, with defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The subnet.
    pub subnet_id: String,
    /// The security groups; at least one.
    pub security_group_ids: Vec<String>,
    /// The KMS key of the volume.
    pub kms_key_id: Option<String>,
    /// The lifecycle configuration.
    pub lifecycle_config_name: Option<String>,
}

impl Network {
    /// The settings of a new instance.
    ///
    /// # Errors
    /// [`NotebookSpecError::NoSubnet`] or [`NotebookSpecError::NoSecurityGroup`] when neither the
    /// notebook nor the defaults name one.
    pub fn of(spec: &NotebookSpec, defaults: &NotebookDefaults) -> Result<Self, NotebookSpecError> {
        let subnet_id = match &spec.subnet_id {
            Some(own) => own.clone(),
            None => choose_subnet(&spec.name, &defaults.subnet_ids)
                .ok_or(NotebookSpecError::NoSubnet)?
                .to_owned(),
        };
        let security_group_ids = spec
            .security_group_ids
            .clone()
            .unwrap_or_else(|| defaults.security_group_ids.clone());
        if security_group_ids.is_empty() {
            return Err(NotebookSpecError::NoSecurityGroup);
        }
        Ok(Self {
            subnet_id,
            security_group_ids,
            kms_key_id: spec
                .kms_key_id
                .clone()
                .or_else(|| defaults.kms_key_id.clone()),
            lifecycle_config_name: lifecycle(spec, defaults),
        })
    }
}

/// The desired lifecycle configuration.
pub(crate) fn lifecycle(spec: &NotebookSpec, defaults: &NotebookDefaults) -> Option<String> {
    spec.lifecycle_config_name
        .clone()
        .or_else(|| defaults.lifecycle_config_name.clone())
}

/// The subnet for the notebook called `name`: always the same one, in any order of `subnets`.
/// `None` when there are no subnets.
///
/// This is rendezvous hashing: the weight of a subnet is a hash of subnet and name, and the highest
/// weight wins. Notebooks are spread evenly, and a new subnet changes the choice for few names.
pub fn choose_subnet<'a>(name: &NotebookName, subnets: &'a [String]) -> Option<&'a str> {
    let weight = |subnet: &str| {
        let mut hash = Sha256::new();
        hash.update(name.as_str());
        hash.update(b"\n");
        hash.update(subnet);
        hash.finalize()
    };
    subnets
        .iter()
        .map(String::as_str)
        .max_by_key(|subnet| (weight(subnet), *subnet))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{super::tests::spec, *};

    fn defaults() -> NotebookDefaults {
        NotebookDefaults {
            subnet_ids: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
            security_group_ids: vec!["sg-1".to_owned()],
            kms_key_id: Some("key-1".to_owned()),
            lifecycle_config_name: Some("base".to_owned()),
        }
    }

    #[test]
    fn network_prefers_own_settings() {
        let plain = Network::of(&spec(), &defaults()).unwrap();
        assert!(defaults().subnet_ids.contains(&plain.subnet_id));
        assert_eq!(plain.kms_key_id.as_deref(), Some("key-1"));
        let own = NotebookSpec {
            subnet_id: Some("subnet-x".to_owned()),
            security_group_ids: Some(vec!["sg-9".to_owned()]),
            kms_key_id: Some("key-9".to_owned()),
            lifecycle_config_name: Some("gpu".to_owned()),
            ..spec()
        };
        let network = Network::of(&own, &defaults()).unwrap();
        assert_eq!(network.subnet_id, "subnet-x");
        assert_eq!(network.security_group_ids, ["sg-9"]);
        assert_eq!(network.kms_key_id.as_deref(), Some("key-9"));
        assert_eq!(network.lifecycle_config_name.as_deref(), Some("gpu"));
    }

    #[test]
    fn network_needs_subnet_and_security_group() {
        let error = Network::of(&spec(), &NotebookDefaults::default()).unwrap_err();
        assert_eq!(error.attribute(), "subnet_id");
        let half = NotebookDefaults {
            security_group_ids: Vec::new(),
            ..defaults()
        };
        let error = Network::of(&spec(), &half).unwrap_err();
        assert_eq!(error.attribute(), "security_group_ids");
    }

    #[test]
    fn choose_subnet_spreads_notebooks() {
        let subnets: Vec<String> = (0..4).map(|n| format!("subnet-{n}")).collect();
        let mut count: BTreeMap<String, u32> = BTreeMap::new();
        for n in 0..400 {
            let name = format!("notebook-{n}").parse().unwrap();
            *count
                .entry(choose_subnet(&name, &subnets).unwrap().to_owned())
                .or_default() += 1;
        }
        assert!(
            count.len() == 4 && count.values().all(|n| *n > 60),
            "{count:?}"
        );
    }

    proptest! {
        #[test]
        fn choose_subnet_is_stable(
            name in "[a-z][a-z0-9]{0,20}",
            mut subnets in prop::collection::vec("subnet-[0-9a-f]{8}", 1..6),
            seed in any::<u64>(),
        ) {
            let name: NotebookName = name.parse().unwrap();
            let chosen = choose_subnet(&name, &subnets).unwrap().to_owned();
            let turn = usize::try_from(seed % 6).unwrap() % subnets.len();
            subnets.rotate_left(turn);
            prop_assert_eq!(choose_subnet(&name, &subnets).unwrap(), &chosen);
            subnets.pop();
            if subnets.contains(&chosen) {
                prop_assert_eq!(choose_subnet(&name, &subnets).unwrap(), &chosen);
            }
        }
    }
}
