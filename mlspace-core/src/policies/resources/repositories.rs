//! Policies of repositories of container images (Amazon ECR) and of packages (AWS CodeArtifact).

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_value};
use crate::policies::statements::actions::PULL;
use crate::policies::statements::job_runtime::IMAGE_LOGIN;
use crate::policies::statements::principals::{check_principals, with_principals};
use iam_policy::{Document, Operator, Principal, Statement};

/// Who uses a repository. All principals are ARNs, or patterns of ARNs, of roles and users.
#[derive(Clone, Copy, Debug)]
pub struct RepositoryAccess<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// The only principals that publish and delete: pipelines, not roles that run what is published.
    pub publisher_arns: &'a [String],
    /// Principals in other accounts that read. Within the account, the policies of a role decide.
    pub reader_arns: &'a [String],
}

/// Changes of the images of a repository.
///
/// Source: *Actions, resources, and condition keys for Amazon Elastic Container Registry*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html>).
const PUSH: [&str; 6] = [
    "ecr:BatchDeleteImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:PutImageTagMutability",
    "ecr:UploadLayerPart",
];

/// Changes of the packages of a repository.
///
/// Source: *Actions, resources, and condition keys for AWS CodeArtifact*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html>).
const PUBLISH: [&str; 8] = [
    "codeartifact:CopyPackageVersions",
    "codeartifact:DeletePackage",
    "codeartifact:DeletePackageVersions",
    "codeartifact:DisposePackageVersions",
    "codeartifact:PublishPackageVersion",
    "codeartifact:PutPackageMetadata",
    "codeartifact:PutPackageOriginConfiguration",
    "codeartifact:UpdatePackageVersionsStatus",
];

/// Reading packages of a repository.
const READ_PACKAGES: [&str; 6] = [
    "codeartifact:DescribePackageVersion",
    "codeartifact:GetPackageVersionReadme",
    "codeartifact:GetRepositoryEndpoint",
    "codeartifact:ListPackageVersions",
    "codeartifact:ListPackages",
    "codeartifact:ReadFromRepository",
];

impl RepositoryAccess<'_> {
    fn check(&self) -> Result<(), PolicyError> {
        check_principals(self.publisher_arns)?;
        check_principals(self.reader_arns)
    }

    /// The denial of changes by others than the publishers.
    fn deny_others(&self, sid: &str, actions: &[&str]) -> Statement {
        Statement::deny(sid)
            .principal(Principal::Any)
            .actions(actions.to_vec())
            .when(
                Operator::ArnNotLike,
                "aws:PrincipalArn",
                self.publisher_arns,
            )
    }

    /// What readers in other accounts can do, if there are any.
    fn allow_readers(&self, actions: &[&str]) -> Option<Statement> {
        (!self.reader_arns.is_empty()).then(|| {
            let readers = Statement::allow("Readers").actions(actions.to_vec());
            with_principals(readers, self.reader_arns, &self.account.account_id)
        })
    }
}

/// The policy of an ECR repository: only publishers push and delete images, whatever another policy
/// allows, and readers in other accounts pull. It has no `Resource`, which ECR does not accept.
///
/// It does not limit who changes the policy itself, so that a wrong ARN does not lock the account
/// out.
///
/// Source: *Private repository policies in Amazon ECR*
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>).
///
/// # Errors
/// [`PolicyError`] when an ARN is invalid.
pub fn image_repository_policy(access: &RepositoryAccess<'_>) -> Result<Document, PolicyError> {
    access.check()?;
    let mut statements: Vec<Statement> = access.allow_readers(&PULL).into_iter().collect();
    statements.push(access.deny_others("DenyPush", &PUSH));
    Ok(Document::new(statements))
}

/// The policy of a role with which SageMaker reads the images that are registered with it: it pulls
/// from these repositories of the account. A name ends with `*` for all that begin with it.
///
/// Source: *CreateImage* (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateImage.html>),
/// *Private repository policy examples*: pulling takes these actions and a login
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html>).
///
/// # Errors
/// [`PolicyError`] when the name of a repository is invalid.
pub fn image_role_policy(
    account: &Account,
    repositories: &[String],
) -> Result<Document, PolicyError> {
    for name in repositories {
        let whole = name.strip_suffix('*').unwrap_or(name);
        let remedy = "write the name of a repository, or the first part of one and `*`";
        check_value("repository", whole, "/_.-", remedy)?;
    }
    Ok(Document::new([
        Statement::allow("PullImages").actions(PULL).resources(
            repositories
                .iter()
                .map(|name| account.arn("ecr", &format!("repository/{name}"))),
        ),
        Statement::allow("ImageLogin")
            .actions([IMAGE_LOGIN])
            .resources(["*"]),
    ]))
}

