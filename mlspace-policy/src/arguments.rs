//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use iam_policy::PolicyType;
use iam_policy::lint::RuleId;
use mlspace_core::layout::DatasetKey;

use crate::output::Format;

/// Check IAM policies from files, without calling AWS.
///
/// A policy file contains a policy, a list of policies, a response of the AWS CLI (such as
/// `get-policy-version`, `get-role-policy`, `get-role` or `get-bucket-policy`), or a plan or state of
/// Terraform (`terraform show -json`), of which all policies are read. `-` is standard input.
#[derive(Debug, Parser)]
#[command(
    name = "mlspace-policy",
    version,
    after_help = "Exit codes: 0 success, 1 findings or denied requests, 2 invalid arguments or input."
)]
pub(crate) struct Arguments {
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find mistakes in policies
    ///
    /// Each policy is checked separately. A policy that is not valid is a finding, unless it is the only
    /// one: then the input is invalid. A plan without policies passes. With `--together`, all policies apply to the same role: a
    /// statement of one policy can then repair or break a statement of another.
    Lint(Lint),
    /// Decide requests as IAM does, and name the deciding statements
    ///
    /// Only the given policies and condition keys apply: without `--boundary` there is no permissions
    /// boundary, and a condition key that is not given is missing from the request.
    ///
    /// A file of requests is a list of objects with `principal`, `action` and optionally `name`, `resource`,
    /// `resource_account`, `principal_tags`, `resource_tags`, `request_tags`, `context` (a value or a list
    /// of values for each key) and `expect` (`allow` or `deny`). Requests with `expect` are tests: the exit
    /// code is 0 when all of them are decided as expected.
    Evaluate(Box<Evaluate>),
    /// Prove that no request of a kind is allowed, or find one that is
    ///
    /// The question is about all requests of the principal with these actions and resources, and any
    /// context. Patterns have the wildcards of policies, and resources can contain policy variables. The
    /// principal has only the given tags. For services with a table of actions, requests are those that
    /// AWS lists.
    ///
    /// The exit code is 0 when it is proved, and 1 when it is refuted or not decided.
    Prove(Box<Prove>),
    /// List what policies allow that others do not
    ///
    /// The policies are those of one principal. Each line names a pattern of actions and resources, with
    /// a shortest request that only one side allows.
    ///
    /// The exit code is 0 when it is proved that both sides allow the same requests.
    Diff(Box<Diff>),
    /// Describe policies in words, statement by statement
    Explain(Explain),
    /// Compare the size of policies with the quotas of AWS
    Size(Size),
    /// Pack the statements of policies into the smallest number of documents
    Pack(Pack),
    /// Compare two policies by meaning
    Equivalent(Equivalent),
    /// Generate a policy of the platform, or a guardrail
    ///
    /// Without a kind, list all kinds with their required parameters. Parameters come from a JSON file, from
    /// `--set`, or from both. When a policy needs multiple documents, they are printed as a list.
    Generate(Generate),
    /// Report who can access which data, by the policies attached in an account
    ///
    /// The account is read from the output of `aws iam get-account-authorization-details`. Memberships are
    /// the roles with the tags `system`, `project` and `user`. The policies, boundary and tags of a role
    /// determine its permissions, which are compared with the access model. Policies of buckets, keys, VPC
    /// endpoints and the organization are not included: they can deny more and, where the bucket's policy
    /// names the role, allow more.
    ///
    /// The exit code is 1 when a membership has permissions in excess of the access model.
    Access(Box<Access>),
}

/// Options of `lint`.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Policy files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Type of the policies, where the file does not state it: managed, inline, boundary, session, scp, rcp, trust, bucket, key, endpoint
    #[arg(long)]
    pub(crate) kind: Option<PolicyType>,
    /// Check all policies as the policies of one role
    #[arg(long)]
    pub(crate) together: bool,
    /// Rule to skip, by id or slug, such as L05 or renamed-key
    #[arg(long, value_name = "RULE")]
    pub(crate) skip: Vec<RuleId>,
    /// Service of a VPC endpoint, such as vpce-0123=com.amazonaws.eu-west-1.s3
    #[arg(long, value_name = "ID=SERVICE", value_parser = pair)]
    pub(crate) endpoint: Vec<(String, String)>,
    /// Format of the findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Policies that apply to a request.
