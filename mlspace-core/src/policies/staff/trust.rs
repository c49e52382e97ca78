//! The trust policy of roles of staff and of Terraform.

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_value};
use crate::policies::statements::principals::{check_principals, with_principals};
use crate::tags::USER;
use iam_policy::{Document, Operator, Principal, Statement};

/// Principals that can assume a role. At least one of the three fields is required.
#[derive(Clone, Copy, Debug, Default)]
pub struct StaffTrust<'a> {
    /// ARNs, or patterns of ARNs, of roles and users, such as those of IAM Identity Center.
    pub principal_arns: &'a [String],
    /// ARN of the SAML provider in IAM whose users can assume the role.
    pub saml_provider_arn: Option<&'a str>,
    /// The OpenID Connect provider whose tokens can assume the role: for a pipeline that runs
    /// Terraform.
    pub web_identity: Option<WebIdentity<'a>>,
}

/// An OpenID Connect provider, and the tokens that are trusted.
#[derive(Clone, Copy, Debug)]
pub struct WebIdentity<'a> {
    /// ARN of the provider in IAM, which ends in the issuer's host.
    pub provider_arn: &'a str,
    /// Required value of the claim `aud`.
    pub audience: &'a str,
    /// Allowed values of the claim `sub`: values, or patterns that name an owner before their first
    /// wildcard, such as `repo:acme/ml-platform:ref:refs/heads/main` and `repo:acme/ml-*`.
    pub subjects: &'a [String],
}

/// The trust policy of a role of staff or of Terraform.
///
/// The session can have one tag, `user`, which identifies the resources of a data scientist.
/// Callers cannot choose its value: roles and users pass on their own tag, and an identity provider
/// sets it. Sessions of web identities have no tag.
///
/// Sources: *Pass session tags in AWS STS*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>), *Create a role for
/// SAML 2.0 federation*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html>), *Create
/// a role for OpenID Connect federation*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>).
///
/// # Errors
/// [`PolicyError`] when no principal is named, or a value is invalid.
pub fn staff_trust_policy(
    account: &Account,
    trust: &StaffTrust<'_>,
) -> Result<Document, PolicyError> {
    check_principals(trust.principal_arns)?;
    let allow_user_tag = |statement: Statement| {
        statement
            .actions(["sts:TagSession"])
            .when(
                Operator::StringEquals.for_all_values(),
                "aws:TagKeys",
                [USER],
            )
            .when(Operator::Null, "aws:TagKeys", ["false"])
    };
    let mut statements = Vec::new();
    if !trust.principal_arns.is_empty() {
        let allow = |sid: &str| {
            with_principals(
                Statement::allow(sid),
                trust.principal_arns,
                &account.account_id,
            )
        };
        statements.push(allow("Principals").actions(["sts:AssumeRole"]));
        statements.push(allow_user_tag(allow("HandDownName")).when(
            Operator::StringEquals,
            format!("aws:RequestTag/{USER}"),
            [format!("${{aws:PrincipalTag/{USER}}}")],
        ));
    }
    if let Some(arn) = trust.saml_provider_arn {
        check_value(
            "SAML provider",
            arn,
            ":/._-",
            "write the ARN of a SAML provider in IAM",
        )?;
        let allow = |sid: &str| {
            Statement::allow(sid)
                .principal(Principal::federated(arn))
                .when(Operator::StringEquals, "SAML:aud", [saml_audience(account)])
        };
        statements.push(allow("SamlUsers").actions(["sts:AssumeRoleWithSAML"]));
        statements.push(allow_user_tag(allow("SamlName")));
    }
    if let Some(identity) = &trust.web_identity {
        statements.push(allow_web_identity(identity)?);
    }
    if statements.is_empty() {
        return Err(PolicyError::Value {
            what: "list of principals",
            value: String::new(),
            expected: "name principals, a SAML provider or a web identity provider that can assume the role",
        });
    }
    Ok(Document::new(statements))
}

fn allow_web_identity(identity: &WebIdentity<'_>) -> Result<Statement, PolicyError> {
    let what = "web identity provider";
    let expected = "write the ARN of an OpenID Connect provider in IAM";
    check_value(what, identity.provider_arn, ":/._-", expected)?;
    let issuer = identity.provider_arn.split_once(":oidc-provider/");
    let Some((_, issuer)) = issuer.filter(|(_, issuer)| !issuer.is_empty()) else {
        return Err(PolicyError::Value {
            what,
            value: identity.provider_arn.to_owned(),
            expected,
        });
    };
    check_value(
        "audience",
        identity.audience,
        ":/._-",
        "write the value of the claim `aud`",
    )?;
    let expected = "write values of the claim `sub` that name an owner before the first wildcard, such as \
                    `repo:acme/ml-*` or `organization:acme:*`";
    for subject in identity.subjects {
        check_value("subject", subject, ":/._@|=*-", expected)?;
    }
    if identity.subjects.is_empty() || !identity.subjects.iter().all(|one| names_owner(one)) {
        return Err(PolicyError::Value {
            what: "subject",
            value: identity.subjects.join(", "),
            expected,
        });
    }
    Ok(Statement::allow("WebIdentities")
        .principal(Principal::federated(identity.provider_arn))
        .actions(["sts:AssumeRoleWithWebIdentity"])
        .when(
            Operator::StringEquals,
            format!("{issuer}:aud"),
            [identity.audience],
        )
        .when(
            Operator::StringLike,
            format!("{issuer}:sub"),
            identity.subjects,
        ))
}

/// Whether the subject names an owner: an issuer that many customers share, such as GitHub, writes
/// `repo:` and the like in front of every owner's name.
fn names_owner(subject: &str) -> bool {
    let Some((literal, _)) = subject.split_once('*') else {
        return true;
    };
    let name = literal.split_once(':').map_or(literal, |(_, name)| name);
    name.find(['/', ':']).is_some_and(|end| end > 0)
}

/// The sign-in page of the partition, which is the audience of SAML assertions.
///
/// Source: *Configure SAML assertions for the authentication response*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html>).
fn saml_audience(account: &Account) -> &'static str {
    match account.partition.as_str() {
        "aws-cn" => "https://signin.amazonaws.cn/saml",
        "aws-us-gov" => "https://signin.amazonaws-us-gov.com/saml",
        _ => "https://signin.aws.amazon.com/saml",
    }
}
