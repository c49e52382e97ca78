//! The requirement of a key for volumes.

use super::instance_types::{TYPES, check_types};
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::policies::statements::actions::WITH_VOLUME;
use crate::policies::statements::workload;
use iam_policy::{Document, Operator};

/// Denies volumes without the approved key, except on `exempt_types`: names, or patterns, of
/// instance types with local disks, whose volumes take no key.
///
/// A request with multiple types is exempt only if all of them are exempt. A request without a type
/// is not exempt, except for a serverless endpoint.
///
/// It is for roles other than those of memberships, whose user's policy
/// ([`crate::policies::user_policy`]) requires the key on every type but those with local storage.
///
/// # Errors
/// [`PolicyError`] when a value is invalid, or the types do not fit.
pub fn volume_key_policy(
    context: &PolicyContext<'_>,
    exempt_types: &[String],
) -> Result<Document, PolicyError> {
    context.check()?;
    check_types(exempt_types)?;
    let deny_without_key = |sid: &str, actions: &[&str]| {
        workload::deny_without_key(sid, actions.to_vec(), "sagemaker:VolumeKmsKey", context)
    };
    let config = "sagemaker:CreateEndpointConfig";
    let (automl, jobs): (Vec<&str>, Vec<&str>) = WITH_VOLUME
        .into_iter()
        .chain(["sagemaker:CreateNotebookInstance"])
        .filter(|action| *action != config)
        .partition(|action| action.starts_with("sagemaker:CreateAutoML"));
    let typed = deny_without_key("DenyVolumeWithoutKey", &[&jobs[..], &[config]].concat());
    managed(
        Document::new([
            if exempt_types.is_empty() {
                typed.when(Operator::Null, TYPES, ["false"])
            } else {
                typed.when(Operator::StringNotLike.for_any_value(), TYPES, exempt_types)
            },
            deny_without_key("DenyUntypedVolumeWithoutKey", &jobs).when(
                Operator::Null,
                TYPES,
                ["true"],
            ),
            // AutoML chooses its instance types itself: its requests have no
            // `sagemaker:InstanceTypes`.
            deny_without_key("DenyAutoMLVolumeWithoutKey", &automl),
        ]),
        "the policy of keys for volumes",
        "write patterns such as `ml.g5.*` instead of single types",
    )
}
