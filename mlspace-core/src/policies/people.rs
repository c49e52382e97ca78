//! Who may take on the roles of people and of Terraform.

use super::context::{GrantError, check_value};
use super::perimeter::{callers, check_principals};
use crate::layout::Account;
use crate::tags::USER;
use iam_policy::{Document, Operator, Principal, Statement};

/// Whom a role that people take on trusts. At least one of the three is needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeopleTrust<'a> {
    /// ARNs, or patterns of ARNs, of roles and users that may take it on, such as those of IAM Identity Center.
    pub principal_arns: &'a [String],
    /// ARN of the SAML provider in IAM whose users may take it on.
    pub saml_provider_arn: Option<&'a str>,
    /// The provider of web identities, and whose tokens it takes: for a pipeline that runs Terraform.
    pub web_identity: Option<WebIdentity<'a>>,
}

/// A provider of OpenID Connect tokens, and which of them are trusted.
#[derive(Clone, Copy, Debug)]
pub struct WebIdentity<'a> {
    /// ARN of the provider in IAM, which ends in the issuer's host.
    pub provider_arn: &'a str,
    /// What the tokens must say in `aud`.
    pub audience: &'a str,
    /// What the tokens may say in `sub`: values or patterns, such as `repo:acme/ml-platform:ref:refs/heads/main`.
    pub subjects: &'a [String],
}

/// The trust policy of a role for people, or for Terraform.
///
/// The session may carry one tag, `user`, by which a data scientist's own resources are told. Nobody chooses it: a role or user hands down its
/// own, and an identity provider says what it knows. A web identity gets none.
///
/// Sources: *Pass session tags in AWS STS* (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>), *Create a role for
/// SAML 2.0 federation* (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html>), *Create a role for OpenID
/// Connect federation* (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>).
///
/// # Errors
/// [`GrantError`] when nobody is named, or a value cannot stand in a policy.
pub fn people_trust_policy(
    account: &Account,
    trust: &PeopleTrust<'_>,
) -> Result<Document, GrantError> {
    check_principals(trust.principal_arns)?;
    let one_tag = |statement: Statement| {
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
            callers(
                Statement::allow(sid),
                trust.principal_arns,
                &account.account_id,
            )
        };
        statements.push(allow("Principals").actions(["sts:AssumeRole"]));
        statements.push(one_tag(allow("HandDownName")).when(
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
                .when(Operator::StringEquals, "SAML:aud", [sign_in(account)])
        };
        statements.push(allow("SamlUsers").actions(["sts:AssumeRoleWithSAML"]));
        statements.push(one_tag(allow("SamlName")));
    }
    if let Some(identity) = &trust.web_identity {
        statements.push(web_identity(identity)?);
    }
    if statements.is_empty() {
        return Err(GrantError::Value {
            what: "list of principals",
            value: String::new(),
            expected: "name who may take on the role: principals, a SAML provider or a web identity provider",
        });
    }
    Ok(Document::new(statements))
}

fn web_identity(identity: &WebIdentity<'_>) -> Result<Statement, GrantError> {
    let what = "web identity provider";
    let expected = "write the ARN of an OpenID Connect provider in IAM";
    check_value(what, identity.provider_arn, ":/._-", expected)?;
    let issuer = identity.provider_arn.split_once(":oidc-provider/");
    let Some((_, issuer)) = issuer.filter(|(_, issuer)| !issuer.is_empty()) else {
        return Err(GrantError::Value {
            what,
            value: identity.provider_arn.to_owned(),
            expected,
        });
    };
    check_value(
        "audience",
        identity.audience,
        ":/._-",
        "write what the tokens say in `aud`",
    )?;
    let expected = "write what the tokens say in `sub`, more of it than a wildcard";
    for subject in identity.subjects {
        check_value("subject", subject, ":/._@|=*-", expected)?;
    }
    let all = |subject: &String| subject.starts_with('*');
    if identity.subjects.is_empty() || identity.subjects.iter().any(all) {
        return Err(GrantError::Value {
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

/// The page that SAML users sign in at, which their assertion is for.
///
/// Source: *Configure SAML assertions for the authentication response*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html>).
fn sign_in(account: &Account) -> &'static str {
    match account.partition.as_str() {
        "aws-cn" => "https://signin.amazonaws.cn/saml",
        "aws-us-gov" => "https://signin.amazonaws-us-gov.com/saml",
        _ => "https://signin.aws.amazon.com/saml",
    }
}
