//! Access reports of generated policies.

use super::*;
use crate::layout::{Account, role_name};
use crate::policies::isolation::TenantModel;
use crate::policies::{self, MemberAccess, PlatformAccess, ProjectAccess, Service};
use crate::tags;
use iam_policy::Statement;

const BUCKET: &str = "mlspace-data-123456789012";

fn context(account: &Account) -> PolicyContext<'_> {
    PolicyContext {
        account,
        system_tag: "MLSpace",
        iam_prefix: "MLSpace",
        data_bucket: BUCKET,
        network: None,
        kms_key: None,
        platform: PlatformAccess::default(),
    }
}

fn names() -> (ProjectName, UserName) {
    ("fraud".parse().unwrap(), "alice".parse().unwrap())
}

fn bare(context: &PolicyContext<'_>) -> IamRole {
    let (project, user) = names();
    let name = role_name("MLSpace", &project, &user).unwrap();
    IamRole::new(context.account.role_arn(&name))
        .tagged(tags::membership_role_tags("MLSpace", &project, &user))
}

/// The role of a membership whose user is in a group with one shared dataset.
fn member(context: &PolicyContext<'_>) -> IamRole {
    let (project, user) = names();
    let role = bare(context);
    let shared = ["shared".parse().unwrap()];
    let project_access = ProjectAccess::default();
    let own = policies::pass_role_policy(
        context,
        &MemberAccess {
            datasets: &shared,
            ..MemberAccess::new(&project, &user, role.role_arn(), &project_access)
        },
    )
    .unwrap();
    let group = policies::group_policies(context, &"analysts".parse().unwrap(), &shared).unwrap();
    group.into_iter().fold(
        role.policy(
            "project",
            policies::project_policy(context, &project, &ProjectAccess::default(), false).unwrap(),
        )
        .policy("user", policies::user_policy(context, &user).unwrap())
        .policy("own", own),
        |role, document| role.policy("group", document),
    )
}

fn access(role: &IamRole, context: &PolicyContext<'_>, ids: &[&str]) -> MembershipAccess {
    let (project, user) = names();
    let keys: Vec<DatasetKey> = ids.iter().map(|id| id.parse().unwrap()).collect();
    role.access(context, &project, &user, &keys, &KnownProofs::default())
        .unwrap()
}

/// `rwdl`, with a dot for each missing permission.
fn flags(data: &DataAccess) -> String {
    let all = [
        ('r', &data.read),
        ('w', &data.write),
        ('d', &data.delete),
        ('l', &data.list),
    ];
    all.map(|(flag, verdict)| if verdict.is_allowed() { flag } else { '.' })
        .iter()
        .collect()
}

#[test]
fn access_follows_generated_policies() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let boundary = policies::permissions_boundary(&context).unwrap();
    let expected = [
        ("project/fraud/cards", "rwdl"),
        ("project/fraudster/cards", "...."),
        ("private/alice/scratch", "rwdl"),
        ("private/alicex/scratch", "...."),
        ("group/shared", "rw.l"),
        ("group/unshared", "...."),
        ("global/days", "r..l"),
    ];
    let ids = expected.map(|(id, _)| id);
    for role in [member(&context), member(&context).boundary("b", boundary)] {
        let access = access(&role, &context, &ids);
        let found: Vec<_> = access
            .data
            .iter()
            .map(|data| (data.dataset.id(), flags(data)))
            .collect();
        assert_eq!(
            found,
            expected.map(|(id, rights)| (id.to_owned(), rights.to_owned()))
        );
        assert!(access.sagemaker.create_job.is_allowed());
        assert!(!access.sagemaker.create_untagged_job.is_allowed());
        assert!(!access.sagemaker.use_others.is_allowed());
        // Studio is off.
        assert!(!access.sagemaker.use_own_spaces.is_allowed());
        assert!(!access.sagemaker.use_others_spaces.is_allowed());
    }
}

