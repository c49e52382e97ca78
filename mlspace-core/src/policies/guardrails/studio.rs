//! Studio domains, spaces and applications, and notebook instances.

use super::actions::{DEFINITIONS, JOBS, NOTEBOOKS, PROFILES, SCHEDULES, STUDIO, TRANSFORM};
use super::deny;
use super::parameters::{GuardrailError, Reader};
use iam_policy::{Operator, Statement};

type Statements = Result<Vec<Statement>, GuardrailError>;

/// Denies any instance type that is not listed. `ForAnyValue` is false of a request that names none: what domains, profiles and spaces use by
/// default has to be allowed where they are made.
pub(super) fn instance_types(parameters: &Reader<'_>) -> Statements {
    let mut studio = parameters.list("studio_instance_types")?;
    // What Jupyter servers and the like run on.
    studio.push("system".to_owned());
    let jobs = JOBS
        .into_iter()
        .chain(DEFINITIONS)
        .chain(SCHEDULES)
        .chain([TRANSFORM, "sagemaker:UpdateTrainingJob"]);
    let limited = |statement: Statement, types: Vec<String>| {
        statement.when(
            Operator::StringNotLike.for_any_value(),
            "sagemaker:InstanceTypes",
            types,
        )
    };
    Ok(vec![
        limited(deny("StudioInstanceTypes", STUDIO), studio),
        limited(
            deny("JobInstanceTypes", jobs),
            parameters.list("job_instance_types")?,
        ),
        limited(
            deny("EndpointInstanceTypes", ["sagemaker:CreateEndpointConfig"]),
            parameters.list("endpoint_instance_types")?,
        ),
        limited(
            deny("NotebookInstanceTypes", NOTEBOOKS),
            parameters.list("notebook_instance_types")?,
        ),
        limited(
            deny(
                "ClusterInstanceTypes",
                ["sagemaker:CreateCluster", "sagemaker:UpdateCluster"],
            ),
            parameters.list("cluster_instance_types")?,
        ),
    ])
}

pub(super) fn domain_network(parameters: &Reader<'_>) -> Statements {
    let (create, update) = ("sagemaker:CreateDomain", "sagemaker:UpdateDomain");
    let access = "sagemaker:AppNetworkAccessType";
    let (subnets, groups) = ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds");
    Ok(vec![
        // Left out, it means public access.
        deny("DomainInVpcOnly", [create]).when(Operator::StringNotEquals, access, ["VpcOnly"]),
        deny("DomainStaysInVpc", [update]).when(
            Operator::StringEquals,
            access,
            ["PublicInternetOnly"],
        ),
        deny("DomainWithoutSubnets", [create]).when(Operator::Null, subnets, ["true"]),
        deny("DomainWithoutSecurityGroups", [create]).when(Operator::Null, groups, ["true"]),
        deny("DomainInOtherSubnets", [create, update]).when(
            Operator::StringNotEquals.for_any_value(),
            subnets,
            parameters.list("subnet_ids")?,
        ),
        deny("DomainInOtherSecurityGroups", PROFILES).when(
            Operator::StringNotEquals.for_any_value(),
            groups,
            parameters.list("security_group_ids")?,
        ),
    ])
}

fn none_but(statement: Statement, key: &str, arns: Vec<String>) -> Statement {
    statement.when(Operator::ArnNotLike.for_any_value(), key, arns)
}

pub(super) fn images(parameters: &Reader<'_>) -> Statements {
    Ok(vec![
        none_but(
            deny("OtherImages", STUDIO),
            "sagemaker:ImageArns",
            parameters.list("image_arns")?,
        ),
        none_but(
            deny("OtherImageVersions", STUDIO),
            "sagemaker:ImageVersionArns",
            parameters.list("image_version_arns")?,
        ),
    ])
}

pub(super) fn lifecycle(parameters: &Reader<'_>) -> Statements {
    Ok(vec![
        none_but(
            deny("OtherStudioLifecycleConfigs", STUDIO),
            "sagemaker:StudioLifecycleConfigArns",
            parameters.list("studio_lcc_arns")?,
        ),
        none_but(
            deny("OtherNotebookLifecycleConfigs", NOTEBOOKS),
            "sagemaker:NotebookInstanceLifecycleConfigArns",
            parameters.list("notebook_lcc_arns")?,
        ),
    ])
}

