//! The matrix from documents alone.

use super::*;
use crate::layout::{Account, role_name};
use crate::policies;
use crate::tags;
use iam_policy::Statement;

const BUCKET: &str = "mlspace-data-123456789012";

fn context(account: &Account) -> GrantContext<'_> {
    GrantContext {
        account,
        system_tag: "MLSpace",
        iam_prefix: "MLSpace",
        data_bucket: BUCKET,
        network: None,
        kms_key: None,
    }
}

fn names() -> (ProjectName, UserName) {
    ("fraud".parse().unwrap(), "alice".parse().unwrap())
}

fn bare(context: &GrantContext<'_>) -> Attached {
    let (project, user) = names();
    let name = role_name("MLSpace", &project, &user).unwrap();
    Attached::new(context.account.role_arn(&name))
        .tagged(tags::membership_role_tags("MLSpace", &project, &user))
}

/// A role as memberships make it, in a group that one dataset is shared with.
fn member(context: &GrantContext<'_>) -> Attached {
    let (project, user) = names();
    let role = bare(context);
    let own = policies::pass_role_policy(context, role.role_arn()).unwrap();
    let shared = ["shared".parse().unwrap()];
    let group = policies::group_policies(context, &"analysts".parse().unwrap(), &shared).unwrap();
    group.into_iter().fold(
        role.policy(
            "project",
            policies::project_policy(context, &project, false).unwrap(),
        )
        .policy("user", policies::user_policy(context, &user).unwrap())
        .policy("own", own),
        |role, document| role.policy("group", document),
    )
}

fn access(role: &Attached, context: &GrantContext<'_>, ids: &[&str]) -> MembershipAccess {
    let (project, user) = names();
    let keys: Vec<DatasetKey> = ids.iter().map(|id| id.parse().unwrap()).collect();
    role.access(context, &project, &user, &keys).unwrap()
}

/// `rwdl`, with a dot for each right that is missing.
fn letters(data: &DataAccess) -> String {
    let all = [
        ('r', &data.read),
        ('w', &data.write),
        ('d', &data.delete),
        ('l', &data.list),
    ];
    all.map(|(letter, verdict)| if verdict.is_allowed() { letter } else { '.' })
        .iter()
        .collect()
}

#[test]
fn each_dataset_is_open_as_far_as_the_policies_say() {
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
            .map(|data| (data.dataset.id(), letters(data)))
            .collect();
        assert_eq!(
            found,
            expected.map(|(id, rights)| (id.to_owned(), rights.to_owned()))
        );
        assert!(access.work.create_job.is_allowed());
        assert!(!access.work.create_untagged_job.is_allowed());
        assert!(!access.work.use_others.is_allowed());
    }
}

#[test]
fn what_is_attached_decides_and_not_what_ought_to_be() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let open = Document::new([Statement::allow("Open").actions(["*"]).resources(["*"])]);
    let ids = ["project/churn/calls", "project/fraud/cards"];

    let foreign = bare(&context).policy("AdministratorAccess", open.clone());
    let all = access(&foreign, &context, &ids);
    assert_eq!(letters(&all.data[0]), "rwdl");
    assert!(all.work.create_untagged_job.is_allowed() && all.work.use_others.is_allowed());

    let boundary = policies::permissions_boundary(&context).unwrap();
    let bounded = access(&foreign.boundary("bound", boundary), &context, &ids);
    assert_eq!(letters(&bounded.data[0]), "....");
    assert_eq!(letters(&bounded.data[1]), "rwdl");
    assert_eq!(
        bounded.data[0].read.reason(),
        Some("the permissions boundary does not allow it")
    );
    assert!(!bounded.work.use_others.is_allowed());

    let untagged = Attached {
        tags: Tags::new(),
        ..member(&context).boundary("b", policies::permissions_boundary(&context).unwrap())
    };
    assert_eq!(letters(&access(&untagged, &context, &ids).data[1]), "....");
}

#[test]
fn reasons_name_the_statement_or_what_is_missing() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let ids = ["project/churn/calls", "group/unshared"];
    let found = access(&member(&context), &context, &ids);
    assert_eq!(
        found.data[0].write.reason(),
        Some("denied by `DenyOtherProjectObjects` of `project`")
    );
    assert_eq!(found.data[1].write.reason(), Some("no policy allows it"));
    assert_eq!(found.work.create_job.reason(), None);

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
fn a_suspended_project_leaves_nothing() {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, _) = names();
    let suspended = policies::project_policy(&context, &project, true).unwrap();
    let role = member(&context).policy("suspended", suspended);
    let found = access(
        &role,
        &context,
        &["project/fraud/cards", "global/days", "private/alice/x"],
    );
    assert!(found.data.iter().all(|data| letters(data) == "...."));
    assert!(!found.work.create_job.is_allowed());
}

