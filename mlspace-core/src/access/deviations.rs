//! Deviations from the access model that base policies and permissions boundary would cause.

use std::collections::BTreeSet;

use super::test_request::{ON_MATES, ON_OTHERS, RoleTester};
use super::{IamRole, Verdict};
use crate::name::{ProjectName, UserName};
use crate::policies::isolation::{AnyTenant, TenantModel};
use crate::policies::{PolicyContext, PolicyError};
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::Document;
use iam_policy::evaluate::{CallerError, PolicySet, Request};
use iam_policy::prove::{Answer, prove_within_in_all_readings};

/// Policies of roles that the platform does not create: base policies and the permissions boundary,
/// each with the label that findings name it by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExternalPolicies {
    /// The base policies.
    pub base: Vec<(String, Document)>,
    /// The permissions boundary.
    pub boundary: Option<(String, Document)>,
}

impl ExternalPolicies {
    /// The role with these policies in addition.
    #[must_use]
    pub fn attached_to(&self, role: IamRole) -> IamRole {
        let all = self.base.iter().fold(role, |role, (label, document)| {
            role.policy(label.as_str(), document.clone())
        });
        match &self.boundary {
            Some((label, document)) => all.boundary(label.as_str(), document.clone()),
            None => all,
        }
    }

    /// The role's own policies together with these.
    pub(crate) fn added_to(&self, own: &PolicySet) -> PolicySet {
        let all = self
            .base
            .iter()
            .fold(own.clone(), |set, (label, document)| {
                set.identity(label, document)
            });
        match &self.boundary {
            Some((label, document)) => all.boundary(label, document),
            None => all,
        }
    }
}

/// Deviations of a role from the access model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deviations {
    /// Permissions that the role has in excess of the model.
    pub excess: Vec<Deviation>,
    /// Permissions of the model that the role lacks.
    pub missing: Vec<Deviation>,
}

/// A permission that differs from the access model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// The action, such as "get objects of other projects".
    pub action: String,
    /// The statement that allows or denies it, or the kinds of policies that do not allow it.
    pub reason: String,
}

/// An action in words, with a request that represents it.
type TestRequest = (String, Request);

impl IamRole {
    /// Deviations that `external` would cause in this role, which is the role of `user` in `project` and
    /// has the platform's own policies only.
    ///
    /// Requests represent each row of the access model. The names of other tenants begin with the
    /// role's own names, and group datasets that base policies name are tried too. A permission of the
    /// platform's own policies is never in excess.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is invalid.
    pub fn deviations(
        &self,
        context: &PolicyContext<'_>,
        project: &ProjectName,
        user: &UserName,
        external: &ExternalPolicies,
    ) -> Result<Deviations, CallerError> {
        let tester = RoleTester::new(context, self)?;
        let own = self.policy_set();
        let all = external.added_to(&own);
        let requests = MemberRequests {
            tester: &tester,
            context,
            role_arn: self.role_arn(),
            project: project.as_str(),
            user: user.as_str(),
        };
        let named = named_objects(context, &external.base);
        Ok(Deviations {
            excess: requests
                .denied(&own, &named)
                .into_iter()
                .filter_map(|test| excess(&own, &all, test))
                .collect(),
            missing: requests
                .granted()
                .into_iter()
                .filter_map(|test| missing(&own, &all, test))
                .collect(),
        })
    }
}

/// What external policies allow across tenants, decided for all names of projects and users and for
/// all requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrossTenant {
    /// What a role would be allowed, each with a request.
    pub refuted: Vec<Deviation>,
    /// What is not decided, and why.
    pub not_decided: Vec<Deviation>,
}

/// What `external` would let the role of any membership do to other tenants, beyond what the
/// platform's own policies let it do.
///
/// # Errors
/// [`PolicyError`] when the platform's own policies cannot be generated.
pub fn cross_tenant(
    context: &PolicyContext<'_>,
    model: TenantModel,
    external: &ExternalPolicies,
) -> Result<CrossTenant, PolicyError> {
    #[cfg(all(test, feature = "aws"))]
    DECIDED.with(|decided| decided.set(decided.get() + 1));
    let any = AnyTenant::new(context, model)?;
    let own = any.policies();
    let all = external.added_to(&own);
    let mut found = CrossTenant::default();
    for claim in any.claims(context) {
        let deviation = |reason: String| Deviation {
            action: claim.what.to_owned(),
            reason,
        };
        match prove_within_in_all_readings(&all, &own, &claim.question) {
            Answer::Holds => {}
            Answer::Refuted(request) => found.refuted.push(deviation(request.in_words())),
            Answer::NotDecided(reason) => found.not_decided.push(deviation(reason.to_string())),
        }
    }
    Ok(found)
}