#[test]
fn access_follows_attached_policies() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let open = Document::new([Statement::allow("Open").actions(["*"]).resources(["*"])]);
    let ids = ["project/churn/calls", "project/fraud/cards"];

    let foreign = bare(&context).policy("AdministratorAccess", open.clone());
    let all = access(&foreign, &context, &ids);
    assert_eq!(flags(&all.data[0]), "rwdl");
    assert!(
        all.sagemaker.create_untagged_job.is_allowed() && all.sagemaker.use_others.is_allowed()
    );
    assert!(all.sagemaker.use_others_spaces.is_allowed());

    let boundary = policies::permissions_boundary(&context).unwrap();
    let bounded = access(&foreign.boundary("bound", boundary), &context, &ids);
    assert_eq!(flags(&bounded.data[0]), "....");
    assert_eq!(flags(&bounded.data[1]), "rwdl");
    assert_eq!(
        bounded.data[0].read.reason(),
        Some("denied by `DenyOtherObjects` of `bound`")
    );
    // The boundary tells projects apart; users are told apart by the role's own policies.
    assert!(bounded.sagemaker.use_others.is_allowed());

    let untagged = IamRole {
        tags: Tags::new(),
        ..member(&context).boundary("b", policies::permissions_boundary(&context).unwrap())
    };
    assert_eq!(flags(&access(&untagged, &context, &ids).data[1]), "....");
}

#[test]
fn verdict_reason_names_statement_or_layer() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let ids = ["project/churn/calls", "group/unshared"];
    let found = access(&member(&context), &context, &ids);
    assert_eq!(
        found.data[0].write.reason(),
        Some("denied by `DenyOtherResources` of `own`")
    );
    assert_eq!(
        found.data[1].write.reason(),
        Some("denied by `DenyOtherResources` of `own`")
    );
    assert_eq!(found.sagemaker.create_job.reason(), None);

    let empty = access(
        &bare(&context).boundary("b", Document::new([])),
        &context,
        &ids,
    );
    assert_eq!(
        empty.data[0].read.reason(),
        Some("neither a policy nor the permissions boundary allows it")
    );
    let unnamed = Document::parse(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
    );
    let closed = member(&context).policy("closed", unnamed.unwrap());
    let closed = access(&closed, &context, &["project/fraud/cards"]);
    assert_eq!(
        closed.data[0].read.reason(),
        Some("denied by statement 1 of `closed`")
    );
}

#[test]
fn access_is_empty_when_suspended() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, _) = names();
    let suspended =
        policies::project_policy(&context, &project, &ProjectAccess::default(), true).unwrap();
    let role = member(&context).policy("suspended", suspended);
    let found = access(
        &role,
        &context,
        &["project/fraud/cards", "global/days", "private/alice/x"],
    );
    assert!(found.data.iter().all(|data| flags(data) == "...."));
    assert!(!found.sagemaker.create_job.is_allowed());
}

#[test]
fn access_tries_jobs_with_approved_network_and_key() {
    let account = Account::new("123456789012", "us-east-1");
    let (subnets, groups) = (["subnet-1".to_owned()], ["sg-1".to_owned()]);
    let context = PolicyContext {
        network: Some(policies::ApprovedNetwork {
            subnet_ids: &subnets,
            security_group_ids: &groups,
        }),
        kms_key: Some("01234567-89ab-cdef-0123-456789abcdef"),
        platform: PlatformAccess::default(),
        ..context(&account)
    };
    assert!(
        access(&member(&context), &context, &[])
            .sagemaker
            .create_job
            .is_allowed()
    );
    let elsewhere = PolicyContext {
        kms_key: Some("ffffffff-89ab-cdef-0123-456789abcdef"),
        ..context
    };
    let role = member(&context);
    let found = access(&role, &elsewhere, &[]).sagemaker.create_job;
    assert_eq!(
        found.reason(),
        Some("denied by `DenyOtherUntypedVolumeKey` of `user`")
    );
}

