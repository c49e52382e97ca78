//! The rules and their ids.
//!
//! Which actions carry which condition keys, and how keys and actions are called: *Service Authorization Reference*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).

use std::fmt;
use std::str::FromStr;

use super::finding::Severity;
use super::rules::{absent, exempt, grants, keys, logic, network, siblings, size, words};
use super::scope::Report;

/// The id of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the rules have their titles in `rules`")]
pub enum RuleId {
    L01,
    L02,
    L03,
    L04,
    L05,
    L06,
    L07,
    L08,
    L09,
    L10,
    L11,
    L12,
    L13,
    L14,
    L15,
    L16,
    L17,
    L18,
    L19,
    L20,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The text names no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no lint rule; rules are `L01` to `L20`")]
pub struct UnknownRule(String);

impl FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        rules()
            .iter()
            .map(|rule| rule.id)
            .find(|id| id.to_string().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, which stays.
    pub id: RuleId,
    /// How much its findings matter.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub summary: &'static str,
    /// Why that is a fault, and where it is none.
    pub explanation: &'static str,
    pub(super) check: fn(&mut Report<'_>),
}

/// All rules, in the order of their ids.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &RULES
}

static RULES: [Rule; 20] = [
    Rule {
        id: RuleId::L01,
        severity: Severity::Error,
        summary: "an Allow that is meant to forbid",
        explanation: "A condition on an Allow restricts nothing once another statement allows the same action without it, and an Allow whose \
            only conditions say what must not be grants everything else. A Deny on the same condition key makes up for it. Boundaries and \
            other outer limits are not concerned: there an Allow does restrict.",
        check: grants::allow_as_guardrail,
    },
    Rule {
        id: RuleId::L02,
        severity: Severity::Error,
        summary: "several requirements in one Deny",
        explanation: "Conditions of one statement are ANDed: a Deny that names two required keys denies only requests that miss both. The \
            old and new name of one key count once. Exemptions by principal, network or calling service, and `ForAllValues` beside a \
            requirement, are meant to be ANDed; so are instance types that take no key, beside the key of a volume.",
        check: logic::requirements_anded,
    },
    Rule {
        id: RuleId::L03,
        severity: Severity::Error,
        summary: "a Deny that always fires",
        explanation: "`Null: true`, negated operators, `IfExists` and `ForAllValues` hold where the key is absent, and on an action that does \
            not carry the key it always is. `NotAction` is taken to mean what it says, and resource tags on named resources too.",
        check: absent::always_denied,
    },
    Rule {
        id: RuleId::L04,
        severity: Severity::Error,
        summary: "a condition that never holds",
        explanation: "A plain comparison, `ForAnyValue` and `Null: false` need the key, and the action does not carry it. A wildcard in the \
            action may cover actions without the key as long as it covers one with it.",
        check: absent::never_holds,
    },
    Rule {
        id: RuleId::L05,
        severity: Severity::Warning,
        summary: "a set operator that does not fit the key",
        explanation: "`ForAllValues` and `ForAnyValue` are for keys with several values; on others they change what an absent key means. Keys \
            with several values need one of them.",
        check: logic::set_operators,
    },
    Rule {
        id: RuleId::L06,
        severity: Severity::Error,
        summary: "`ForAllValues` that an absent key satisfies",
        explanation: "`ForAllValues` holds when the key is absent; a `Null: false` on the same key in the same statement rules that out. In a \
            Deny beside another requirement it is an exemption, and an absent key is not exempted.",
        check: logic::vacuous_for_all,
    },
    Rule {
        id: RuleId::L07,
        severity: Severity::Error,
        summary: "a name that AWS doesn't know",
        explanation: "AWS accepts misspelt actions and condition keys: the action matches nothing, and the key is always absent. Services \
            without a table are not judged, but their prefixes are.",
        check: words::unknown_names,
    },
    Rule {
        id: RuleId::L08,
        severity: Severity::Error,
        summary: "required tags on a wildcard of create actions",
        explanation: "Some create actions can't carry tags, such as presigned URLs and image versions: required tags deny them for good. A \
            wildcard that matches only actions with tags is fine.",
        check: absent::tags_on_wildcard,
    },
    Rule {
        id: RuleId::L09,
        severity: Severity::Warning,
        summary: "a renamed condition key without its new name",
        explanation: "SageMaker's `…KmsKey` keys became `…KmsKeyArn` in 2026, and which of them a request carries is not documented: name \
            both, in one statement where they are negated, in two statements of one document where they are not.",
        check: absent::renamed_without_twin,
    },
    Rule {
        id: RuleId::L10,
        severity: Severity::Error,
        summary: "an Allow for everywhere but one's own network",
        explanation: "An Allow with a negated comparison of the source network grants to requests from anywhere else, and from nowhere known.",
        check: network::inverted_allow,
    },
    Rule {
        id: RuleId::L11,
        severity: Severity::Error,
        summary: "an exemption by a tag that can be set",
        explanation: "A Deny that spares principals with a tag spares whoever can set it. Name the principals by `aws:PrincipalArn`, or deny \
            `iam:TagRole` for that tag beside it.",
        check: exempt::mutable_tag,
    },
    Rule {
        id: RuleId::L12,
        severity: Severity::Warning,
        summary: "a key policy that denies reading about the key",
        explanation: "A Deny on a key for everyone is meant for cryptography; with `kms:DescribeKey` and other reads in it, administrators and \
            Terraform can't refresh the key. A Deny that spares principals by `aws:PrincipalArn` is fine.",
        check: keys::reads_denied,
    },
    Rule {
        id: RuleId::L13,
        severity: Severity::Error,
        summary: "a key that nobody can administer",
        explanation: "Without a principal that holds `kms:PutKeyPolicy` the policy can't be changed again; without one that holds \
            `kms:GetKeyPolicy`, `kms:GetKeyRotationStatus` and `kms:ListResourceTags` Terraform can't refresh the key.",
        check: keys::nobody_administers,
    },
    Rule {
        id: RuleId::L14,
        severity: Severity::Error,
        summary: "buckets of other accounts",
        explanation: "Bucket names are global: a pattern over them matches buckets in any account, and its `*` runs over object keys too. A \
            condition on `aws:ResourceAccount` or the organisation of the resource closes it.",
        check: grants::foreign_buckets,
    },
    Rule {
        id: RuleId::L15,
        severity: Severity::Error,
        summary: "a way to another role's rights",
        explanation: "Passing any role, creating roles without a permissions boundary, and a trust in a whole account each hand out more than \
            the policy that they stand in.",
        check: grants::escalation,
    },
    Rule {
        id: RuleId::L16,
        severity: Severity::Error,
        summary: "the VPC endpoint of another service",
        explanation: "A VPC endpoint serves one service: the id of the one for S3 is never that of a request to KMS.",
        check: network::foreign_endpoint,
    },
    Rule {
        id: RuleId::L17,
        severity: Severity::Error,
        summary: "a value that the key never has",
        explanation: "Values of condition keys are compared with regard to case, and many keys have few: one that is not among them, or not of \
            the documented form, matches nothing.",
        check: words::impossible_values,
    },
    Rule {
        id: RuleId::L18,
        severity: Severity::Error,
        summary: "a document that is too large",
        explanation: "AWS refuses policies over the limit of their kind.",
        check: size::over_limit,
    },
    Rule {
        id: RuleId::L19,
        severity: Severity::Error,
        summary: "a Deny by address that forgets VPC endpoints",
        explanation: "Requests through a VPC endpoint have no `aws:SourceIp`, and `NotIpAddress` holds without it: they are all denied. Name \
            the endpoints or VPCs in the same statement, or demand the key by `Null: false`.",
        check: network::address_only,
    },
    Rule {
        id: RuleId::L20,
        severity: Severity::Warning,
        summary: "a guardrail with a way around it",
        explanation: "Several actions set the same thing, such as the instance type of a Studio app: its space, its user profile and its domain \
            have defaults of their own. A Deny on one of them should name all, unless another Deny on the same \
            key does, or every Allow of the others asks for the key. A key that only says when the Deny matters, or what it spares, is not \
            limited by it.",
        check: siblings::missing,
    },
];