#[cfg(all(test, feature = "aws"))]
thread_local! {
    static DECIDED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How often [`cross_tenant`] was decided in this thread since the last call.
#[cfg(all(test, feature = "aws"))]
pub(crate) fn take_decided() -> usize {
    DECIDED.with(std::cell::Cell::take)
}

/// The action, if the external policies allow it and the platform's own do not, in any reading of
/// policy variables without a value.
fn excess(own: &PolicySet, all: &PolicySet, (action, request): TestRequest) -> Option<Deviation> {
    let readings = all.readings(&request);
    let decision = readings.possible();
    if !decision.is_allowed() || own.readings(&request).possible().is_allowed() {
        return None;
    }
    let reason = decision.deciding.first().map_or_else(
        || "no statement".to_owned(),
        |source| format!("{source} allows it"),
    );
    Some(Deviation { action, reason })
}

/// The action, if the platform's own policies allow it and the external policies do not, in any
/// reading of policy variables without a value.
fn missing(own: &PolicySet, all: &PolicySet, (action, request): TestRequest) -> Option<Deviation> {
    let verdict = Verdict::from(all.readings(&request).certain().clone());
    let reason = verdict.reason()?.to_owned();
    own.readings(&request)
        .certain()
        .is_allowed()
        .then_some(Deviation { action, reason })
}

/// Keys of objects of group datasets that match the policies' resources, with a name in place of each
/// wildcard.
fn named_objects(context: &PolicyContext<'_>, base: &[(String, Document)]) -> BTreeSet<String> {
    let account = context.account;
    let bucket = account.object_arn(context.data_bucket, "");
    base.iter()
        .flat_map(|(_, document)| &document.statements)
        .filter_map(|statement| statement.resources.as_ref())
        .flat_map(|resources| resources.values())
        .filter_map(|arn| arn.strip_prefix(bucket.as_str()))
        .filter(|key| key.starts_with("group/datasets/") && !key.contains("${"))
        .map(|key| key.replace('*', "any").replace('?', "a"))
        .collect()
}

/// Requests of a member.
struct MemberRequests<'a> {
    tester: &'a RoleTester<'a>,
    context: &'a PolicyContext<'a>,
    role_arn: &'a str,
    project: &'a str,
    user: &'a str,
}

