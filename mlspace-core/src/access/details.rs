//! Roles and policies of an account, read from a file.
//!
//! Source: "GetAccountAuthorizationDetails"
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>).

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

use super::IamRole;
use crate::tags::Tags;
use iam_policy::{Document, ParseError};

/// Roles and managed policies of an account, as `aws iam get-account-authorization-details` prints
/// them.
///
/// ```
/// use mlspace_core::access::AccountDetails;
///
/// let details = AccountDetails::parse(
///     r#"{"RoleDetailList": [{
///         "RoleName": "r", "Arn": "arn:aws:iam::123456789012:role/r", "Tags": [{"Key": "user", "Value": "alice"}],
///         "RolePolicyList": [], "AttachedManagedPolicies": []
///     }], "Policies": []}"#,
/// )?;
/// assert_eq!(details.account_id(), Some("123456789012"));
/// assert_eq!(details.roles()[0].role(&details)?.tags().get("user"), Some("alice"));
/// # Ok::<(), mlspace_core::access::DetailsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AccountDetails {
    roles: Vec<RoleDetails>,
    /// Documents of the default versions, by ARN.
    policies: BTreeMap<String, String>,
}

/// A role of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDetails {
    /// The role's name.
    pub name: String,
    /// The role's ARN.
    pub arn: String,
    /// The role's tags.
    pub tags: Tags,
    attached: Vec<String>,
    inline: Vec<(String, String)>,
    boundary: Option<String>,
}

