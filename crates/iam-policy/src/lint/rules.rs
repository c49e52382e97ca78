//! The table of rules, and the modules that check them.
//!
//! A new rule takes two files: its row here, and its function with [`Examples`](super::Examples) in
//! one of the modules below. The page `docs/guides/lint-rules.md` is generated from this table.
//!
//! Which actions carry which condition keys, and the names of keys and actions: *Service
//! Authorization Reference*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).

mod broad_allows;
mod conditions;
mod exemptions;
mod key_forms;
mod key_policies;
mod local_disks;
mod mfa;
mod missing_keys;
mod network;
mod principals;
mod readable;
mod related_actions;
mod size;
mod unknown_names;
mod values;
mod versions;
mod wildcards;

use std::str::FromStr;

use super::finding::Finding;
use super::reporter::Reporter;
use super::rule::{Rule, RuleId, Severity, UnknownRule};
use super::scope::Scope;

/// A rule and the function that checks it. Apart from [`Rule`], so that findings and the reporter
/// can name a rule without depending on the functions, which depend on them.
pub(super) struct RuleCheck {
    pub(super) rule: Rule,
    check: fn(&mut Reporter<'_>),
}

impl RuleCheck {
    /// The findings of the rule, each with the index of its policy.
    pub(super) fn run(&'static self, scope: &Scope<'_>) -> Vec<(usize, Finding)> {
        let mut reporter = Reporter::new(scope, &self.rule);
        (self.check)(&mut reporter);
        reporter.into_findings()
    }
}

/// All rules, in the order of their ids.
#[must_use]
pub fn rules() -> impl ExactSizeIterator<Item = &'static Rule> {
    RULES.iter().map(|row| &row.rule)
}

impl FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        let named = |rule: &&Rule| {
            rule.id.as_str().eq_ignore_ascii_case(text) || rule.slug.eq_ignore_ascii_case(text)
        };
        let rule = rules().find(named);
        rule.map(|rule| rule.id)
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

/// Defines [`RULES`], and a constant for each id: `RuleId::L01` and so on.
macro_rules! rules {
    ($($id:ident $slug:literal $severity:ident $summary:literal {
        explanation: $explanation:literal,
        remedy: $remedy:literal,
        examples: $examples:path,
        check: $check:path,
    })*) => {
        impl RuleId {
            $(
                #[doc = concat!("`", $slug, "`: ", $summary, ".")]
                pub const $id: Self = Self::new(stringify!($id));
            )*
        }

        pub(super) static RULES: &[RuleCheck] = &[$(RuleCheck {
            rule: Rule {
                id: RuleId::$id,
                slug: $slug,
                severity: Severity::$severity,
                summary: $summary,
                explanation: $explanation,
                remedy: $remedy,
                examples: $examples,
            },
            check: $check,
        }),*];
    };
}

