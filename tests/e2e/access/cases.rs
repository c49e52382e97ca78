//! The access model as requests, each with the decision that it requires: all of them, and those
//! about objects, listing and tags.

use iam_policy::evaluate::{Caller, Request};

use super::denied_cases::{always_denied, passing};
use super::roles::Role;
use super::workload_cases::{creating, endpoints, operating};
use crate::support::TestEnv;

/// Names of what the platform team has created, as they appear in requests.
pub(super) struct PlatformNames {
    pub(super) bucket: String,
    pub(super) subnet: String,
    pub(super) security_group: String,
    pub(super) key: String,
}

impl PlatformNames {
    /// Names of what the emulator's seed created.
    pub(super) fn of(env: &TestEnv) -> Self {
        let first = |name: &str| env.aws.seed[name][0].as_str().expect("an id").to_owned();
        Self {
            bucket: env.aws.seeded("data_bucket").to_owned(),
            subnet: first("subnet_ids"),
            security_group: first("security_group_ids"),
            key: env.aws.seeded("kms_key_arn").to_owned(),
        }
    }
}

/// A request, and whether the access model allows it.
pub(super) struct AccessCase {
    pub(super) description: String,
    pub(super) request: Request,
    pub(super) allowed: bool,
}

pub(super) fn case(description: impl Into<String>, request: Request, allowed: bool) -> AccessCase {
    AccessCase {
        description: description.into(),
        request,
        allowed,
    }
}

/// A request by the role, with the tags that the role has in the account.
pub(super) fn request(role: &Role, action: &str, resource: impl Into<String>) -> Request {
    let caller = Caller::from_arn(&role.arn).expect("a role's ARN");
    let request = Request::new(caller, action, resource)
        .resource_account(role.account.account_id.as_str())
        .context("aws:SecureTransport", ["true"]);
    role.tags.iter().fold(request, |request, (key, value)| {
        request.principal_tag(key, value)
    })
}

/// Projects other than the role's own: the other project, and names similar to its own.
pub(super) fn other_projects(role: &Role) -> Vec<String> {
    others(&role.project, &["alpha", "alphabeta"])
}

/// Users other than the role's own, in the same way.
pub(super) fn other_users(role: &Role) -> Vec<String> {
    others(&role.user, &["ali", "alice", "alice2"])
}

fn others(own: &str, all: &[&str]) -> Vec<String> {
    let near = [own.to_uppercase(), format!("{own}x"), "*".to_owned()];
    let real = all.iter().filter(|name| **name != own);
    real.map(|name| (*name).to_owned()).chain(near).collect()
}

/// All access cases of a role.
pub(super) fn access_cases(platform: &PlatformNames, role: &Role) -> Vec<AccessCase> {
    let mut all = objects(platform, role);
    all.extend(listing(platform, role));
    all.extend(creating(platform, role));
    all.extend(endpoints(role));
    all.extend(operating(role));
    all.extend(tagging(role));
    all.extend(passing(role));
    all.extend(always_denied(platform, role));
    all
}

const GET: [&str; 2] = ["s3:GetObject", "s3:GetObjectTagging"];
const PUT: [&str; 2] = ["s3:PutObject", "s3:PutObjectTagging"];
const DELETE: [&str; 1] = ["s3:DeleteObject"];
/// Denied for every object.
const NEVER: [&str; 3] = [
    "s3:PutObjectAcl",
    "s3:DeleteObjectVersion",
    "s3:BypassGovernanceRetention",
];

fn objects(platform: &PlatformNames, role: &Role) -> Vec<AccessCase> {
    let in_group = role.user == "alice";
    let mut all = Vec::new();
    let mut add = |key: String, get: bool, put: bool, delete: bool| {
        let actions = [
            (&GET[..], get),
            (&PUT, put),
            (&DELETE, delete),
            (&NEVER, false),
        ];
        for (action, allowed) in actions
            .iter()
            .flat_map(|(actions, allowed)| actions.iter().map(move |action| (action, *allowed)))
        {
            let arn = role.account.object_arn(&platform.bucket, &key);
            all.push(case(
                format!("{action} {key}"),
                request(role, action, arn),
                allowed,
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
            all.push(case(
                format!("{action} {arn}"),
                request(role, action, arn.as_str()),
                false,
            ));
        }
    }
    all
}

fn listing(platform: &PlatformNames, role: &Role) -> Vec<AccessCase> {
    let bucket = role.account.bucket_arn(&platform.bucket);
    let list = request(role, "s3:ListBucket", bucket.as_str());
    let mut all = vec![
        case("list without a prefix", list.clone(), false),
        case(
            "list versions",
            request(role, "s3:ListBucketVersions", bucket.as_str()),
            false,
        ),
        case(
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
    let mut add = |prefix: String, allowed: bool| {
        let request = list.clone().context("s3:prefix", [prefix.as_str()]);
        all.push(case(format!("list `{prefix}`"), request, allowed));
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
    // Without the slash, the keys of `alphabeta` would be listed for `alpha`.
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

/// Wrong values of each of the three tags. A missing tag is wrong, too.
pub(super) fn wrong_tags(role: &Role) -> [(&'static str, Vec<String>); 3] {
    [
        ("system", others("MLSpace", &["Other"])),
        ("project", other_projects(role)),
        ("user", other_users(role)),
    ]
}

/// The request, with the role's own tags on the resource to create.
pub(super) fn requesting_own(role: &Role, request: Request) -> Request {
    own_tags(role)
        .into_iter()
        .fold(request, |request, (key, value)| {
            request.request_tag(key, value)
        })
}

/// The request, for a resource that has the role's own tags.
pub(super) fn on_own(role: &Role, request: Request) -> Request {
    own_tags(role)
        .into_iter()
        .fold(request, |request, (key, value)| {
            request.resource_tag(key, value)
        })
}

/// ARN of a SageMaker resource of a type.
pub(super) fn sagemaker(role: &Role, kind: &str) -> String {
    role.account
        .sagemaker_arn(&format!("{kind}/{}-x", role.project))
}

fn tagging(role: &Role) -> Vec<AccessCase> {
    let add = request(role, "sagemaker:AddTags", sagemaker(role, "training-job"));
    let creating =
        requesting_own(role, add.clone()).context("sagemaker:TaggingAction", ["CreateTrainingJob"]);
    let existing = on_own(role, add);
    let mut all = vec![
        case("tag while creating", creating.clone(), true),
        case(
            "tag an existing resource",
            existing.clone().request_tag("team", "x"),
            false,
        ),
    ];
    for (key, values) in wrong_tags(role) {
        let untag = on_own(
            role,
            request(role, "sagemaker:DeleteTags", sagemaker(role, "model")),
        );
        all.push(case(
            format!("untag {key}"),
            untag.context("aws:TagKeys", [key]),
            false,
        ));
        for value in values {
            all.push(case(
                format!("move to {key} {value}"),
                existing.clone().request_tag(key, &value),
                false,
            ));
        }
    }
    all
}
