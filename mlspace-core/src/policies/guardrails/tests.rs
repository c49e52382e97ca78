//! Requests that each guardrail denies and does not deny, and the parameters of guardrails.

mod lint;
mod packing;
mod preventive;
mod resource_policies;

use super::*;
use crate::policies::{
    DocumentError, document_template_in, document_templates, guardrail as guardrail_of,
};
use iam_policy::Document;
use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};
use serde_json::{Map, Value, json};

/// Parameters for all guardrails.
fn parameters() -> Value {
    let arn = "arn:aws:sagemaker:eu-west-1:111122223333";
    json!({
        "studio_instance_types": ["ml.t3.medium", "ml.m5.large"],
        "job_instance_types": ["ml.m5.xlarge", "ml.g5.*"],
        "endpoint_instance_types": ["ml.c5.large", "ml.m5.large"],
        "notebook_instance_types": ["ml.t3.medium"],
        "cluster_instance_types": ["ml.m5.xlarge"],
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_ids": ["sg-1", "sg-2"],
        "kms_key_arns": [KEY],
        "api_vpce_ids": ["vpce-api", "vpce-studio"],
        "notebook_vpce_ids": ["vpce-nb"],
        "s3_vpce_ids": ["vpce-s3"],
        "kms_vpce_ids": ["vpce-kms"],
        "corp_cidrs": ["192.0.2.0/24", "203.0.113.0/24"],
        "image_arns": [format!("{arn}:image/approved-*")],
        "image_version_arns": [format!("{arn}:image-version/approved-*/*")],
        "studio_lcc_arns": [format!("{arn}:studio-lifecycle-config/approved-*")],
        "notebook_lcc_arns": [format!("{arn}:notebook-instance-lifecycle-config/approved-*")],
        "tenant_tag": "tenant",
        "owner_tag": "owner",
        "protected_tags": ["tenant", "owner"],
        "local_nvme_types": ["ml.g5.*", "ml.p4d.*"],
        "max_runtime_seconds": 86400,
        "account_id": "111122223333",
        "region": "eu-west-1",
        "partition": "aws",
        "exec_role_arns": ["arn:aws:iam::111122223333:role/ml/exec-*"],
        "exempt_principal_arns": [PLATFORM],
        "bucket": "acme-data",
        "data_key_arn": KEY,
        "offline_store_prefix": "s3://acme-fs/",
        "consumer_role_arns": ["arn:aws:iam::444455556666:role/model-exec"],
    })
}

/// The parameters with these members added or replaced.
fn parameters_with(more: Value) -> Value {
    let mut all = parameters();
    let more: Map<String, Value> = serde_json::from_value(more).unwrap();
    all.as_object_mut().unwrap().extend(more);
    all
}

/// The parameters without this one.
fn parameters_without(name: &str) -> Value {
    let mut all = parameters();
    all.as_object_mut().unwrap().remove(name);
    all
}

/// The guardrail for those of the parameters that it has.
fn guardrail_for(id: &str, parameters: &Value) -> Result<Document, DocumentError> {
    let template = document_template_in(Category::Guardrail, id)?;
    let mut own = parameters.as_object().unwrap().clone();
    own.retain(|name, _| template.has_parameter(name));
    guardrail_of(id, &Value::Object(own))
}

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k1";
const PLATFORM: &str = "arn:aws:iam::111122223333:role/platform/terraform";
const EXEC: &str = "arn:aws:iam::111122223333:role/ml/exec-1";

fn role(arn: &str) -> Caller {
    Caller::from_arn(arn).unwrap()
}

