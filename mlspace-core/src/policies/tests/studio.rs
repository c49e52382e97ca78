//! What members can do in SageMaker Studio.
//!
//! The member is alice in the project fraud; dora is in it too, and bob in the project churn.

use super::*;
use iam_policy::Operator;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::prove::{Question, prove};

const ALICE: &str = "fraud-alice";
const DORA: &str = "fraud-dora";
const BOB: &str = "churn-bob";

const SPACE: &str = "space/d-1abc/lab";
const APP: &str = "app/d-1abc/lab/jupyterlab/default";

/// Actions that create, change or delete spaces and their apps.
const CHANGES: [(&str, &str); 5] = [
    ("sagemaker:CreateApp", APP),
    ("sagemaker:CreateSpace", SPACE),
    ("sagemaker:DeleteApp", APP),
    ("sagemaker:DeleteSpace", SPACE),
    ("sagemaker:UpdateSpace", SPACE),
];

/// A role in each policy model, without the permissions boundary and with it.
struct Roles {
    arn: String,
    sets: Vec<(&'static str, PolicySet)>,
}

#[derive(Clone, Copy)]
struct Setting {
    owner: bool,
    on: bool,
    sharing: Sharing,
    /// Whether a base policy allows everything.
    wide: bool,
}

const MEMBER: Setting = Setting {
    owner: false,
    on: true,
    sharing: Sharing::Project,
    wide: false,
};
const WIDE: Setting = Setting {
    wide: true,
    ..MEMBER
};

fn roles(setting: Setting) -> Roles {
    let deployment = Deployment::new();
    let context = PolicyContext {
        platform: PlatformAccess {
            services: &[Service::Registry, Service::Studio],
            ..PlatformAccess::default()
        },
        ..deployment.context()
    };
    let (project, user) = (project("fraud"), user("alice"));
    let arn = deployment.role_arn(&project, &user);
    let on = [Service::Registry, Service::Studio];
    let access = ProjectAccess {
        sharing: setting.sharing,
        services: on
            .into_iter()
            .take(if setting.on { 2 } else { 1 })
            .collect(),
        ..ProjectAccess::default()
    };
    let member = MemberAccess {
        owner: setting.owner,
        ..MemberAccess::new(&project, &user, &arn, &access)
    };
    let base = if setting.wide {
        allow_all("*")
    } else {
        notebook_base_policy(&context).unwrap()
    };
    let per_principal = [
        project_policy(&context, &project, &access, false).unwrap(),
        user_policy(&context, &user).unwrap(),
        pass_role_policy(&context, &member).unwrap(),
    ];
    let attribute = [
        attribute_policy(&context).unwrap(),
        suspension_policy(&context, []).unwrap(),
        attribute_role_policy(&context, &member).unwrap(),
    ];
    let boundary = permissions_boundary(&context).unwrap();
    let set = |documents: &[Document; 3]| {
        let named = documents.iter().zip(["shared", "user", "own"]);
        named.fold(
            PolicySet::new().identity("base", &base),
            |set, (document, label)| set.identity(label, document),
        )
    };
    let (per_principal, attribute) = (set(&per_principal), set(&attribute));
    Roles {
        arn,
        sets: vec![
            (
                "per principal, bounded",
                per_principal.clone().boundary("boundary", &boundary),
            ),
            (
                "attribute, bounded",
                attribute.clone().boundary("boundary", &boundary),
            ),
            ("per principal", per_principal),
            ("attribute", attribute),
        ],
    }
}

/// What a request carries: conditions, and the project and user that the resource is tagged with.
#[derive(Clone, Default)]
struct With<'a> {
    context: Vec<(&'a str, String)>,
    tags: Option<(&'a str, &'a str)>,
}

/// The profile that owns the space, and how it is shared.
fn owned(profile: &str, sharing: &str) -> With<'static> {
    let owner = format!("arn:aws:sagemaker:us-east-1:123456789012:user-profile/d-1abc/{profile}");
    With {
        context: vec![
            ("sagemaker:OwnerUserProfileArn", owner),
            ("sagemaker:SpaceSharingType", sharing.to_owned()),
        ],
        tags: None,
    }
}

fn tagged<'a>(project: &'a str, user: &'a str) -> With<'a> {
    With {
        tags: Some((project, user)),
        ..With::default()
    }
}

