//! The documents with which requests are decided.

use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::policies::services::Service;

/// Services that some of the requests need.
const SWITCHED_ON: &[Service] = &[
    Service::Registry,
    Service::ModelCards,
    Service::Pipelines,
    Service::Experiments,
    Service::Mlflow,
    Service::FeatureStore,
    Service::InferenceComponents,
    Service::Automl,
];

/// Services that the other requests need: not all of them fit together.
const OTHERS: &[Service] = &[Service::Codeartifact];

const VPC_ENDPOINT: &str = "vpce-0ccc";

/// All documents of a deployment that a request can be decided with.
pub(super) struct Documents {
    pub(super) role: String,
    per_principal: Vec<Document>,
    attribute: Vec<Document>,
    base: Document,
    boundary: Document,
    everything: Document,
    full_access: Document,
    bucket: Document,
    key: Document,
    /// Documents of people and of Terraform, by the last part of the principal's name.
    others: Vec<(&'static str, Vec<Document>, Option<Document>)>,
}

fn generate(id: &str, more: serde_json::Value) -> Vec<Document> {
    let key = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
    let mut all = json!({
        "account_id": "123456789012", "region": "us-east-1", "data_bucket": "mlspace-data-123456789012",
        "subnet_ids": [subnet(0), subnet(1)], "security_group_ids": ["sg-0123456789abcdef0"], "kms_key_id": key,
    });
    if ["bucket", "key"].contains(&id) {
        all = json!({"account_id": "123456789012", "region": "us-east-1"});
    }
    all.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    document_template(id).unwrap().documents(&all).unwrap()
}

impl Documents {
    /// The documents with which this request is decided.
    pub(super) fn for_request(row: &serde_json::Value) -> &'static Self {
        static MANY: LazyLock<Documents> = LazyLock::new(|| Documents::new(SWITCHED_ON));
        static FEW: LazyLock<Documents> = LazyLock::new(|| Documents::new(OTHERS));
        let action = row["action"].as_str().unwrap();
        if action.starts_with("codeartifact:") || action == "sts:GetServiceBearerToken" {
            &FEW
        } else {
            &MANY
        }
    }

    fn new(offered: &'static [Service]) -> Self {
        let deployment = Deployment::new();
        let context = PolicyContext {
            platform: PlatformAccess {
                services: offered,
                ..PlatformAccess::default()
            },
            ..deployment.context()
        };
        let (project, user) = (project("fraud"), user("alice"));
        let role = deployment.role_arn(&project, &user);
        let mut services: Services = offered.iter().copied().collect();
        if services.has(Service::Codeartifact) {
            services.switch_on(
                Service::Codeartifact,
                ServiceOptions {
                    arns: vec![
                        "arn:aws:codeartifact:us-east-1:123456789012:repository/ml/pypi-store"
                            .to_owned(),
                    ],
                    guardrail_arn: None,
                },
            );
        }
        let access = ProjectAccess {
            services,
            ..ProjectAccess::default()
        };
        let member = MemberAccess::new(&project, &user, &role, &access);
        let boundary_arn = "arn:aws:iam::123456789012:policy/platform/mlspace-permissions-boundary";
        let terraform = json!({"permissions_boundary_arn": boundary_arn});
        let administrators = json!({
            "administrator_arns": ["arn:aws:iam::123456789012:role/admin"], "endpoint_ids": [VPC_ENDPOINT],
        });
        let key = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
        Self {
            per_principal: vec![
                project_policy(&context, &project, &access, false).unwrap(),
                user_policy(&context, &user).unwrap(),
                pass_role_policy(&context, &member).unwrap(),
            ],
            attribute: vec![
                attribute_policy(&context).unwrap(),
                suspension_policy(&context, []).unwrap(),
                attribute_role_policy(&context, &member).unwrap(),
            ],
            base: notebook_base_policy(&context).unwrap(),
            boundary: permissions_boundary(&context).unwrap(),
            everything: allow_all("*"),
            full_access: full_access(),
            bucket: generate(
                "bucket",
                json!({
                    "bucket": "mlspace-data-123456789012", "endpoint_ids": [VPC_ENDPOINT], "kms_key_arn": key,
                    "exempt_principal_arns": ["arn:aws:iam::123456789012:role/platform/mlspace-terraform"],
                }),
            )
            .remove(0),
            key: generate("key", administrators).remove(0),
            others: vec![
                (
                    "mlspace-terraform",
                    generate("provider", terraform.clone()),
                    Some(generate("provider_boundary", terraform).remove(0)),
                ),
                (
                    "mlspace-data-scientist",
                    generate("data_scientist", json!({"endpoint_ids": ["vpce-0aaa"], "projects": ["fraud"]})),
                    None,
                ),
                ("mlspace-team-x", generate("team_admin", json!({"projects": ["fraud"]})), None),
                (
                    "mlspace-auditor",
                    generate("auditor", json!({"log_group_prefix": "/mlspace/"})),
                    None,
                ),
            ],
            role,
        }
    }

