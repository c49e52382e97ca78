//! The schema of the provider configuration.

use mlspace_core::aws::{Enforce, PolicyModel, TableNames};
use mlspace_core::policies::Service;
use terraform_plugin::framework::{Attribute, Block, Schema, Type};

use crate::limits;
use crate::validators;

/// The schema of the `provider "mlspace"` block.
pub(super) fn schema() -> Schema {
    Schema::new(0)
        .describe(
            "Declares multi-tenant machine-learning projects on AWS: projects, their members, datasets and \
             notebooks. Least-privilege IAM, tags and storage layout follow from them.",
        )
        .attributes(connection_attributes())
        .attributes(platform_attributes())
        .blocks([
            Block::single(
                "assume_role",
                [
                    Attribute::string("role_arn")
                        .required()
                        .describe("ARN of the role to assume.")
                        .validate(validators::role_arn),
                    Attribute::string("session_name")
                        .optional()
                        .describe("Name of the session, shown in CloudTrail. Defaults to `mlspace`.")
                        .validate(validators::session_name),
                    Attribute::string("external_id")
                        .optional()
                        .describe("External id that the role's trust policy requires.")
                        .validate(validators::external_id),
                    Attribute::string("duration")
                        .optional()
                        .describe("Duration of a session, for example `1h`: 15 minutes to 12 hours.")
                        .validate(validators::duration_between("15m", "12h")),
                ],
            )
            .describe("Role to assume before any other call."),
            Block::single(
                "endpoints",
                [
                    "iam", "sagemaker", "s3", "dynamodb", "sts", "scheduler", "budgets", "identitystore",
                    "resourcegroupstaggingapi",
                ]
                .map(|service| {
                    Attribute::string(service)
                        .optional()
                        .describe("URL of this service, in place of AWS's own.")
                        .validate(validators::http_url)
                }),
            )
            .describe("URLs of services, for private endpoints and emulators."),
            Block::single(
                "notebook_defaults",
                [
                    Attribute::list("subnet_ids", Type::String).optional().describe(
                        "Subnets over which notebooks are distributed. Members' jobs can use only these.",
                    ),
                    Attribute::list("security_group_ids", Type::String).optional().describe(
                        "Security groups of notebooks. Members' jobs can use only these. Leave them out where each \
                         project has its own (module `project`): notebooks and jobs then have to name security groups, \
                         and the base policy with `project_security_groups` holds members to those of their project.",
                    ),
                    Attribute::string("kms_key_id").optional().describe(
                        "KMS key (ARN or id) that encrypts notebooks' volumes. Members' jobs must use it.",
                    ),
                    Attribute::string("lifecycle_config_name")
                        .optional()
                        .describe("Default lifecycle configuration of notebooks."),
                ],
            )
            .describe("Defaults of notebooks, and the approved network and key of members' jobs."),
            termination(),
            limits::block("the workloads of all projects"),
        ])
}

/// The block `termination`.
fn termination() -> Block {
    Block::single(
        "termination",
        [
            Attribute::string("enforce")
                .required()
                .describe(
                    "What stops notebooks at their daily stop time. `mlspace`, as without this block: MLSpace's web \
                     application, by its table. `scheduler`: a schedule of EventBridge Scheduler for each notebook, \
                     without MLSpace. `none`: nothing. After a change, the next apply moves the stop of each notebook.",
                )
                .validate(validators::one_of(Enforce::NAMES)),
            Attribute::string("schedule_group")
                .optional()
                .describe(
                    "Name of the schedule group for the schedules, which has to exist and which nothing else uses. \
                     Required for `scheduler`. With another `enforce`, schedules of notebooks are removed from it.",
                )
                .validate(validators::schedule_group),
            Attribute::string("role_arn")
                .optional()
                .describe(
                    "ARN of the role with which the schedules stop notebooks. Required for `scheduler`. Its policies are \
                     the documents `stop_role` and `stop_role_trust` of the function `policy_documents`.",
                )
                .validate(validators::stop_role_arn),
            Attribute::string("time_zone")
                .optional()
                .describe(
                    "Time zone of `daily_stop_time` and of projects' defaults, such as `Europe/Berlin`, for \
                     `scheduler`. Defaults to `UTC`, which MLSpace always uses. A time that a day does not have, because \
                     the clocks are put forward, is skipped on that day; one that it has twice stops once.",
                )
                .validate(validators::time_zone),
        ],
    )
    .describe("What stops notebooks at their daily stop time.")
}

