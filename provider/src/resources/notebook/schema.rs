//! The attributes of `mlspace_notebook`.

use mlspace_core::name::{NotebookName, ProjectName, UserName};
use mlspace_core::notebook;
use mlspace_core::schedule::StopTime;
use terraform_plugin::framework::{Attribute, Type, Value};

use crate::attributes::{drift_attribute, id_attribute};
use crate::validators;

/// Which notebook it is, and whose.
pub(super) fn identity_attributes() -> Vec<Attribute> {
    vec![
        id_attribute("the notebook's name."),
        Attribute::string("name")
            .required()
            .requires_replace()
            .identity()
            .describe(
                "Name of the notebook instance, unique in the account and region: 1 to 63 ASCII letters, digits and \
                 inner hyphens. Changing it replaces the notebook.",
            )
            .validate(validators::parses_as::<NotebookName>),
        Attribute::string("project")
            .required()
            .requires_replace()
            .describe("Name of the project it belongs to. Changing it replaces the notebook.")
            .validate(validators::parses_as::<ProjectName>),
        Attribute::string("user")
            .required()
            .requires_replace()
            .describe(
                "Name of the user it belongs to, who must be a member of the project. Changing it replaces the \
                 notebook.",
            )
            .validate(validators::parses_as::<UserName>),
    ]
}

/// Attributes that a configuration can set.
pub(super) fn setting_attributes() -> Vec<Attribute> {
    let restart = "Changing it stops a running notebook and starts it again.";
    vec![
        Attribute::string("instance_type")
            .required()
            .describe(format!("Instance type, for example `ml.t3.medium`. {restart}"))
            .validate(validators::instance_type),
        Attribute::integer("volume_size")
            .optional()
            .default(Value::from(5))
            .describe(format!(
                "Size of the volume in GB: 5 to 16384. Defaults to 5. SageMaker only enlarges volumes: a size that is \
                 smaller than the volume keeps it, with a warning, and `terraform apply -replace=ADDRESS` creates a \
                 smaller, empty one. {restart}"
            ))
            .validate(validators::between(notebook::VOLUME_SIZE_MIN, notebook::VOLUME_SIZE_MAX)),
        Attribute::string("subnet_id").optional_computed().use_state_for_unknown().requires_replace().describe(
            "Subnet of its network interface. Defaults to one of the provider's `notebook_defaults`, always the same \
             one for the same name. Changing it replaces the notebook.",
        ),
        Attribute::set("security_group_ids", Type::String)
            .optional_computed()
            .use_state_for_unknown()
            .requires_replace()
            .describe(
                "Security groups of its network interface. Default to the provider's `notebook_defaults`. Changing \
                 them replaces the notebook.",
            ),
        Attribute::string("kms_key_id").optional_computed().use_state_for_unknown().requires_replace().describe(
            "KMS key that encrypts its volume, by id or ARN. Defaults to the provider's `notebook_defaults`. Changing it \
             replaces the notebook; writing the same key differently does not.",
        ),
        Attribute::string("lifecycle_config_name").optional_computed().use_state_for_unknown().describe(format!(
            "Lifecycle configuration. Defaults to the provider's `notebook_defaults`. {restart}"
        )),
        Attribute::string("platform_identifier")
            .optional_computed()
            .use_state_for_unknown()
            .describe(format!("Platform, for example `notebook-al2023-v1`. Defaults to SageMaker's; without it in the configuration, an existing instance keeps its platform. {restart}")),
        Attribute::bool("running")
            .optional_computed()
            .use_state_for_unknown()
            .describe(
                "Whether it should be running. Started and stopped in place. Leave it out to start the notebook when it \
                 is created and to leave it alone from then on: users, MLSpace and `daily_stop_time` can stop it, and \
                 later applies do not start it. With `true`, every apply starts a notebook that was stopped.",
            ),
        Attribute::string("daily_stop_time")
            .optional()
            .describe(
                "Time of day at which it is stopped: `HH:MM`, by what the provider's block `termination` says, in its \
                 time zone; without the block, by MLSpace in UTC. Changed in place. The next apply starts it again if \
                 `running` is true, and leaves it stopped if `running` is left out.",
            )
            .validate(validators::parses_as::<StopTime>),
        // Computed, so that an import can say `{}`, which is the same as none.
        Attribute::map("tags", Type::String)
            .optional_computed()
            .describe(
                "Tags in addition to the provider's `default_tags` and the platform's own. AWS allows 50 in all. Changed \
                 in place.",
            ),
    ]
}

/// What AWS and the platform decide.
pub(super) fn computed_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("arn").computed().use_state_for_unknown().describe("ARN of the notebook instance."),
        Attribute::string("url")
            .computed()
            .use_state_for_unknown()
            .describe("Host name at which the notebook answers; opening it takes a presigned URL."),
        Attribute::string("status")
            .computed()
            .use_state_for_unknown()
            .describe("Status that SageMaker gave last, for example `InService` or `Stopped`."),
        Attribute::string("role_arn")
            .computed()
            .use_state_for_unknown()
            .describe("ARN of the membership's role that it runs as."),
        Attribute::string("network_interface_id")
            .computed()
            .use_state_for_unknown()
            .describe("Its network interface."),
        Attribute::map("tags_all", Type::String)
            .computed()
            .derived_from(&["tags"])
            .describe("All its tags: its own, the provider's `default_tags` and the platform's."),
        drift_attribute(),
        Attribute::string("must_replace")
            .computed()
            .use_state_for_unknown()
            .describe("Reason why only a replacement can repair the notebook, if there is one. The next plan then replaces it."),
    ]
}