#[derive(Debug, Args)]
pub(crate) struct PolicyFiles {
    /// Policies of the caller
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
    /// Permissions boundary of the caller
    #[arg(long, value_name = "FILE")]
    pub(crate) boundary: Option<PathBuf>,
    /// Policies of the caller's session
    #[arg(long, value_name = "FILE")]
    pub(crate) session: Vec<PathBuf>,
    /// One level of service control policies, of which one must allow the request. Repeat the option for
    /// each level, from the root of the organization down
    #[arg(long, value_name = "FILE")]
    pub(crate) scp: Vec<PathBuf>,
    /// One level of resource control policies; repeat the option as for --scp
    #[arg(long, value_name = "FILE")]
    pub(crate) rcp: Vec<PathBuf>,
    /// Policy of the resource: bucket policy, key policy or trust policy
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_policy: Option<PathBuf>,
    /// Policy of the VPC endpoint that requests pass through
    #[arg(long, value_name = "FILE")]
    pub(crate) endpoint: Option<PathBuf>,
}

/// Options of `evaluate`.
#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// The policies.
    #[command(flatten, next_help_heading = "Policies")]
    pub(crate) policies: PolicyFiles,
    /// The request.
    #[command(flatten, next_help_heading = "Request")]
    pub(crate) request: RequestFlags,
    /// JSON file of requests
    #[arg(long, value_name = "FILE", help_heading = "Request", conflicts_with_all = ["principal", "action"], required_unless_present = "action")]
    pub(crate) requests: Option<PathBuf>,
    /// Format of the decisions
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
}

/// A request by flags.
#[derive(Debug, Args)]
pub(crate) struct RequestFlags {
    /// Caller: the ARN of a role, role session, user or account root, a service such as sagemaker.amazonaws.com, or `anonymous`
    #[arg(long, value_name = "PRINCIPAL", requires = "action")]
    pub(crate) principal: Option<String>,
    /// Action, such as s3:GetObject
    #[arg(long, requires = "principal")]
    pub(crate) action: Option<String>,
    /// ARN of the resource
    #[arg(long, value_name = "ARN", default_value = "*")]
    pub(crate) resource: String,
    /// Account that owns the resource, where its ARN does not contain it
    #[arg(long, value_name = "ID")]
    pub(crate) resource_account: Option<String>,
    /// Tag of the caller
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) principal_tag: Vec<(String, String)>,
    /// Tag of the resource
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) resource_tag: Vec<(String, String)>,
    /// Tag that the request sets
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) request_tag: Vec<(String, String)>,
    /// Value of a condition key, such as aws:SecureTransport=true; repeat the option for multiple values
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) context: Vec<(String, String)>,
}

/// A question about all requests of a kind.
#[derive(Debug, Args)]
pub(crate) struct QuestionFlags {
    /// Caller: the ARN of a role, role session, user or account root, or a pattern of roles or users, such as
    /// arn:aws:iam::123456789012:role/MLSpace-*
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: String,
    /// Pattern of actions, such as s3:*
    #[arg(long, value_name = "PATTERN")]
    pub(crate) action: Vec<String>,
    /// Pattern of actions to leave out
    #[arg(long, value_name = "PATTERN")]
    pub(crate) not_action: Vec<String>,
    /// Pattern of resources, such as arn:aws:s3:::data/project/*
    #[arg(long, value_name = "PATTERN")]
    pub(crate) resource: Vec<String>,
    /// Pattern of resources to leave out
    #[arg(long, value_name = "PATTERN")]
    pub(crate) not_resource: Vec<String>,
    /// Conditions that the requests meet, as the JSON of a Condition block
    #[arg(long, value_name = "JSON")]
    pub(crate) when: Option<String>,
    /// Tag of the caller
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) principal_tag: Vec<(String, String)>,
    /// Tag of the caller that can have any value, or be missing
    #[arg(long, value_name = "KEY")]
    pub(crate) any_principal_tag: Vec<String>,
    /// Value of a condition key that all requests have; repeat the option for multiple values
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) context: Vec<(String, String)>,
    /// Ask also about actions, resources and context keys that AWS does not list
    #[arg(long)]
    pub(crate) beyond_tables: bool,
}