#[test]
fn guardrail_reports_missing_and_invalid_parameters() {
    let error =
        |id: &str, parameters: Value| guardrail_of(id, &parameters).unwrap_err().to_string();
    insta::assert_snapshot!(error("G10", json!({})), @"`G10` needs the parameter `subnet_ids`: approved subnets");
    insta::assert_snapshot!(error("G10", json!({"subnet_ids": [], "security_group_ids": ["sg-1"]})), @"`G10` needs the parameter `subnet_ids`: approved subnets");
    insta::assert_snapshot!(error("G19", json!({"max_runtime_seconds": "1h"})), @"the parameter `max_runtime_seconds` is invalid: `1h` is not a valid value: write a whole number");
    insta::assert_snapshot!(error("G07", json!({"owner_tag": ["a", "b"], "partition": "aws"})), @"the parameter `owner_tag` is a list: write a string");
    insta::assert_snapshot!(error("G12", json!({"network_isolation": "truest"})), @"the parameter `network_isolation` is a string: write true or false");
    insta::assert_snapshot!(error("G02", json!({"subnet_id": ["subnet-a"]})), @"`G02` has no parameter `subnet_id`: use subnet_ids, account_id, region, partition, name_prefix, security_group_ids, exempt_principal_arns");
    insta::assert_snapshot!(error("G22", json!({"endpoint_ids": ["vpce-1"], "s3_vpce_ids": ["vpce-1"]})), @"the parameter `s3_vpce_ids` is invalid: `endpoint_ids` is the same parameter: give one of the two");
    insta::assert_snapshot!(error("G02", json!([])), @r#"the parameters are not an object: write names with values, such as `{ account_id = "123456789012" }`"#);
    assert!(
        error("G15", json!({})).starts_with("there is no document `G15`: use one of G05, G10,")
    );
    assert!(error("user", json!({})).starts_with("there is no document `user`: use one of G01,"));
    for variable in ["${aws:userid}", "subnet-*", "subnet-${x}"] {
        let wild = json!({"subnet_ids": [variable], "security_group_ids": ["sg-1"]});
        assert!(error("G02", wild).contains("`subnet_ids`"), "{variable}");
    }
}

#[test]
fn required_parameters_are_required() {
    for template in GUARDRAILS {
        for required in template.required_parameters() {
            let name = required.name;
            let error = guardrail_for(template.id, &parameters_without(name)).unwrap_err();
            assert_eq!(error.parameter(), Some(name), "{}: {error}", template.id);
            assert!(matches!(error, DocumentError::MissingParameter { .. }));
        }
    }
}

#[test]
fn unknown_parameters_are_rejected() {
    for template in GUARDRAILS {
        let error =
            guardrail_of(template.id, &parameters_with(json!({"nonsense": 1}))).unwrap_err();
        let unknown = matches!(error, DocumentError::UnknownParameter { .. });
        assert!(unknown, "{}: {error}", template.id);
    }
}

#[test]
fn guardrails_accept_account_parameters() {
    for template in GUARDRAILS {
        let required = template.required_parameters().map(|known| known.name);
        let names: Vec<&str> = required
            .chain(["account_id", "region", "partition", "name_prefix"])
            .collect();
        let mut all = parameters_with(json!({"name_prefix": "acme"}));
        let members = all.as_object_mut().unwrap();
        members.retain(|name, _| names.contains(&name.as_str()));
        guardrail_of(template.id, &all).unwrap();
    }
}

#[test]
fn slugs_and_ids_are_unique() {
    let mut names: Vec<&str> = document_templates(Category::Document)
        .iter()
        .map(|template| template.id)
        .collect();
    names.extend(GUARDRAILS.iter().flat_map(|known| [known.id, known.slug]));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    let by_slug = guardrail_of("harden-notebooks", &json!({})).unwrap();
    assert_eq!(Ok(by_slug), guardrail_of("G14", &json!({})));
}

#[test]
fn aliases_accept_both_parameter_names() {
    let other_names = json!({
        "bucket": "acme-data",
        "partition": "aws",
        "endpoint_ids": ["vpce-s3"],
        "kms_key_arn": KEY,
        "exempt_principal_arns": [PLATFORM],
        "reader_arns": ["arn:aws:iam::444455556666:role/model-exec"],
    });
    assert_eq!(
        guardrail_of("G22", &other_names),
        guardrail_for("G22", &parameters())
    );
    let other_names = json!({
        "account_id": "111122223333",
        "partition": "aws",
        "administrator_arns": [PLATFORM],
        "user_arns": ["arn:aws:iam::111122223333:role/ml/exec-*"],
        "endpoint_ids": ["vpce-kms"],
        "reader_arns": ["arn:aws:iam::444455556666:role/model-exec"],
    });
    assert_eq!(
        guardrail_of("G23", &other_names),
        guardrail_for("G23", &parameters())
    );
}

#[test]
fn guardrails_are_valid_policies_of_their_types() {
    for template in GUARDRAILS {
        let document = guardrail_for(template.id, &parameters()).unwrap();
        // Like a bucket's policy, that of a model package group names principals and resources.
        let types = match template.policy_types {
            [] => &[PolicyType::Bucket],
            types => types,
        };
        for policy_type in types {
            assert_eq!(document.check(*policy_type), [], "{}", template.id);
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
fn guardrail_converts_values_as_terraform_does() {
    let strict = json!({"subnet_ids": ["subnet-a"], "security_group_ids": ["sg-1"], "require_model_vpc": false});
    let lenient = json!({"subnet_ids": "subnet-a", "security_group_ids": "sg-1", "require_model_vpc": ["false"], "partition": null});
    assert_eq!(guardrail_of("G10", &strict), guardrail_of("G10", &lenient));
    for seconds in [json!(3600), json!("3600"), json!([3600])] {
        let document = guardrail_of("G19", &json!({"max_runtime_seconds": seconds})).unwrap();
        assert!(document.to_json().contains(r#""3600""#), "{document}");
    }
    let nested = guardrail_of("G13", &json!({"kms_key_arns": [[KEY]]})).unwrap_err();
    insta::assert_snapshot!(nested, @"the parameter `kms_key_arns` is a list with values of other types: write a list of strings");
}