#[test]
fn excess_names_unexpected_permissions() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, user) = names();
    let wide = Document::new([Statement::allow("All").actions(["*"]).resources(["*"])]);
    let locations = [
        DataLocation::Project(project.clone()),
        DataLocation::Global,
        DataLocation::Private("bob".parse().unwrap()),
    ];
    let excess = |role: IamRole| {
        let rights = role
            .rights(
                &context,
                Some((project.as_str(), user.as_str())),
                &locations,
            )
            .unwrap();
        let expected = locations
            .iter()
            .map(|location| location.expected_access(project.as_str(), user.as_str()));
        rights
            .iter()
            .zip(expected)
            .map(|(rights, expected)| rights.excess(expected).join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(excess(member(&context)), ["", "", ""]);
    assert_eq!(
        excess(bare(&context).policy("wide", wide)),
        ["", "write delete", "read write delete list"]
    );
}

/// Whatever AWS makes of a policy variable without a value.
#[test]
fn access_holds_in_each_reading_of_variables() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let fence = Document::new([
        Statement::allow("All").actions(["s3:*"]).resources(["*"]),
        Statement::deny("OutsideTeam")
            .actions(["s3:*"])
            .not_resources([format!(
                "arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/team}}/*"
            )]),
    ]);
    let datasets = ["project/fraud/cards", "project/churn/calls"];
    let untagged = bare(&context).policy("fence", fence);
    let found = access(&untagged, &context, &datasets);
    assert_eq!(flags(&found.data[0]), "....");
    assert_eq!(flags(&found.data[1]), "rwdl");
    assert_eq!(found.is_isolated().word(), "refuted");

    let mut tags = untagged.tags().clone();
    tags.insert("team", "project/fraud");
    let found = access(&untagged.clone().tagged(tags), &context, &datasets);
    assert_eq!(flags(&found.data[0]), "rwd.");
    assert_eq!(flags(&found.data[1]), "....");
    assert_eq!(found.data[1].proof, Proof::Proved);

    let limit = Statement::allow("Limit")
        .actions(["*"])
        .not_resources([format!(
            "arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/team}}/*"
        )]);
    let missing = deviations(&ExternalPolicies {
        boundary: Some(("limit".to_owned(), Document::new([limit]))),
        ..ExternalPolicies::default()
    })
    .missing;
    assert!(
        missing
            .iter()
            .any(|deviation| deviation.action == "get own objects"),
        "{missing:?}"
    );
}

#[test]
fn spaces_are_the_members_own_where_studio_is_on() {
    let account = Account::new("123456789012", "us-east-1");
    let vpcs = ["vpc-1".to_owned()];
    let context = PolicyContext {
        platform: PlatformAccess {
            services: &[Service::Studio],
            source_vpc_ids: &vpcs,
            ..PlatformAccess::default()
        },
        ..context(&account)
    };
    let (project, user) = names();
    let on = ProjectAccess {
        services: [Service::Studio].into_iter().collect(),
        ..ProjectAccess::default()
    };
    let open = || Document::new([Statement::allow("Open").actions(["*"]).resources(["*"])]);
    for owner in [false, true] {
        let role = bare(&context);
        let member = MemberAccess {
            owner,
            ..MemberAccess::new(&project, &user, role.role_arn(), &on)
        };
        let own = policies::pass_role_policy(&context, &member).unwrap();
        let of_project = policies::project_policy(&context, &project, &on, false).unwrap();
        let role = role.policy("project", of_project).policy("own", own);
        for role in [role.clone(), role.clone().policy("wide", open())] {
            let found = access(&role, &context, &[]).sagemaker;
            assert_eq!(found.use_own_spaces.reason(), None);
            assert!(!found.use_others_spaces.is_allowed(), "owner {owner}");
        }
        // The policies of another project's membership.
        let tags = tags::membership_role_tags("MLSpace", &"churn".parse().unwrap(), &user);
        let moved = access(&role.tagged(tags), &context, &[]).sagemaker;
        assert!(!moved.use_others_spaces.is_allowed(), "owner {owner}");
    }
    let wide = bare(&context).policy("wide", open());
    let found = access(&wide, &context, &[]).sagemaker;
    assert!(found.use_others_spaces.is_allowed());
}

#[test]
fn nothing_denies_everything() {
    let (project, user) = names();
    let keys = ["global/days".parse().unwrap()];
    let found = MembershipAccess::nothing(&project, &user, "arn", &keys, "the role is missing");
    assert_eq!(flags(&found.data[0]), "....");
    assert_eq!(
        found.sagemaker.use_others.reason(),
        Some("the role is missing")
    );
}