    /// The sets of policies that the request is to be decided with, with a description.
    pub(super) fn sets(&self, row: &serde_json::Value) -> Vec<(String, PolicySet)> {
        if let Some(principal) = row["principal"].as_str() {
            return vec![self.other(row, principal)];
        }
        let models = row
            .get("models")
            .map_or_else(|| strings(&["attribute", "per_principal"]), strings_of);
        let mut all = Vec::new();
        for model in models {
            let documents: &[Document] = match model.as_str() {
                "attribute" => &self.attribute,
                "per_principal" => &self.per_principal,
                // The boundary by itself.
                _ => &[],
            };
            let set = documents
                .iter()
                .zip(["a", "b", "own"])
                .fold(PolicySet::new(), |set, (document, label)| {
                    set.identity(label, document)
                });
            let set = self.with_base(set, &row["base_policy"]);
            let set = self.with_resource(set, row);
            let bounded = set.clone().boundary("boundary", &self.boundary);
            all.push((format!("{model} bounded"), bounded));
            if row.get("boundary").is_some() {
                all.pop();
            }
            if model != "other" {
                all.push((format!("{model} unbounded"), set));
            }
        }
        all
    }

    fn with_base(&self, set: PolicySet, base: &serde_json::Value) -> PolicySet {
        match base {
            serde_json::Value::Null => set.identity("base", &self.base),
            serde_json::Value::String(name) if name == "@full" => {
                set.identity("base", &self.everything)
            }
            serde_json::Value::String(_) => set.identity("base", &self.full_access),
            document => set.identity("base", &Document::parse(&document.to_string()).unwrap()),
        }
    }

    fn with_resource(&self, set: PolicySet, row: &serde_json::Value) -> PolicySet {
        match &row["resource_policy"] {
            // The repositories of AWS's accounts can be pulled from by everybody.
            serde_json::Value::Null
                if row["action"].as_str().unwrap().starts_with("ecr:")
                    && !row["resource"].as_str().unwrap().contains(":123456789012:") =>
            {
                let mut open = allow_all("ecr:*");
                open.statements = vec![
                    open.statements[0]
                        .clone()
                        .principal(iam_policy::Principal::Any),
                ];
                set.resource("repository", &open)
            }
            serde_json::Value::Null => set,
            serde_json::Value::String(name) if name == "g_key" => set.resource("key", &self.key),
            serde_json::Value::String(_) => set.resource("bucket", &self.bucket),
            document => set.resource("resource", &Document::parse(&document.to_string()).unwrap()),
        }
    }

    /// The policies of a person, of Terraform or of another role.
    fn other(&self, row: &serde_json::Value, principal: &str) -> (String, PolicySet) {
        let name = principal.rsplit('/').next().unwrap_or_default();
        let mut set = PolicySet::new();
        if let Some((_, documents, boundary)) =
            self.others.iter().find(|(known, ..)| *known == name)
        {
            for document in documents {
                set = set.identity("own", document);
            }
            if let Some(boundary) = boundary {
                set = set.boundary("boundary", boundary);
            }
        }
        if row["group"] == "guardrail" {
            let title = row["name"].as_str().unwrap();
            set = set.identity("guardrail", &guardrail_of(title));
        }
        if row.get("base_policy").is_some() {
            set = self.with_base(set, &row["base_policy"]);
        }
        (name.to_owned(), self.with_resource(set, row))
    }
}