/// A request from elsewhere has no endpoint, and the negated comparison holds: it is denied.
pub(super) fn endpoints(parameters: &Reader<'_>) -> Statements {
    let api = parameters.list("api_vpce_ids")?;
    let all = [api.clone(), parameters.list("notebook_vpce_ids")?].concat();
    let through = |statement: Statement, ids: Vec<String>| {
        statement.when(Operator::StringNotEquals, "aws:SourceVpce", ids)
    };
    Ok(vec![
        through(
            deny(
                "StudioAroundEndpoints",
                ["sagemaker:CreatePresignedDomainUrl"],
            ),
            api,
        ),
        through(
            deny(
                "NotebookAroundEndpoints",
                ["sagemaker:CreatePresignedNotebookInstanceUrl"],
            ),
            all,
        ),
    ])
}

/// Here both conditions belong into one statement: it denies what comes neither from the network nor through an endpoint.
pub(super) fn addresses(parameters: &Reader<'_>) -> Statements {
    let open = [
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
    ];
    Ok(vec![
        deny("StudioFromElsewhere", open)
            .when(
                Operator::NotIpAddress,
                "aws:SourceIp",
                parameters.list("corp_cidrs")?,
            )
            .when(
                Operator::StringNotEquals,
                "aws:SourceVpce",
                parameters.list("api_vpce_ids")?,
            ),
    ])
}

/// A caller without the tag owns nothing: a variable without a value equals nothing. The names of domain and profile are known only in calls
/// from within Studio, so the second statement is for the roles that Studio runs with.
pub(super) fn own_space(parameters: &Reader<'_>) -> Statements {
    let (tag, partition) = (parameters.one("owner_tag")?, parameters.one("partition")?);
    let anywhere = |kind: &str| format!("arn:{partition}:sagemaker:*:*:{kind}/*");
    let not_own = |statement: Statement| {
        statement.when(
            Operator::StringNotEquals,
            format!("sagemaker:ResourceTag/{tag}"),
            [format!("${{aws:PrincipalTag/{tag}}}")],
        )
    };
    let spaces = [
        "sagemaker:CreateApp",
        "sagemaker:CreateSpace",
        "sagemaker:DeleteApp",
        "sagemaker:DeleteSpace",
        "sagemaker:UpdateSpace",
    ];
    let own_profile = "${sagemaker:DomainId}/${sagemaker:UserProfileName}";
    Ok(vec![
        not_own(
            Statement::deny("ProfileOfOther")
                .actions(["sagemaker:CreatePresignedDomainUrl"])
                .resources([anywhere("user-profile")]),
        ),
        deny("PrivateSpaceOfOther", spaces)
            .when(
                Operator::StringEquals,
                "sagemaker:SpaceSharingType",
                ["Private"],
            )
            .when(
                Operator::ArnNotLike,
                "sagemaker:OwnerUserProfileArn",
                [format!(
                    "arn:{partition}:sagemaker:*:*:user-profile/{own_profile}"
                )],
            ),
        not_own(
            Statement::deny("SessionInSpaceOfOther")
                .actions(["sagemaker:StartSession"])
                .resources([anywhere("space")]),
        ),
    ])
}

/// The domain's key is required; that of shared notebooks only has to be the approved one where there is one: not sharing needs none. It has
/// two names, and whichever is there is looked at, so there are two statements.
pub(super) fn domain_keys(parameters: &Reader<'_>) -> Statements {
    let shared = "sagemaker:DomainSharingOutputKmsKey";
    let present = |sid: &str, key: &str| -> Result<Statement, GuardrailError> {
        let named = deny(sid, PROFILES).when(Operator::Null, key, ["false"]);
        super::jobs::other_key(named, shared, parameters)
    };
    Ok(vec![
        super::jobs::other_key(
            deny("DomainWithOtherKey", ["sagemaker:CreateDomain"]),
            "sagemaker:VolumeKmsKey",
            parameters,
        )?,
        present("SharingWithOtherKey", shared)?,
        present("SharingWithOtherKeyArn", &format!("{shared}Arn"))?,
    ])
}

/// The defaults are unsafe, so that creating must say otherwise. Internet access cannot be changed later.
pub(super) fn notebooks(_: &Reader<'_>) -> Statements {
    let [create, update] = NOTEBOOKS;
    let (root, metadata) = (
        "sagemaker:RootAccess",
        "sagemaker:MinimumInstanceMetadataServiceVersion",
    );
    Ok(vec![
        deny("NotebookWithInternet", [create]).when(
            Operator::StringNotEquals,
            "sagemaker:DirectInternetAccess",
            ["Disabled"],
        ),
        deny("NotebookWithRoot", [create]).when(Operator::StringNotEquals, root, ["Disabled"]),
        deny("NotebookGetsRoot", [update]).when(Operator::StringEquals, root, ["Enabled"]),
        deny("NotebookWithOldMetadata", [create]).when(Operator::StringNotEquals, metadata, ["2"]),
        deny("NotebookGetsOldMetadata", [update]).when(Operator::StringEquals, metadata, ["1"]),
    ])
}