/// Options of `prove`.
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// The policies.
    #[command(flatten, next_help_heading = "Policies")]
    pub(crate) policies: PolicyFiles,
    /// The question.
    #[command(flatten, next_help_heading = "Question")]
    pub(crate) question: QuestionFlags,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Policies of the caller before
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) before: Vec<PathBuf>,
    /// Policies of the caller after
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) after: Vec<PathBuf>,
    /// The question.
    #[command(flatten, next_help_heading = "Question")]
    pub(crate) question: QuestionFlags,
    /// Format of the difference
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Policy files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Options of `size`.
#[derive(Debug, Args)]
pub(crate) struct Size {
    /// Policy files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Type of the policies, where the file does not state it
    #[arg(long)]
    pub(crate) kind: Option<PolicyType>,
}

/// Options of `pack`.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Policy files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Type of the documents
    #[arg(long)]
    pub(crate) kind: PolicyType,
    /// Largest number of documents
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) documents: usize,
}

/// Options of `equivalent`.
#[derive(Debug, Args)]
pub(crate) struct Equivalent {
    /// File with one policy
    pub(crate) one: PathBuf,
    /// File with the other policy
    pub(crate) other: PathBuf,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Kind of document, such as permissions_boundary, or id of a guardrail, such as G10
    pub(crate) kind: Option<String>,
    /// JSON file with an object of parameters
    #[arg(long, value_name = "FILE", requires = "kind")]
    pub(crate) parameters: Option<PathBuf>,
    /// Parameter; separate the elements of a list with commas, write objects as JSON
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, requires = "kind")]
    pub(crate) set: Vec<(String, String)>,
}

/// Options of `access`.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// Output of `aws iam get-account-authorization-details`
    pub(crate) account: PathBuf,
    /// Bucket of the datasets
    #[arg(long, value_name = "NAME")]
    pub(crate) data_bucket: String,
    /// Region of the platform
    #[arg(long)]
    pub(crate) region: String,
    /// Value of the tag `system` of the platform's roles
    #[arg(long, value_name = "VALUE", default_value = "MLSpace")]
    pub(crate) system_tag: String,
    /// Dataset to include in addition to the prefixes of projects and users, such as project/fraud/cards
    /// or group/shared
    #[arg(long, value_name = "ID")]
    pub(crate) dataset: Vec<DatasetKey>,
    /// JSON file of datasets: a list of ids, or a scan of the datasets table (`aws dynamodb scan`)
    #[arg(long, value_name = "FILE")]
    pub(crate) datasets: Option<PathBuf>,
    /// Show members of this project only
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,
    /// Show memberships of this user only
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Also show roles without a membership that have permissions on the data
    #[arg(long)]
    pub(crate) other_roles: bool,
    /// Approved subnet, used for test jobs
    #[arg(long, value_name = "ID")]
    pub(crate) subnet: Vec<String>,
    /// Approved security group, used for test jobs
    #[arg(long, value_name = "ID")]
    pub(crate) security_group: Vec<String>,
    /// Approved KMS key, used for test jobs
    #[arg(long, value_name = "KEY")]
    pub(crate) kms_key: Option<String>,
    /// Format of the matrix
    #[arg(long, value_enum, default_value_t = MatrixFormat::Table)]
    pub(crate) format: MatrixFormat,
    /// Output file, in place of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Format of an access matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatrixFormat {
    /// Readable text
    Table,
    /// JSON, for other programs
    Json,
    /// Self-contained page for a browser
    Html,
}

/// Parses `key=value`, split at the first `=`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write a key, `=` and a value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn pair_splits_at_the_first_equals_sign() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("a="), Ok(("a".to_owned(), String::new())));
        assert!(pair("=b").is_err() && pair("a").is_err());
    }
}
