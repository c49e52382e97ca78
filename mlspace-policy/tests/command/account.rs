//! An account as `aws iam get-account-authorization-details` prints it.

use iam_policy::Document;
use mlspace_core::layout::Account;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::policies::{self, MemberAccess, PlatformAccess, PolicyContext, ProjectAccess};
use serde_json::{Value, json};

const BUCKET: &str = "mlspace-data-123456789012";

/// Arguments for this account.
pub(crate) const PLATFORM: &str = "--region us-east-1 --data-bucket mlspace-data-123456789012 --subnet subnet-1 --security-group sg-1";

/// Roles and managed policies of an account.
#[derive(Default)]
pub(crate) struct Details {
    roles: Vec<Value>,
    policies: Vec<Value>,
}

fn object(document: &Document) -> Value {
    serde_json::from_str(&document.to_json()).unwrap()
}

fn pairs(tags: &[(&str, &str)]) -> Vec<Value> {
    let tag = |(key, value): &(&str, &str)| json!({"Key": key, "Value": value});
    tags.iter().map(tag).collect()
}

impl Details {
    /// Two projects, three users and a boundary, as the provider creates them.
    pub(crate) fn platform() -> Self {
        let mut details = Self::default();
        details.with_context(|details, context| {
            let boundary = policies::permissions_boundary(context).unwrap();
            details.managed("boundary", &boundary);
            for project in ["churn", "fraud"] {
                let name: ProjectName = project.parse().unwrap();
                let document =
                    policies::project_policy(context, &name, &ProjectAccess::default(), false)
                        .unwrap();
                details.managed(&format!("MLSpace-project-{project}"), &document);
            }
            for user in ["alice", "bob", "carol"] {
                let name: UserName = user.parse().unwrap();
                let document = policies::user_policy(context, &name).unwrap();
                details.managed(&format!("MLSpace-user-{user}"), &document);
            }
            let shared = ["shared".parse().unwrap()];
            let group = policies::group_policies(context, &"analysts".parse().unwrap(), &shared);
            details.managed("MLSpace-group-analysts", &group.unwrap()[0]);
        });
        for (project, user) in [
            ("fraud", "alice"),
            ("fraud", "bob"),
            ("churn", "bob"),
            ("churn", "carol"),
        ] {
            details.member(project, user, &[]);
        }
        details
    }

    fn with_context(&mut self, work: impl FnOnce(&mut Self, &PolicyContext<'_>)) {
        let account = Account::new("123456789012", "us-east-1");
        let (subnets, groups) = (["subnet-1".to_owned()], ["sg-1".to_owned()]);
        let context = PolicyContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: BUCKET,
            network: Some(policies::ApprovedNetwork {
                subnet_ids: &subnets,
                security_group_ids: &groups,
            }),
            kms_key: None,
            platform: PlatformAccess::default(),
        };
        work(self, &context);
    }

    /// Adds a managed policy.
    pub(crate) fn managed(&mut self, name: &str, document: &Document) {
        self.policies.push(json!({
            "PolicyName": name,
            "Arn": format!("arn:aws:iam::123456789012:policy/{name}"),
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": object(document)}],
        }));
    }

    /// Adds the role of a membership, with additional policies.
    pub(crate) fn member(&mut self, project: &str, user: &str, more: &[&str]) {
        let name = format!("MLSpace-{project}-{user}");
        let mut policies = vec![
            format!("MLSpace-project-{project}"),
            format!("MLSpace-user-{user}"),
        ];
        policies.extend(more.iter().map(|name| (*name).to_owned()));
        self.with_context(|details, context| {
            let role_arn = context.account.role_arn(&name);
            let (in_project, holder) = (project.parse().unwrap(), user.parse().unwrap());
            let shared = ["shared".parse().unwrap()];
            let access = ProjectAccess::default();
            let datasets: &[_] = if more.contains(&"MLSpace-group-analysts") {
                &shared
            } else {
                &[]
            };
            let member = MemberAccess {
                datasets,
                ..MemberAccess::new(&in_project, &holder, &role_arn, &access)
            };
            let pass = policies::pass_role_policy(context, &member).unwrap();
            let tags = [("system", "MLSpace"), ("project", project), ("user", user)];
            let names: Vec<&str> = policies.iter().map(String::as_str).collect();
            details.role(
                &name,
                &tags,
                &names,
                &[("own", object(&pass))],
                Some("boundary"),
            );
        });
    }

    /// Adds an arbitrary role.
    pub(crate) fn role(
        &mut self,
        name: &str,
        tags: &[(&str, &str)],
        policies: &[&str],
        inline: &[(&str, Value)],
        boundary: Option<&str>,
    ) {
        let arn = |name: &str| format!("arn:aws:iam::123456789012:policy/{name}");
        let link = |name: &&str| json!({"PolicyName": name, "PolicyArn": arn(name)});
        let inline = inline
            .iter()
            .map(|(name, document)| json!({"PolicyName": name, "PolicyDocument": document}));
        let mut role = json!({
            "RoleName": name,
            "Arn": format!("arn:aws:iam::123456789012:role/{name}"),
            "AssumeRolePolicyDocument": {},
            "Tags": pairs(tags),
            "AttachedManagedPolicies": policies.iter().map(link).collect::<Vec<_>>(),
            "RolePolicyList": inline.collect::<Vec<_>>(),
        });
        if let Some(name) = boundary {
            role["PermissionsBoundary"] =
                json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn(name)});
        }
        self.roles.push(role);
    }

    /// The JSON of the file.
    pub(crate) fn json(&self) -> String {
        json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": self.roles, "Policies": self.policies}).to_string()
    }
}

/// A document that allows everything.
pub(crate) fn open(sid: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", "Action": "*", "Resource": "*"}]})
}
