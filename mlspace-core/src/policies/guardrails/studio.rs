//! Studio domains, spaces and applications, and notebook instances.

use super::actions::{
    DEFINITIONS, ENTER_STUDIO, JOBS, NOTEBOOKS, PROFILES, SCHEDULES, STUDIO, TRANSFORM,
};
use super::deny;
use crate::policies::catalog::DocumentError;
use crate::policies::catalog::arguments::Arguments;
use crate::policies::catalog::template::Statements;
use iam_policy::{Operator, Statement};

/// Denies instance types that are not listed. `ForAnyValue` is false for a request without types:
/// the default types of domains, profiles and spaces are checked where these are created.
pub(super) fn instance_types(arguments: &Arguments) -> Statements {
    let mut studio = arguments
        .non_empty_strings("studio_instance_types")?
        .to_vec();
    // The instance type of Jupyter servers and other system applications.
    studio.push("system".to_owned());
    let jobs = JOBS
        .into_iter()
        .chain(DEFINITIONS)
        .chain(SCHEDULES)
        .chain([TRANSFORM, "sagemaker:UpdateTrainingJob"]);
    let limited = |statement: Statement, types: &[String]| {
        statement.when(
            Operator::StringNotLike.for_any_value(),
            "sagemaker:InstanceTypes",
            types,
        )
    };
    Ok(vec![
        limited(deny("StudioInstanceTypes", STUDIO), &studio),
        limited(
            deny("JobInstanceTypes", jobs),
            arguments.non_empty_strings("job_instance_types")?,
        ),
        limited(
            deny("EndpointInstanceTypes", ["sagemaker:CreateEndpointConfig"]),
            arguments.non_empty_strings("endpoint_instance_types")?,
        ),
        limited(
            deny("NotebookInstanceTypes", NOTEBOOKS),
            arguments.non_empty_strings("notebook_instance_types")?,
        ),
        limited(
            deny(
                "ClusterInstanceTypes",
                ["sagemaker:CreateCluster", "sagemaker:UpdateCluster"],
            ),
            arguments.non_empty_strings("cluster_instance_types")?,
        ),
    ])
}

pub(super) fn domain_network(arguments: &Arguments) -> Statements {
    let (create, update) = ("sagemaker:CreateDomain", "sagemaker:UpdateDomain");
    let access = "sagemaker:AppNetworkAccessType";
    let (subnets, groups) = ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds");
    Ok(vec![
        // The default is public access, so the key is required.
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
            arguments.non_empty_strings("subnet_ids")?,
        ),
        deny("DomainInOtherSecurityGroups", PROFILES).when(
            Operator::StringNotEquals.for_any_value(),
            groups,
            arguments.non_empty_strings("security_group_ids")?,
        ),
    ])
}

/// The denial, applied to requests in which any of the ARNs is not approved.
fn unless_approved(statement: Statement, key: &str, arns: &[String]) -> Statement {
    statement.when(Operator::ArnNotLike.for_any_value(), key, arns)
}

pub(super) fn images(arguments: &Arguments) -> Statements {
    Ok(vec![
        unless_approved(
            deny("OtherImages", STUDIO),
            "sagemaker:ImageArns",
            arguments.non_empty_strings("image_arns")?,
        ),
        unless_approved(
            deny("OtherImageVersions", STUDIO),
            "sagemaker:ImageVersionArns",
            arguments.non_empty_strings("image_version_arns")?,
        ),
    ])
}

pub(super) fn lifecycle(arguments: &Arguments) -> Statements {
    Ok(vec![
        unless_approved(
            deny("OtherStudioLifecycleConfigs", STUDIO),
            "sagemaker:StudioLifecycleConfigArns",
            arguments.non_empty_strings("studio_lcc_arns")?,
        ),
        unless_approved(
            deny("OtherNotebookLifecycleConfigs", NOTEBOOKS),
            "sagemaker:NotebookInstanceLifecycleConfigArns",
            arguments.non_empty_strings("notebook_lcc_arns")?,
        ),
    ])
}