/// Attributes of the connection to AWS.
fn connection_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("region").optional().describe(
            "AWS region. Defaults to that of the AWS SDK's own chain: environment, profile, instance metadata.",
        )
        .validate(validators::region),
        Attribute::string("profile")
            .optional()
            .describe(
                "Profile of the shared AWS configuration files. Its credentials are used even if the environment has \
                 others. See the guide on credentials.",
            ),
        Attribute::string("access_key")
            .optional()
            .sensitive()
            .describe(
                "Access key id; set with `secret_key`. Prefer the AWS SDK's credential chain.",
            ),
        Attribute::string("secret_key")
            .optional()
            .sensitive()
            .describe("Secret access key."),
        Attribute::string("token")
            .optional()
            .sensitive()
            .describe("Session token of temporary credentials; set with `access_key` and `secret_key`."),
        Attribute::list("allowed_account_ids", Type::String)
            .optional()
            .describe(
                "Ids of the AWS accounts that can be changed. With credentials of another account, every operation \
                 fails before it reads or writes anything there.",
            )
            .validate(validators::each(validators::account_id)),
        Attribute::integer("max_retries")
            .optional()
            .describe(
                "Number of retries of a throttled or failed AWS call. Defaults to 25. A host to which no connection \
                 can be made is given up after 3 attempts.",
            )
            .validate(validators::between(0, 100)),
    ]
}

/// Attributes of the platform: names, tags and policies.
fn platform_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("system_tag")
            .optional()
            .describe("Value of the `system` tag on everything that the platform creates. Defaults to `MLSpace`.")
            .validate(validators::tag_value),
        Attribute::string("iam_resource_prefix")
            .optional()
            .describe(
                "Prefix of the names of roles and policies: 1 to 21 characters, so that the role names of all projects \
                 fit. Defaults to `MLSpace`.",
            )
            .validate(validators::iam_prefix),
        Attribute::string("data_bucket")
            .required()
            .describe("Name of the bucket for all datasets.")
            .validate(validators::bucket_name),
        Attribute::string("permissions_boundary_arn")
            .optional()
            .describe(
                "ARN of the permissions boundary of every membership's role. Strongly recommended: no policy that is \
                 attached later can exceed it.",
            )
            .validate(validators::policy_arn),
        Attribute::list("base_policy_arns", Type::String)
            .optional()
            .describe(
                "ARNs of managed policies that are attached to every membership's role, in addition to those of the \
                 project and the user.",
            )
            .validate(validators::each(validators::policy_arn)),
        Attribute::string("policy_model")
            .optional()
            .describe(
                "Model of the policies that grant members their permissions, which are the same in both models. \
                 `per_principal`, the default: a managed policy per project and per user, like MLSpace. `attribute`: \
                 two managed policies for all, based on the tags of the roles. Changing it migrates every membership; \
                 see the guide on the access model.",
            )
            .validate(validators::one_of(PolicyModel::NAMES)),
        Attribute::string("resource_names")
            .optional()
            .describe(
                "Names of the SageMaker resources that members create. `prefixed`, the default: they begin with the \
                 project's name and `-`, which tells the models and logs of projects apart. `free`: for deployments \
                 beside MLSpace, whose web application chooses names; see the guide on the access model for what this \
                 leaves open.",
            )
            .validate(validators::one_of(&["prefixed", "free"])),
        Attribute::list("source_vpc_ids", Type::String)
            .optional()
            .describe(
                "VPCs from which members can invoke endpoints, read records and logs, and use other services with \
                 their roles. By default, they can from anywhere.",
            ),
        Attribute::list("services", Type::String)
            .optional()
            .describe(format!(
                "Services that projects can switch on with their block `services`: {}. By default, none. See the guide \
                 on the access model.",
                validators::join_quoted(&Service::ALL.iter().map(|one| one.name()).collect::<Vec<_>>())
            ))
            .validate(validators::each(validators::parses_as::<Service>)),
        Attribute::map("default_tags", Type::String)
            .optional()
            .describe("Tags of all resources that can be tagged, in addition to the platform's own."),
        Attribute::map("table_names", Type::String)
            .optional()
            .describe(format!(
                "Names of the DynamoDB tables where they differ from MLSpace's defaults. Keys: {}.",
                validators::join_quoted(TableNames::FIELDS)
            )),
    ]
}
