//! Guardrails that deny.

use super::*;

const BAD_KEY: &str = "arn:aws:kms:eu-west-1:999900001111:key/x";

type Context = &'static [(&'static str, &'static [&'static str])];

/// Guardrail, description of the request, action, condition keys, and whether the request is
/// denied.
type Vector = (&'static str, &'static str, &'static str, Context, bool);

const TYPES: &str = "sagemaker:InstanceTypes";
const SUBNETS: &str = "sagemaker:VpcSubnets";
const GROUPS: &str = "sagemaker:VpcSecurityGroupIds";
const ACCESS: &str = "sagemaker:AppNetworkAccessType";
const VOLUME: &str = "sagemaker:VolumeKmsKeyArn";
const OUTPUT: &str = "sagemaker:OutputKmsKeyArn";
const OFFLINE: &str = "sagemaker:FeatureGroupOfflineStoreS3Uri";

#[rustfmt::skip]
const VECTORS: &[Vector] = &[
    ("G01", "a large application", "CreateApp", &[(TYPES, &["ml.p4d.24xlarge"])], true),
    ("G01", "a small application", "CreateApp", &[(TYPES, &["ml.t3.medium"])], false),
    ("G01", "a Jupyter server", "CreateApp", &[(TYPES, &["system"])], false),
    ("G01", "an application of the default type", "CreateApp", &[], false),
    ("G01", "a large space", "UpdateSpace", &[(TYPES, &["ml.p4d.24xlarge"])], true),
    ("G01", "one large type among tuning's", "CreateHyperParameterTuningJob", &[(TYPES, &["ml.m5.xlarge", "ml.p4d.24xlarge"])], true),
    ("G01", "a type of the pattern", "CreateTrainingJob", &[(TYPES, &["ml.g5.12xlarge"])], false),
    ("G01", "an endpoint", "CreateEndpointConfig", &[(TYPES, &["ml.c5.large"])], false),
    ("G01", "a job's type for a notebook", "CreateNotebookInstance", &[(TYPES, &["ml.m5.xlarge"])], true),
    ("G02", "a public domain with subnets", "CreateDomain", &[(ACCESS, &["PublicInternetOnly"]), (SUBNETS, &["subnet-a"]), (GROUPS, &["sg-1"])], true),
    ("G02", "a domain without an access type", "CreateDomain", &[(SUBNETS, &["subnet-a"]), (GROUPS, &["sg-1"])], true),
    ("G02", "a domain in the VPC", "CreateDomain", &[(ACCESS, &["VpcOnly"]), (SUBNETS, &["subnet-a"]), (GROUPS, &["sg-1"])], false),
    ("G02", "a domain in other subnets", "CreateDomain", &[(ACCESS, &["VpcOnly"]), (SUBNETS, &["subnet-a", "subnet-x"]), (GROUPS, &["sg-1"])], true),
    ("G02", "a domain without subnets", "CreateDomain", &[(ACCESS, &["VpcOnly"]), (GROUPS, &["sg-1"])], true),
    ("G02", "a domain without groups", "CreateDomain", &[(ACCESS, &["VpcOnly"]), (SUBNETS, &["subnet-a"])], true),
    ("G02", "an update of something else", "UpdateDomain", &[], false),
    ("G02", "an update to public", "UpdateDomain", &[(ACCESS, &["PublicInternetOnly"])], true),
    ("G02", "a profile in another group", "CreateUserProfile", &[(GROUPS, &["sg-x"])], true),
    ("G02", "a profile without groups", "CreateUserProfile", &[], false),
    ("G03", "another's image", "CreateApp", &[("sagemaker:ImageArns", &["arn:aws:sagemaker:eu-west-1:222200002222:image/x"])], true),
    ("G03", "an approved image", "CreateApp", &[("sagemaker:ImageArns", &["arn:aws:sagemaker:eu-west-1:111122223333:image/approved-a"])], false),
    ("G03", "no image", "CreateApp", &[], false),
    ("G03", "a profile's other image", "UpdateUserProfile", &[("sagemaker:ImageArns", &["arn:aws:sagemaker:eu-west-1:222200002222:image/x"])], true),
    ("G03", "another version", "CreateApp", &[("sagemaker:ImageVersionArns", &["arn:aws:sagemaker:eu-west-1:111122223333:image-version/mine/1"])], true),
    ("G04", "an own script", "CreateApp", &[("sagemaker:StudioLifecycleConfigArns", &["arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/mine"])], true),
    ("G04", "an approved script", "CreateApp", &[("sagemaker:StudioLifecycleConfigArns", &["arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/approved-idle"])], false),
    ("G04", "a notebook's own script", "UpdateNotebookInstance", &[("sagemaker:NotebookInstanceLifecycleConfigArns", &["arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance-lifecycle-config/mine"])], true),
    ("G05", "from the internet", "CreatePresignedDomainUrl", &[("aws:SourceIp", &["198.51.100.7"])], true),
    ("G05", "through the endpoint", "CreatePresignedDomainUrl", &[("aws:SourceVpce", &["vpce-api"])], false),
    ("G05", "through another endpoint", "CreatePresignedDomainUrl", &[("aws:SourceVpce", &["vpce-x"])], true),
    ("G05", "a notebook through its endpoint", "CreatePresignedNotebookInstanceUrl", &[("aws:SourceVpce", &["vpce-nb"])], false),
    ("G06", "from the company", "CreatePresignedDomainUrl", &[("aws:SourceIp", &["203.0.113.9"])], false),
    ("G06", "from elsewhere", "CreatePresignedDomainUrl", &[("aws:SourceIp", &["198.51.100.7"])], true),
    ("G06", "through the endpoint", "CreatePresignedDomainUrl", &[("aws:SourceVpce", &["vpce-api"])], false),
    ("G07", "own profile", "CreatePresignedDomainUrl", &[("sagemaker:ResourceTag/owner", &["ann"]), ("aws:PrincipalTag/owner", &["ann"])], false),
    ("G07", "another's profile", "CreatePresignedDomainUrl", &[("sagemaker:ResourceTag/owner", &["bob"]), ("aws:PrincipalTag/owner", &["ann"])], true),
    ("G07", "a profile without an owner", "CreatePresignedDomainUrl", &[("aws:PrincipalTag/owner", &["ann"])], true),
    ("G07", "a caller without the tag", "CreatePresignedDomainUrl", &[("sagemaker:ResourceTag/owner", &["bob"])], true),
    ("G07", "own space", "CreateApp", &[("sagemaker:SpaceSharingType", &["Private"]), ("sagemaker:OwnerUserProfileArn", &["arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d-1/ann"]), ("sagemaker:DomainId", &["d-1"]), ("sagemaker:UserProfileName", &["ann"])], false),
    ("G07", "another's space", "CreateApp", &[("sagemaker:SpaceSharingType", &["Private"]), ("sagemaker:OwnerUserProfileArn", &["arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d-1/bob"]), ("sagemaker:DomainId", &["d-1"]), ("sagemaker:UserProfileName", &["ann"])], true),
    ("G07", "a shared space", "CreateApp", &[("sagemaker:SpaceSharingType", &["Shared"]), ("sagemaker:DomainId", &["d-1"]), ("sagemaker:UserProfileName", &["ann"])], false),
    ("G08", "no tags", "CreateTrainingJob", &[("aws:PrincipalTag/tenant", &["a"])], true),
    ("G08", "another's tenant", "CreateTrainingJob", &[("aws:PrincipalTag/tenant", &["a"]), ("aws:RequestTag/tenant", &["b"]), ("aws:RequestTag/cost-center", &["1"])], true),
    ("G08", "both tags", "CreateTrainingJob", &[("aws:PrincipalTag/tenant", &["a"]), ("aws:RequestTag/tenant", &["a"]), ("aws:RequestTag/cost-center", &["1"])], false),
    ("G08", "no cost centre", "CreateTrainingJob", &[("aws:PrincipalTag/tenant", &["a"]), ("aws:RequestTag/tenant", &["a"])], true),
    ("G08", "what takes no tags", "CreatePresignedDomainUrl", &[("aws:PrincipalTag/tenant", &["a"])], false),
    ("G09", "changing one's profile", "AddTags", &[("aws:TagKeys", &["owner"])], true),
    ("G09", "tags of what is made", "AddTags", &[("aws:TagKeys", &["tenant"]), ("sagemaker:TaggingAction", &["CreateTrainingJob"])], false),
    ("G09", "another tag", "AddTags", &[("aws:TagKeys", &["colour"])], false),
    ("G09", "removing", "DeleteTags", &[("aws:TagKeys", &["colour", "tenant"])], true),
    ("G09", "a role's tags", "iam:TagRole", &[("aws:TagKeys", &["tenant"])], true),
    ("G10", "no network", "CreateTrainingJob", &[(TYPES, &["ml.m5.xlarge"])], true),
    ("G10", "the network", "CreateTrainingJob", &[(SUBNETS, &["subnet-a"]), (GROUPS, &["sg-1"])], false),
    ("G10", "another subnet", "CreateTrainingJob", &[(SUBNETS, &["subnet-a", "subnet-x"]), (GROUPS, &["sg-1"])], true),
    ("G10", "subnets only", "CreateNotebookInstance", &[(SUBNETS, &["subnet-a"])], true),
    ("G10", "groups only", "CreateModel", &[(GROUPS, &["sg-1"])], true),
    ("G10", "transform, which has none", "CreateTransformJob", &[(TYPES, &["ml.m5.xlarge"])], false),
    ("G10", "compilation, which has none", "CreateCompilationJob", &[], false),
    ("G10", "a schedule by definition", "CreateMonitoringSchedule", &[], false),
    ("G10", "a schedule of its own", "CreateMonitoringSchedule", &[(TYPES, &["ml.m5.xlarge"])], true),
    ("G10", "an endpoint of models", "CreateEndpointConfig", &[(TYPES, &["ml.m5.large"])], false),
    ("G11", "no key", "CreateTrainingJob", &[(TYPES, &["ml.m5.xlarge"])], true),
    ("G11", "keys by their old names", "CreateTrainingJob", &[(TYPES, &["ml.m5.xlarge"]), ("sagemaker:VolumeKmsKey", &[KEY]), ("sagemaker:OutputKmsKey", &[KEY])], false),
    ("G11", "keys by their new names", "CreateTrainingJob", &[(TYPES, &["ml.m5.xlarge"]), (VOLUME, &[KEY]), (OUTPUT, &[KEY])], false),
    ("G11", "another key", "CreateTrainingJob", &[(TYPES, &["ml.m5.xlarge"]), (VOLUME, &[BAD_KEY]), (OUTPUT, &[KEY])], true),
    ("G11", "no key for the output", "CreateTrainingJob", &[(TYPES, &["ml.m5.xlarge"]), (VOLUME, &[KEY])], true),
    ("G11", "local disks", "CreateTrainingJob", &[(TYPES, &["ml.g5.xlarge"]), (OUTPUT, &[KEY])], false),
    ("G11", "local disks and other types", "CreateHyperParameterTuningJob", &[(TYPES, &["ml.g5.xlarge", "ml.m5.xlarge"]), (OUTPUT, &[KEY])], true),
    ("G11", "no type at all", "CreateTrainingJob", &[(OUTPUT, &[KEY])], true),
    ("G11", "a serverless endpoint", "CreateEndpointConfig", &[], false),
    ("G11", "an endpoint without key", "CreateEndpointConfig", &[(TYPES, &["ml.m5.large"])], true),
    ("G11", "a schedule by definition", "CreateMonitoringSchedule", &[], false),
    ("G11", "a schedule with a volume's key only", "CreateMonitoringSchedule", &[(TYPES, &["ml.m5.xlarge"]), (VOLUME, &[KEY])], true),
    ("G12", "left out", "CreateTrainingJob", &[("sagemaker:NetworkIsolation", &["true"])], true),
    ("G12", "both on", "CreateTrainingJob", &[("sagemaker:NetworkIsolation", &["true"]), ("sagemaker:InterContainerTrafficEncryption", &["true"])], false),
    ("G12", "off", "CreateProcessingJob", &[("sagemaker:InterContainerTrafficEncryption", &["false"])], true),
    ("G12", "a model that is not isolated", "CreateModel", &[], true),
    ("G12", "transform, which has neither", "CreateTransformJob", &[], false),
    ("G13", "no key", "CreateDomain", &[], true),
    ("G13", "the key", "CreateDomain", &[(VOLUME, &[KEY])], false),
    ("G13", "no sharing", "UpdateDomain", &[], false),
    ("G13", "sharing with another key", "UpdateDomain", &[("sagemaker:DomainSharingOutputKmsKeyArn", &[BAD_KEY])], true),
    ("G13", "the same by its old name", "UpdateDomain", &[("sagemaker:DomainSharingOutputKmsKey", &[BAD_KEY])], true),
    ("G13", "sharing with the key", "UpdateDomain", &[("sagemaker:DomainSharingOutputKmsKey", &[KEY])], false),
    ("G14", "defaults", "CreateNotebookInstance", &[], true),
    ("G14", "hardened", "CreateNotebookInstance", &[("sagemaker:DirectInternetAccess", &["Disabled"]), ("sagemaker:RootAccess", &["Disabled"]), ("sagemaker:MinimumInstanceMetadataServiceVersion", &["2"])], false),
    ("G14", "all but metadata", "CreateNotebookInstance", &[("sagemaker:DirectInternetAccess", &["Disabled"]), ("sagemaker:RootAccess", &["Disabled"])], true),
    ("G14", "root again", "UpdateNotebookInstance", &[("sagemaker:RootAccess", &["Enabled"])], true),
    ("G14", "another size", "UpdateNotebookInstance", &[(TYPES, &["ml.t3.large"])], false),
    ("G16", "no key", "CreateFeatureGroup", &[(OFFLINE, &["s3://acme-fs/x"])], true),
    ("G16", "another bucket", "CreateFeatureGroup", &[(OFFLINE, &["s3://evil/x"]), ("sagemaker:FeatureGroupOfflineStoreKmsKeyArn", &[KEY])], true),
    ("G16", "key and place", "CreateFeatureGroup", &[(OFFLINE, &["s3://acme-fs/x"]), ("sagemaker:FeatureGroupOfflineStoreKmsKeyArn", &[KEY])], false),
    ("G16", "online without key", "CreateFeatureGroup", &[("sagemaker:FeatureGroupEnableOnlineStore", &["true"])], true),
    ("G17", "compilation", "CreateCompilationJob", &[], true),
    ("G17", "training", "CreateTrainingJob", &[], false),
    ("G18", "an image configuration", "CreateAppImageConfig", &[], true),
    ("G18", "an application", "CreateApp", &[], false),
    ("G19", "two days", "CreateTrainingJob", &[("sagemaker:MaxRuntimeInSeconds", &["172800"])], true),
    ("G19", "an hour", "CreateTrainingJob", &[("sagemaker:MaxRuntimeInSeconds", &["3600"])], false),
    ("G19", "remote debugging", "UpdateTrainingJob", &[("sagemaker:EnableRemoteDebug", &["true"])], true),
    ("G20", "approving", "UpdateModelPackage", &[("sagemaker:ModelApprovalStatus", &["Approved"])], true),
    ("G20", "registering", "CreateModelPackage", &[("sagemaker:ModelApprovalStatus", &["PendingManualApproval"])], false),
    ("G27", "taking off the boundary", "iam:DeleteRolePermissionsBoundary", &[], true),
    ("G27", "a role without boundary", "iam:CreateRole", &[], true),
    ("G27", "a role with the boundary", "iam:CreateRole", &[("iam:PermissionsBoundary", &["arn:aws:iam::111122223333:policy/ml-boundary"])], false),
];

fn outcome(vector: &Vector, caller: &str, parameters: &Value) -> Outcome {
    let (id, _, action, context, _) = vector;
    let action = if action.contains(':') {
        (*action).to_owned()
    } else {
        format!("sagemaker:{action}")
    };
    let resource = match action.as_str() {
        "sagemaker:CreatePresignedDomainUrl" => {
            "arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d-1/ann"
        }
        action if action.starts_with("iam:") => "arn:aws:iam::111122223333:role/x",
        _ => "*",
    };
    let everything = crate::policies::tests::allow_all("*");
    let document = guardrail_for(id, parameters).unwrap();
    let request = context.iter().fold(
        Request::new(role(caller), action, resource),
        |request, (key, values)| request.context(*key, values.to_vec()),
    );
    let level = [("everything", &everything), ("guardrail", &document)];
    PolicySet::new()
        .identity("everything", &everything)
        .service_control(level)
        .decide(&request)
        .outcome
}

#[test]
fn guardrails_deny_the_right_requests() {
    for vector in VECTORS {
        let (id, what, _, _, denied) = vector;
        let expected = if *denied {
            Outcome::ExplicitDeny
        } else {
            Outcome::Allowed
        };
        assert_eq!(
            outcome(vector, EXEC, &parameters()),
            expected,
            "{id}: {what}"
        );
    }
}

#[test]
fn every_denying_guardrail_has_both_outcomes() {
    for guardrail in GUARDRAILS
        .iter()
        .filter(|guardrail| matches!(guardrail.builder, Builder::Denials(_)))
    {
        for denied in [true, false] {
            let tried = VECTORS
                .iter()
                .any(|vector| vector.0 == guardrail.id && vector.4 == denied);
            assert!(tried, "{} {denied}", guardrail.id);
        }
    }
}

#[test]
fn exempt_principals_are_not_denied() {
    for vector in VECTORS {
        assert_eq!(
            outcome(vector, PLATFORM, &parameters()),
            Outcome::Allowed,
            "{}: {}",
            vector.0,
            vector.1
        );
        // Without the parameter, no principal is exempt.
        let strict = outcome(
            vector,
            PLATFORM,
            &parameters_without("exempt_principal_arns"),
        );
        assert_eq!(
            strict == Outcome::ExplicitDeny,
            vector.4,
            "{}: {}",
            vector.0,
            vector.1
        );
    }
}

#[test]
fn optional_parameters_change_statements() {
    let lax = parameters_with(json!({"network_isolation": false, "require_model_vpc": false}));
    let model = (
        "G12",
        "a model that is not isolated",
        "CreateModel",
        &[][..],
        false,
    );
    assert_eq!(outcome(&model, EXEC, &lax), Outcome::Allowed);
    let model = (
        "G10",
        "a model without network",
        "CreateModel",
        &[][..],
        false,
    );
    assert_eq!(outcome(&model, EXEC, &lax), Outcome::Allowed);
    let other: Context = &[(SUBNETS, &["subnet-x"])];
    let model = (
        "G10",
        "a model in another network",
        "CreateModel",
        other,
        true,
    );
    assert_eq!(outcome(&model, EXEC, &lax), Outcome::ExplicitDeny);
    let no_local = parameters_with(json!({"local_nvme_types": []}));
    let local: Context = &[(TYPES, &["ml.g5.xlarge"]), (OUTPUT, &[KEY])];
    let job = (
        "G11",
        "local disks, none exempt",
        "CreateTrainingJob",
        local,
        true,
    );
    assert_eq!(outcome(&job, EXEC, &no_local), Outcome::ExplicitDeny);
}