/// A request that does not come through an endpoint has no `aws:SourceVpce`. The negated comparison
/// then matches, so it is denied.
pub(super) fn endpoints(arguments: &Arguments) -> Statements {
    let api = arguments.non_empty_strings("api_vpce_ids")?;
    let all = [api, arguments.non_empty_strings("notebook_vpce_ids")?].concat();
    let through = |statement: Statement, ids: &[String]| {
        statement.when(Operator::StringNotEquals, "aws:SourceVpce", ids)
    };
    Ok(vec![
        through(deny("StudioAroundEndpoints", ENTER_STUDIO), api),
        through(
            deny(
                "NotebookAroundEndpoints",
                ["sagemaker:CreatePresignedNotebookInstanceUrl"],
            ),
            &all,
        ),
    ])
}

/// One statement has both conditions: it denies requests that come neither from the network nor
/// through an endpoint.
pub(super) fn addresses(arguments: &Arguments) -> Statements {
    let open = ENTER_STUDIO
        .into_iter()
        .chain(["sagemaker:CreatePresignedNotebookInstanceUrl"]);
    Ok(vec![
        deny("StudioFromElsewhere", open)
            .when(
                Operator::NotIpAddress,
                "aws:SourceIp",
                arguments.non_empty_strings("corp_cidrs")?,
            )
            .when(
                Operator::StringNotEquals,
                "aws:SourceVpce",
                arguments.non_empty_strings("api_vpce_ids")?,
            ),
    ])
}

/// A caller without the tag owns nothing, since a variable without a value equals nothing. Only
/// calls from within Studio have the names of domain and profile, so the second statement applies
/// to the roles with which Studio runs.
pub(super) fn own_space(arguments: &Arguments) -> Statements {
    let (tag, partition) = (
        arguments.string("owner_tag")?,
        arguments.string("partition")?,
    );
    let anywhere = |resource_type: &str| format!("arn:{partition}:sagemaker:*:*:{resource_type}/*");
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

/// The domain's key is required. The key of shared notebooks is compared only if it is present,
/// since domains without sharing have none. Its condition key has two names, so there are two
/// statements.
pub(super) fn domain_keys(arguments: &Arguments) -> Statements {
    let shared = "sagemaker:DomainSharingOutputKmsKey";
    let present = |sid: &str, key: &str| -> Result<Statement, DocumentError> {
        let named = deny(sid, PROFILES).when(Operator::Null, key, ["false"]);
        super::jobs::unless_approved_key(named, shared, arguments)
    };
    Ok(vec![
        super::jobs::unless_approved_key(
            deny("DomainWithOtherKey", ["sagemaker:CreateDomain"]),
            "sagemaker:VolumeKmsKey",
            arguments,
        )?,
        present("SharingWithOtherKey", shared)?,
        present("SharingWithOtherKeyArn", &format!("{shared}Arn"))?,
    ])
}

/// The defaults are unsafe, so create calls must have the keys. Internet access cannot be changed
/// later.
pub(super) fn notebooks(_: &Arguments) -> Statements {
    let [create, update] = NOTEBOOKS;
    let (root_access, metadata) = (
        "sagemaker:RootAccess",
        "sagemaker:MinimumInstanceMetadataServiceVersion",
    );
    Ok(vec![
        deny("NotebookWithInternet", [create]).when(
            Operator::StringNotEquals,
            "sagemaker:DirectInternetAccess",
            ["Disabled"],
        ),
        deny("NotebookWithRoot", [create]).when(
            Operator::StringNotEquals,
            root_access,
            ["Disabled"],
        ),
        deny("NotebookGetsRoot", [update]).when(Operator::StringEquals, root_access, ["Enabled"]),
        deny("NotebookWithOldMetadata", [create]).when(Operator::StringNotEquals, metadata, ["2"]),
        deny("NotebookGetsOldMetadata", [update]).when(Operator::StringEquals, metadata, ["1"]),
    ])
}
