use aws_sdk_iam::operation::get_role::GetRoleError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;

fn aws(service: &'static str, operation: &'static str, code: &str) -> Error {
    Error::Aws {
        service,
        operation,
        code: code.to_owned(),
        message: "no".to_owned(),
        request_id: Some("1a2b".to_owned()),
    }
}

fn invalid(attribute: Option<&'static str>) -> Error {
    Error::Invalid {
        attribute,
        message: "`x` is not a valid size".to_owned(),
        remedy: "choose between 5 and 10".to_owned(),
    }
}

/// One error of each kind, with its summary, detail and line for logs.
#[test]
fn texts_of_each_variant() {
    let cases = [
        (
            Error::NotFound {
                what: "the role `r`".to_owned(),
                remedy: "apply again".to_owned(),
            },
            "Resource not found",
            "The role `r` does not exist. Apply again.",
            "the role `r` does not exist; apply again",
        ),
        (
            Error::AlreadyExists {
                what: "project `fraud`".to_owned(),
                remedy: "import it".to_owned(),
            },
            "Resource already exists",
            "Project `fraud` already exists. Import it.",
            "project `fraud` already exists; import it",
        ),
        (
            invalid(Some("size")),
            "Invalid value",
            "`x` is not a valid size. Choose between 5 and 10.",
            "`x` is not a valid size; choose between 5 and 10",
        ),
        (
            invalid(None),
            "Invalid configuration",
            "`x` is not a valid size. Choose between 5 and 10.",
            "`x` is not a valid size; choose between 5 and 10",
        ),
        (
            Error::NoTable {
                table: "mlspace-users".to_owned(),
            },
            "Table not found",
            "Table `mlspace-users` does not exist. Create the platform's tables first, or correct \
             `table_names` in the provider block.",
            "table `mlspace-users` does not exist",
        ),
        (
            Error::InUse {
                what: "project `fraud`".to_owned(),
                by: vec!["fraud/alice".to_owned(), "fraud/bob".to_owned()],
                remedy: "remove them first".to_owned(),
            },
            "Resource in use",
            "Project `fraud` is still used by `fraud/alice`, `fraud/bob`. Remove them first.",
            "project `fraud` is still used by `fraud/alice`, `fraud/bob`; remove them first",
        ),
        (
            Error::Conflict {
                message: "notebook `a` failed".to_owned(),
                remedy: "replace it".to_owned(),
            },
            "Unexpected state",
            "Notebook `a` failed. Replace it.",
            "notebook `a` failed; replace it",
        ),
        (
            Error::Record {
                table: "mlspace-users".to_owned(),
                key: "`alice`".to_owned(),
                problem: "has no attribute `name`".to_owned(),
            },
            "Malformed record",
            "The record `alice` in table `mlspace-users` has no attribute `name`. Correct this attribute, for example with the item editor of the DynamoDB console, and leave the rest of the item as it is.",
            "the record `alice` in table `mlspace-users` has no attribute `name`; correct this attribute, for example with the item editor of the DynamoDB console, and leave the rest of the item as it is",
        ),
        (
            Error::Cancelled {
                what: "creating role `r`".to_owned(),
            },
            "Operation cancelled",
            "Cancelled while creating role `r`. Apply again to continue.",
            "cancelled while creating role `r`; apply again to continue",
        ),
        (
            Error::Timeout {
                what: "waiting for notebook `a` to stop".to_owned(),
                last_status: "Stopping".to_owned(),
                waited: Duration::from_secs(90),
            },
            "Operation timed out",
            "Timed out after 90 s while waiting for notebook `a` to stop (last status: Stopping). \
             Apply again to continue waiting, or increase the timeout.",
            "timed out after 90 s while waiting for notebook `a` to stop (last status: Stopping); \
             apply again to continue waiting, or increase the timeout",
        ),
        (
            Error::Unreachable {
                service: "dynamodb",
                operation: "GetItem",
                message: "connection refused".to_owned(),
            },
            "No response from AWS",
            "Cannot call DynamoDB GetItem: connection refused. Apply again. If it happens again, check \
             the network, the proxy and `endpoints` in the provider block (`dynamodb`).",
            "cannot call DynamoDB GetItem: connection refused",
        ),
        (
            Error::Connection(ConnectionFault {
                summary: "Cannot connect to AWS",
                message: "cannot connect to `localhost`".to_owned(),
                remedy: "check `endpoints`".to_owned(),
            }),
            "Cannot connect to AWS",
            "Cannot connect to `localhost`. Check `endpoints`.",
            "cannot connect to `localhost`",
        ),
        (
            aws("iam", "GetRole", "Throttling"),
            "Too many requests",
            "IAM GetRole returned Throttling: no (request 1a2b). Apply again later, run Terraform with \
             a smaller `-parallelism`, or increase `max_retries` in the provider block.",
            "IAM GetRole returned Throttling: no (request 1a2b)",
        ),
        (
            aws("iam", "CreateRole", "AccessDenied"),
            "Access denied",
            "IAM CreateRole returned AccessDenied: no (request 1a2b). Allow `iam:CreateRole` for the \
             caller, in its policies, its permissions boundary and the organization's service control \
             policies.",
            "IAM CreateRole returned AccessDenied: no (request 1a2b)",
        ),
        (
            aws("sagemaker", "ListTags", "InternalFailure"),
            "AWS request failed",
            "SageMaker ListTags returned InternalFailure: no (request 1a2b).",
            "SageMaker ListTags returned InternalFailure: no (request 1a2b)",
        ),
    ];
    for (error, summary, detail, line) in cases {
        assert_eq!(error.summary(), summary);
        assert_eq!(error.detail(), detail);
        assert_eq!(error.to_string(), line);
    }
}