/// The guardrail that a request is about.
fn guardrail_of(title: &str) -> Document {
    let id = title.split(':').next().unwrap();
    let boundary = "arn:aws:iam::123456789012:policy/platform/mlspace-permissions-boundary";
    let key = "arn:aws:kms:us-east-1:123456789012:key/k";
    let parameters = match id {
        "G05" => json!({"api_vpce_ids": ["vpce-0aaa"], "notebook_vpce_ids": ["vpce-0bbb"]}),
        "G09" => json!({"protected_tags": ["project", "user"]}),
        "G10" => json!({"subnet_ids": [subnet(0)], "security_group_ids": ["sg-1"]}),
        "G11" => json!({"kms_key_arns": [key], "local_nvme_types": ["ml.g5.*"]}),
        "G19" => json!({"max_runtime_seconds": 86_400}),
        "G27" => json!({
            "account_id": "123456789012", "partition": "aws", "boundary_policy_arn": boundary,
            "guarded_role_arns": ["arn:aws:iam::123456789012:role/ml/*"],
        }),
        _ => json!({}),
    };
    guardrail(id, &parameters).unwrap()
}

/// The statements of AWS's AmazonSageMakerFullAccess that concern the requests.
///
/// Source: *AWS managed policy: AmazonSageMakerFullAccess*
/// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerFullAccess.html>).
fn full_access() -> Document {
    let text = json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["sagemaker:*"], "NotResource": [
                "arn:aws:sagemaker:*:*:domain/*", "arn:aws:sagemaker:*:*:user-profile/*",
                "arn:aws:sagemaker:*:*:app/*", "arn:aws:sagemaker:*:*:space/*", "arn:aws:sagemaker:*:*:flow-definition/*",
            ]},
            {"Effect": "Allow", "Resource": "*", "Action": [
                "application-autoscaling:*", "aws-marketplace:ViewSubscriptions", "cloudwatch:*Alarm*",
                "cloudwatch:GetMetric*", "cloudwatch:PutMetricData", "codecommit:BatchGetRepositories",
                "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:CreateVpcEndpoint",
                "ec2:DeleteNetworkInterface", "ec2:Describe*", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
                "ecr:CreateRepository", "ecr:Describe*", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
                "glue:CreateJob", "glue:GetTable*", "glue:UpdateJob", "groundtruthlabeling:*", "iam:ListRoles",
                "kms:DescribeKey", "kms:ListAliases", "lambda:ListFunctions", "logs:CreateLogDelivery",
                "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents",
                "logs:PutLogEvents", "logs:PutResourcePolicy", "robomaker:*", "secretsmanager:ListSecrets", "tag:GetResources",
            ]},
            {"Effect": "Allow", "Action": ["ecr:SetRepositoryPolicy", "ecr:BatchDeleteImage", "ecr:PutImage"],
             "Resource": "arn:aws:ecr:*:*:repository/*sagemaker*"},
            {"Effect": "Allow", "Action": ["codecommit:GitPull", "codecommit:GitPush"], "Resource": ["arn:aws:codecommit:*:*:*sagemaker*"]},
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "secretsmanager:CreateSecret"],
             "Resource": ["arn:aws:secretsmanager:*:*:secret:AmazonSageMaker-*"]},
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
             "Resource": ["arn:aws:s3:::*SageMaker*", "arn:aws:s3:::*Sagemaker*", "arn:aws:s3:::*sagemaker*", "arn:aws:s3:::*aws-glue*"]},
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*",
             "Condition": {"StringEqualsIgnoreCase": {"s3:ExistingObjectTag/SageMaker": "true"}}},
            {"Effect": "Allow", "Action": ["s3:CreateBucket", "s3:GetBucketLocation", "s3:ListBucket", "s3:ListAllMyBuckets"], "Resource": "*"},
            {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": ["arn:aws:lambda:*:*:function:*SageMaker*", "arn:aws:lambda:*:*:function:*sagemaker*"]},
        ],
    });
    Document::parse(&text.to_string()).unwrap()
}
