//! A platform that Terraform has applied, and the roles that its members would have.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use iam_policy::Document;
use iam_policy::evaluate::{PolicySet, Request};
use mlspace_core::layout::{Account, role_name};
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::policies::{
    ApprovedNetwork, MemberAccess, PlatformAccess, PolicyContext, ProjectAccess, attribute_policy,
    attribute_role_policy, group_policies, pass_role_policy, project_policy, suspension_policy,
    user_policy,
};
use mlspace_core::tags::membership_role_tags;
use serde_json::Value;

use super::super::cases::PlatformNames;
use super::super::roles::Role;
use crate::support::{PROVIDER, root};

/// How members' policies are generated.
#[derive(Clone, Copy, Debug)]
pub(super) enum PolicyModel {
    PerPrincipal,
    Attribute,
}

/// A platform in one region.
pub(super) struct AppliedPlatform {
    pub(super) account: Account,
    pub(super) platform: PlatformNames,
    pub(super) data_key: String,
    subnets: Vec<String>,
    security_groups: Vec<String>,
    boundary: (String, Document),
    base: Vec<(String, Document)>,
    bucket: Document,
    /// By ARN.
    keys: BTreeMap<String, Document>,
    /// Id and policy by the service's short name.
    endpoints: BTreeMap<String, (String, Document)>,
}

