//! Error codes of AWS: what they mean, and what to do about them.

/// Error codes for objects that do not exist, of all services used here. IAM and S3 return
/// `NoSuch…`, DynamoDB `ResourceNotFoundException`, AWS Budgets `NotFoundException`. SageMaker
/// returns `ValidationException`, so that callers check the message.
pub(super) const ABSENT: [&str; 8] = [
    "NoSuchEntity",
    "NoSuchEntityException",
    "NoSuchBucket",
    "NoSuchKey",
    "NotFound",
    "NotFoundException",
    "ResourceNotFoundException",
    "ResourceNotFound",
];

const DENIED: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "NotAuthorized",
    "AuthorizationError",
    "AllAccessDisabled",
];

const EXPIRED: [&str; 3] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "TokenRefreshRequired",
];

const BAD_CREDENTIALS: [&str; 11] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "AuthFailure",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
];

const SKEWED: [&str; 3] = [
    "RequestTimeTooSkewed",
    "RequestExpired",
    "RequestInTheFuture",
];

/// The codes that the SDK's standard retry mode treats as throttling (*Retry behavior*:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const THROTTLED: [&str; 12] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
    "RequestLimitExceeded",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// Whether the body of an error answer has the code of a throttled call.
pub(in crate::aws) fn names_throttling(body: &str) -> bool {
    THROTTLED.iter().any(|code| body.contains(code))
}

/// What an error code means for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Denied,
    ExpiredCredentials,
    BadCredentials,
    ClockSkew,
    Throttled,
    WrongRegion,
    NoBucket,
    Quota,
    Other,
}

impl Meaning {
    /// The meaning of a code and the message with it.
    pub(super) fn of(code: &str, message: &str) -> Self {
        // Signature Version 4 reports a wrong time as a wrong signature: "Signature expired: … is now
        // earlier than …" or "Signature not yet current".
        let time = ["Signature expired", "Signature not yet current"];
        if SKEWED.contains(&code) || time.iter().any(|words| message.contains(words)) {
            Self::ClockSkew
        } else if DENIED.contains(&code) {
            Self::Denied
        } else if EXPIRED.contains(&code) {
            Self::ExpiredCredentials
        } else if BAD_CREDENTIALS.contains(&code) {
            Self::BadCredentials
        } else if THROTTLED.contains(&code) {
            Self::Throttled
        } else if code == "PermanentRedirect" || code == "IllegalLocationConstraintException" {
            Self::WrongRegion
        } else if code == "NoSuchBucket" {
            Self::NoBucket
        } else if code.starts_with("LimitExceeded") || code == "ResourceLimitExceeded" {
            Self::Quota
        } else {
            Self::Other
        }
    }

    /// The title of a diagnostic.
    pub(super) fn summary(self) -> &'static str {
        match self {
            Self::Denied => "Access denied",
            Self::ExpiredCredentials => "Expired credentials",
            Self::BadCredentials => "Invalid credentials",
            Self::ClockSkew => "Clock skew",
            Self::Throttled => "Too many requests",
            Self::WrongRegion => "Wrong region",
            Self::NoBucket | Self::Quota | Self::Other => "AWS request failed",
        }
    }

    /// What to do about it, as a fragment.
    pub(super) fn remedy(self, service: &str, operation: &str) -> Option<String> {
        let advice = match self {
            Self::Denied if operation.starts_with("CreatePresigned") => {
                return Some(format!(
                    "run this as a person who has `{service}:{operation}`, such as one with the policy `data_scientist` \
                     of the module `roles`, and through the network that it asks for. The role of Terraform does not \
                     have this right on purpose, since whoever opens a URL works as its member (see the guide \
                     *Opening notebooks and Studio*)"
                ));
            }
            Self::Denied => {
                let operation = action(service, operation);
                return Some(format!(
                    "allow `{service}:{operation}` for the caller, in its policies, its permissions boundary and the \
                     organization's service control policies"
                ));
            }
            Self::ExpiredCredentials => "renew the credentials given to the provider",
            Self::BadCredentials => {
                "check the access key, secret key and session token given to the provider. A region that \
                 has to be enabled refuses all credentials until it is"
            }
            Self::ClockSkew => {
                "set the clock of the machine that runs Terraform: AWS refuses requests whose time is some \
                 minutes off"
            }
            Self::Throttled => {
                "apply again later, run Terraform with a smaller `-parallelism`, or increase `max_retries` in the \
                 provider block"
            }
            Self::WrongRegion => {
                "set `region` in the provider block to the region of the bucket, or correct `data_bucket`"
            }
            Self::NoBucket => {
                "create the data bucket first, or correct `data_bucket` in the provider block"
            }
            Self::Quota => "request a higher quota in Service Quotas, or delete what is not needed",
            Self::Other => return None,
        };
        Some(advice.to_owned())
    }
}

/// The IAM action that a call needs, where it has another name. All calls of AWS Budgets on budgets,
/// notifications and subscribers need one of two
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html>).
fn action<'a>(service: &str, operation: &'a str) -> &'a str {
    match (service, operation) {
        ("budgets", "ListTagsForResource") => operation,
        ("budgets", call) if call.starts_with("Describe") => "ViewBudget",
        ("budgets", _) => "ModifyBudget",
        _ => operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_name_actions_of_iam() {
        for (service, call, action) in [
            ("iam", "GetRole", "iam:GetRole"),
            ("budgets", "DescribeBudget", "budgets:ViewBudget"),
            ("budgets", "CreateNotification", "budgets:ModifyBudget"),
            (
                "budgets",
                "ListTagsForResource",
                "budgets:ListTagsForResource",
            ),
        ] {
            let remedy = Meaning::Denied.remedy(service, call).unwrap();
            assert!(remedy.contains(&format!("`{action}`")), "{remedy}");
        }
    }

    #[test]
    fn meaning_of_codes() {
        for (code, message, meaning) in [
            ("AccessDenied", "", Meaning::Denied),
            ("ExpiredToken", "", Meaning::ExpiredCredentials),
            ("InvalidClientTokenId", "", Meaning::BadCredentials),
            ("SignatureDoesNotMatch", "no match", Meaning::BadCredentials),
            (
                "SignatureDoesNotMatch",
                "Signature expired: 20261127T101010Z is now earlier than 20261127T111010Z",
                Meaning::ClockSkew,
            ),
            (
                "InvalidSignatureException",
                "Signature not yet current: 20261127T131010Z",
                Meaning::ClockSkew,
            ),
            ("RequestTimeTooSkewed", "", Meaning::ClockSkew),
            ("ThrottlingException", "", Meaning::Throttled),
            ("PermanentRedirect", "", Meaning::WrongRegion),
            ("LimitExceededException", "", Meaning::Quota),
            ("NoSuchEntity", "", Meaning::Other),
        ] {
            assert_eq!(Meaning::of(code, message), meaning, "{code} {message}");
        }
    }

    #[test]
    fn remedies_name_the_setting() {
        let remedy = |meaning: Meaning| meaning.remedy("s3", "ListBucket").unwrap();
        assert!(remedy(Meaning::Throttled).contains("`max_retries`"));
        assert!(remedy(Meaning::ClockSkew).contains("clock"));
        assert!(remedy(Meaning::WrongRegion).contains("`region`"));
        assert!(remedy(Meaning::Denied).contains("`s3:ListBucket`"));
    }
}
