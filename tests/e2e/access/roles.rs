//! The roles in the account, with their policies.

use std::collections::BTreeMap;

use iam_policy::Document;
use iam_policy::evaluate::PolicySet;
use mlspace_core::layout::Account;
use serde_json::Value;

/// A membership's role.
pub(super) struct Role {
    pub(super) account: Account,
    pub(super) arn: String,
    pub(super) project: String,
    pub(super) user: String,
    pub(super) tags: BTreeMap<String, String>,
    /// ARNs of the managed policies.
    pub(super) attached: Vec<String>,
    pub(super) boundary: Option<String>,
    /// All policies of the role.
    pub(super) policies: PolicySet,
}

fn document(json: &Value) -> Document {
    Document::parse(&json.to_string()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// All roles in the account. Each must have the tags of a membership.
pub(super) fn roles(account_state: &Value) -> Vec<Role> {
    let roles = account_state["roles"].as_object().expect("roles");
    roles
        .iter()
        .map(|(name, role)| of(name, role, &account_state["policies"]))
        .collect()
}

fn of(name: &str, role: &Value, managed: &Value) -> Role {
    let tags: BTreeMap<String, String> =
        serde_json::from_value(role["tags"].clone()).expect("tags");
    let attached: Vec<String> = serde_json::from_value(role["attached"].clone()).expect("ARNs");
    let boundary = role["boundary"].as_str().map(str::to_owned);
    let read = |arn: &str| document(&managed[arn]["document"]);
    let mut policies = PolicySet::new();
    for arn in &attached {
        policies = policies.identity(arn, &read(arn));
    }
    for (label, text) in role["inline"].as_object().expect("inline policies") {
        policies = policies.identity(label, &document(text));
    }
    if let Some(arn) = &boundary {
        policies = policies.boundary(arn, &read(arn));
    }
    let account = Account::new("123456789012", "us-east-1");
    Role {
        arn: account.role_arn(name),
        account,
        project: tags["project"].clone(),
        user: tags["user"].clone(),
        tags,
        attached,
        boundary,
        policies,
    }
}