fn document(json: &Value) -> Document {
    let text = json.as_str().expect("a document as a string");
    Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text(json: &Value) -> String {
    json.as_str()
        .unwrap_or_else(|| panic!("not a string: {json}"))
        .to_owned()
}

impl AppliedPlatform {
    /// Applies the configuration in `tests/platform_policies` in each region.
    pub(super) fn in_regions(regions: &[&str]) -> Vec<Self> {
        let binaries = Path::new(PROVIDER).parent().expect("a directory");
        let done = Command::new(root().join("tests/tools/apply_module"))
            .arg("tests/platform_policies")
            .args(regions)
            .env("MLSPACE_BINARIES", binaries)
            .stderr(Stdio::inherit())
            .output()
            .expect("tests/tools/apply_module starts");
        assert!(
            done.status.success(),
            "tests/tools/apply_module failed; `make build` builds the fake AWS provider that it needs"
        );
        let applied: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        regions
            .iter()
            .map(|region| Self::read(region, &applied[*region]))
            .collect()
    }

    fn read(region: &str, applied: &Value) -> Self {
        let account = Account::new("123456789012", region);
        let settings = &applied["outputs"]["settings"];
        let resources = applied["resources"].as_object().expect("resources");
        let of = |ty: &'static str| resources.values().filter(move |each| each["type"] == ty);
        let bucket = text(&settings["data_bucket"]);
        let of_bucket = |ty: &'static str| {
            of(ty)
                .find(|each| each["bucket"] == bucket.as_str())
                .unwrap_or_else(|| panic!("no {ty} of {bucket}"))
        };
        let policy = |arn: &Value| {
            let found = of("aws_iam_policy").find(|each| &each["arn"] == arn);
            let found = found.unwrap_or_else(|| panic!("no policy {arn}"));
            (text(arn), document(&found["policy"]))
        };
        let encryption = of_bucket("aws_s3_bucket_server_side_encryption_configuration");
        let default = &encryption["rule"][0]["apply_server_side_encryption_by_default"][0];
        let ids =
            |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).expect("ids") };
        let defaults = &settings["notebook_defaults"];
        let subnets = ids(&defaults["subnet_ids"]);
        let security_groups = ids(&defaults["security_group_ids"]);
        let base = settings["base_policy_arns"].as_array().expect("ARNs");
        Self {
            platform: PlatformNames {
                subnet: subnets[0].clone(),
                security_group: security_groups[0].clone(),
                key: text(&defaults["kms_key_id"]),
                bucket: bucket.clone(),
            },
            data_key: text(&default["kms_master_key_id"]),
            boundary: policy(&settings["permissions_boundary_arn"]),
            base: base.iter().map(policy).collect(),
            bucket: document(&of_bucket("aws_s3_bucket_policy")["policy"]),
            keys: of("aws_kms_key")
                .map(|key| (text(&key["arn"]), document(&key["policy"])))
                .collect(),
            endpoints: of("aws_vpc_endpoint")
                .map(|endpoint| {
                    let name = text(&endpoint["service_name"]);
                    let (_, service) = name.split_once(&format!("{region}.")).expect("a region");
                    let policy = document(&endpoint["policy"]);
                    (service.to_owned(), (text(&endpoint["id"]), policy))
                })
                .collect(),
            subnets,
            security_groups,
            account,
        }
    }

    /// The region's name.
    pub(super) fn region(&self) -> &str {
        &self.account.region
    }

    /// The name that KMS uses for a service of the region.
    pub(super) fn service_host(&self, service: &str) -> String {
        let suffix = match self.account.partition.as_str() {
            "aws-cn" => ".cn",
            _ => "",
        };
        format!("{service}.{}.amazonaws.com{suffix}", self.account.region)
    }

    /// The roles of four memberships as the provider creates them, with boundary and base policies.
    pub(super) fn roles(&self, model: PolicyModel) -> Vec<Role> {
        [
            ("alpha", "alice"),
            ("alpha", "ali"),
            ("alphabeta", "alice"),
            ("alphabeta", "alice2"),
        ]
        .into_iter()
        .map(|(project, user)| self.role(model, project, user))
        .collect()
    }

    fn role(&self, model: PolicyModel, project: &str, user: &str) -> Role {
        let (project, user): (ProjectName, UserName) = (
            project.parse().expect("a name"),
            user.parse().expect("a name"),
        );
        let context = PolicyContext {
            account: &self.account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: &self.platform.bucket,
            network: Some(ApprovedNetwork {
                subnet_ids: &self.subnets,
                security_group_ids: &self.security_groups,
            }),
            kms_key: Some(&self.platform.key),
            platform: PlatformAccess::default(),
        };
        let name = role_name("MLSpace", &project, &user).expect("a role's name");
        let arn = self.account.role_arn(&name);
        let access = ProjectAccess::default();
        let shared = ["shared".parse().expect("a name")];
        let member = MemberAccess {
            datasets: if user.as_str() == "alice" {
                &shared
            } else {
                &[]
            },
            ..MemberAccess::new(&project, &user, &arn, &access)
        };
        let mut own = match model {
            PolicyModel::PerPrincipal => vec![
                project_policy(&context, &project, &access, false),
                user_policy(&context, &user),
                pass_role_policy(&context, &member),
            ],
            PolicyModel::Attribute => vec![
                attribute_policy(&context),
                suspension_policy(&context, &[]),
                attribute_role_policy(&context, &member),
            ],
        }
        .into_iter()
        .map(|document| document.expect("it fits"))
        .collect::<Vec<_>>();
        if user.as_str() == "alice" {
            let group = "analysts".parse().expect("a name");
            own.extend(group_policies(&context, &group, &shared).expect("it fits"));
        }
        let (boundary, limits) = &self.boundary;
        let mut policies = PolicySet::new().boundary(boundary, limits);
        for (label, document) in &self.base {
            policies = policies.identity(label, document);
        }
        for (number, document) in own.iter().enumerate() {
            policies = policies.identity(&format!("own {number}"), document);
        }
        let tags = membership_role_tags("MLSpace", &project, &user);
        Role {
            account: self.account.clone(),
            arn,
            project: project.to_string(),
            user: user.to_string(),
            tags: tags.into(),
            attached: Vec::new(),
            boundary: Some(boundary.clone()),
            policies,
        }
    }

    /// The endpoint of the request's service, or `None` if the service has none.
    fn endpoint(&self, request: &Request) -> Option<&(String, Document)> {
        let (service, action) = request.action().split_once(':').expect("a service");
        let service = match service {
            "sagemaker" if action.starts_with("Invoke") => "sagemaker.runtime",
            "sagemaker" => "sagemaker.api",
            other => other,
        };
        self.endpoints.get(service)
    }

    /// The request as it arrives through the platform's endpoint of its service.
    pub(super) fn through_endpoint(&self, request: Request) -> Request {
        match self.endpoint(&request).map(|(id, _)| id.clone()) {
            Some(id) => request
                .context("aws:SourceVpce", [id])
                .context("s3:TlsVersion", ["1.3"]),
            None => request,
        }
    }

    /// A caller's policies, with those of the request's resource and endpoint.
    pub(super) fn layers(&self, own: PolicySet, request: &Request) -> PolicySet {
        let bucket = self.account.bucket_arn(&self.platform.bucket);
        let mut all = own;
        let resource = request.resource();
        if resource == bucket || resource.starts_with(&format!("{bucket}/")) {
            all = all.resource("the data bucket", &self.bucket);
        } else if let Some(policy) = self.keys.get(resource) {
            all = all.resource("the key", policy);
        }
        let vpce = request.values(&"aws:SourceVpce".into());
        match self.endpoint(request) {
            Some((id, policy)) if vpce == [id.as_str()] => all.endpoint("the endpoint", policy),
            _ => all,
        }
    }
}
