//! The restriction of instance types.

use crate::policies::context::{PolicyError, check_value, managed};
use iam_policy::{Document, Operator, Statement};

/// Instance types that each type of workload can use: names, or patterns such as `ml.g5.*`. An
/// empty list allows none.
#[derive(Clone, Copy, Debug, Default)]
pub struct InstanceTypes<'a> {
    /// Notebook instances, when created and when updated.
    pub notebooks: &'a [String],
    /// Training and tuning.
    pub training: &'a [String],
    /// Processing.
    pub processing: &'a [String],
    /// Batch transform.
    pub transform: &'a [String],
    /// Endpoints.
    pub endpoints: &'a [String],
}

/// The condition key that holds all instance types of a request.
pub(super) const TYPES: &str = "sagemaker:InstanceTypes";

/// Denies requests with an instance type that is not listed, also if only one of multiple types is
/// not listed.
///
/// Requests for serverless endpoints and training name no type. This policy does not restrict them.
///
/// # Errors
/// [`PolicyError`] when a type is invalid, or the types do not fit. A pattern for each family fits.
pub fn instance_type_policy(types: &InstanceTypes<'_>) -> Result<Document, PolicyError> {
    let workloads: [(&str, &[&str], &[String]); 5] = [
        (
            "Notebook",
            &[
                "sagemaker:CreateNotebookInstance",
                "sagemaker:UpdateNotebookInstance",
            ],
            types.notebooks,
        ),
        (
            "Training",
            &[
                "sagemaker:CreateHyperParameterTuningJob",
                "sagemaker:CreateTrainingJob",
                "sagemaker:UpdateTrainingJob",
            ],
            types.training,
        ),
        (
            "Processing",
            &["sagemaker:CreateProcessingJob"],
            types.processing,
        ),
        (
            "Transform",
            &["sagemaker:CreateTransformJob"],
            types.transform,
        ),
        (
            "Endpoint",
            &["sagemaker:CreateEndpointConfig"],
            types.endpoints,
        ),
    ];
    let mut statements = Vec::new();
    for (workload, actions, allowed) in workloads {
        check_types(allowed)?;
        let deny = Statement::deny(format!("Deny{workload}Types"))
            .actions(actions.to_vec())
            .resources(["*"]);
        statements.push(if allowed.is_empty() {
            deny.when(Operator::Null, TYPES, ["false"])
        } else {
            deny.when(Operator::StringNotLike.for_any_value(), TYPES, allowed)
        });
    }
    managed(
        Document::new(statements),
        "the policy of instance types",
        "write patterns such as `ml.g5.*` instead of single types",
    )
}

/// Checks names or patterns of instance types.
pub(in crate::policies) fn check_types(types: &[String]) -> Result<(), PolicyError> {
    let expected = "write a type such as `ml.m5.large`, or a pattern such as `ml.g5.*`";
    types
        .iter()
        .try_for_each(|name| check_value("instance type", name, ".-*?", expected))
}