#[test]
fn access_rejects_an_invalid_arn() {
    let account = Account::new("123456789012", "us-east-1");
    let (project, user) = names();
    let found = IamRole::new("fraud").access(
        &context(&account),
        &project,
        &user,
        &[],
        &KnownProofs::default(),
    );
    assert!(found.is_err());
}

fn base(label: &str, statements: impl IntoIterator<Item = Statement>) -> ExternalPolicies {
    ExternalPolicies {
        base: vec![(label.to_owned(), Document::new(statements))],
        boundary: None,
    }
}

fn deviations(external: &ExternalPolicies) -> Deviations {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, user) = names();
    member(&context)
        .deviations(&context, &project, &user, external)
        .unwrap()
}

#[test]
fn deviations_of_platform_policies_are_empty() {
    assert_eq!(
        deviations(&ExternalPolicies::default()),
        Deviations::default()
    );
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let platform = ExternalPolicies {
        base: vec![(
            "base".to_owned(),
            policies::notebook_base_policy(&context).unwrap(),
        )],
        boundary: Some((
            "boundary".to_owned(),
            policies::permissions_boundary(&context).unwrap(),
        )),
    };
    assert_eq!(deviations(&platform), Deviations::default());
}

#[test]
fn deviations_of_a_wide_policy_are_empty() {
    let found = deviations(&base(
        "wide",
        [Statement::allow("All").actions(["*"]).resources(["*"])],
    ));
    assert_eq!(found, Deviations::default());
}

#[test]
fn deviations_of_named_group_datasets_are_empty() {
    let on = |dataset: &str| {
        let objects = format!("arn:aws:s3:::{BUCKET}/group/datasets/{dataset}/*");
        let allow = Statement::allow("Named").actions(["s3:GetObject", "s3:DeleteObject"]);
        deviations(&base("base", [allow.resources([objects])]))
    };
    // The role's own policies deny what is not shared.
    for dataset in ["shared", "secret"] {
        assert_eq!(on(dataset), Deviations::default(), "{dataset}");
    }
}

#[test]
fn cross_tenant_is_empty_where_own_policies_deny() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let allow = |action: &str, resource: String| {
        base(
            "base",
            [Statement::allow("Wide")
                .actions([action])
                .resources([resource])],
        )
    };
    let groups = allow(
        "s3:AbortMultipartUpload",
        format!("arn:aws:s3:::{BUCKET}/group/datasets/*-eu/*"),
    );
    assert_eq!(deviations(&groups), Deviations::default());
    for model in [TenantModel::PerPrincipal, TenantModel::Attribute] {
        let of = |external: &ExternalPolicies| cross_tenant(&context, model, external).unwrap();
        // The role's own policies deny it.
        assert_eq!(of(&groups), CrossTenant::default());
        let elsewhere = allow("s3:GetObject", format!("arn:aws:s3:::{BUCKET}/global/*"));
        assert_eq!(of(&elsewhere), CrossTenant::default());
        let notebook = policies::notebook_base_policy(&context).unwrap();
        let platform = ExternalPolicies {
            base: vec![("base".to_owned(), notebook)],
            boundary: None,
        };
        assert_eq!(of(&platform), CrossTenant::default());
    }
}

#[test]
fn deviations_consider_the_boundary() {
    let wide = Statement::allow("All").actions(["*"]).resources(["*"]);
    let jobs = Statement::allow("Jobs")
        .actions(["sagemaker:*"])
        .resources(["*"]);
    let external = ExternalPolicies {
        boundary: Some(("narrow".to_owned(), Document::new([jobs]))),
        ..base("wide", [wide])
    };
    let found = deviations(&external);
    assert_eq!(found.excess, []);
    assert!(
        found
            .missing
            .iter()
            .any(|deviation| deviation.action == "get own objects"
                && deviation.reason.contains("boundary"))
    );
    assert!(
        !found
            .missing
            .iter()
            .any(|deviation| deviation.action.contains("job")),
        "{found:?}"
    );
    let denied = base(
        "strict",
        [Statement::deny("NoJobs")
            .actions(["sagemaker:Create*"])
            .resources(["*"])],
    );
    let found = deviations(&denied).missing;
    assert_eq!(
        found,
        [Deviation {
            action: "create a training job".to_owned(),
            reason: "denied by `NoJobs` of `strict`".to_owned(),
        }]
    );
}

