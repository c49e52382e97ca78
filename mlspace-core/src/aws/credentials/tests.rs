use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/ci";

fn profile(name: &str) -> Source {
    Source::Profile(name.to_owned())
}

fn refused(code: &str, message: &str) -> CredentialsError {
    let metadata = ErrorMetadata::builder().code(code).message(message).build();
    let response = HttpResponse::new(403_u16.try_into().unwrap(), SdkBody::empty());
    CredentialsError::provider_error(SdkError::service_error(
        AssumeRoleError::generic(metadata),
        response,
    ))
}

#[test]
fn explain_tells_that_there_are_no_credentials() {
    let fault = explain(&CredentialsError::not_loaded_no_source(), &Source::Chain);
    assert_eq!(fault.summary, "AWS credentials not found");
    assert!(fault.remedy.contains("`profile`"), "{}", fault.remedy);
    let fault = explain(&CredentialsError::not_loaded_no_source(), &profile("dev"));
    assert_eq!(fault.message, "the profile `dev` has no credentials");
}

#[test]
fn explain_advises_to_log_in_with_sso() {
    for cause in [
        "the SSO token has expired and cannot be refreshed",
        "failed to load the cached SSO token",
        "failed to read `/home/a/.aws/sso/cache/1.json`",
    ] {
        let fault = explain(&CredentialsError::provider_error(cause), &profile("dev"));
        assert_eq!(fault.summary, "SSO session expired", "{cause}");
        assert!(
            fault.remedy.ends_with("`aws sso login --profile dev`"),
            "{}",
            fault.remedy
        );
    }
}

#[test]
fn explain_names_a_profile_that_is_not_valid() {
    let cause = "profile `dev` has invalid SSO config: `sso_region` was missing";
    let error = CredentialsError::invalid_configuration(cause);
    let fault = explain(&error, &profile("dev"));
    assert_eq!(fault.summary, "Invalid AWS profile");
    assert!(fault.message.contains(cause), "{fault}");
}

#[test]
fn explain_names_role_and_code() {
    let error = refused("AccessDenied", "User: x is not authorized");
    let fault = explain(&error, &Source::Role(ROLE.to_owned()));
    assert_eq!(fault.summary, "Role cannot be assumed");
    assert_eq!(
        fault.message,
        format!(
            "the role `{ROLE}` cannot be assumed: STS AssumeRole returned AccessDenied: User: x is not authorized"
        )
    );
    assert!(fault.remedy.contains("trust policy"), "{}", fault.remedy);
    let fault = explain(&error, &profile("dev"));
    assert!(fault.message.contains("profile `dev`"), "{fault}");
}

#[test]
fn explain_tells_expired_credentials_from_a_refusal() {
    let error = refused("ExpiredToken", "The security token is expired");
    let fault = explain(&error, &Source::Role(ROLE.to_owned()));
    assert_eq!(fault.summary, "Expired credentials");
    assert!(fault.remedy.contains("renew"), "{}", fault.remedy);
    let skewed = refused(
        "SignatureDoesNotMatch",
        "Signature expired: 2026 is earlier",
    );
    let fault = explain(&skewed, &Source::Role(ROLE.to_owned()));
    assert!(fault.remedy.contains("clock"), "{}", fault.remedy);
}

#[test]
fn explain_keeps_the_innermost_fault() {
    let inner = explain(&CredentialsError::not_loaded_no_source(), &profile("dev"));
    let error = CredentialsError::provider_error(inner.clone());
    assert_eq!(explain(&error, &Source::Role(ROLE.to_owned())), inner);
}

#[test]
fn explain_has_no_debug_output_of_rust() {
    let metadata = ErrorMetadata::builder().code("Oops").message("no").build();
    let error = CredentialsError::provider_error(metadata);
    let fault = explain(&error, &profile("dev"));
    assert_eq!(fault.summary, "AWS credentials not available");
    assert!(fault.message.ends_with("Oops: no"), "{fault}");
    assert!(!fault.message.contains('{'), "{fault}");
}