impl Roles {
    /// Asserts that the request is allowed, or denied, for every role.
    fn assert(&self, allowed: bool, action: &str, resource: &str, with: &With<'_>) {
        let resource = match resource {
            "*" => "*".to_owned(),
            name => format!("arn:aws:sagemaker:us-east-1:123456789012:{name}"),
        };
        let mut request = Request::new(Caller::from_arn(&self.arn).unwrap(), action, &resource);
        for (key, value) in [
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
        ] {
            request = request.principal_tag(key, value);
        }
        if let Some((project, user)) = with.tags {
            request = request
                .resource_tag("system", "MLSpace")
                .resource_tag("project", project)
                .resource_tag("user", user);
        }
        for (key, value) in &with.context {
            request = request.context(*key, [value.as_str()]);
        }
        for (kind, set) in &self.sets {
            let decision = set.decide(&request);
            assert_eq!(
                decision.is_allowed(),
                allowed,
                "{kind}: {action} on {resource} with {:?}: {decision:?}",
                with.context
            );
        }
    }
}

#[test]
fn members_work_in_their_own_private_spaces() {
    let roles = roles(MEMBER);
    for (action, resource) in CHANGES {
        roles.assert(true, action, resource, &owned(ALICE, "Private"));
        // Tags that Studio passes on from the profile change nothing.
        let with = With {
            tags: Some(("fraud", "alice")),
            ..owned(ALICE, "Private")
        };
        if !action.starts_with("sagemaker:Create") {
            roles.assert(true, action, resource, &with);
        }
    }
    for (action, resource) in [
        ("sagemaker:DescribeSpace", SPACE),
        ("sagemaker:DescribeApp", APP),
    ] {
        roles.assert(true, action, resource, &With::default());
        roles.assert(true, action, resource, &tagged("fraud", "alice"));
        roles.assert(true, action, resource, &tagged("fraud", "dora"));
        roles.assert(false, action, resource, &tagged("churn", "bob"));
    }
    for action in ["sagemaker:ListApps", "sagemaker:ListSpaces"] {
        roles.assert(true, action, "*", &With::default());
    }
    // The tags that Studio adds by itself.
    let automatic = With {
        context: vec![
            ("sagemaker:TaggingAction", "CreateSpace".to_owned()),
            ("aws:TagKeys", "sagemaker:user-profile-arn".to_owned()),
        ],
        tags: None,
    };
    roles.assert(true, "sagemaker:AddTags", SPACE, &automatic);
    let profile = "user-profile/d-1abc/fraud-alice";
    roles.assert(
        true,
        "sagemaker:CreatePresignedDomainUrl",
        profile,
        &tagged("fraud", "alice"),
    );
}

#[test]
fn spaces_of_others_stay_closed_whatever_base_policies_allow() {
    for owner in [false, true] {
        let roles = roles(Setting { owner, ..WIDE });
        for (action, resource) in CHANGES {
            for with in [
                owned(BOB, "Private"),
                owned("fraud2-alice", "Private"),
                With::default(),
            ] {
                roles.assert(false, action, resource, &with);
            }
            let deletes = action.starts_with("sagemaker:Delete");
            let of_mate = owner && deletes;
            roles.assert(of_mate, action, resource, &owned(DORA, "Private"));
            roles.assert(deletes, action, resource, &owned(ALICE, "Shared"));
        }
        for action in ["sagemaker:CreateSpace", "sagemaker:UpdateSpace"] {
            let mut remote = owned(ALICE, "Private");
            let enabled = ("sagemaker:RemoteAccess", "ENABLED".to_owned());
            remote.context.push(enabled);
            roles.assert(false, action, SPACE, &remote);
        }
        let open = "sagemaker:CreatePresignedDomainUrl";
        for profile in ["fraud-dora", "churn-bob", "fraud-alice2"] {
            let profile = format!("user-profile/d-1abc/{profile}");
            for with in [
                With::default(),
                tagged("fraud", "alice"),
                tagged("fraud", "dora"),
            ] {
                roles.assert(false, open, &profile, &with);
            }
        }
        for (action, resource) in [
            ("sagemaker:StartSession", SPACE),
            ("sagemaker:CreateDomain", "domain/d-1abc"),
            ("sagemaker:UpdateDomain", "domain/d-1abc"),
            (
                "sagemaker:CreateUserProfile",
                "user-profile/d-1abc/fraud-eve",
            ),
            (
                "sagemaker:UpdateUserProfile",
                "user-profile/d-1abc/fraud-alice",
            ),
            (
                "sagemaker:DeleteUserProfile",
                "user-profile/d-1abc/fraud-alice",
            ),
        ] {
            roles.assert(false, action, resource, &tagged("fraud", "alice"));
        }
    }
}