#[test]
fn deviations_test_allowable_requests() {
    // Without the platform's own policies, a wide policy allows every request that the model denies.
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, user) = names();
    let wide = base(
        "wide",
        [Statement::allow("All").actions(["*"]).resources(["*"])],
    );
    let naked = bare(&context)
        .deviations(&context, &project, &user, &wide)
        .unwrap();
    assert!(naked.excess.len() > 40, "{}", naked.excess.len());
    assert_eq!(naked.missing, []);
}

#[test]
fn prover_finds_what_samples_miss() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, user) = names();
    let secret = "group/datasets/secret/";
    let rights = |role: &IamRole| {
        let key = "group/secret".parse().unwrap();
        role.access(&context, &project, &user, &[key], &KnownProofs::default())
            .unwrap()
    };
    // What AWS's own policy for SageMaker opens.
    let infix = Statement::allow("Infix")
        .actions(["s3:GetObject"])
        .resources(["arn:aws:s3:::*sagemaker*"]);
    let naked = bare(&context).policy("base", Document::new([infix.clone()]));
    let access = rights(&naked);
    assert!(!access.data[0].read.is_allowed());
    let Proof::Refuted(request) = &access.data[0].proof else {
        panic!("{:?}", access.data[0].proof)
    };
    assert!(
        request.contains(secret) && request.contains("sagemaker"),
        "{request}"
    );
    assert_eq!(access.is_isolated().word(), "refuted");
    let what: Vec<&str> = access
        .isolation
        .iter()
        .filter(|claim| claim.proof.reason().is_some())
        .map(|claim| claim.what)
        .collect();
    assert!(
        what.contains(&"reach objects of datasets of other groups"),
        "{what:?}"
    );

    // The platform's own policies deny it.
    let access = rights(&member(&context).policy("base", Document::new([infix])));
    assert_eq!(access.data[0].proof, Proof::Proved);
    assert_eq!(
        access.is_isolated(),
        Proof::Proved,
        "{:?}",
        access.isolation
    );
}

/// A proof that leaves out a dataset, since a statement names it, says nothing of a role that names
/// another one, even if both roles' policies are the same but for names.
#[test]
fn proofs_are_not_shared_between_roles_that_name_other_datasets() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let known = KnownProofs::default();
    let isolated_from_groups = |project: &str| {
        let (project, user) = (project.parse().unwrap(), "alice".parse().unwrap());
        let name = role_name("MLSpace", &project, &user).unwrap();
        let objects = |pattern: &str| format!("arn:aws:s3:::{BUCKET}/group/{pattern}/*");
        // Of all groups' objects, this leaves those of the dataset `fraud` open to both roles.
        let statements = [
            Statement::allow("Named")
                .actions(["s3:GetObject"])
                .resources([objects(&format!("datasets/{project}"))]),
            Statement::allow("Fraud")
                .actions(["s3:GetObject"])
                .resources([objects("datasets?fraud")]),
            Statement::deny("OnlyFraud")
                .actions(["s3:*"])
                .not_resources([objects("datasets?fraud")]),
            Statement::deny("OnlyDatasets")
                .actions(["s3:*"])
                .not_resources([objects("datasets/*")]),
            Statement::deny("NotLonger")
                .actions(["s3:*"])
                .resources([objects("datasets/?*fraud")]),
        ];
        let role = IamRole::new(account.role_arn(&name))
            .tagged(tags::membership_role_tags("MLSpace", &project, &user))
            .policy("base", Document::new(statements));
        let member = Some((project.as_str(), user.as_str()));
        let prover = role.prover(&context, member, &known).unwrap();
        let mut claims = prover.isolation().iter();
        let claim = claims.find(|claim| claim.what == "reach objects of datasets of other groups");
        claim.unwrap().proof.word()
    };
    assert_eq!(isolated_from_groups("fraud"), "proved");
    assert_eq!(isolated_from_groups("churn"), "refuted");
}