impl MemberRequests<'_> {
    fn object(&self, action: &str, key: &str) -> Request {
        let (account, bucket) = (self.context.account, self.context.data_bucket);
        self.tester.request(action, account.object_arn(bucket, key))
    }

    fn listing(&self, prefix: Option<&str>) -> Request {
        let (account, bucket) = (self.context.account, self.context.data_bucket);
        self.tester
            .request("s3:ListBucket", account.bucket_arn(bucket))
            .context("s3:prefix", prefix)
    }

    /// A training job of the member with all that policies require.
    fn job(&self) -> Request {
        self.tester
            .training_job(self.project)
            .request_tag(SYSTEM, self.context.system_tag)
            .request_tag(PROJECT, self.project)
            .request_tag(USER, self.user)
    }

    /// An action on an existing resource of an owner.
    fn on(&self, action: &str, kind: &str, project: &str, user: &str) -> Request {
        self.tester
            .request(action, self.tester.sagemaker(kind))
            .resource_tag(SYSTEM, self.context.system_tag)
            .resource_tag(PROJECT, project)
            .resource_tag(USER, user)
    }

    fn pass(&self, role_arn: &str, service: &str) -> Request {
        self.tester
            .request("iam:PassRole", role_arn.to_owned())
            .context("iam:PassedToService", [service])
    }

    /// Requests that the access model allows.
    fn granted(&self) -> Vec<TestRequest> {
        let (project, private) = (
            format!("project/{}/any", self.project),
            format!("private/{}/any", self.user),
        );
        let mut all = Vec::new();
        for (verb, action) in [
            ("get", "s3:GetObject"),
            ("put", "s3:PutObject"),
            ("delete", "s3:DeleteObject"),
        ] {
            all.push((
                format!("{verb} objects of the project"),
                self.object(action, &project),
            ));
            all.push((format!("{verb} own objects"), self.object(action, &private)));
        }
        let listed = format!("project/{}/", self.project);
        all.extend([
            (
                "get global objects".to_owned(),
                self.object("s3:GetObject", "global/any"),
            ),
            (
                "list the project's objects".to_owned(),
                self.listing(Some(&listed)),
            ),
            ("create a training job".to_owned(), self.job()),
            (
                "describe an own training job".to_owned(),
                self.on(
                    "sagemaker:DescribeTrainingJob",
                    "training-job",
                    self.project,
                    self.user,
                ),
            ),
            (
                "pass the own role to SageMaker".to_owned(),
                self.pass(self.role_arn, "sagemaker.amazonaws.com"),
            ),
        ]);
        all
    }

    /// Requests that the access model denies.
    fn denied(&self, own: &PolicySet, named: &BTreeSet<String>) -> Vec<TestRequest> {
        let mut all = self.denied_data(own, named);
        all.extend(self.denied_sagemaker());
        all.extend(self.administration());
        all
    }

    fn denied_data(&self, own: &PolicySet, named: &BTreeSet<String>) -> Vec<TestRequest> {
        const OBJECT_ACTIONS: [(&str, &str); 3] = [
            ("get", "s3:GetObject"),
            ("put", "s3:PutObject"),
            ("delete", "s3:DeleteObject"),
        ];
        let mut all = Vec::new();
        let mut on_objects = |what: &str, key: &str| {
            for (verb, action) in OBJECT_ACTIONS {
                all.push((format!("{verb} {what}"), self.object(action, key)));
            }
        };
        on_objects(
            "objects of other projects",
            &format!("project/{}x/any", self.project),
        );
        on_objects(
            "objects of other users",
            &format!("private/{}x/any", self.user),
        );
        on_objects(
            "objects of group datasets that are not shared with the user",
            "group/datasets/not-shared-with-anybody/any",
        );
        for key in named {
            // Base policies can allow deleting in a dataset that is shared with the user.
            if !own.decide(&self.object("s3:GetObject", key)).is_allowed() {
                on_objects(&format!("`{key}`, which is not shared with the user"), key);
            }
        }
        for (verb, action) in [("put", "s3:PutObject"), ("delete", "s3:DeleteObject")] {
            all.push((
                format!("{verb} global objects"),
                self.object(action, "global/any"),
            ));
        }
        for (verb, action) in [("get", "s3:GetObject"), ("put", "s3:PutObject")] {
            let other = format!("{}x", self.context.data_bucket);
            let object = self.context.account.object_arn(&other, "any");
            all.push((
                format!("{verb} objects of other buckets"),
                self.tester.request(action, object),
            ));
        }
        let other = format!("project/{}x/", self.project);
        all.extend([
            ("list the whole bucket".to_owned(), self.listing(None)),
            (
                "list the objects of other projects".to_owned(),
                self.listing(Some(&other)),
            ),
        ]);
        all
    }

    fn denied_sagemaker(&self) -> Vec<TestRequest> {
        let without = |key: &str| self.job().context(key, None::<&str>);
        let keyless = ["VolumeKmsKey", "VolumeKmsKeyArn"]
            .iter()
            .fold(self.job(), |job, name| {
                job.context(format!("sagemaker:{name}"), None::<&str>)
            });
        let (other_project, other_user) = (format!("{}x", self.project), format!("{}x", self.user));
        let mut all = vec![
            (
                "create jobs without tags".to_owned(),
                self.tester.training_job(self.project),
            ),
            (
                "create jobs for other users".to_owned(),
                self.job().request_tag(USER, other_user.as_str()),
            ),
            (
                "create jobs for other projects".to_owned(),
                self.job().request_tag(PROJECT, other_project.as_str()),
            ),
            (
                "create jobs without subnets".to_owned(),
                without("sagemaker:VpcSubnets"),
            ),
            (
                "create jobs without security groups".to_owned(),
                without("sagemaker:VpcSecurityGroupIds"),
            ),
            ("create jobs without a volume key".to_owned(), keyless),
            (
                "change tags of existing resources".to_owned(),
                self.on("sagemaker:AddTags", "model", self.project, self.user)
                    .request_tag(PROJECT, self.project),
            ),
            (
                "delete tags".to_owned(),
                self.on("sagemaker:DeleteTags", "model", self.project, self.user),
            ),
        ];
        let (action, kind) = ON_MATES;
        all.push((
            "call InvokeEndpointAsync on endpoints of other users".to_owned(),
            self.on(action, kind, self.project, &other_user),
        ));
        for (action, kind) in ON_OTHERS {
            let verb = action.trim_start_matches("sagemaker:");
            all.push((
                format!("call {verb} in other projects"),
                self.on(action, kind, &other_project, self.user),
            ));
        }
        all
    }

    fn administration(&self) -> Vec<TestRequest> {
        let account = self.context.account;
        let other_role = format!("{}x", self.role_arn);
        let policy = account.policy_arn("any");
        let (key, table) = (account.kms_arn("any"), account.table_arn("any"));
        let mut all = vec![
            (
                "pass other roles to SageMaker".to_owned(),
                self.pass(&other_role, "sagemaker.amazonaws.com"),
            ),
            (
                "pass the own role to other services".to_owned(),
                self.pass(self.role_arn, "lambda.amazonaws.com"),
            ),
        ];
        for (action, resource) in [
            ("iam:CreateRole", &other_role),
            ("iam:AttachRolePolicy", &self.role_arn.to_owned()),
            ("iam:PutRolePolicy", &self.role_arn.to_owned()),
            ("iam:TagRole", &self.role_arn.to_owned()),
            ("iam:CreatePolicyVersion", &policy),
            ("sts:AssumeRole", &other_role),
            ("kms:PutKeyPolicy", &key),
            ("kms:ScheduleKeyDeletion", &key),
            ("dynamodb:GetItem", &table),
            ("dynamodb:PutItem", &table),
        ] {
            all.push((
                format!("call {action}"),
                self.tester.request(action, resource.clone()),
            ));
        }
        all
    }
}
