//! Strings for random policies and requests: few and similar, so that they often match.

use iam_policy::Operator;

/// The account of callers.
pub(crate) const OWN: &str = "111122223333";
/// Another account.
pub(crate) const OTHER: &str = "444455556666";

pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/r";
pub(crate) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/r/s";
pub(crate) const USER: &str = "arn:aws:iam::111122223333:user/u";
pub(crate) const ROOT: &str = "arn:aws:iam::111122223333:root";
pub(crate) const SERVICE: &str = "sagemaker.amazonaws.com";

/// A service as random worlds know it.
pub(crate) struct Scene {
    /// Actions with the resources they are asked on.
    pub(crate) requests: &'static [(&'static str, &'static [&'static str])],
    pub(crate) actions: &'static [&'static str],
    pub(crate) resources: &'static [&'static str],
    /// Context keys of the service, in addition to those of every request.
    pub(crate) keys: &'static [Key],
    /// Whether the service evaluates the resource's policy within the same account, too.
    pub(crate) needs_resource_policy: bool,
}

/// What a key's values are, and so which operators suit it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Text,
    Number,
    Date,
    Flag,
    Address,
    Arn,
}

/// A context key.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether a request can hold many values.
    pub(crate) many: bool,
    /// The only actions that have it; none stands for all of the scene.
    pub(crate) only: &'static [&'static str],
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        many: false,
        only: &[],
    }
}

const fn list(name: &'static str) -> Key {
    Key {
        name,
        kind: Kind::Text,
        many: true,
        only: &[],
    }
}

/// Keys that every request can have.
pub(crate) const KEYS: [Key; 17] = [
    key("aws:PrincipalTag/user", Kind::Text),
    key("aws:PrincipalTag/project", Kind::Text),
    key("aws:RequestTag/project", Kind::Text),
    key("aws:ResourceTag/project", Kind::Text),
    key("aws:UserAgent", Kind::Text),
    key("aws:SourceVpce", Kind::Text),
    list("aws:TagKeys"),
    list("aws:CalledVia"),
    list("aws:PrincipalOrgPaths"),
    key("aws:SourceIp", Kind::Address),
    key("aws:VpcSourceIp", Kind::Address),
    key("aws:CurrentTime", Kind::Date),
    key("aws:TokenIssueTime", Kind::Date),
    key("aws:MultiFactorAuthAge", Kind::Number),
    key("aws:SecureTransport", Kind::Flag),
    key("aws:MultiFactorAuthPresent", Kind::Flag),
    key("aws:SourceArn", Kind::Arn),
];

impl Kind {
    /// What requests hold.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "alice", "Alice", "al", "alice2", "", "a*", "bob", "$*", "b+c", "über",
            ],
            Self::Number => &["5", "5.0", "05", "-1", "10", "9", "4.99", "100000000000"],
            Self::Date => &[
                "2026-01-01T00:00:00Z",
                "2026-01-01T00:00:01Z",
                "2025-12-31T23:59:59Z",
                "2026-01-01T01:00:00+01:00",
                "2026-01-01",
            ],
            Self::Flag => &["true", "false", "TRUE"],
            Self::Address => &[
                "203.0.113.7",
                "203.0.114.7",
                "10.0.0.1",
                "2001:db8::1",
                "2001:db8:1::1",
            ],
            Self::Arn => &[
                "arn:aws:s3:::data",
                "arn:aws:s3:::data2",
                "arn:aws:sns:eu-west-1:111122223333:t",
                "arn:aws:sns:us-east-1:444455556666:t:x",
                "arn:aws:sagemaker:eu-west-1:111122223333:model/m/x",
            ],
        }
    }

    /// What policies compare with.
    pub(crate) fn operands(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "alice",
                "Alice",
                "al*",
                "a?ice",
                "*",
                "bob",
                "",
                "${aws:PrincipalTag/user}",
                "${*}",
                "a${*}",
                "${aws:PrincipalTag/none}",
                "${aws:PrincipalTag/none, 'alice'}",
                "${aws:username}",
                "b+c",
                "ÜBER",
                "?*",
            ],
            Self::Number => &["5", "5.00", "10", "0", "-1"],
            Self::Date => &[
                "2026-01-01T00:00:00Z",
                "2026-01-01",
                "2025-12-31T23:59:59Z",
                "2026-01-01T00:00:00.500Z",
            ],
            Self::Flag => &["true", "false", "True"],
            Self::Address => &[
                "203.0.113.0/24",
                "203.0.113.7",
                "203.0.112.0/22",
                "0.0.0.0/0",
                "10.0.0.0/8",
                "2001:db8::/48",
                "::/0",
                "2001:db8::1",
            ],
            Self::Arn => &[
                "arn:aws:s3:::data",
                "arn:aws:s3:::data*",
                "arn:aws:*:*:*:*",
                "arn:aws:sns:*:111122223333:*",
                "arn:aws:sns:*:444455556666:?",
                "arn:*:sagemaker:eu-*:1111????3333:model/*",
                "arn:aws:s3:::${aws:PrincipalTag/user}",
            ],
        }
    }

    /// Operators that read such values.
    pub(crate) fn operators(self) -> &'static [Operator] {
        use Operator as O;
        match self {
            Self::Text => &[
                O::StringEquals,
                O::StringNotEquals,
                O::StringLike,
                O::StringNotLike,
                O::StringEqualsIgnoreCase,
                O::StringNotEqualsIgnoreCase,
                O::StringEquals,
                O::StringNotEquals,
                O::BinaryEquals,
            ],
            Self::Number => &[
                O::NumericEquals,
                O::NumericNotEquals,
                O::NumericLessThan,
                O::NumericLessThanEquals,
                O::NumericGreaterThan,
                O::NumericGreaterThanEquals,
            ],
            Self::Date => &[
                O::DateEquals,
                O::DateNotEquals,
                O::DateLessThan,
                O::DateLessThanEquals,
                O::DateGreaterThan,
                O::DateGreaterThanEquals,
            ],
            Self::Flag => &[O::Bool],
            Self::Address => &[O::IpAddress, O::NotIpAddress],
            Self::Arn => &[O::ArnEquals, O::ArnNotEquals, O::ArnLike, O::ArnNotLike],
        }
    }
}