/// The policy of a CodeArtifact repository: only publishers publish, copy and delete packages,
/// whatever another policy allows, and readers in other accounts read.
///
/// Source: *Repository policies*
/// (<https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html>).
///
/// # Errors
/// [`PolicyError`] when an ARN is invalid.
pub fn package_repository_policy(access: &RepositoryAccess<'_>) -> Result<Document, PolicyError> {
    access.check()?;
    let statements = access
        .allow_readers(&READ_PACKAGES)
        .into_iter()
        .chain([access.deny_others("DenyPublishing", &PUBLISH)]);
    Ok(Document::new(
        statements.map(|statement| statement.resources(["*"])),
    ))
}

/// The policy of a CodeArtifact domain: readers in other accounts get tokens, with which they read
/// from the repositories whose own policies let them.
///
/// Source: *Domain policies*
/// (<https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html>).
///
/// # Errors
/// [`PolicyError`] when an ARN is invalid.
pub fn package_domain_policy(
    account: &Account,
    reader_arns: &[String],
) -> Result<Document, PolicyError> {
    check_principals(reader_arns)?;
    let tokens = Statement::allow("Tokens")
        .actions(["codeartifact:GetAuthorizationToken"])
        .resources(["*"]);
    Ok(Document::new([with_principals(
        tokens,
        reader_arns,
        &account.account_id,
    )]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::evaluate::{Caller, PolicySet, Request};

    const PIPELINE: &str = "arn:aws:iam::123456789012:role/build/images";
    const MEMBER: &str = "arn:aws:iam::123456789012:role/MLSpace-fraud-alice";
    const READER: &str = "arn:aws:iam::210987654321:role/deployment";
    const STRANGER: &str = "arn:aws:iam::999999999999:role/stranger";

    /// Whether a principal whose own policies allow everything can do this.
    fn allows(policy: &Document, principal: &str, action: &str, resource: &str) -> bool {
        let everything = Document::new([Statement::allow("Everything")
            .actions(["*"])
            .resources(["*"])]);
        let request = Request::new(Caller::from_arn(principal).unwrap(), action, resource);
        PolicySet::new()
            .identity("own", &everything)
            .resource("repository", policy)
            .decide(&request)
            .is_allowed()
    }

    #[test]
    fn repositories_take_from_publishers_only() {
        let account = Account::new("123456789012", "us-east-1");
        for pattern in [PIPELINE, "arn:aws:iam::123456789012:role/build/*"] {
            let access = RepositoryAccess {
                account: &account,
                publisher_arns: &[pattern.to_owned()],
                reader_arns: &[READER.to_owned()],
            };
            let images = image_repository_policy(&access).unwrap();
            let packages = package_repository_policy(&access).unwrap();
            let image = "arn:aws:ecr:us-east-1:123456789012:repository/mlspace/lab";
            let package = "arn:aws:codeartifact:us-east-1:123456789012:repository/ml/shared";
            for (policy, write, read, resource) in [
                (&images, &PUSH[..], &PULL[..], image),
                (&packages, &PUBLISH[..], &READ_PACKAGES[..], package),
            ] {
                for action in write {
                    assert!(allows(policy, PIPELINE, action, resource), "{action}");
                    for other in [MEMBER, READER, STRANGER] {
                        assert!(!allows(policy, other, action, resource), "{action} {other}");
                    }
                }
                for action in read {
                    for reader in [PIPELINE, MEMBER, READER] {
                        assert!(
                            allows(policy, reader, action, resource),
                            "{action} {reader}"
                        );
                    }
                    assert!(!allows(policy, STRANGER, action, resource), "{action}");
                }
            }
        }
    }

    #[test]
    fn domain_gives_tokens_to_readers() {
        let account = Account::new("123456789012", "us-east-1");
        let policy = package_domain_policy(&account, &[READER.to_owned()]).unwrap();
        let domain = "arn:aws:codeartifact:us-east-1:123456789012:domain/ml";
        let token = "codeartifact:GetAuthorizationToken";
        assert!(allows(&policy, READER, token, domain));
        assert!(!allows(&policy, STRANGER, token, domain));
        assert!(!allows(
            &policy,
            READER,
            "codeartifact:CreateRepository",
            domain
        ));
    }

    #[test]
    fn image_role_pulls_from_its_repositories() {
        let account = Account::new("123456789012", "us-east-1");
        let policy = image_role_policy(&account, &["mlspace/*".to_owned()]).unwrap();
        let pulls = |repository: &str| {
            let arn = account.arn("ecr", &format!("repository/{repository}"));
            let role = Caller::from_arn(PIPELINE).unwrap();
            PolicySet::new()
                .identity("role", &policy)
                .decide(&Request::new(role, "ecr:BatchGetImage", arn))
                .is_allowed()
        };
        assert!(pulls("mlspace/lab"));
        assert!(!pulls("other/lab"));
        assert!(image_role_policy(&account, &["a*b".to_owned()]).is_err());
    }

    #[test]
    fn repositories_refuse_patterns_of_accounts() {
        let account = Account::new("123456789012", "us-east-1");
        let access = RepositoryAccess {
            account: &account,
            publisher_arns: &["arn:aws:iam::*:role/build".to_owned()],
            reader_arns: &[],
        };
        assert!(image_repository_policy(&access).is_err());
        assert!(package_repository_policy(&access).is_err());
    }
}
