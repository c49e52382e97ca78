//! The account and the deployment that parameters name.

use super::given::{DocumentKindError, Given, invalid};
use crate::layout::{Account, partition_of};
use crate::policies::{ApprovedNetwork, GrantContext};

/// What tag and prefix are called unless given.
const DEFAULT_NAME: &str = "MLSpace";

/// The account and region, with the partition that the region is in.
pub(super) fn account(given: &Given<'_>) -> Result<Account, DocumentKindError> {
    let (id, region) = (given.text("account_id")?, given.text("region")?);
    if id.len() != 12 || !id.chars().all(|c| c.is_ascii_digit()) {
        let id = id.escape_debug();
        return Err(invalid(
            "account_id",
            format!("`{id}` is not an account id: write its twelve digits"),
        ));
    }
    let parts: Vec<&str> = region.split('-').collect();
    let named = parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty())
        && region
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !named {
        let region = region.escape_debug();
        return Err(invalid(
            "region",
            format!("`{region}` is not a region: write one like `us-east-1`"),
        ));
    }
    let partition = partition_of(region);
    match given.optional_text("partition") {
        Some(other) if other != partition => Err(invalid(
            "partition",
            format!(
                "`{}` is not the partition of the region `{region}`: write `{partition}`, or leave it out",
                other.escape_debug()
            ),
        )),
        _ => Ok(Account::new(id, region)),
    }
}

/// The deployment, owned; [`Self::context`] is what generators take.
pub(super) struct Deployment<'g> {
    account: Account,
    given: &'g Given<'g>,
}

impl<'g> Deployment<'g> {
    pub(super) fn new(given: &'g Given<'g>) -> Result<Self, DocumentKindError> {
        Ok(Self {
            account: account(given)?,
            given,
        })
    }

    pub(super) fn context(&self) -> GrantContext<'_> {
        let given = self.given;
        let network = ApprovedNetwork {
            subnet_ids: given.texts("subnet_ids"),
            security_group_ids: given.texts("security_group_ids"),
        };
        let named = !(network.subnet_ids.is_empty() && network.security_group_ids.is_empty());
        GrantContext {
            account: &self.account,
            system_tag: given.optional_text("system_tag").unwrap_or(DEFAULT_NAME),
            iam_prefix: given
                .optional_text("iam_resource_prefix")
                .unwrap_or(DEFAULT_NAME),
            data_bucket: given.optional_text("data_bucket").unwrap_or_default(),
            network: named.then_some(network),
            kms_key: given.optional_text("kms_key_id"),
        }
    }
}