/// Reason why account details cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages explain the variants and their fields"
)]
#[non_exhaustive]
pub enum DetailsError {
    #[error(
        "the account's details are not as `get-account-authorization-details` prints them: {0}"
    )]
    Json(#[from] serde_json::Error),
    #[error(
        "the account's details are truncated (`IsTruncated`); export them without `--max-items`"
    )]
    Truncated,
    #[error(
        "the account's details contain no roles; export them without `--filter`, or with one that includes `Role`"
    )]
    NoRoles,
    #[error(
        "the policy `{policy}` of role `{role}` is not in the account's details; export them without `--filter`"
    )]
    MissingPolicy { role: String, policy: String },
    #[error("{what} cannot be parsed: {source}")]
    Policy {
        what: String,
        source: Box<ParseError>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    #[serde(default)]
    role_detail_list: Vec<Role>,
    #[serde(default)]
    policies: Vec<Managed>,
    #[serde(default)]
    is_truncated: bool,
    /// Set by the AWS CLI when it left out pages.
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    role_name: String,
    arn: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    attached_managed_policies: Vec<Link>,
    #[serde(default)]
    role_policy_list: Vec<Inline>,
    permissions_boundary: Option<Boundary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Link {
    policy_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inline {
    policy_name: String,
    policy_document: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary {
    permissions_boundary_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Managed {
    arn: String,
    #[serde(default)]
    policy_version_list: Vec<ManagedVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManagedVersion {
    #[serde(default)]
    is_default_version: bool,
    document: Value,
}

impl AccountDetails {
    /// Parses the JSON. Documents are objects, as in the output of the AWS CLI, or percent-encoded
    /// strings, as in the API.
    ///
    /// # Errors
    /// [`DetailsError`] when the JSON has another form or is incomplete. Documents are parsed by
    /// [`RoleDetails::role`].
    pub fn parse(json: &str) -> Result<Self, DetailsError> {
        let details: Details = serde_json::from_str(json)?;
        if details.is_truncated || details.next_token.is_some() {
            return Err(DetailsError::Truncated);
        }
        if details.role_detail_list.is_empty() {
            return Err(DetailsError::NoRoles);
        }
        let default = |policy: Managed| {
            let mut versions = policy.policy_version_list.into_iter();
            let version = versions.find(|version| version.is_default_version)?;
            Some((policy.arn, text(version.document)))
        };
        Ok(Self {
            roles: details.role_detail_list.into_iter().map(role).collect(),
            policies: details.policies.into_iter().filter_map(default).collect(),
        })
    }

    /// Id of the account, from the ARN of a role.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.roles.first()?.arn.split(':').nth(4)
    }

    /// The roles, in the order of the file.
    #[must_use]
    pub fn roles(&self) -> &[RoleDetails] {
        &self.roles
    }

    fn managed(&self, role: &RoleDetails, arn: &str) -> Result<Document, DetailsError> {
        let text = self
            .policies
            .get(arn)
            .ok_or_else(|| DetailsError::MissingPolicy {
                role: role.name.clone(),
                policy: arn.to_owned(),
            })?;
        document(text, || format!("policy `{arn}`"))
    }
}

impl RoleDetails {
    /// The role with its policies. Policies are labeled by name. When two have the same name, the label
    /// of the second is its ARN or, for an inline policy, has the suffix `(inline)`.
    ///
    /// # Errors
    /// [`DetailsError`] when a policy of the role is missing or cannot be parsed: no decision about the
    /// role is reliable without it.
    pub fn role(&self, details: &AccountDetails) -> Result<IamRole, DetailsError> {
        let mut role = IamRole::new(&self.arn).tagged(self.tags.clone());
        let mut names = Vec::new();
        for arn in &self.attached {
            let name = policy_name(arn);
            let label = if names.contains(&name) { arn } else { name };
            role = role.policy(label, details.managed(self, arn)?);
            names.push(name);
        }
        for (name, text) in &self.inline {
            let label = if names.contains(&name.as_str()) {
                format!("{name} (inline)")
            } else {
                name.clone()
            };
            let what = || format!("inline policy `{name}` of role `{}`", self.name);
            role = role.policy(label, document(text, what)?);
        }
        Ok(match &self.boundary {
            Some(arn) => role.boundary(policy_name(arn), details.managed(self, arn)?),
            None => role,
        })
    }
}

fn role(role: Role) -> RoleDetails {
    RoleDetails {
        name: role.role_name,
        arn: role.arn,
        tags: role
            .tags
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
        attached: role
            .attached_managed_policies
            .into_iter()
            .map(|link| link.policy_arn)
            .collect(),
        inline: role
            .role_policy_list
            .into_iter()
            .map(|inline| (inline.policy_name, text(inline.policy_document)))
            .collect(),
        boundary: role
            .permissions_boundary
            .map(|boundary| boundary.permissions_boundary_arn),
    }
}

fn text(document: Value) -> String {
    match document {
        Value::String(text) => decode(&text),
        other => other.to_string(),
    }
}

fn document(text: &str, what: impl Fn() -> String) -> Result<Document, DetailsError> {
    Document::parse(text).map_err(|error| DetailsError::Policy {
        what: what(),
        source: Box::new(error),
    })
}

/// Name of a policy, from its ARN.
pub(super) fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Decodes a policy document of an answer of IAM, which is percent-encoded (RFC 3986). A document that
/// is not encoded is returned unchanged.
pub(crate) fn decode(document: &str) -> String {
    // A plain document can contain `%20` of its own, in a resource for example.
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    percent_decode_str(document)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn decode_keeps_plain_documents() {
        let plain = r#"{"Resource":"a%20b"}"#;
        assert_eq!(decode(plain), plain);
        assert_eq!(
            decode("%7B%22a%22%3A%22%E2%82%AC+%25%22%7D"),
            "{\"a\":\"€+%\"}"
        );
        assert_eq!(decode("%7B%2"), "{%2");
    }

    fn account() -> Value {
        let open = json!({"Version": "2012-10-17", "Statement":
            {"Sid": "Open", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
        json!({
            "UserDetailList": [],
            "RoleDetailList": [{
                "RoleName": "r",
                "Arn": "arn:aws:iam::123456789012:role/ml/r",
                "AssumeRolePolicyDocument": {},
                "Tags": [{"Key": "system", "Value": "MLSpace"}],
                "AttachedManagedPolicies": [{"PolicyName": "Base", "PolicyArn": "arn:aws:iam::aws:policy/x/Base"}],
                "RolePolicyList": [
                    {"PolicyName": "Base", "PolicyDocument": open},
                    {"PolicyName": "own", "PolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D"},
                ],
                "PermissionsBoundary": {
                    "PermissionsBoundaryType": "Policy",
                    "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/bound",
                },
            }],
            "Policies": [
                {"Arn": "arn:aws:iam::aws:policy/x/Base", "PolicyVersionList": [
                    {"VersionId": "v2", "IsDefaultVersion": false, "Document": open},
                    {"VersionId": "v1", "IsDefaultVersion": true, "Document": {"Statement": []}},
                ]},
                {"Arn": "arn:aws:iam::123456789012:policy/bound", "PolicyVersionList": [
                    {"VersionId": "v1", "IsDefaultVersion": true, "Document": open},
                ]},
            ],
        })
    }

    fn read(details: &Value) -> Result<IamRole, DetailsError> {
        let details = AccountDetails::parse(&details.to_string())?;
        details.roles()[0].role(&details)
    }

    #[test]
    fn role_has_all_policies() {
        let open = || {
            Document::parse(
                &account()["RoleDetailList"][0]["RolePolicyList"][0]["PolicyDocument"].to_string(),
            )
            .unwrap()
        };
        let empty = || Document::parse(r#"{"Statement":[]}"#).unwrap();
        let expected = IamRole::new("arn:aws:iam::123456789012:role/ml/r")
            .tagged(Tags::from([("system", "MLSpace")]))
            .policy("Base", empty())
            .policy("Base (inline)", open())
            .policy("own", empty())
            .boundary("bound", open());
        assert_eq!(read(&account()).unwrap(), expected);
        let details = AccountDetails::parse(&account().to_string()).unwrap();
        assert_eq!(details.account_id(), Some("123456789012"));
    }

    #[test]
    fn role_labels_policies_of_one_name() {
        let mut details = account();
        let arn = "arn:aws:iam::123456789012:policy/Base";
        details["Policies"][1]["Arn"] = json!(arn);
        details["RoleDetailList"][0]["PermissionsBoundary"] = json!(null);
        details["RoleDetailList"][0]["AttachedManagedPolicies"]
            .as_array_mut()
            .unwrap()
            .push(json!({"PolicyName": "Base", "PolicyArn": arn}));
        let role = read(&details).unwrap();
        let labels: Vec<&str> = role
            .policies
            .iter()
            .map(|(label, _)| label.as_str())
            .collect();
        assert_eq!(labels, ["Base", arn, "Base (inline)", "own"]);
    }

    #[test]
    fn parse_rejects_incomplete_details() {
        let error_of = |change: &dyn Fn(&mut Value)| {
            let mut details = account();
            change(&mut details);
            read(&details).unwrap_err().to_string()
        };
        let truncated = error_of(&|d| d["IsTruncated"] = json!(true));
        assert!(truncated.contains("truncated"), "{truncated}");
        assert_eq!(error_of(&|d| d["NextToken"] = json!("x")), truncated);
        assert!(error_of(&|d| d["RoleDetailList"] = json!([])).contains("contain no roles"));
        assert!(
            error_of(&|d| d["RoleDetailList"] = json!({}))
                .contains("not as `get-account-authorization-details`")
        );
        for (policy, change) in [("Base", 0), ("bound", 1)] {
            let error = error_of(&|d| d["Policies"][change]["Arn"] = json!("other"));
            assert!(
                error.starts_with("the policy `arn:aws:iam::") && error.contains(policy),
                "{error}"
            );
        }
        let error = error_of(&|d| {
            d["RoleDetailList"][0]["RolePolicyList"][0]["PolicyDocument"] = json!({"Statement": 1})
        });
        assert!(
            error.starts_with("inline policy `Base` of role `r` cannot be parsed: "),
            "{error}"
        );
    }
}
