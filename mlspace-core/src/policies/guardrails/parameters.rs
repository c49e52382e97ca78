//! Parameters of guardrails: what they are called, and what may stand in them.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::policies::GrantError;

/// Values by name. Which names a guardrail reads is said by [`super::Guardrail::parameters`]; others are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(pub(super) BTreeMap<String, Vec<String>>);

/// A value that is none of the kinds that parameters have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParametersError {
    /// The whole is not an object.
    #[error(
        "the parameters are not an object: write `{{ subnet_ids = [\"subnet-0a1b2c3d\"] }}` or the like"
    )]
    NoObject,
    /// A value, or an element of a list, is neither text, number nor truth value.
    #[error("the parameter `{name}` is neither text, number, truth value nor a list of these")]
    Value {
        /// The parameter.
        name: String,
    },
}

impl Parameters {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a parameter; one value is a list of one.
    #[must_use]
    pub fn set(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.0.insert(name.into(), values);
        self
    }

    /// The members of a JSON object. Those that are `null` are left out.
    ///
    /// # Errors
    /// [`ParametersError`] when it is no object, or a value is an object or a list of lists.
    pub fn from_json(value: &Value) -> Result<Self, ParametersError> {
        let members = value.as_object().ok_or(ParametersError::NoObject)?;
        let mut all = BTreeMap::new();
        for (name, value) in members {
            let elements = match value {
                Value::Null => continue,
                Value::Array(elements) => elements.as_slice(),
                single => std::slice::from_ref(single),
            };
            let texts = elements.iter().map(|element| match element {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(truth) => Some(truth.to_string()),
                Value::Null | Value::Array(_) | Value::Object(_) => None,
            });
            let texts: Option<Vec<String>> = texts.collect();
            let texts = texts.ok_or_else(|| ParametersError::Value { name: name.clone() })?;
            all.insert(name.clone(), texts);
        }
        Ok(Self(all))
    }
}

/// A guardrail that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GuardrailError {
    /// There is no guardrail of this number.
    #[error("there is no guardrail `{}`: choose one of {}", id.escape_debug(), known.join(", "))]
    Unknown {
        /// What was asked for.
        id: String,
        /// The numbers that there are.
        known: Vec<&'static str>,
    },
    /// A parameter that the guardrail needs is not given, or empty.
    #[error("the guardrail `{guardrail}` needs the parameter `{name}`: {expected}")]
    Missing {
        /// The guardrail.
        guardrail: &'static str,
        /// The parameter.
        name: &'static str,
        /// What it should be.
        expected: String,
    },
    /// The document cannot be made of the parameters.
    #[error("the guardrail `{guardrail}` cannot be made: {error}")]
    Grant {
        /// The guardrail.
        guardrail: &'static str,
        /// Why.
        error: GrantError,
    },
    /// A value that cannot stand in the document.
    #[error("the guardrail `{guardrail}` cannot take `{}` in the parameter `{name}`: write {expected}", value.escape_debug())]
    Invalid {
        /// The guardrail.
        guardrail: &'static str,
        /// The parameter.
        name: &'static str,
        /// The refused value.
        value: String,
        /// What it should be.
        expected: String,
    },
}

/// What a parameter's values look like.
struct Form {
    /// How error messages call one value, and several.
    one: &'static str,
    several: &'static str,
    /// What values begin with; any of these.
    starts: &'static [&'static str],
    /// What they may hold.
    body: Body,
    /// What they may hold beside that.
    extra: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    /// Letters and digits.
    Alphanumeric,
    /// Digits, so many of them; any number of them if zero.
    Digits(usize),
    /// One of two words.
    Switch,
}

const SUBNET: Form = form(
    "the id of a subnet",
    "a list of ids of subnets",
    &["subnet-"],
    "-",
);
const GROUP: Form = form(
    "the id of a security group",
    "a list of ids of security groups",
    &["sg-"],
    "-",
);
const ENDPOINT: Form = form(
    "the id of a VPC endpoint",
    "a list of ids of VPC endpoints",
    &["vpce-"],
    "-",
);
const TYPE: Form = form(
    "an instance type or a pattern such as `ml.g5.*`",
    "a list of instance types or patterns such as `ml.g5.*`",
    &["ml."],
    ".-*?",
);
const KEY: Form = form(
    "the ARN of a KMS key",
    "a list of ARNs of KMS keys",
    &["arn:aws:kms:", "arn:aws-"],
    ":/-",
);
const SAGEMAKER: Form = form(
    "an ARN of SageMaker or a pattern of such",
    "a list of ARNs of SageMaker, or patterns of such",
    &["arn:aws:sagemaker:", "arn:aws-"],
    ":/_.-*?",
);
const IAM: Form = form(
    "an ARN of IAM or a pattern of such",
    "a list of ARNs of IAM, or patterns of such",
    &["arn:aws:iam::", "arn:aws:sts::", "arn:aws-"],
    ":/_+=,.@-*?",
);
const TAG: Form = form(
    "the key of a tag",
    "a list of keys of tags",
    &[""],
    "_.:/=+-@",
);
const CIDR: Form = form(
    "a range of addresses such as `192.0.2.0/24`",
    "a list of ranges of addresses such as `192.0.2.0/24`",
    &[""],
    ".:/",
);
const NUMBER: Form = Form {
    body: Body::Digits(0),
    ..form("a whole number", "a list of whole numbers", &[""], "")
};
const SWITCH: Form = Form {
    body: Body::Switch,
    ..form("`true` or `false`", "`true` or `false`", &[""], "")
};
const NAME: Form = form("a name", "a list of names", &[""], ".-");
const URI: Form = form("an S3 URI", "a list of S3 URIs", &["s3://"], ":/_.=-");
const ACCOUNT: Form = Form {
    body: Body::Digits(12),
    ..form(
        "an account id of twelve digits",
        "a list of account ids of twelve digits",
        &[""],
        "",
    )
};

