//! The parameters of documents: what they are called, what they hold, what they mean.

/// A parameter that some kind of document takes.
#[derive(Clone, Copy, Debug)]
pub struct DocumentParameter {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub form: ParameterForm,
    /// What it means, as half a sentence in Markdown.
    pub title: &'static str,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterForm {
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// A truth value.
    Switch,
    /// A map of strings.
    Names,
}

impl ParameterForm {
    /// The form in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Texts => "a list of strings",
            Self::Switch => "true or false",
            Self::Names => "a map of strings",
        }
    }
}

macro_rules! parameters {
    ($($name:literal $form:ident $title:literal;)*) => {
        /// All parameters, in the order of their names.
        pub const DOCUMENT_PARAMETERS: &[DocumentParameter] = &[$(DocumentParameter {
            name: $name,
            form: ParameterForm::$form,
            title: $title,
        }),*];
    };
}

parameters! {
    "account_id" Text "the AWS account, twelve digits in quotes";
    "administrator_arns" Texts "who administers the key and cannot use it: ARNs, or patterns of ARNs, of roles and users";
    "base_policy_arns" Texts "the managed policies that are attached to every membership's role";
    "bucket" Text "name of the bucket";
    "buckets" Texts "names of the account's buckets that the S3 endpoint leads to, or first parts of names ended by `*`";
    "data_bucket" Text "name of the bucket that holds the datasets";
    "datasets" Texts "names of the datasets shared with the group";
    "delivered_by" Texts "services that deliver logs into the bucket: `s3-access-logs`, `cloudtrail`, `flow-logs`";
    "emr_role_arns" Texts "roles of EMR's clusters, not to be passed on when EMR is denied";
    "endpoint_ids" Texts "the only VPC endpoints that data may be reached through; without any, it may be reached from anywhere";
    "endpoint_instance_types" Texts "types, or patterns such as `ml.g5.*`, that endpoints may use; without any, none";
    "exempt_instance_types" Texts "types, or patterns, whose volumes take no key";
    "exempt_principal_arns" Texts "who may come around the endpoints and change the bucket itself: ARNs, or patterns of ARNs, of roles and users";
    "group" Text "name of the group";
    "iam_resource_prefix" Text "first part of the names of roles and policies, `MLSpace` unless given";
    "kms_key_arn" Text "ARN of the only key that objects may be encrypted with";
    "kms_key_id" Text "the approved key of volumes and outputs: its ARN, its id or `alias/NAME`";
    "log_group" Text "name of the log group";
    "log_group_prefix" Text "first part of the names of log groups, such as `/aws/sagemaker/`";
    "log_group_prefixes" Texts "first parts of the names of log groups that may be encrypted with the key, such as `/aws/sagemaker/`";
    "notebook_instance_types" Texts "types, or patterns, that notebook instances may use; without any, none";
    "partition" Text "the AWS partition; it follows from the region";
    "permissions_boundary_arn" Text "the permissions boundary that every membership's role must have";
    "principal_arns" Texts "who may take on the role: ARNs, or patterns of ARNs, of roles and users";
    "processing_instance_types" Texts "types, or patterns, that processing jobs may use; without any, none";
    "project" Text "name of the project";
    "projects" Texts "names of the projects";
    "reader_arns" Texts "who of other accounts may read: ARNs, or patterns of ARNs, of roles and users";
    "region" Text "the AWS region";
    "role_arn" Text "ARN of the role, where it does not follow from `project` and `user`";
    "saml_provider_arn" Text "the SAML provider whose users may take on the role";
    "security_group_ids" Texts "the approved security groups; without any, one must be named, but any will do";
    "service" Text "what the endpoint leads to: `s3`, `dynamodb`, `ecr.api`, `ecr.dkr` or another service as its endpoint names it";
    "services" Texts "the services that are switched off: `endpoints`, `jobs`, `labeling-jobs`, `emr`, `batch-translate`, `realtime-translate`, `bedrock`";
    "subnet_ids" Texts "the approved subnets; without any, one must be named, but any will do";
    "suspended" Switch "whether the project is suspended";
    "system_tag" Text "value of the tag `system`, `MLSpace` unless given";
    "table_key_arn" Text "the key that encrypts the tables; without one, they need none";
    "table_names" Names "names of the DynamoDB tables where they differ from MLSpace's";
    "tables" Texts "names of the account's tables that the DynamoDB endpoint leads to";
    "topic" Text "name of the topic";
    "training_instance_types" Texts "types, or patterns, that training and tuning may use; without any, none";
    "transform_instance_types" Texts "types, or patterns, that batch transform may use; without any, none";
    "used_by" Texts "other services that encrypt with the key: `cloudtrail`, `flow-logs`, `alarms`";
    "user" Text "name of the user";
    "user_arns" Texts "who uses the key: ARNs, or patterns of ARNs, of roles and users";
    "web_identity_audience" Text "what the tokens of the web identity provider must say in `aud`, `sts.amazonaws.com` unless given";
    "web_identity_provider_arn" Text "the OpenID Connect provider, such as a pipeline's, whose tokens may take on the role";
    "web_identity_subjects" Texts "what its tokens may say in `sub`: values or patterns such as `repo:acme/platform:ref:refs/heads/main`";
}
