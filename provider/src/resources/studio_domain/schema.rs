//! The attributes of `mlspace_studio_domain`.

use mlspace_core::studio::{VOLUME_SIZE_DEFAULT, VOLUME_SIZE_MAX, VOLUME_SIZE_MIN};
use terraform_plugin::framework::{Attribute, Type, Value};

use crate::attributes::{drift_attribute, id_attribute};
use crate::studio_apps;
use crate::validators;

const REPLACES: &str =
    "Changing it replaces the domain, which the plan refuses without `force_destroy`.";

/// Attributes that a configuration can set.
pub(super) fn setting_attributes() -> Vec<Attribute> {
    let whose = "for spaces that choose no others. Running apps have changed settings from their next start on.";
    let size = validators::between(VOLUME_SIZE_MIN, VOLUME_SIZE_MAX);
    let max_size = validators::between(VOLUME_SIZE_MIN, VOLUME_SIZE_MAX);
    vec![
        id_attribute("the domain's id, for example `d-0123456789ab`.").identity(),
        Attribute::string("name")
            .required()
            .requires_replace()
            .describe(format!(
                "Name of the domain, unique in the account and region: 1 to 63 ASCII letters, digits and inner \
                 hyphens. {REPLACES}"
            ))
            .validate(validators::studio_domain_name),
        Attribute::string("vpc_id")
            .required()
            .requires_replace()
            .describe(format!("VPC of the subnets. {REPLACES}")),
        Attribute::set("subnet_ids", Type::String).optional_computed().use_state_for_unknown().describe(
            "Private subnets that apps run in: with endpoints of the services that members use, and two to four free \
             addresses for each of them. Default to the provider's `notebook_defaults`. Changed in place; subnets are \
             removed only while no app runs.",
        ),
        Attribute::set("security_group_ids", Type::String).optional_computed().use_state_for_unknown().describe(
            "Security groups of all apps; profiles can add some. Default to the provider's `notebook_defaults`. Changed \
             in place.",
        ),
        Attribute::string("kms_key_id").optional_computed().use_state_for_unknown().requires_replace().describe(
            format!(
                "KMS key that encrypts the volumes of all spaces, by id or ARN. Defaults to the provider's \
                 `notebook_defaults`; there is no domain without. {REPLACES}"
            ),
        ),
        Attribute::string("default_execution_role_arn")
            .required()
            .describe(
                "ARN of the role of profiles that name none, which SageMaker requires. It should have no rights and no \
                 policy: each `mlspace_studio_user_profile` carries the role of its membership. Changed in place while no \
                 app runs.",
            )
            .validate(validators::execution_role_arn),
        studio_apps::attribute("jupyter_lab", "JupyterLab", whose),
        studio_apps::attribute("code_editor", "Code Editor", whose),
        Attribute::integer("default_volume_size")
            .optional()
            .default(Value::from(VOLUME_SIZE_DEFAULT.default))
            .describe(format!(
                "Size in GB of the volume of a space that names none. Defaults to {}.",
                VOLUME_SIZE_DEFAULT.default
            ))
            .validate(size),
        Attribute::integer("max_volume_size")
            .optional()
            .default(Value::from(VOLUME_SIZE_DEFAULT.maximum))
            .describe(format!(
                "Largest size in GB that members can choose for the volume of a space. Defaults to {}.",
                VOLUME_SIZE_DEFAULT.maximum
            ))
            .validate(max_size),
        Attribute::set("hidden_tools", Type::String).optional().describe(
            "Tools that Studio does not show, for example `AutoMl` or `JumpStart`. This hides, and forbids nothing: the \
             members' policies do.",
        ),
        Attribute::set("hidden_instance_types", Type::String).optional().describe(
            "Instance types that Studio does not show, for example `ml.p4d.24xlarge`. This hides, and forbids nothing.",
        ),
        Attribute::bool("docker_access")
            .optional()
            .default(Value::Bool(false))
            .describe("Whether spaces can run Docker, with images of the domain's account and of trusted accounts."),
        Attribute::set("docker_trusted_account_ids", Type::String)
            .optional()
            .describe("Ids of further accounts whose images Docker can pull and push.")
            .validate(validators::each(validators::account_id)),
        Attribute::bool("force_destroy").optional().default(Value::Bool(false)).describe(
            "Whether destroying or replacing the domain also deletes what Terraform does not manage in it: apps, spaces \
             with the files on their volumes, and profiles. Otherwise destroy refuses while any exist, and names them.",
        ),
        Attribute::map("tags", Type::String)
            .optional()
            .describe("Tags in addition to those of the provider. They go to what is created in Studio, too."),
    ]
}

/// What AWS and the platform decide.
pub(super) fn computed_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("arn")
            .computed()
            .use_state_for_unknown()
            .describe("ARN of the domain."),
        Attribute::string("url")
            .computed()
            .use_state_for_unknown()
            .describe("Address of the domain; opening it takes a presigned URL."),
        Attribute::string("status")
            .computed()
            .use_state_for_unknown()
            .describe("Status that SageMaker gave last, for example `InService`."),
        Attribute::string("home_efs_file_system_id")
            .computed()
            .use_state_for_unknown()
            .describe(
                "Home file system of a domain that was imported, null for others. Destroying the domain keeps it.",
            ),
        drift_attribute(),
    ]
}
