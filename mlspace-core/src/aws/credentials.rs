//! Where credentials come from, and what is wrong when there are none.

#[cfg(test)]
mod tests;

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;
use aws_sdk_sts::operation::RequestId as _;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

use super::error::{ConnectionFault, Error, causes, chain, one_line};
use super::profiles;
use super::settings::AssumeRole;

/// Where a provider takes its credentials from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The SDK's default chain: environment, profile, container, instance.
    Chain,
    /// This profile, and nothing else.
    Profile(String),
    /// STS, by assuming this role.
    Role(String),
}

/// A provider that explains its errors.
#[derive(Debug)]
struct Explained {
    inner: SharedCredentialsProvider,
    source: Source,
}

/// The provider, with a [`ConnectionFault`] in every error.
pub(super) fn explained(
    inner: SharedCredentialsProvider,
    source: Source,
) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Explained { inner, source })
}

impl ProvideCredentials for Explained {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let loaded = self.inner.provide_credentials().await;
            loaded.map_err(|error| CredentialsError::provider_error(explain(&error, &self.source)))
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.inner.fallback_on_interrupt()
    }
}

/// The provider of a role that is assumed with the credentials of `config`, which calls STS there.
pub(super) async fn assumed(role: &AssumeRole, config: &SdkConfig) -> SharedCredentialsProvider {
    let mut provider = aws_config::sts::AssumeRoleProvider::builder(&role.role_arn)
        .session_name(role.session_name.as_deref().unwrap_or("mlspace"))
        .configure(config);
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    if let Some(duration) = role.duration {
        provider = provider.session_length(duration);
    }
    let provider = SharedCredentialsProvider::new(provider.build().await);
    explained(provider, Source::Role(role.role_arn.clone()))
}

/// What is wrong, in the words of the user's settings.
fn explain(error: &CredentialsError, source: &Source) -> ConnectionFault {
    // The innermost fault is the cause: no connection, or no credentials to assume a role with.
    if let Some(fault) = ConnectionFault::find(error) {
        return fault.clone();
    }
    let refused = chain(error).find_map(|cause| cause.downcast_ref::<AssumeRoleError>());
    if let Some(refused) = refused {
        return not_assumed(refused, source);
    }
    let profile = match source {
        Source::Profile(name) => Some(name.clone()),
        Source::Chain | Source::Role(_) => profiles::from_environment(),
    };
    let cause = one_line(&causes(error));
    match error {
        CredentialsError::InvalidConfiguration(_) => ConnectionFault {
            summary: "Invalid AWS profile",
            message: format!(
                "the profile {} cannot be used: {cause}",
                quoted(profile.as_deref())
            ),
            remedy: format!("correct it in {}", files()),
        },
        _ if cause.to_ascii_lowercase().contains("sso") => ConnectionFault {
            summary: "SSO session expired",
            message: format!(
                "the profile {} has no valid SSO session: {cause}",
                quoted(profile.as_deref())
            ),
            remedy: format!(
                "log in with `aws sso login --profile {}`",
                profile.as_deref().unwrap_or("default")
            ),
        },
        CredentialsError::CredentialsNotLoaded(_) => match source {
            Source::Profile(name) => ConnectionFault {
                summary: "AWS credentials not found",
                message: format!("the profile `{}` has no credentials", name.escape_debug()),
                remedy: format!("add them in {}", files()),
            },
            _ => ConnectionFault {
                summary: "AWS credentials not found",
                message: "no AWS credentials are in the provider block, the environment, the shared AWS files or \
                          the metadata of a container or an instance"
                    .to_owned(),
                remedy: "set `profile` in the provider block, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and \
                         AWS_SECRET_ACCESS_KEY in the environment"
                    .to_owned(),
            },
        },
        _ => ConnectionFault {
            summary: "AWS credentials not available",
            message: format!("the credentials cannot be loaded: {cause}"),
            remedy: match profile {
                Some(name) => format!("check the profile `{}` in {}", name.escape_debug(), files()),
                None => "check where the provider is to take credentials from: its block, the environment, or \
                         the metadata of a container or an instance"
                    .to_owned(),
            },
        },
    }
}

/// STS refused to assume a role.
fn not_assumed(refused: &AssumeRoleError, source: &Source) -> ConnectionFault {
    let error = Error::Aws {
        service: "sts",
        operation: "AssumeRole",
        code: refused.code().unwrap_or("an unknown code").to_owned(),
        message: one_line(refused.message().unwrap_or("no message")),
        request_id: refused.request_id().map(str::to_owned),
    };
    let (role, setting) = match source {
        Source::Role(arn) => (
            format!("the role `{}`", arn.escape_debug()),
            "`assume_role` in the provider block",
        ),
        Source::Profile(name) => (
            format!("the role of the profile `{}`", name.escape_debug()),
            "the profile",
        ),
        Source::Chain => ("the role of the AWS profile".to_owned(), "the profile"),
    };
    let advice = if error.is_denied() {
        format!(
            "allow the caller `sts:AssumeRole` on the role, let the role's trust policy name the caller, \
             and set the external id that it asks for. Role and external id come from {setting}"
        )
    } else {
        error.remedy().unwrap_or_else(|| format!("check {setting}"))
    };
    ConnectionFault {
        summary: if error.is_denied() {
            "Role cannot be assumed"
        } else {
            error.summary()
        },
        message: format!("{role} cannot be assumed: {error}"),
        remedy: advice,
    }
}

fn quoted(profile: Option<&str>) -> String {
    profile.map_or_else(
        || "`default`".to_owned(),
        |name| format!("`{}`", name.escape_debug()),
    )
}

fn files() -> String {
    let [config, credentials] = profiles::shared_files();
    format!("`{}` or `{}`", config.display(), credentials.display())
}