/// The services.
pub(crate) const SCENES: [Scene; 6] = [
    Scene {
        requests: &[
            (
                "s3:GetObject",
                &[
                    "arn:aws:s3:::data/alice/x",
                    "arn:aws:s3:::data/al/x:y",
                    "arn:aws:s3:::data2/x",
                ],
            ),
            (
                "S3:putobject",
                &["arn:aws:s3:::data/alice/x", "arn:aws:s3:::data/bob/über"],
            ),
            (
                "s3:DeleteObject",
                &["arn:aws:s3:::data/alice/", "arn:aws:s3:::data//x"],
            ),
            (
                "s3:ListBucket",
                &["arn:aws:s3:::data", "arn:aws:s3:::data2"],
            ),
            ("s3:ListAllMyBuckets", &["*"]),
        ],
        actions: &[
            "*",
            "s3:*",
            "s3:Get*",
            "S3:getOBJECT",
            "s3:?etObject",
            "s3:List*",
            "s3:*Object",
            "s3:ListBucket",
            "sqs:*",
        ],
        resources: &[
            "*",
            "arn:aws:s3:::data",
            "arn:aws:s3:::data/*",
            "arn:aws:s3:::data/alice/*",
            "arn:aws:s3:::data/*/x",
            "arn:aws:s3:::data/${aws:PrincipalTag/user}/*",
            "arn:aws:s3:::data/${aws:PrincipalTag/none, 'alice'}/*",
            "arn:aws:s3:::data/${aws:PrincipalTag/none}/*",
            "arn:aws:s3:::data?/*",
            "arn:aws:s3:::*",
            "arn:*:s3:::data*",
            "arn:aws:s3:::data/a${*}",
            "arn:aws:s3:*:*:data/*",
        ],
        keys: &[
            Key {
                name: "s3:prefix",
                kind: Kind::Text,
                many: false,
                only: &["s3:ListBucket"],
            },
            Key {
                name: "s3:max-keys",
                kind: Kind::Number,
                many: false,
                only: &["s3:ListBucket"],
            },
        ],
        needs_resource_policy: false,
    },
    Scene {
        requests: &[
            (
                "sqs:SendMessage",
                &[
                    "arn:aws:sqs:eu-west-1:111122223333:q1",
                    "arn:aws:sqs:us-east-1:444455556666:q1",
                ],
            ),
            (
                "sqs:ReceiveMessage",
                &[
                    "arn:aws:sqs:eu-west-1:111122223333:q12",
                    "arn:aws:sqs:eu-west-1:444455556666:q2",
                ],
            ),
            ("sqs:ListQueues", &["*"]),
        ],
        actions: &[
            "*",
            "sqs:*",
            "sqs:Send*",
            "sqs:sendmessage",
            "sqs:*Message",
            "sqs:ListQueue?",
            "s3:*",
        ],
        resources: &[
            "*",
            "arn:aws:sqs:*:*:*",
            "arn:aws:sqs:eu-west-1:111122223333:q1",
            "arn:aws:sqs:*:111122223333:q?",
            "arn:aws:sqs:eu-*:*:q*",
            "arn:aws:sqs:eu-west-1:1111*:q1",
            "arn:aws:sqs:us-east-1:444455556666:*",
        ],
        keys: &[],
        needs_resource_policy: false,
    },
    Scene {
        requests: &[
            (
                "sagemaker:CreateTrainingJob",
                &["arn:aws:sagemaker:eu-west-1:111122223333:training-job/alice"],
            ),
            (
                "sagemaker:DescribeTrainingJob",
                &["arn:aws:sagemaker:eu-west-1:111122223333:training-job/bob"],
            ),
            (
                "sagemaker:CreateEndpoint",
                &[
                    "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/x",
                    "arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/x",
                ],
            ),
            ("sagemaker:ListModels", &["*"]),
        ],
        actions: &[
            "*",
            "sagemaker:*",
            "sagemaker:Create*",
            "sagemaker:*TrainingJob",
            "SageMaker:List*",
            "sagemaker:CreateEndpoint",
        ],
        resources: &[
            "*",
            "arn:aws:sagemaker:*:*:training-job/*",
            "arn:aws:sagemaker:eu-west-1:111122223333:*",
            "arn:aws:sagemaker:*:111122223333:training-job/${aws:PrincipalTag/user}",
            "arn:aws:sagemaker:*:*:endpoint-config/*",
            "arn:aws:sagemaker:eu-west-?:*:endpoint/*",
        ],
        keys: &[
            Key {
                name: "sagemaker:VpcSubnets",
                kind: Kind::Text,
                many: true,
                only: &["sagemaker:CreateTrainingJob"],
            },
            Key {
                name: "sagemaker:InstanceTypes",
                kind: Kind::Text,
                many: true,
                only: &["sagemaker:CreateTrainingJob"],
            },
            Key {
                name: "sagemaker:VolumeKmsKeyArn",
                kind: Kind::Arn,
                many: false,
                only: &["sagemaker:CreateTrainingJob"],
            },
            Key {
                name: "sagemaker:MaxRuntimeInSeconds",
                kind: Kind::Number,
                many: false,
                only: &["sagemaker:CreateTrainingJob"],
            },
            Key {
                name: "sagemaker:NetworkIsolation",
                kind: Kind::Flag,
                many: false,
                only: &["sagemaker:CreateTrainingJob"],
            },
            Key {
                name: "sagemaker:ResourceTag/project",
                kind: Kind::Text,
                many: false,
                only: &[
                    "sagemaker:CreateTrainingJob",
                    "sagemaker:DescribeTrainingJob",
                    "sagemaker:CreateEndpoint",
                ],
            },
        ],
        needs_resource_policy: false,
    },
    Scene {
        requests: &[
            (
                "iam:PassRole",
                &[
                    "arn:aws:iam::111122223333:role/alice",
                    "arn:aws:iam::111122223333:role/ml/bob",
                ],
            ),
            ("iam:GetRole", &["arn:aws:iam::111122223333:role/alice"]),
            ("iam:ListRoles", &["*"]),
        ],
        actions: &[
            "*",
            "iam:*",
            "iam:PassRole",
            "IAM:Get*",
            "iam:*Role",
            "iam:List*",
        ],
        resources: &[
            "*",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::111122223333:role/alice",
            "arn:aws:iam::111122223333:role/ml/*",
            "arn:aws:iam::111122223333:role/${aws:PrincipalTag/user}",
        ],
        keys: &[Key {
            name: "iam:PassedToService",
            kind: Kind::Text,
            many: false,
            only: &["iam:PassRole"],
        }],
        needs_resource_policy: false,
    },
    Scene {
        requests: &[
            (
                "kms:Decrypt",
                &[
                    "arn:aws:kms:eu-west-1:111122223333:key/k1",
                    "arn:aws:kms:eu-west-1:444455556666:key/k1",
                ],
            ),
            (
                "kms:CreateGrant",
                &["arn:aws:kms:eu-west-1:111122223333:key/k2"],
            ),
        ],
        actions: &["*", "kms:*", "kms:Decrypt", "kms:Create*", "KMS:*rypt"],
        resources: &[
            "*",
            "arn:aws:kms:*:*:key/*",
            "arn:aws:kms:eu-west-1:111122223333:key/k1",
            "arn:aws:kms:*:111122223333:key/k?",
        ],
        keys: &[
            Key {
                name: "kms:ViaService",
                kind: Kind::Text,
                many: false,
                only: &["kms:Decrypt", "kms:CreateGrant"],
            },
            Key {
                name: "kms:GrantIsForAWSResource",
                kind: Kind::Flag,
                many: false,
                only: &["kms:CreateGrant"],
            },
        ],
        needs_resource_policy: true,
    },
    Scene {
        requests: &[(
            "sts:AssumeRole",
            &[
                "arn:aws:iam::111122223333:role/alice",
                "arn:aws:iam::444455556666:role/bob",
            ],
        )],
        actions: &[
            "*",
            "sts:*",
            "sts:AssumeRole",
            "sts:Assume*",
            "sts:TagSession",
        ],
        resources: &[
            "*",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::111122223333:role/alice",
            "arn:aws:iam::444455556666:role/*",
        ],
        keys: &[],
        needs_resource_policy: true,
    },
];
