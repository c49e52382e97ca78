//! Whether what a role carries beside the platform's own policies keeps to the access model.

use std::collections::BTreeSet;

use super::probe::{ON_OTHERS, Prober};
use super::{Attached, Verdict};
use crate::name::{ProjectName, UserName};
use crate::policies::GrantContext;
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::Document;
use iam_policy::evaluate::{CallerError, PolicySet, Request};

/// What roles carry that the platform did not make: base policies and the permissions boundary, each with the name that findings call it by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// The base policies.
    pub base: Vec<(String, Document)>,
    /// The permissions boundary.
    pub boundary: Option<(String, Document)>,
}

/// Where base policies and boundary depart from the access model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// What they open though the model closes it.
    pub opened: Vec<Departure>,
    /// What they withhold though the model grants it.
    pub withheld: Vec<Departure>,
}

/// One thing that is other than the access model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// What a member would do, such as "get objects of other projects".
    pub what: String,
    /// What decides it: the statement that allows or denies it, or which policies lack an allow.
    pub why: String,
}

/// A request and what it stands for.
type Probe = (String, Request);

impl Attached {
    /// What base policies and a boundary would change about this role, being that of `user` in `project` and carrying the platform's own
    /// policies only.
    ///
    /// Each row of the access model is tried by requests that stand for it, with names that begin with the role's own, and for the datasets of
    /// groups with those that base policies name. What the platform's policies allow by themselves is never called opened.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is none.
    pub fn review(
        &self,
        context: &GrantContext<'_>,
        project: &ProjectName,
        user: &UserName,
        beside: &Beside,
    ) -> Result<Review, CallerError> {
        let asker = Prober::new(context, self)?;
        let own = self.policy_set();
        let all = beside
            .base
            .iter()
            .fold(own.clone(), |set, (label, document)| {
                set.identity(label, document)
            });
        let all = match &beside.boundary {
            Some((label, document)) => all.boundary(label, document),
            None => all,
        };
        let asked = Asked {
            asker: &asker,
            context,
            role_arn: self.role_arn(),
            project: project.as_str(),
            user: user.as_str(),
        };
        let named = named_objects(context, &beside.base);
        Ok(Review {
            opened: asked
                .closed(&own, &named)
                .into_iter()
                .filter_map(|probe| opened(&own, &all, probe))
                .collect(),
            withheld: asked
                .open()
                .into_iter()
                .filter_map(|probe| withheld(&own, &all, probe))
                .collect(),
        })
    }
}

fn opened(own: &PolicySet, all: &PolicySet, (what, request): Probe) -> Option<Departure> {
    let decision = all.decide(&request);
    if !decision.is_allowed() || own.decide(&request).is_allowed() {
        return None;
    }
    let why = decision.deciding.first().map_or_else(
        || "no statement".to_owned(),
        |source| format!("{source} allows it"),
    );
    Some(Departure { what, why })
}

fn withheld(own: &PolicySet, all: &PolicySet, (what, request): Probe) -> Option<Departure> {
    let verdict = Verdict::from(all.decide(&request));
    let why = verdict.reason()?.to_owned();
    own.decide(&request)
        .is_allowed()
        .then_some(Departure { what, why })
}

/// Keys of group datasets' objects that the policies' resources name, with something for each wildcard.
fn named_objects(context: &GrantContext<'_>, base: &[(String, Document)]) -> BTreeSet<String> {
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

/// A member's requests.
struct Asked<'a> {
    asker: &'a Prober<'a>,
    context: &'a GrantContext<'a>,
    role_arn: &'a str,
    project: &'a str,
    user: &'a str,
}

impl Asked<'_> {
    fn object(&self, action: &str, key: &str) -> Request {
        let (account, bucket) = (self.context.account, self.context.data_bucket);
        self.asker.request(action, account.object_arn(bucket, key))
    }

    fn listing(&self, prefix: Option<&str>) -> Request {
        let (account, bucket) = (self.context.account, self.context.data_bucket);
        self.asker
            .request("s3:ListBucket", account.bucket_arn(bucket))
            .context("s3:prefix", prefix)
    }

    /// A job of the member's, as it should be.
    fn job(&self) -> Request {
        self.asker
            .training_job()
            .request_tag(SYSTEM, self.context.system_tag)
            .request_tag(PROJECT, self.project)
            .request_tag(USER, self.user)
    }

    /// A request about an existing resource.
    fn on(&self, action: &str, kind: &str, project: &str, user: &str) -> Request {
        self.asker
            .request(action, self.asker.sagemaker(kind))
            .resource_tag(SYSTEM, self.context.system_tag)
            .resource_tag(PROJECT, project)
            .resource_tag(USER, user)
    }

    fn pass(&self, role_arn: &str, service: &str) -> Request {
        self.asker
            .request("iam:PassRole", role_arn.to_owned())
            .context("iam:PassedToService", [service])
    }

    /// What the access model grants.
    fn open(&self) -> Vec<Probe> {
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

    /// What the access model closes.
    fn closed(&self, own: &PolicySet, named: &BTreeSet<String>) -> Vec<Probe> {
        let mut all = self.closed_data(own, named);
        all.extend(self.closed_work());
        all.extend(self.administration());
        all
    }

    fn closed_data(&self, own: &PolicySet, named: &BTreeSet<String>) -> Vec<Probe> {
        const TOUCH: [(&str, &str); 3] = [
            ("get", "s3:GetObject"),
            ("put", "s3:PutObject"),
            ("delete", "s3:DeleteObject"),
        ];
        let mut all = Vec::new();
        let mut touch = |what: &str, key: &str| {
            for (verb, action) in TOUCH {
                all.push((format!("{verb} {what}"), self.object(action, key)));
            }
        };
        touch(
            "objects of other projects",
            &format!("project/{}x/any", self.project),
        );
        touch(
            "objects of other users",
            &format!("private/{}x/any", self.user),
        );
        touch(
            "objects of group datasets that are not shared with the user",
            "group/datasets/not-shared-with-anybody/any",
        );
        for key in named {
            // Deleting is left to base policies where the dataset is shared.
            if !own.decide(&self.object("s3:GetObject", key)).is_allowed() {
                touch(&format!("`{key}`, which is not shared with the user"), key);
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
                self.asker.request(action, object),
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

    fn closed_work(&self) -> Vec<Probe> {
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
                self.asker.training_job(),
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
        for (action, kind) in ON_OTHERS {
            let verb = action.trim_start_matches("sagemaker:");
            all.push((
                format!("call {verb} for other users"),
                self.on(action, kind, self.project, &other_user),
            ));
            all.push((
                format!("call {verb} in other projects"),
                self.on(action, kind, &other_project, self.user),
            ));
        }
        all
    }

    fn administration(&self) -> Vec<Probe> {
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
                self.asker.request(action, resource.clone()),
            ));
        }
        all
    }
}