#[test]
fn texts_of_settings_errors_come_from_their_source() {
    let source = crate::layout::role_name("", &"fraud".parse().unwrap(), &"alice".parse().unwrap());
    let source = source.unwrap_err();
    let error = Error::from(source.clone());
    assert_eq!(error.summary(), "Invalid settings");
    assert_eq!(error.to_string(), source.to_string());
    assert_eq!(error.detail(), sentence(&source.to_string()));
}

#[test]
fn detail_advises_on_known_codes() {
    let advice = |code| aws("s3", "PutObject", code).detail();
    assert!(advice("ExpiredToken").ends_with("Renew the credentials given to the provider."));
    assert!(advice("NoSuchBucket").contains("`data_bucket`"));
    for quota in [
        "LimitExceeded",
        "LimitExceededException",
        "ResourceLimitExceeded",
    ] {
        assert!(advice(quota).contains("Service Quotas"), "{quota}");
    }
}

#[test]
fn detail_has_one_period_after_message() {
    let error = Error::Aws {
        service: "iam",
        operation: "GetRole",
        code: "NoSuchEntity".to_owned(),
        message: "The role cannot be found.".to_owned(),
        request_id: None,
    };
    assert_eq!(
        error.detail(),
        "IAM GetRole returned NoSuchEntity: The role cannot be found."
    );
}

#[test]
fn sentence_adds_capital_and_period() {
    assert_eq!(sentence("a b"), "A b.");
    assert_eq!(sentence("`a` is wrong."), "`a` is wrong.");
    assert_eq!(sentence(""), "");
}

#[test]
fn predicates_read_the_code() {
    let denied = aws("iam", "GetRole", "AccessDenied");
    assert!(denied.is_denied() && !denied.is_absent() && denied.is("AccessDenied"));
    for code in ABSENT {
        let absent = aws("iam", "GetRole", code);
        assert!(absent.is_absent() && !absent.is_denied(), "{code}");
    }
    let table = Error::NoTable {
        table: "mlspace-datasets".to_owned(),
    };
    assert!(table.is_absent() && table.code().is_none());
    assert!(!invalid(None).is_absent() && !invalid(None).is_denied());
}

#[test]
fn attribute_is_set_for_invalid_values() {
    assert_eq!(invalid(Some("size")).attribute(), Some("size"));
    assert_eq!(invalid(None).attribute(), None);
    assert_eq!(aws("iam", "GetRole", "AccessDenied").attribute(), None);
}

