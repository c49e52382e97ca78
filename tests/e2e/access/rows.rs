//! The rows of the access model as requests: all of them, and those about data, listing and tags.

use iam_policy::evaluate::{Caller, Request};

use super::attached::Role;
use super::closed_rows::{closed, passing};
use super::workload_rows::{creating, endpoints, operating};
use crate::support::Stage;

/// Names in the account that requests are about.
pub(super) struct Platform {
    pub(super) bucket: String,
    pub(super) subnet: String,
    pub(super) security_group: String,
    pub(super) key: String,
}

impl Platform {
    /// As the seed made it.
    pub(super) fn of(stage: &Stage) -> Self {
        let first = |name: &str| stage.aws.seed[name][0].as_str().expect("an id").to_owned();
        Self {
            bucket: stage.aws.seeded("data_bucket").to_owned(),
            subnet: first("subnet_ids"),
            security_group: first("security_group_ids"),
            key: stage.aws.seeded("kms_key_arn").to_owned(),
        }
    }
}

/// A request, and whether the access model lets it through.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) request: Request,
    pub(super) may: bool,
}

pub(super) fn row(what: impl Into<String>, request: Request, may: bool) -> Row {
    Row {
        what: what.into(),
        request,
        may,
    }
}

/// A request of the role's, with the tags that the role bears in the account.
pub(super) fn request(role: &Role, action: &str, resource: impl Into<String>) -> Request {
    let caller = Caller::from_arn(&role.arn).expect("a role's ARN");
    let request = Request::new(caller, action, resource)
        .resource_account(role.account.account_id.as_str())
        .context("aws:SecureTransport", ["true"]);
    role.tags.iter().fold(request, |request, (key, value)| {
        request.principal_tag(key, value)
    })
}

/// Projects other than the role's own: the neighbour, and what only looks like its own.
pub(super) fn other_projects(role: &Role) -> Vec<String> {
    others(&role.project, &["alpha", "alphabeta"])
}

/// Users other than the role's own, likewise.
pub(super) fn other_users(role: &Role) -> Vec<String> {
    others(&role.user, &["ali", "alice", "alice2"])
}

fn others(own: &str, all: &[&str]) -> Vec<String> {
    let near = [own.to_uppercase(), format!("{own}x"), "*".to_owned()];
    let real = all.iter().filter(|name| **name != own);
    real.map(|name| (*name).to_owned()).chain(near).collect()
}

/// Every row for a role.
pub(super) fn rows(platform: &Platform, role: &Role) -> Vec<Row> {
    let mut all = objects(platform, role);
    all.extend(listing(platform, role));
    all.extend(creating(platform, role));
    all.extend(endpoints(role));
    all.extend(operating(role));
    all.extend(tagging(role));
    all.extend(passing(role));
    all.extend(closed(platform, role));
    all
}

const GET: [&str; 2] = ["s3:GetObject", "s3:GetObjectTagging"];
const PUT: [&str; 2] = ["s3:PutObject", "s3:PutObjectTagging"];
const DELETE: [&str; 1] = ["s3:DeleteObject"];
/// Never, wherever the object is.
const NEVER: [&str; 3] = [
    "s3:PutObjectAcl",
    "s3:DeleteObjectVersion",
    "s3:BypassGovernanceRetention",
];

fn objects(platform: &Platform, role: &Role) -> Vec<Row> {
    let in_group = role.user == "alice";
    let mut all = Vec::new();
    let mut add = |key: String, get: bool, put: bool, delete: bool| {
        let actions = [
            (&GET[..], get),
            (&PUT, put),
            (&DELETE, delete),
            (&NEVER, false),
        ];
        for (action, may) in actions
            .iter()
            .flat_map(|(actions, may)| actions.iter().map(move |action| (action, *may)))
        {
            let arn = role.account.object_arn(&platform.bucket, &key);
            all.push(row(
                format!("{action} {key}"),
                request(role, action, arn),
                may,
            ));
        }
    };
    add(
        format!("project/{}/datasets/cards/x", role.project),
        true,
        true,
        true,
    );
    add(
        format!("private/{}/datasets/scratch/x", role.user),
        true,
        true,
        true,
    );
    for project in other_projects(role) {
        add(
            format!("project/{project}/datasets/cards/x"),
            false,
            false,
            false,
        );
    }
    for user in other_users(role) {
        add(
            format!("private/{user}/datasets/scratch/x"),
            false,
            false,
            false,
        );
    }
    add(
        "group/datasets/shared/x".to_owned(),
        in_group,
        in_group,
        false,
    );
    add("group/datasets/shared2/x".to_owned(), false, false, false);
    add("group/datasets/unshared/x".to_owned(), false, false, false);
    add("global/datasets/days/x".to_owned(), true, false, false);
    add(
        "global-read-only/resources/x".to_owned(),
        true,
        false,
        false,
    );
    for key in [
        "x",
        "globals/x",
        "index/x",
        "project/x",
        "private/x",
        "group/x",
    ] {
        add(key.to_owned(), false, false, false);
    }
    for key in ["project/alpha/x", "global/x"] {
        let arn = role.account.object_arn("another-bucket", key);
        for action in GET.iter().chain(&PUT).chain(&DELETE) {
            all.push(row(
                format!("{action} {arn}"),
                request(role, action, arn.as_str()),
                false,
            ));
        }
    }
    all
}

