//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use iam_policy::PolicyType;
use iam_policy::lint::RuleId;
use mlspace_core::layout::DatasetKey;

use crate::output::Format;

/// Judge IAM policies from files, without asking AWS.
///
/// Policy files hold a policy, a list of policies, an answer of the AWS CLI (`get-policy-version`, `get-role-policy`, `get-role`,
/// `get-bucket-policy` and the like) or a plan or state of Terraform (`terraform show -json`), of which every policy counts. `-` is standard
/// input.
#[derive(Debug, Parser)]
#[command(
    name = "mlspace-policy",
    version,
    after_help = "Exit codes: 0 all is well, 1 something was found or denied, 2 wrong arguments or input."
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find what policies say but do not do
    ///
    /// Each policy is judged apart, unless `--together` says that all of them bear on the same role: then a statement of one can make up for a
    /// fault of another, or spoil it.
    Lint(Lint),
    /// Decide requests as IAM does, and say which statements decided
    ///
    /// Only what is given has a say: without a boundary nothing is bounded, and a condition key that the request does not name is missing from it.
    ///
    /// A file of requests is a list of objects with `principal`, `action` and, where they are needed, `name`, `resource`, `resource_account`,
    /// `principal_tags`, `resource_tags`, `request_tags`, `context` (a value or a list for each key) and `expect`: `allow` or `deny`. Requests
    /// with `expect` are tests: what counts for the exit code is whether they end as expected.
    Evaluate(Box<Evaluate>),
    /// Say in words what policies mean, statement by statement
    Explain(Explain),
    /// Measure policies against the quotas of AWS
    Size(Size),
    /// Pack the statements of policies into as few documents as they need
    Pack(Pack),
    /// Compare two policies by meaning
    Equivalent(Equivalent),
    /// Make a policy of the platform, or a guardrail
    ///
    /// Without a kind it lists those that there are, with the parameters that each needs. Parameters come from a JSON file, from `--set`, or
    /// from both. Several documents, where one has no room, are printed as a list.
    Generate(Generate),
    /// Lay out who may do what on whose data, by what is attached in an account
    ///
    /// The account is read from a file that `aws iam get-account-authorization-details` has written. Memberships are the roles with the tags
    /// `system`, `project` and `user`; what each may do is decided by its policies, its boundary and its tags, and held against what the access model gives a member.
    /// Policies of the bucket, of keys, of endpoints and of the organization are left out: they may take more away and, where the bucket's
    /// names the role, give more.
    ///
    /// The exit code is 1 when some role may do what the access model does not give it.
    Access(Box<Access>),
}

/// Options of `lint`.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Files of policies
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the policies are used for, where the file does not say: managed, inline, boundary, session, scp, rcp, trust, bucket, key, endpoint
    #[arg(long)]
    pub(crate) kind: Option<PolicyType>,
    /// Judge all policies as those of one role
    #[arg(long)]
    pub(crate) together: bool,
    /// A rule to skip, by id or slug, such as L05 or renamed-key
    #[arg(long, value_name = "RULE")]
    pub(crate) skip: Vec<RuleId>,
    /// The service of a VPC endpoint, such as vpce-0123=com.amazonaws.eu-west-1.s3
    #[arg(long, value_name = "ID=SERVICE", value_parser = pair)]
    pub(crate) endpoint: Vec<(String, String)>,
    /// How to write the findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// The policies that bear on a request.
#[derive(Debug, Args)]
pub(crate) struct PolicyFiles {
    /// Policies of the caller
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
    /// The caller's permissions boundary
    #[arg(long, value_name = "FILE")]
    pub(crate) boundary: Option<PathBuf>,
    /// Policies of the caller's session
    #[arg(long, value_name = "FILE")]
    pub(crate) session: Vec<PathBuf>,
    /// A level of service control policies, from the root of the organization down: all policies of the file, one of which must allow
    #[arg(long, value_name = "FILE")]
    pub(crate) scp: Vec<PathBuf>,
    /// A level of resource control policies, likewise
    #[arg(long, value_name = "FILE")]
    pub(crate) rcp: Vec<PathBuf>,
    /// The resource's policy: a bucket's, a key's, a role's trust policy
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_policy: Option<PathBuf>,
    /// The policy of the VPC endpoint that requests come through
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
    /// A JSON file of requests
    #[arg(long, value_name = "FILE", help_heading = "Request", conflicts_with_all = ["principal", "action"], required_unless_present = "action")]
    pub(crate) requests: Option<PathBuf>,
    /// How to write the decisions
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
}

