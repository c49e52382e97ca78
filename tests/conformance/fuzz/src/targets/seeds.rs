//! Seeds for libFuzzer: documents that we generate, so that it starts from valid policies.

use iam_policy::Document;
use mlspace_core::layout::Account;
use mlspace_core::policies::{
    self, ApprovedNetwork, Category, EndpointService, MemberAccess, PlatformAccess, PolicyContext,
    ProjectAccess, TerraformRoleAccess, document_templates,
};
use serde_json::json;

/// Inputs of the target to start from.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    if target == "parse" {
        let documents = documents();
        assert!(documents.is_ok(), "{documents:?}");
        let texts = |d: &Document| [d.to_json().into_bytes(), d.to_json_pretty().into_bytes()];
        documents.iter().flatten().flat_map(texts).collect()
    } else {
        // These targets make what they need of the bytes: any bytes will do, as long as there are
        // enough.
        (1..=64).map(noise).collect()
    }
}

/// Bytes without pattern, the same each time for a seed; eight for each of its units.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    let length = usize::try_from(seed).unwrap_or(1).saturating_mul(8);
    std::iter::repeat_with(next).take(length).collect()
}

/// Documents of every kind that the core makes.
fn documents() -> Result<Vec<Document>, Box<dyn std::error::Error>> {
    let account = Account::new("111122223333", "eu-west-1");
    let list = |values: &[&str]| {
        values
            .iter()
            .map(|v| (*v).to_owned())
            .collect::<Vec<String>>()
    };
    let (subnets, groups) = (list(&["subnet-a", "subnet-b"]), list(&["sg-1"]));
    let key = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef";
    let context = PolicyContext {
        account: &account,
        system_tag: "MLSpace",
        iam_prefix: "MLSpace",
        data_bucket: "mlspace-data-111122223333",
        network: Some(ApprovedNetwork {
            subnet_ids: &subnets,
            security_group_ids: &groups,
        }),
        kms_key: Some(key),
        platform: PlatformAccess::default(),
    };
    let (project, user) = ("fraud".parse()?, "alice".parse()?);
    let role = "arn:aws:iam::111122223333:role/MLSpace-fraud-0fb265a4573777a0";
    let access = ProjectAccess::default();
    let member = MemberAccess::new(&project, &user, role, &access);
    let mut all = vec![
        policies::project_policy(&context, &project, &access, false)?,
        policies::project_policy(&context, &project, &access, true)?,
        policies::user_policy(&context, &user)?,
        policies::pass_role_policy(&context, &member)?,
        policies::notebook_base_policy(&context)?,
        policies::permissions_boundary(&context)?,
        policies::trust_policy(&context),
        policies::attribute_policy(&context)?,
        policies::attribute_role_policy(&context, &member)?,
        policies::suspension_policy(&context, [&project])?,
        policies::volume_key_policy(&context, &list(&["ml.g5.xlarge"]))?,
        policies::log_group_policy(&account, "/aws/sagemaker/")?,
        policies::endpoint_policy(&account, EndpointService::Interface)?,
        policies::endpoint_policy(
            &account,
            EndpointService::S3 {
                buckets: &list(&["mlspace-*"]),
            },
        )?,
    ];
    all.extend(policies::group_policies(
        &context,
        &"analysts".parse()?,
        &["cards".parse()?],
    )?);
    all.extend(policies::provider_policy(
        &context,
        &TerraformRoleAccess::default(),
    )?);
    let endpoints = list(&["vpce-1"]);
    // Guardrails for which these parameters are sufficient.
    let parameters = json!({
        "subnet_ids": subnets,
        "security_group_ids": groups,
        "kms_key_arns": [key],
        "tenant_tag": "tenant",
        "owner_tag": "owner",
        "protected_tags": ["tenant", "owner"],
        "partition": "aws",
        "account_id": "111122223333",
        "region": "eu-west-1",
        "api_vpce_ids": endpoints,
        "notebook_vpce_ids": endpoints,
        "corp_cidrs": ["192.0.2.0/24"],
        "local_nvme_types": ["ml.g5.*"],
        "max_runtime_seconds": 86400,
        "exec_role_arns": [role],
        "exempt_principal_arns": ["arn:aws:iam::111122223333:role/platform"],
        "bucket": "mlspace-data-111122223333",
        "data_key_arn": key,
        "s3_vpce_ids": endpoints,
        "kms_vpce_ids": endpoints,
    });
    for template in document_templates(Category::Guardrail) {
        let mut own = parameters.as_object().cloned().unwrap_or_default();
        own.retain(|name, _| template.has_parameter(name));
        all.extend(template.documents(&own.into()).into_iter().flatten());
    }
    Ok(all)
}