fn listing(platform: &Platform, role: &Role) -> Vec<Row> {
    let bucket = role.account.bucket_arn(&platform.bucket);
    let list = request(role, "s3:ListBucket", bucket.as_str());
    let mut all = vec![
        row("list without a prefix", list.clone(), false),
        row(
            "list versions",
            request(role, "s3:ListBucketVersions", bucket.as_str()),
            false,
        ),
        row(
            "list another bucket",
            request(
                role,
                "s3:ListBucket",
                role.account.bucket_arn("another-bucket"),
            )
            .context("s3:prefix", ["global/"]),
            false,
        ),
    ];
    let mut add = |prefix: String, may: bool| {
        let request = list.clone().context("s3:prefix", [prefix.as_str()]);
        all.push(row(format!("list `{prefix}`"), request, may));
    };
    let in_group = role.user == "alice";
    add(format!("project/{}/", role.project), true);
    add(format!("project/{}/datasets/cards/", role.project), true);
    add(format!("private/{}/", role.user), true);
    add("group/datasets/shared/".to_owned(), in_group);
    add("global/".to_owned(), true);
    add("global/datasets/days/".to_owned(), true);
    add("global-read-only/".to_owned(), true);
    for prefix in [
        "",
        "/",
        "p",
        "project/",
        "private/",
        "group/",
        "group/datasets/",
        "group/datasets/unshared/",
        "global",
        "index/",
    ] {
        add(prefix.to_owned(), false);
    }
    // Without the slash it would be the neighbours' prefix, too.
    add(format!("project/{}", role.project), false);
    add(format!("private/{}", role.user), false);
    for project in other_projects(role) {
        add(format!("project/{project}/"), false);
    }
    for user in other_users(role) {
        add(format!("private/{user}/"), false);
    }
    all
}

/// The role's own three tags.
pub(super) fn own_tags(role: &Role) -> [(&'static str, String); 3] {
    [
        ("system", "MLSpace".to_owned()),
        ("project", role.project.clone()),
        ("user", role.user.clone()),
    ]
}

/// Values that each of the three must not have; absence aside.
pub(super) fn wrong_tags(role: &Role) -> [(&'static str, Vec<String>); 3] {
    [
        ("system", others("MLSpace", &["Other"])),
        ("project", other_projects(role)),
        ("user", other_users(role)),
    ]
}

/// The request with the role's own tags on what it creates.
pub(super) fn requesting_own(role: &Role, request: Request) -> Request {
    own_tags(role)
        .into_iter()
        .fold(request, |request, (key, value)| {
            request.request_tag(key, value)
        })
}

/// The request about a resource that bears the role's own tags.
pub(super) fn on_own(role: &Role, request: Request) -> Request {
    own_tags(role)
        .into_iter()
        .fold(request, |request, (key, value)| {
            request.resource_tag(key, value)
        })
}

/// ARN of a SageMaker resource of a type.
pub(super) fn sagemaker(role: &Role, kind: &str) -> String {
    role.account.sagemaker_arn(&format!("{kind}/x"))
}

fn tagging(role: &Role) -> Vec<Row> {
    let add = request(role, "sagemaker:AddTags", sagemaker(role, "training-job"));
    let creating =
        requesting_own(role, add.clone()).context("sagemaker:TaggingAction", ["CreateTrainingJob"]);
    let existing = on_own(role, add);
    let mut all = vec![
        row("tag while creating", creating.clone(), true),
        row(
            "tag what exists",
            existing.clone().request_tag("team", "x"),
            false,
        ),
    ];
    for (key, values) in wrong_tags(role) {
        let untag = on_own(
            role,
            request(role, "sagemaker:DeleteTags", sagemaker(role, "model")),
        );
        all.push(row(
            format!("untag {key}"),
            untag.context("aws:TagKeys", [key]),
            false,
        ));
        for value in values {
            all.push(row(
                format!("move to {key} {value}"),
                existing.clone().request_tag(key, &value),
                false,
            ));
            all.push(row(
                format!("tag while creating for {key} {value}"),
                creating.clone().request_tag(key, &value),
                false,
            ));
        }
    }
    all
}