/// A request by flags.
#[derive(Debug, Args)]
pub(crate) struct RequestFlags {
    /// Who asks: the ARN of a role, role session, user or account root, a service such as sagemaker.amazonaws.com, or `anonymous`
    #[arg(long, value_name = "WHO", requires = "action")]
    pub(crate) principal: Option<String>,
    /// The action, such as s3:GetObject
    #[arg(long, requires = "principal")]
    pub(crate) action: Option<String>,
    /// ARN of the resource
    #[arg(long, value_name = "ARN", default_value = "*")]
    pub(crate) resource: String,
    /// The account that owns the resource, where its ARN does not say
    #[arg(long, value_name = "ID")]
    pub(crate) resource_account: Option<String>,
    /// A tag of the caller
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) principal_tag: Vec<(String, String)>,
    /// A tag of the resource
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) resource_tag: Vec<(String, String)>,
    /// A tag that the request sets
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) request_tag: Vec<(String, String)>,
    /// A value of a condition key, such as aws:SecureTransport=true; repeated for further values
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) context: Vec<(String, String)>,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Files of policies
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Options of `size`.
#[derive(Debug, Args)]
pub(crate) struct Size {
    /// Files of policies
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the policies are used for, where the file does not say
    #[arg(long)]
    pub(crate) kind: Option<PolicyType>,
}

/// Options of `pack`.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Files of policies
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the documents are to be used for
    #[arg(long)]
    pub(crate) kind: PolicyType,
    /// How many documents there is room for
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) documents: usize,
}

/// Options of `equivalent`.
#[derive(Debug, Args)]
pub(crate) struct Equivalent {
    /// A file of one policy
    pub(crate) one: PathBuf,
    /// A file of another
    pub(crate) other: PathBuf,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// A kind of document, such as permissions_boundary, or the id of a guardrail, such as G10
    pub(crate) kind: Option<String>,
    /// A JSON file with an object of parameters
    #[arg(long, value_name = "FILE", requires = "kind")]
    pub(crate) parameters: Option<PathBuf>,
    /// A parameter; lists with commas, and more than that as JSON
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, requires = "kind")]
    pub(crate) set: Vec<(String, String)>,
}

/// Options of `access`.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// Output of `aws iam get-account-authorization-details`
    pub(crate) account: PathBuf,
    /// The bucket that holds the datasets
    #[arg(long, value_name = "NAME")]
    pub(crate) data_bucket: String,
    /// The region that the platform runs in
    #[arg(long)]
    pub(crate) region: String,
    /// The value of the tag `system`, which tells the platform's roles from others
    #[arg(long, value_name = "VALUE", default_value = "MLSpace")]
    pub(crate) system_tag: String,
    /// A dataset to look at beside the areas of all projects and users, such as project/fraud/cards or group/shared
    #[arg(long, value_name = "ID")]
    pub(crate) dataset: Vec<DatasetKey>,
    /// A JSON file of datasets: a list of their ids, or a scan of the datasets table (`aws dynamodb scan`)
    #[arg(long, value_name = "FILE")]
    pub(crate) datasets: Option<PathBuf>,
    /// Only members of this project
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,
    /// Only this user's memberships
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Also roles that are no membership, where they may do anything with the data
    #[arg(long)]
    pub(crate) other_roles: bool,
    /// An approved subnet, which jobs are tried in
    #[arg(long, value_name = "ID")]
    pub(crate) subnet: Vec<String>,
    /// An approved security group, which jobs are tried with
    #[arg(long, value_name = "ID")]
    pub(crate) security_group: Vec<String>,
    /// The approved key, which jobs are tried with
    #[arg(long, value_name = "KEY")]
    pub(crate) kms_key: Option<String>,
    /// How to write the matrix
    #[arg(long, value_enum, default_value_t = MatrixFormat::Table)]
    pub(crate) format: MatrixFormat,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// How an access matrix is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatrixFormat {
    /// Lines of text
    Table,
    /// For programs
    Json,
    /// A page for a browser, which needs nothing but itself
    Html,
}

/// Reads `key=value`; only the first `=` divides.
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
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn pairs_divide_at_the_first_sign() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("a="), Ok(("a".to_owned(), String::new())));
        assert!(pair("=b").is_err() && pair("a").is_err());
    }
}
