//! Requests and their context.
//!
//! Which keys AWS puts into the context: "AWS global condition context keys"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).

use super::caller::Caller;
use crate::ConditionKey;

/// A request: a caller, an action, a resource and the context.
///
/// The context contains the keys that follow from caller and resource: `aws:PrincipalArn`,
/// `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:PrincipalIsAWSService`, for users
/// `aws:username`, and `aws:ResourceAccount` where the ARN names an account. Other keys, such as
/// `aws:SecureTransport`, are missing until they are set; a value set later replaces an earlier
/// one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    caller: Caller,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
}

/// Values by key, sorted by the hashes of the keys: a request has few keys, and they are read
/// often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Context(Vec<(ConditionKey, Vec<String>)>);

impl Context {
    fn find(&self, key: &ConditionKey) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| {
            let by_hash = known.caseless_hash().cmp(&key.caseless_hash());
            by_hash.then_with(|| known.cmp(key))
        })
    }

    fn get(&self, key: &ConditionKey) -> &[String] {
        let found = self.find(key).ok().and_then(|at| self.0.get(at));
        found
            .map(|(_, values)| values.as_slice())
            .unwrap_or_default()
    }

    /// Sets a key's values; without any it is missing.
    fn set(&mut self, key: ConditionKey, values: Vec<String>) {
        match self.find(&key) {
            Ok(at) if values.is_empty() => drop(self.0.remove(at)),
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = values;
                }
            }
            Err(_) if values.is_empty() => {}
            Err(at) => self.0.insert(at, (key, values)),
        }
    }
}

impl Request {
    /// A request without tags and further context. Use `*` as resource for actions that have none.
    pub fn new(caller: Caller, action: impl Into<String>, resource: impl Into<String>) -> Self {
        let resource = resource.into();
        let account = resource
            .split(':')
            .nth(4)
            .filter(|a| resource.starts_with("arn:") && !a.is_empty());
        let account = account.map(str::to_owned);
        let mut request = Self {
            caller,
            action: action.into(),
            resource,
            resource_account: None,
            context: Context::default(),
        };
        let is_service = matches!(request.caller, Caller::Service(_));
        request.set("aws:PrincipalIsAWSService", is_service.to_string());
        request.set(
            "aws:PrincipalType",
            request.caller.principal_type().to_owned(),
        );
        if let Some(arn) = request.caller.arn().map(str::to_owned) {
            request.set("aws:PrincipalArn", arn);
        }
        if let Some(id) = request.caller.account().map(str::to_owned) {
            request.set("aws:PrincipalAccount", id);
        }
        if let Caller::User(arn) = &request.caller {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            request.set("aws:username", name);
        }
        match account {
            Some(account) => request.resource_account(account),
            None => request,
        }
    }

    fn set(&mut self, key: impl Into<ConditionKey>, value: String) {
        self.context.set(key.into(), vec![value]);
    }

    /// Sets a tag of the caller: `aws:PrincipalTag/key`.
    #[must_use]
    pub fn principal_tag(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(format!("aws:PrincipalTag/{key}"), value.into());
        self
    }

    /// Sets a tag of the resource: `aws:ResourceTag/key` and the service's own spelling, such as
    /// `sagemaker:ResourceTag/key`.
    #[must_use]
    pub fn resource_tag(mut self, key: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if let Some((service, _)) = self.action.split_once(':') {
            self.set(
                format!("{}:ResourceTag/{key}", service.to_ascii_lowercase()),
                value.clone(),
            );
        }
        self.set(format!("aws:ResourceTag/{key}"), value);
        self
    }

    /// Adds a tag that the request carries: `aws:RequestTag/key`, and the key to `aws:TagKeys`.
    #[must_use]
    pub fn request_tag(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(format!("aws:RequestTag/{key}"), value.into());
        let all = ConditionKey::from("aws:TagKeys");
        let mut keys = self.context.get(&all).to_vec();
        if !keys.iter().any(|k| k == key) {
            keys.push(key.to_owned());
            self.context.set(all, keys);
        }
        self
    }

    /// Sets the account of the resource, if the ARN does not contain it, as for buckets. Without
    /// it, the resource is assumed to be in the account of the caller.
    #[must_use]
    pub fn resource_account(mut self, account: impl Into<String>) -> Self {
        let account = account.into();
        self.set("aws:ResourceAccount", account.clone());
        self.resource_account = Some(account);
        self
    }

    /// Sets a context key. Without values the key is missing.
    #[must_use]
    pub fn context(
        mut self,
        key: impl Into<ConditionKey>,
        values: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.context.set(key.into(), values);
        self
    }

    /// The caller.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The action, such as `s3:GetObject`.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The resource's ARN, or `*`.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The values of a context key; none when the key is missing.
    #[must_use]
    pub fn values(&self, key: &ConditionKey) -> &[String] {
        self.context.get(key)
    }

    /// The value of a context key, if there is exactly one, as policy variables require.
    #[must_use]
    pub fn value(&self, key: &ConditionKey) -> Option<&str> {
        match self.values(key) {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The context keys that have values.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&ConditionKey, &[String])> {
        let all = self.context.0.iter();
        all.map(|(key, values)| (key, values.as_slice()))
    }

    /// Whether the resource belongs to a different account than the caller.
    pub(super) fn crosses_accounts(&self, callers: Option<&str>) -> bool {
        match (callers, &self.resource_account) {
            (Some(own), Some(other)) => own != other,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_derives_context() {
        let caller = Caller::from_arn("arn:aws:iam::111122223333:user/ml/alice").unwrap();
        let request = Request::new(
            caller,
            "SageMaker:AddTags",
            "arn:aws:sagemaker:r:444455556666:model/m",
        )
        .principal_tag("user", "alice")
        .resource_tag("project", "p")
        .request_tag("a", "1")
        .request_tag("b", "2")
        .request_tag("a", "3");
        let expected = [
            (
                "aws:principalarn",
                vec!["arn:aws:iam::111122223333:user/ml/alice"],
            ),
            ("aws:PrincipalAccount", vec!["111122223333"]),
            ("aws:PrincipalType", vec!["User"]),
            ("aws:PrincipalIsAWSService", vec!["false"]),
            ("aws:username", vec!["alice"]),
            ("aws:ResourceAccount", vec!["444455556666"]),
            ("aws:PrincipalTag/User", vec!["alice"]),
            ("aws:ResourceTag/project", vec!["p"]),
            ("sagemaker:ResourceTag/project", vec!["p"]),
            ("aws:RequestTag/a", vec!["3"]),
            ("aws:TagKeys", vec!["a", "b"]),
            ("aws:SourceIp", vec![]),
        ];
        for (key, values) in expected {
            assert_eq!(request.values(&key.into()), values, "{key}");
        }
        let own = Some("111122223333");
        assert!(request.crosses_accounts(own));
        let within = request.clone().resource_account("111122223333");
        assert!(!within.crosses_accounts(own) && !request.crosses_accounts(None));
        assert_eq!(request.value(&"aws:TagKeys".into()), None);
        assert_eq!(
            request
                .context("aws:username", [""; 0])
                .value(&"aws:username".into()),
            None
        );
    }
}
