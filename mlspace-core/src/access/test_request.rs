//! Requests whose decisions make up an access report.

use super::{ExpectedAccess, IamRole, Rights, SageMakerAccess, Verdict};
use crate::layout::user_profile_name;
use crate::policies::PolicyContext;
use crate::tags::{PROJECT, SYSTEM, Tags, USER};
use iam_policy::evaluate::{Caller, CallerError, CompiledPolicies, Request};

/// Name of an arbitrary object of a dataset or SageMaker resource.
const ANY: &str = "any";

/// An action that no member can take on a resource of another member of the project: it would work
/// with that member's role on data of the caller's choice.
pub(super) const ON_MATES: (&str, &str) = ("sagemaker:InvokeEndpointAsync", "endpoint");

/// Actions that are tried on resources of other projects, with the type of resource.
pub(super) const ON_OTHERS: [(&str, &str); 5] = [
    ("sagemaker:DescribeTrainingJob", "training-job"),
    ("sagemaker:StopTrainingJob", "training-job"),
    ("sagemaker:DeleteModel", "model"),
    ("sagemaker:InvokeEndpoint", "endpoint"),
    ("sagemaker:StopNotebookInstance", "notebook-instance"),
];

/// Builds the requests of a role and decides them by its policies.
pub(super) struct RoleTester<'a> {
    context: &'a PolicyContext<'a>,
    caller: Caller,
    tags: &'a Tags,
    policies: CompiledPolicies,
}

impl<'a> RoleTester<'a> {
    pub(super) fn new(
        context: &'a PolicyContext<'a>,
        role: &'a IamRole,
    ) -> Result<Self, CallerError> {
        Ok(Self {
            context,
            caller: Caller::from_arn(role.role_arn())?,
            tags: role.tags(),
            policies: role.policy_set().compile(),
        })
    }

    /// A request over TLS in the deployment's account and region.
    pub(super) fn request(&self, action: &str, resource: String) -> Request {
        let account = self.context.account;
        let request = Request::new(self.caller.clone(), action, resource)
            .resource_account(account.account_id.as_str())
            .context("s3:ResourceAccount", [account.account_id.as_str()])
            .context("aws:RequestedRegion", [account.region.as_str()])
            .context("aws:SecureTransport", ["true"]);
        self.tags.iter().fold(request, |request, (key, value)| {
            request.principal_tag(key, value)
        })
    }

    /// Whether the member can do what the access model grants: in each reading of policy variables
    /// without a value.
    fn granted(&self, request: &Request) -> Verdict {
        Verdict::from(self.policies.readings(request).certain().clone())
    }

    /// Whether the member reaches what the access model does not grant: in any reading.
    fn reached(&self, request: &Request) -> Verdict {
        Verdict::from(self.policies.readings(request).possible().clone())
    }

    /// Permissions under a prefix of the data bucket, which ends in `/`, and of which the access model
    /// grants some.
    pub(super) fn rights(&self, prefix: &str, model: ExpectedAccess) -> Rights {
        let (account, bucket) = (self.context.account, self.context.data_bucket);
        let object = account.object_arn(bucket, &format!("{prefix}{ANY}"));
        let decide = |request: &Request, is_granted: bool| {
            if is_granted {
                self.granted(request)
            } else {
                self.reached(request)
            }
        };
        let on_object =
            |action: &str, is_granted| decide(&self.request(action, object.clone()), is_granted);
        let listing = self
            .request("s3:ListBucket", account.bucket_arn(bucket))
            .context("s3:prefix", [prefix])
            .context("s3:delimiter", ["/"]);
        Rights {
            read: on_object("s3:GetObject", model.read),
            write: on_object("s3:PutObject", model.write),
            delete: on_object("s3:DeleteObject", model.delete),
            list: decide(&listing, model.list),
        }
    }

    /// Permissions in SageMaker, with the project and user that own the role.
    pub(super) fn sagemaker_access(&self, project: &str, user: &str) -> SageMakerAccess {
        let untagged = self.training_job(project);
        let tagged = untagged
            .clone()
            .request_tag(SYSTEM, self.context.system_tag)
            .request_tag(PROJECT, project)
            .request_tag(USER, user);
        SageMakerAccess {
            create_job: self.granted(&tagged),
            create_untagged_job: self.reached(&untagged),
            use_others: self.use_others(project, user),
            use_own_spaces: self.use_own_spaces(project, user),
            use_others_spaces: self.use_others_spaces(project, user),
        }
    }

    /// Whether the member can open the own profile of Studio, and create, start, stop and delete a
    /// private space of it; otherwise the first denial.
    fn use_own_spaces(&self, project: &str, user: &str) -> Verdict {
        let mut last = Verdict::denied("no policy allows it");
        for request in self.in_studio(&profile_of(project, user), project, user) {
            last = self.granted(&request);
            if !last.is_allowed() {
                return last;
            }
        }
        last
    }