rules! {
    L01 "allow-as-guardrail" Error "an Allow that is meant to restrict" {
        explanation: "A condition on an Allow restricts nothing once another statement allows the same action without \
            it. An Allow whose conditions only exclude values allows everything else. A Deny on the same condition \
            key makes up for it. Permissions boundaries and other outer limits are not affected: there, an Allow does \
            restrict.",
        remedy: "Deny what the condition excludes, with one statement for each key.",
        examples: broad_allows::ALLOW_AS_GUARDRAIL,
        check: broad_allows::allow_as_guardrail,
    }
    L02 "conjoined-requirements" Error "multiple requirements in one Deny" {
        explanation: "All conditions of a statement must hold. A Deny that names two required keys therefore denies \
            only requests that miss both. The old and the new name of one key count once. Exemptions by principal, \
            network or calling service, and `ForAllValues` in addition to a requirement, are meant to be combined. So \
            are the instance types that take no volume key in a Deny about that key, and the request's and the \
            resource's value of one tag.",
        remedy: "Give each required key its own statement.",
        examples: conditions::CONJOINED_REQUIREMENTS,
        check: conditions::conjoined_requirements,
    }
    L03 "deny-always-fires" Error "a Deny that always fires" {
        explanation: "`Null: true`, negated operators, `IfExists` and `ForAllValues` hold when the key is absent, and \
            the key is always absent for an action that does not carry it. `NotAction` is not checked, and neither are \
            resource tags in statements on named resources.",
        remedy: "Name only actions that carry the key. To deny the other actions outright, use a statement without \
            conditions.",
        examples: missing_keys::DENY_ALWAYS_FIRES,
        check: missing_keys::deny_always_fires,
    }
    L04 "condition-never-holds" Error "a condition that never holds" {
        explanation: "A plain comparison, `ForAnyValue` and `Null: false` need the key, and the action does not carry \
            it. A wildcard can match actions without the key as long as it matches one with it.",
        remedy: "Move the actions to a statement without this condition.",
        examples: missing_keys::CONDITION_NEVER_HOLDS,
        check: missing_keys::condition_never_holds,
    }
    L05 "set-operator-mismatch" Warning "a set operator that does not fit the key" {
        explanation: "`ForAllValues` and `ForAnyValue` are for keys with multiple values. On other keys they change \
            the result when the key is absent. Keys with multiple values need one of the two.",
        remedy: "Remove the set operator from keys with a single value, and add one to keys with multiple values.",
        examples: conditions::SET_OPERATOR_MISMATCH,
        check: conditions::set_operator_mismatch,
    }
    L06 "vacuous-for-all-values" Error "`ForAllValues` that an absent key satisfies" {
        explanation: "`ForAllValues` holds when the key is absent. `Null: false` on the same key in the same statement \
            excludes that case. In a Deny with another requirement, `ForAllValues` is an exemption, and an absent key \
            is not exempt.",
        remedy: "Add `Null: false` on the key, or deny wrong values with `ForAnyValue` and a negated comparison.",
        examples: conditions::VACUOUS_FOR_ALL_VALUES,
        check: conditions::vacuous_for_all_values,
    }
    L07 "unknown-name" Error "a name that AWS does not know" {
        explanation: "AWS accepts misspelled actions and condition keys: the action then matches nothing, and the key \
            is always absent. For services without a table, only the prefix is checked. A name that no table has is \
            a warning, since AWS adds names all the time; a known mistake, and a name that cannot be one, is an error.",
        remedy: "Correct the name.",
        examples: unknown_names::UNKNOWN_NAME,
        check: unknown_names::unknown_name,
    }
    L08 "required-tags-on-wildcard" Error "required tags on a wildcard of create actions" {
        explanation: "Some create actions cannot carry tags, such as those for presigned URLs and image versions. A \
            Deny that requires tags denies them always. A wildcard that matches only actions with tags is fine.",
        remedy: "List the create actions that carry tags.",
        examples: missing_keys::REQUIRED_TAGS_ON_WILDCARD,
        check: missing_keys::required_tags_on_wildcard,
    }
    L09 "renamed-key" Warning "a renamed condition key without its new name" {
        explanation: "SageMaker renamed its `…KmsKey` keys to `…KmsKeyArn` in 2026. AWS does not document which of the \
            two a request carries.",
        remedy: "Name both keys: negated comparisons in one statement, others in two statements of one document.",
        examples: missing_keys::RENAMED_KEY,
        check: missing_keys::renamed_key,
    }
    L10 "inverted-network-allow" Error "an Allow for every network but your own" {
        explanation: "An Allow with a negated comparison of the source network applies to requests from anywhere \
            else, and to requests whose network is unknown.",
        remedy: "Allow without this condition, and deny requests from elsewhere with it.",
        examples: network::INVERTED_NETWORK_ALLOW,
        check: network::inverted_network_allow,
    }
    L11 "exemption-by-mutable-tag" Error "an exemption by a tag that can be set" {
        explanation: "A Deny that exempts principals with a tag exempts everyone who can set that tag.",
        remedy: "Exempt principals by `aws:PrincipalArn`, or also deny `iam:TagRole` and `iam:UntagRole` for that tag.",
        examples: exemptions::EXEMPTION_BY_MUTABLE_TAG,
        check: exemptions::exemption_by_mutable_tag,
    }
    L12 "key-reads-denied" Warning "a key policy that denies reading the key's metadata" {
        explanation: "A Deny for everyone in a key policy is meant for cryptographic operations. If it includes \
            `kms:DescribeKey` and other reads, administrators and Terraform cannot refresh the key. A Deny that \
            exempts principals by `aws:PrincipalArn` is fine.",
        remedy: "Deny cryptographic actions only, or exempt the administrators by `aws:PrincipalArn`.",
        examples: key_policies::KEY_READS_DENIED,
        check: key_policies::key_reads_denied,
    }
    L13 "unmanageable-key" Error "a key that no principal can administer" {
        explanation: "Without a principal that is allowed `kms:PutKeyPolicy`, the key policy can never be changed. \
            Without one that is allowed `kms:GetKeyPolicy`, `kms:GetKeyRotationStatus` and `kms:ListResourceTags`, \
            Terraform cannot refresh the key.",
        remedy: "Allow `kms:*` to the account's root, or administration to a role.",
        examples: key_policies::UNMANAGEABLE_KEY,
        check: key_policies::unmanageable_key,
    }
    L14 "foreign-buckets" Error "an Allow on buckets of other accounts" {
        explanation: "Bucket names are global. A pattern over names matches buckets in any account, and its `*` also \
            matches object keys.",
        remedy: "Name the buckets in full, or add a condition on `aws:ResourceAccount` or the resource's organization.",
        examples: broad_allows::FOREIGN_BUCKETS,
        check: broad_allows::foreign_buckets,
    }
    L15 "privilege-escalation" Error "an Allow that leads to other permissions" {
        explanation: "Passing any role, creating roles without a permissions boundary, and trusting a whole account \
            each give more permissions than the policy shows.",
        remedy: "Name the roles that can be passed or assumed, and require a permissions boundary for new roles.",
        examples: broad_allows::PRIVILEGE_ESCALATION,
        check: broad_allows::privilege_escalation,
    }
    L16 "wrong-vpc-endpoint" Error "a VPC endpoint of another service" {
        explanation: "A VPC endpoint serves one service: a request to KMS never comes through the endpoint for S3. An \
            endpoint whose service the linter is told is compared with it; other endpoints must not be used for \
            multiple services.",
        remedy: "Name the endpoint of the service that the statement is about.",
        examples: network::WRONG_VPC_ENDPOINT,
        check: network::wrong_vpc_endpoint,
    }
    L17 "impossible-value" Error "a value that the key never has" {
        explanation: "Values of condition keys are compared with their case, and many keys have few values. A value \
            that is not one of them, or does not have the documented form, matches nothing. Neither does a value that \
            its operator cannot read, such as `10.0.0.0/33` as an address; under a negated operator the condition then \
            always holds.",
        remedy: "Write the value as AWS documents it.",
        examples: unknown_names::IMPOSSIBLE_VALUE,
        check: unknown_names::impossible_value,
    }
    L18 "document-too-large" Error "a document that is too large" {
        explanation: "AWS rejects policies that are larger than the quota of their type. White space does not count.",
        remedy: "Split the policy, merge statements, or use wider patterns.",
        examples: size::DOCUMENT_TOO_LARGE,
        check: size::document_too_large,
    }
    L19 "source-ip-without-endpoint" Error "a Deny by IP address that ignores VPC endpoints" {
        explanation: "Requests through a VPC endpoint have no `aws:SourceIp`, and `NotIpAddress` holds without it, so \
            all of them are denied.",
        remedy: "Add a negated comparison of `aws:SourceVpce` or `aws:SourceVpc` to the statement, or require the key \
            with `Null: false`.",
        examples: network::SOURCE_IP_WITHOUT_ENDPOINT,
        check: network::source_ip_without_endpoint,
    }
    L20 "guardrail-gap" Warning "a guardrail that another action gets around" {
        explanation: "Some settings can be made by multiple actions: the instance type of a Studio app also comes from \
            its space, its user profile or its domain. A Deny on one of these actions should name all of them, unless \
            another Deny on the same key does, or every Allow of the others requires the key. Keys that only limit \
            when the Deny applies, or what it exempts, are not checked.",
        remedy: "Add the other actions to the statement, or give them their own statement.",
        examples: related_actions::GUARDRAIL_GAP,
        check: related_actions::guardrail_gap,
    }
    L21 "wildcard-without-like" Error "a wildcard that is compared as a character" {
        explanation: "Only `StringLike`, `StringNotLike` and the operators on ARNs read `*` and `?` as wildcards. An \
            exemption with `StringNotEquals` and a wildcard exempts no one.",
        remedy: "Use `StringLike`, `StringNotLike`, `ArnLike` or `ArnNotLike`. For the character itself, write `${*}` \
            or `${?}`.",
        examples: wildcards::WILDCARD_WITHOUT_LIKE,
        check: wildcards::wildcard_without_like,
    }
    L22 "allow-not-principal" Error "an Allow for everyone except some" {
        explanation: "An Allow with `NotPrincipal` applies to all other principals, including anonymous callers and \
            those of other accounts.",
        remedy: "Name the principals in `Principal`. To exclude some of them, add a Deny.",
        examples: principals::ALLOW_NOT_PRINCIPAL,
        check: principals::allow_not_principal,
    }
    L23 "mfa-key-absent" Error "multi-factor authentication that an absent key satisfies" {
        explanation: "Requests with long-term access keys have neither `aws:MultiFactorAuthPresent` nor \
            `aws:MultiFactorAuthAge`. A Deny with `Bool: false` does not apply to them, and an Allow with \
            `BoolIfExists` does. A second Deny that holds without the key makes up for it.",
        remedy: "Use `BoolIfExists` or `NumericGreaterThanIfExists` in a Deny, and operators without `IfExists` in an \
            Allow.",
        examples: mfa::MFA_KEY_ABSENT,
        check: mfa::mfa_key_absent,
    }
    L24 "variable-without-version" Error "a policy variable in a document without a current version" {
        explanation: "Policy variables exist since version 2012-10-17. In a document of an older version, or without \
            one, `${aws:username}` is plain text. AWS rejects such managed policies, and accepts other types.",
        remedy: "Write `\"Version\": \"2012-10-17\"` at the top of the document.",
        examples: versions::VARIABLE_WITHOUT_VERSION,
        check: versions::variable_without_version,
    }
}