#[test]
fn a_job_is_tried_in_the_approved_network_with_the_approved_key() {
    let account = Account::new("123456789012", "us-east-1");
    let (subnets, groups) = (["subnet-1".to_owned()], ["sg-1".to_owned()]);
    let context = GrantContext {
        network: Some(policies::ApprovedNetwork {
            subnet_ids: &subnets,
            security_group_ids: &groups,
        }),
        kms_key: Some("01234567-89ab-cdef-0123-456789abcdef"),
        ..context(&account)
    };
    assert!(
        access(&member(&context), &context, &[])
            .work
            .create_job
            .is_allowed()
    );
    let elsewhere = GrantContext {
        kms_key: Some("ffffffff-89ab-cdef-0123-456789abcdef"),
        ..context
    };
    let role = member(&context);
    let found = access(&role, &elsewhere, &[]).work.create_job;
    assert_eq!(
        found.reason(),
        Some("denied by `DenyOtherVolumeKey` of `own`")
    );
}

#[test]
fn a_missing_role_may_nothing() {
    let (project, user) = names();
    let keys = ["global/days".parse().unwrap()];
    let found = MembershipAccess::nothing(&project, &user, "arn", &keys, "the role is missing");
    assert_eq!(letters(&found.data[0]), "....");
    assert_eq!(found.work.use_others.reason(), Some("the role is missing"));
}

#[test]
fn a_role_must_have_an_arn() {
    let account = Account::new("123456789012", "us-east-1");
    let (project, user) = names();
    let found = Attached::new("fraud").access(&context(&account), &project, &user, &[]);
    assert!(found.is_err());
}

fn base(label: &str, statements: impl IntoIterator<Item = Statement>) -> Beside {
    Beside {
        base: vec![(label.to_owned(), Document::new(statements))],
        boundary: None,
    }
}

fn review(beside: &Beside) -> Review {
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, user) = names();
    member(&context)
        .review(&context, &project, &user, beside)
        .unwrap()
}

#[test]
fn nothing_beside_departs_from_the_model() {
    assert_eq!(review(&Beside::default()), Review::default());
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let platform = Beside {
        base: vec![(
            "base".to_owned(),
            policies::notebook_base_policy(&context).unwrap(),
        )],
        boundary: Some((
            "boundary".to_owned(),
            policies::permissions_boundary(&context).unwrap(),
        )),
    };
    assert_eq!(review(&platform), Review::default());
}

#[test]
fn whatever_a_base_policy_allows_only_group_datasets_are_opened() {
    let found = review(&base(
        "wide",
        [Statement::allow("All").actions(["*"]).resources(["*"])],
    ));
    assert_eq!(found.withheld, []);
    let what: Vec<_> = found
        .opened
        .iter()
        .map(|opened| opened.what.as_str())
        .collect();
    assert_eq!(
        what,
        ["get", "put", "delete"].map(|verb| format!(
            "{verb} objects of group datasets that are not shared with the user"
        ))
    );
    let why = &found.opened.first().unwrap().why;
    assert_eq!(why, "statement `All` of identity policy `wide` allows it");
}

#[test]
fn datasets_of_groups_that_a_base_policy_names_are_tried() {
    let on = |dataset: &str| {
        let objects = format!("arn:aws:s3:::{BUCKET}/group/datasets/{dataset}/*");
        let allow = Statement::allow("Named").actions(["s3:GetObject", "s3:DeleteObject"]);
        review(&base("base", [allow.resources([objects])]))
    };
    assert_eq!(on("shared"), Review::default());
    let what: Vec<_> = on("secret")
        .opened
        .into_iter()
        .map(|opened| opened.what)
        .collect();
    assert_eq!(
        what,
        ["get", "delete"].map(|verb| format!(
            "{verb} `group/datasets/secret/any`, which is not shared with the user"
        ))
    );
}

#[test]
fn a_boundary_closes_again_and_may_close_too_much() {
    let wide = Statement::allow("All").actions(["*"]).resources(["*"]);
    let jobs = Statement::allow("Jobs")
        .actions(["sagemaker:*"])
        .resources(["*"]);
    let beside = Beside {
        boundary: Some(("narrow".to_owned(), Document::new([jobs]))),
        ..base("wide", [wide])
    };
    let found = review(&beside);
    assert_eq!(found.opened, []);
    assert!(
        found
            .withheld
            .iter()
            .any(|missing| missing.what == "get own objects" && missing.why.contains("boundary"))
    );
    assert!(
        !found
            .withheld
            .iter()
            .any(|missing| missing.what.contains("job")),
        "{found:?}"
    );
    let denied = base(
        "strict",
        [Statement::deny("NoJobs")
            .actions(["sagemaker:Create*"])
            .resources(["*"])],
    );
    let found = review(&denied).withheld;
    assert_eq!(
        found,
        [Departure {
            what: "create a training job".to_owned(),
            why: "denied by `NoJobs` of `strict`".to_owned(),
        }]
    );
}

#[test]
fn every_probe_is_decided_by_the_platforms_own_policies() {
    // With nothing of the platform's, a wide policy opens every closed row: so each of them is a request that can be allowed.
    let account = Account::new("123456789012", "us-east-1");
    let context = context(&account);
    let (project, user) = names();
    let wide = base(
        "wide",
        [Statement::allow("All").actions(["*"]).resources(["*"])],
    );
    let naked = bare(&context)
        .review(&context, &project, &user, &wide)
        .unwrap();
    assert!(naked.opened.len() > 40, "{}", naked.opened.len());
    assert_eq!(naked.withheld, []);
}