const fn form(
    one: &'static str,
    several: &'static str,
    starts: &'static [&'static str],
    extra: &'static str,
) -> Form {
    Form {
        one,
        several,
        starts,
        body: Body::Alphanumeric,
        extra,
    }
}

fn form_of(name: &str) -> &'static Form {
    match name {
        "subnet_ids" => &SUBNET,
        "security_group_ids" => &GROUP,
        "max_runtime_seconds" => &NUMBER,
        "corp_cidrs" => &CIDR,
        "offline_store_prefix" => &URI,
        "account_id" | "consumer_account_ids" => &ACCOUNT,
        "network_isolation" | "require_model_vpc" => &SWITCH,
        "kms_key_arns" | "data_key_arn" => &KEY,
        "owner_tag" | "tenant_tag" | "protected_tags" | "required_tags" => &TAG,
        name if name.ends_with("_types") => &TYPE,
        name if name.ends_with("_vpce_ids") => &ENDPOINT,
        name if name.ends_with("role_arns")
            || name.ends_with("principal_arns")
            || name.ends_with("policy_arn") =>
        {
            &IAM
        }
        name if name.ends_with("_arns") => &SAGEMAKER,
        _ => &NAME,
    }
}

impl Form {
    fn fits(&self, value: &str) -> bool {
        let body = match self.body {
            Body::Alphanumeric => {
                let plain = |c: char| c.is_ascii_alphanumeric() || self.extra.contains(c);
                value.chars().all(plain)
            }
            Body::Digits(n) => {
                value.chars().all(|c| c.is_ascii_digit()) && (n == 0 || value.len() == n)
            }
            Body::Switch => matches!(value, "true" | "false"),
        };
        let start = self.starts.iter().any(|start| value.starts_with(start));
        !value.is_empty() && start && body
    }
}

/// The parameters as one guardrail reads them.
pub(super) struct Reader<'p> {
    guardrail: &'static str,
    parameters: &'p Parameters,
}

impl<'p> Reader<'p> {
    pub(super) fn new(guardrail: &'static str, parameters: &'p Parameters) -> Self {
        Self {
            guardrail,
            parameters,
        }
    }

    /// All values, checked; none where the parameter is not given.
    pub(super) fn optional(
        &self,
        name: &'static str,
    ) -> Result<Option<Vec<String>>, GuardrailError> {
        let Some(values) = self.parameters.0.get(name) else {
            return Ok(None);
        };
        let form = form_of(name);
        match values.iter().find(|value| !form.fits(value)) {
            Some(value) => Err(self.invalid(name, value, form.one)),
            None => Ok(Some(values.clone())),
        }
    }

    pub(super) fn grant(&self, error: GrantError) -> GuardrailError {
        GuardrailError::Grant {
            guardrail: self.guardrail,
            error,
        }
    }

    fn invalid(&self, name: &'static str, value: &str, expected: &str) -> GuardrailError {
        GuardrailError::Invalid {
            guardrail: self.guardrail,
            name,
            value: value.to_owned(),
            expected: expected.to_owned(),
        }
    }

    fn missing(&self, name: &'static str, expected: &str) -> GuardrailError {
        GuardrailError::Missing {
            guardrail: self.guardrail,
            name,
            expected: expected.to_owned(),
        }
    }

    /// One value or more. A list of none is refused: it would approve nothing, or everything.
    pub(super) fn list(&self, name: &'static str) -> Result<Vec<String>, GuardrailError> {
        match self.optional(name)? {
            Some(values) if !values.is_empty() => Ok(values),
            _ => Err(self.missing(name, form_of(name).several)),
        }
    }

    /// Any number of values, but given.
    pub(super) fn list_or_empty(&self, name: &'static str) -> Result<Vec<String>, GuardrailError> {
        self.optional(name)?
            .ok_or_else(|| self.missing(name, form_of(name).several))
    }

    /// Exactly one value.
    pub(super) fn one(&self, name: &'static str) -> Result<String, GuardrailError> {
        let values = self.optional(name)?.unwrap_or_default();
        match values.as_slice() {
            [] => Err(self.missing(name, form_of(name).one)),
            [value] => Ok(value.clone()),
            several => Err(self.invalid(name, &several.join(", "), form_of(name).one)),
        }
    }

    /// A truth value, true unless given.
    pub(super) fn switch(&self, name: &'static str) -> Result<bool, GuardrailError> {
        match self.optional(name)? {
            None => Ok(true),
            Some(_) => Ok(self.one(name)? == "true"),
        }
    }
}