#[test]
fn no_request_changes_what_another_profile_owns() {
    for owner in [false, true] {
        let roles = roles(Setting { owner, ..WIDE });
        let pattern = |name: &str| format!("arn:aws:sagemaker:*:*:user-profile/*/{name}");
        let all = || {
            [
                ("system", "MLSpace"),
                ("project", "fraud"),
                ("user", "alice"),
            ]
            .into_iter()
            .fold(
                Question::new(Caller::from_arn(&roles.arn).unwrap()),
                |question, (key, value)| question.principal_tag(key, value),
            )
        };
        let key = "sagemaker:OwnerUserProfileArn";
        let change = ["CreateApp", "CreateSpace", "UpdateSpace"];
        let delete = ["DeleteApp", "DeleteSpace"];
        let named = |actions: &[&str]| -> Vec<String> {
            let actions = actions.iter();
            actions.map(|name| format!("sagemaker:{name}")).collect()
        };
        let deletable = if owner { "fraud-*" } else { ALICE };
        let questions = [
            all()
                .actions(named(&change))
                .when(Operator::ArnNotLike, key, [pattern(ALICE)]),
            all()
                .actions(named(&delete))
                .when(Operator::ArnNotLike, key, [pattern(deletable)]),
            all()
                .actions(["sagemaker:CreatePresignedDomainUrl"])
                .not_resources([pattern(ALICE)]),
        ];
        for (kind, set) in &roles.sets {
            for question in &questions {
                let answer = prove(set, question);
                assert!(answer.holds(), "{kind}, owner {owner}: {answer}");
            }
        }
    }
}

#[test]
fn sharing_with_nobody_hides_spaces_of_mates() {
    let roles = roles(Setting {
        sharing: Sharing::User,
        ..WIDE
    });
    roles.assert(
        false,
        "sagemaker:DescribeSpace",
        SPACE,
        &tagged("fraud", "dora"),
    );
    roles.assert(
        true,
        "sagemaker:DescribeSpace",
        SPACE,
        &tagged("fraud", "alice"),
    );
}

#[test]
fn studio_is_closed_where_it_is_off() {
    let roles = roles(Setting { on: false, ..WIDE });
    for (action, resource) in CHANGES {
        roles.assert(false, action, resource, &owned(ALICE, "Private"));
    }
    for (action, resource) in [
        ("sagemaker:ListSpaces", "*"),
        ("sagemaker:DescribeSpace", SPACE),
        (
            "sagemaker:CreatePresignedDomainUrl",
            "user-profile/d-1abc/fraud-alice",
        ),
    ] {
        roles.assert(false, action, resource, &tagged("fraud", "alice"));
    }
}

/// A space and an app name an instance type, as a notebook does.
#[test]
fn limits_of_notebooks_are_those_of_spaces() {
    let limits = Limits {
        instance_types: [(Workload::Notebook, strings(&["ml.t3.*"]))].into(),
        ..Limits::default()
    };
    let services = [Service::Studio].into_iter().collect();
    let deployment = Deployment::new();
    let context = PolicyContext {
        platform: PlatformAccess {
            services: &[Service::Studio],
            ..PlatformAccess::default()
        },
        ..deployment.context()
    };
    let (project, user) = (project("fraud"), user("alice"));
    let arn = deployment.role_arn(&project, &user);
    let access = ProjectAccess {
        services,
        limits,
        ..ProjectAccess::default()
    };
    let member = MemberAccess::new(&project, &user, &arn, &access);
    let roles = Roles {
        sets: vec![(
            "own",
            PolicySet::new()
                .identity("base", &allow_all("*"))
                .identity("own", &pass_role_policy(&context, &member).unwrap()),
        )],
        arn,
    };
    for (instance, allowed) in [("ml.t3.medium", true), ("ml.p4d.24xlarge", false)] {
        let mut with = owned(ALICE, "Private");
        let types = ("sagemaker:InstanceTypes", instance.to_owned());
        with.context.push(types);
        for (action, resource) in CHANGES {
            if !action.starts_with("sagemaker:Delete") {
                roles.assert(allowed, action, resource, &with);
            }
        }
    }
}

#[test]
fn policies_have_room_for_a_network_beside_studio() {
    let deployment = Deployment::new();
    let (subnets, groups) = (
        ["a", "b", "c", "d"].map(|one| format!("subnet-0123456789abcdef{one}")),
        ["sg-0123456789abcdef0".to_owned()],
    );
    let context = PolicyContext {
        network: Some(ApprovedNetwork {
            subnet_ids: &subnets,
            security_group_ids: &groups,
        }),
        platform: PlatformAccess {
            services: &[Service::Studio],
            ..PlatformAccess::default()
        },
        ..deployment.context()
    };
    let alice = user("alice");
    user_policy(&context, &alice).unwrap();
    suspended_user_policy(&context, &alice).unwrap();
    suspension_policy(&context, []).unwrap();
}