fn response() -> HttpResponse {
    let mut response = HttpResponse::new(400_u16.try_into().unwrap(), SdkBody::empty());
    response.headers_mut().insert("x-amzn-requestid", "1a2b");
    response
}

#[test]
fn from_sdk_takes_code_message_and_request() {
    let metadata = ErrorMetadata::builder()
        .code("NoSuchEntity")
        .message("The role\n cannot  be found.")
        .build();
    let error = SdkError::service_error(GetRoleError::generic(metadata), response());
    assert_eq!(
        Error::from_sdk("iam", "GetRole", &error),
        Error::Aws {
            service: "iam",
            operation: "GetRole",
            code: "NoSuchEntity".to_owned(),
            message: "The role cannot be found.".to_owned(),
            request_id: Some("1a2b".to_owned()),
        }
    );
}

#[test]
fn from_sdk_without_code_is_not_aws() {
    let unnamed = GetRoleError::generic(ErrorMetadata::builder().build());
    let error = SdkError::service_error(unnamed, response());
    let error = Error::from_sdk("iam", "GetRole", &error);
    assert_eq!(error.summary(), "Unexpected response");
    let detail = error.detail();
    assert!(detail.contains("HTTP status 400"), "{detail}");
    assert!(detail.contains("`endpoints`"), "{detail}");
}

#[test]
fn from_sdk_adds_the_region_of_the_bucket() {
    let metadata = ErrorMetadata::builder()
        .code("PermanentRedirect")
        .message("The bucket must be addressed using the specified endpoint.")
        .build();
    let mut response = response();
    response
        .headers_mut()
        .insert("x-amz-bucket-region", "eu-west-1");
    let error = SdkError::service_error(GetRoleError::generic(metadata), response);
    let error = Error::from_sdk("s3", "ListBucket", &error).concerning("bucket `data`");
    assert_eq!(error.summary(), "Wrong region");
    let detail = error.detail();
    assert!(detail.contains("region `eu-west-1`"), "{detail}");
    assert!(detail.contains("bucket `data`"), "{detail}");
}

#[test]
fn from_sdk_takes_a_fault_from_the_chain() {
    let fault = ConnectionFault {
        summary: "Cannot connect to AWS",
        message: "cannot connect to `localhost`".to_owned(),
        remedy: "check `endpoints`".to_owned(),
    };
    let error = SdkError::<GetRoleError, HttpResponse>::construction_failure(fault.clone());
    let error = Error::from_sdk("iam", "GetRole", &error);
    assert_eq!(error, Error::Connection(fault));
}

#[test]
fn from_sdk_without_response_is_unreachable() {
    let error = SdkError::<GetRoleError, HttpResponse>::construction_failure("no credentials");
    let error = Error::from_sdk("iam", "GetRole", &error);
    assert!(
        matches!(&error, Error::Unreachable { message, .. } if message.contains("no credentials")),
        "{error}"
    );
}

#[test]
fn causes_are_listed_once() {
    #[derive(Debug, thiserror::Error)]
    #[error("outer: {0}")]
    struct Outer(#[source] std::io::Error);
    let error = Outer(std::io::Error::other("refused"));
    assert_eq!(causes(&error), "outer: refused");
}

#[test]
fn detail_if_tainted_tells_how_to_keep_the_object() {
    let cancelled = Error::Cancelled {
        what: "creating role `r`".to_owned(),
    };
    let timeout = Error::Timeout {
        what: "waiting for `r`".to_owned(),
        last_status: "Pending".to_owned(),
        waited: Duration::from_secs(1),
    };
    for error in [cancelled, timeout, aws("iam", "PutRolePolicy", "Odd")] {
        let detail = error.detail_if_tainted();
        assert!(detail.starts_with(&error.cause_sentence()), "{detail}");
        assert!(detail.contains("next plan replaces it"), "{detail}");
        assert!(detail.contains("`terraform untaint ADDRESS`"), "{detail}");
        assert!(!detail.contains("to continue"), "{detail}");
    }
}
