//! Each guardrail on requests that it must stop and such that it must leave alone.

mod preventive;
mod resources;

use super::*;
use iam_policy::PolicyType;
use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};

/// Parameters for all guardrails at once.
pub(crate) fn parameters() -> Parameters {
    let us = "arn:aws:sagemaker:eu-west-1:111122223333";
    Parameters::new()
        .set("studio_instance_types", ["ml.t3.medium", "ml.m5.large"])
        .set("job_instance_types", ["ml.m5.xlarge", "ml.g5.*"])
        .set("endpoint_instance_types", ["ml.c5.large", "ml.m5.large"])
        .set("notebook_instance_types", ["ml.t3.medium"])
        .set("cluster_instance_types", ["ml.m5.xlarge"])
        .set("subnet_ids", ["subnet-a", "subnet-b"])
        .set("security_group_ids", ["sg-1", "sg-2"])
        .set("kms_key_arns", [KEY])
        .set("api_vpce_ids", ["vpce-api", "vpce-studio"])
        .set("notebook_vpce_ids", ["vpce-nb"])
        .set("s3_vpce_ids", ["vpce-s3"])
        .set("kms_vpce_ids", ["vpce-kms"])
        .set("corp_cidrs", ["192.0.2.0/24", "203.0.113.0/24"])
        .set("image_arns", [format!("{us}:image/approved-*")])
        .set(
            "image_version_arns",
            [format!("{us}:image-version/approved-*/*")],
        )
        .set(
            "studio_lcc_arns",
            [format!("{us}:studio-lifecycle-config/approved-*")],
        )
        .set(
            "notebook_lcc_arns",
            [format!(
                "{us}:notebook-instance-lifecycle-config/approved-*"
            )],
        )
        .set("tenant_tag", ["tenant"])
        .set("owner_tag", ["owner"])
        .set("protected_tags", ["tenant", "owner"])
        .set("local_nvme_types", ["ml.g5.*", "ml.p4d.*"])
        .set("max_runtime_seconds", ["86400"])
        .set("account_id", ["111122223333"])
        .set("region", ["eu-west-1"])
        .set("partition", ["aws"])
        .set(
            "exec_role_arns",
            ["arn:aws:iam::111122223333:role/ml/exec-*"],
        )
        .set("exempt_principal_arns", [PLATFORM])
        .set("bucket", ["acme-data"])
        .set("data_key_arn", [KEY])
        .set("offline_store_prefix", ["s3://acme-fs/"])
        .set(
            "consumer_role_arns",
            ["arn:aws:iam::444455556666:role/model-exec"],
        )
}

pub(super) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k1";
pub(super) const PLATFORM: &str = "arn:aws:iam::111122223333:role/platform/terraform";
const EXEC: &str = "arn:aws:iam::111122223333:role/ml/exec-1";

fn role(arn: &str) -> Caller {
    Caller::from_arn(arn).unwrap()
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let error =
        |id: &str, parameters: Parameters| guardrail(id, &parameters).unwrap_err().to_string();
    insta::assert_snapshot!(error("G10", Parameters::new()), @"the guardrail `G10` needs the parameter `subnet_ids`: a list of ids of subnets");
    let none: [&str; 0] = [];
    insta::assert_snapshot!(error("G10", Parameters::new().set("subnet_ids", none)), @"the guardrail `G10` needs the parameter `subnet_ids`: a list of ids of subnets");
    insta::assert_snapshot!(error("G19", Parameters::new().set("max_runtime_seconds", ["1h"])), @"the guardrail `G19` cannot take `1h` in the parameter `max_runtime_seconds`: write a whole number");
    insta::assert_snapshot!(error("G07", Parameters::new().set("owner_tag", ["a", "b"])), @"the guardrail `G07` cannot take `a, b` in the parameter `owner_tag`: write the key of a tag");
    insta::assert_snapshot!(error("G12", Parameters::new().set("network_isolation", ["truest"])), @"the guardrail `G12` cannot take `truest` in the parameter `network_isolation`: write `true` or `false`");
    assert!(
        error("G15", parameters())
            .starts_with("there is no guardrail `G15`: choose one of G01, G02,")
    );
    for variable in ["${aws:userid}", "subnet-*", "subnet-${x}"] {
        let wild = parameters().set("subnet_ids", [variable]);
        assert!(error("G02", wild).contains("`subnet_ids`"), "{variable}");
    }
}

#[test]
fn every_parameter_said_to_be_needed_is_needed() {
    for guardrail_ in GUARDRAILS {
        for name in guardrail_.parameters {
            let error = guardrail(guardrail_.id, &parameters().without(name)).unwrap_err();
            let named =
                matches!(error, GuardrailError::Missing { name: missing, .. } if missing == *name);
            assert!(named, "{} {name}: {error}", guardrail_.id);
        }
    }
}

#[test]
fn parameters_that_are_of_no_use_are_ignored() {
    for guardrail_ in GUARDRAILS {
        let needed = guardrail_.parameters.iter().chain(&["bucket"]);
        let only = needed.fold(Parameters::new(), |only, name| {
            only.copy(name, &parameters())
        });
        guardrail(guardrail_.id, &only).unwrap();
        let all = parameters().set("nonsense", ["${*}"]);
        guardrail(guardrail_.id, &all).unwrap();
    }
}

#[test]
fn documents_keep_the_rules_of_their_kind() {
    for guardrail_ in GUARDRAILS {
        let document = guardrail(guardrail_.id, &parameters()).unwrap();
        // The policy of a model package group is a resource's, as a bucket's is.
        let kinds = match guardrail_.kinds {
            [] => &[PolicyType::Bucket],
            kinds => kinds,
        };
        for kind in kinds {
            assert_eq!(document.check(*kind), [], "{}", guardrail_.id);
        }
        for statement in &document.statements {
            let sid = statement.sid.as_deref().unwrap_or_default();
            assert!(
                !sid.is_empty() && sid.chars().all(|c| c.is_ascii_alphanumeric()),
                "{sid}"
            );
        }
    }
}

#[test]
fn json_becomes_parameters() {
    let value = serde_json::json!({"subnet_ids": ["subnet-a"], "max_runtime_seconds": 86400, "network_isolation": false, "none": null});
    let read = Parameters::from_json(&value).unwrap();
    let expected = Parameters::new()
        .set("subnet_ids", ["subnet-a"])
        .set("max_runtime_seconds", ["86400"])
        .set("network_isolation", ["false"]);
    assert_eq!(read, expected);
    let nested = serde_json::json!({"subnet_ids": [["subnet-a"]]});
    let error = Parameters::from_json(&nested).unwrap_err();
    insta::assert_snapshot!(error, @"the parameter `subnet_ids` is neither text, number, truth value nor a list of these");
    assert_eq!(
        Parameters::from_json(&serde_json::json!([])),
        Err(ParametersError::NoObject)
    );
}

impl Parameters {
    fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    fn copy(mut self, name: &str, from: &Self) -> Self {
        self.0.insert(name.to_owned(), from.0[name].clone());
        self
    }
}
