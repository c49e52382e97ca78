//! Transient errors: those after which the same call is worth repeating.
//!
//! IAM is eventually consistent ("Changes that I make are not always immediately visible", IAM user
//! guide): the next call may not see an object that was just created. The SDK retries throttling
//! and broken connections. The table here has the other errors.

use super::error::Error;

/// One class of transient error. An empty `operation` or `contains` matches everything.
struct TransientError {
    service: &'static str,
    operation: &'static str,
    code: &'static str,
    contains: &'static str,
}

const fn any(service: &'static str, code: &'static str) -> TransientError {
    TransientError {
        service,
        operation: "",
        code,
        contains: "",
    }
}

const fn on(service: &'static str, operation: &'static str, code: &'static str) -> TransientError {
    TransientError {
        service,
        operation,
        code,
        contains: "",
    }
}

/// The transient errors, with codes from the API references of IAM, SageMaker and DynamoDB.
const TABLE: &[TransientError] = &[
    // Another change to the same entity is in progress.
    any("iam", "ConcurrentModification"),
    any("iam", "ConcurrentModificationException"),
    any("iam", "EntityTemporarilyUnmodifiable"),
    // The role or policy was just created and is not visible everywhere yet. Only calls that follow
    // a create in our own steps are here: for others, NoSuchEntity is a result.
    on("iam", "TagRole", "NoSuchEntity"),
    on("iam", "TagPolicy", "NoSuchEntity"),
    // Something was just detached or deleted and IAM still counts it.
    on("iam", "DeleteRole", "DeleteConflict"),
    on("iam", "DeletePolicyVersion", "DeleteConflict"),
    on("iam", "DeletePolicy", "DeleteConflict"),
    // A principal that was just created is not visible yet.
    TransientError {
        service: "iam",
        operation: "",
        code: "MalformedPolicyDocument",
        contains: "nvalid principal",
    },
    // Another change to the same schedule is in progress. A create is looked at again instead.
    on("scheduler", "UpdateSchedule", "ConflictException"),
    on("scheduler", "DeleteSchedule", "ConflictException"),
    // A new role cannot be assumed or passed yet.
    TransientError {
        service: "scheduler",
        operation: "",
        code: "ValidationException",
        contains: "execution role",
    },
    TransientError {
        service: "sagemaker",
        operation: "CreateNotebookInstance",
        code: "ValidationException",
        contains: "ould not assume role",
    },
    TransientError {
        service: "sagemaker",
        operation: "UpdateNotebookInstance",
        code: "ValidationException",
        contains: "ould not assume role",
    },
    TransientError {
        service: "sagemaker",
        operation: "CreateDomain",
        code: "ValidationException",
        contains: "ould not assume role",
    },
    TransientError {
        service: "sagemaker",
        operation: "UpdateDomain",
        code: "ValidationException",
        contains: "ould not assume role",
    },
    TransientError {
        service: "sagemaker",
        operation: "CreateUserProfile",
        code: "ValidationException",
        contains: "ould not assume role",
    },
    TransientError {
        service: "sagemaker",
        operation: "UpdateUserProfile",
        code: "ValidationException",
        contains: "ould not assume role",
    },
    // Another transaction holds one of the items.
    any("dynamodb", "TransactionConflictException"),
    any("dynamodb", "TransactionInProgressException"),
    TransientError {
        service: "dynamodb",
        operation: "TransactWriteItems",
        code: "TransactionCanceledException",
        contains: "TransactionConflict",
    },
    // A conflicting operation on the bucket or the object is in progress.
    any("s3", "OperationAborted"),
];

/// Whether the same call is worth repeating.
#[must_use]
pub fn is_transient(error: &Error) -> bool {
    let Error::Aws {
        service,
        operation,
        code,
        message,
        ..
    } = error
    else {
        return false;
    };
    TABLE.iter().any(|row| {
        row.service == *service
            && (row.operation.is_empty() || row.operation == *operation)
            && row.code == code
            && message.contains(row.contains)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(service: &'static str, operation: &'static str, code: &str, message: &str) -> Error {
        Error::Aws {
            service,
            operation,
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn is_transient_for_missing_entity_after_create() {
        assert!(is_transient(&error("iam", "TagRole", "NoSuchEntity", "")));
        assert!(!is_transient(&error("iam", "GetRole", "NoSuchEntity", "")));
    }

    #[test]
    fn is_transient_reads_messages() {
        let code = "ValidationException";
        let call = "CreateNotebookInstance";
        let words =
            "Could not assume role arn:aws:iam::1:role/x. Please ensure that the role exists";
        assert!(is_transient(&error("sagemaker", call, code, words)));
        assert!(!is_transient(&error(
            "sagemaker",
            call,
            code,
            "Invalid subnet"
        )));
        assert!(!is_transient(&error(
            "iam",
            "CreateRole",
            "MalformedPolicyDocument",
            "Syntax errors"
        )));
    }

    #[test]
    fn is_transient_is_false_for_other_errors() {
        assert!(!is_transient(&Error::Cancelled {
            what: String::new()
        }));
        assert!(!is_transient(&error("s3", "PutObject", "AccessDenied", "")));
    }

    #[test]
    fn is_transient_for_each_row() {
        for row in TABLE {
            let operation = match row.operation {
                "" => "AnyOperation",
                operation => operation,
            };
            let message = format!("x {} y", row.contains);
            let found = error(row.service, operation, row.code, &message);
            assert!(is_transient(&found), "{found}");
            let other_service = error("sts", operation, row.code, &message);
            assert!(!is_transient(&other_service), "{other_service}");
        }
    }

    #[test]
    fn is_transient_for_conflicts_of_delete_only() {
        for operation in ["DeleteRole", "DeletePolicy", "DeletePolicyVersion"] {
            assert!(is_transient(&error("iam", operation, "DeleteConflict", "")));
        }
        assert!(!is_transient(&error(
            "iam",
            "DeleteUser",
            "DeleteConflict",
            ""
        )));
    }

    #[test]
    fn is_transient_for_cancelled_transaction_by_reason() {
        let cancelled = |reasons: &str| {
            let code = "TransactionCanceledException";
            error("dynamodb", "TransactWriteItems", code, reasons)
        };
        assert!(is_transient(&cancelled("[None, TransactionConflict]")));
        assert!(!is_transient(&cancelled("[ConditionalCheckFailed, None]")));
    }
}