    /// Whether the member can do any of that with the profile of another member of the project, or with
    /// one of another project; otherwise the last denial. Owners may stop and delete what other members
    /// of the project have.
    fn use_others_spaces(&self, project: &str, user: &str) -> Verdict {
        // The names of the other profiles begin or end with the own one's parts, as in `use_others`.
        let own = profile_of(project, user);
        let (mate, foreign) = (format!("{own}x"), own.replacen('-', "x-", 1));
        let of_mate = self.in_studio(&mate, project, &format!("{user}x"));
        let of_others = self.in_studio(&foreign, &format!("{project}x"), user);
        let mut last = Verdict::denied("no policy allows it");
        for request in of_mate[..3].iter().chain(&of_others) {
            last = self.reached(request);
            if last.is_allowed() {
                return last;
            }
        }
        last
    }

    /// Requests to open a profile of Studio with these tags, to create and start a private space of it,
    /// and to stop and delete it. Spaces are made without tags, as on Studio's web page.
    fn in_studio(&self, profile: &str, project: &str, user: &str) -> [Request; 5] {
        let account = self.context.account;
        let profile = account.sagemaker_arn(&format!("user-profile/d-{ANY}/{profile}"));
        let request = |action: &str, resource: String| {
            let request = self.request(action, resource);
            match self.context.platform.source_vpc_ids.first() {
                Some(vpc) => request.context("aws:SourceVpc", [vpc.as_str()]),
                None => request,
            }
        };
        let in_space = |action: &str, resource: &str| {
            request(action, account.sagemaker_arn(resource))
                .context("sagemaker:OwnerUserProfileArn", [profile.as_str()])
                .context("sagemaker:SpaceSharingType", ["Private"])
        };
        let open = request("sagemaker:CreatePresignedDomainUrl", profile.clone())
            .resource_tag(SYSTEM, self.context.system_tag)
            .resource_tag(PROJECT, project)
            .resource_tag(USER, user);
        let space = format!("space/d-{ANY}/{ANY}");
        let app = format!("app/d-{ANY}/{ANY}/jupyterlab/default");
        [
            open,
            in_space("sagemaker:CreateSpace", &space),
            in_space("sagemaker:CreateApp", &app),
            in_space("sagemaker:DeleteApp", &app),
            in_space("sagemaker:DeleteSpace", &space),
        ]
    }

    /// A training job in the approved network with the approved key, without tags.
    pub(super) fn training_job(&self, project: &str) -> Request {
        let network = self.context.network;
        let first_or = |ids: Option<&'a [String]>, default: &'static str| {
            ids.and_then(<[String]>::first)
                .map_or(default, String::as_str)
                .to_owned()
        };
        let key = self.context.account.kms_arn(
            self.context
                .kms_key
                .unwrap_or("00000000-0000-0000-0000-000000000000"),
        );
        let keys = ["VolumeKmsKey", "OutputKmsKey"];
        // Old and new names of the condition keys: AWS does not document which of them a request has.
        let names = keys
            .iter()
            .flat_map(|name| [(*name).to_owned(), format!("{name}Arn")]);
        names.fold(
            self.request(
                "sagemaker:CreateTrainingJob",
                self.context
                    .account
                    .sagemaker_arn(&format!("training-job/{project}-{ANY}")),
            )
            .context(
                "sagemaker:VpcSubnets",
                [first_or(network.map(|n| n.subnet_ids), "subnet-00000000")],
            )
            .context(
                "sagemaker:VpcSecurityGroupIds",
                [first_or(
                    network.map(|n| n.security_group_ids),
                    "sg-00000000",
                )],
            ),
            |request, name| request.context(format!("sagemaker:{name}"), [key.as_str()]),
        )
    }

    /// Whether any action of [`ON_MATES`] or [`ON_OTHERS`] is allowed; otherwise the last denial.
    fn use_others(&self, project: &str, user: &str) -> Verdict {
        // The names of the other owners begin with the role's own: `fraud*` in place of `fraud` in a
        // policy would match them.
        let owners = [
            (project.to_owned(), format!("{user}x"), &[ON_MATES][..]),
            (format!("{project}x"), user.to_owned(), &ON_OTHERS[..]),
        ];
        let mut last = Verdict::denied("no policy allows it");
        for (project, user, actions) in owners {
            for (action, kind) in actions {
                let request = self
                    .request(action, self.sagemaker(kind))
                    .resource_tag(SYSTEM, self.context.system_tag)
                    .resource_tag(PROJECT, project.as_str())
                    .resource_tag(USER, user.as_str());
                last = self.reached(&request);
                if last.is_allowed() {
                    return last;
                }
            }
        }
        last
    }

    /// ARN of an arbitrary resource of a type.
    pub(super) fn sagemaker(&self, kind: &str) -> String {
        self.context.account.sagemaker_arn(&format!("{kind}/{ANY}"))
    }
}

/// Name of the profile of a membership in Studio. Tags can have names that no membership has.
fn profile_of(project: &str, user: &str) -> String {
    match (project.parse(), user.parse()) {
        (Ok(project), Ok(user)) => user_profile_name(&project, &user),
        _ => format!("{project}-{user}"),
    }
}
