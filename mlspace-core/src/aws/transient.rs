//! Transient errors: those after which the same call is worth repeating.
//!
//! IAM answers from replicas that learn of a change within seconds ("Changes that I make are not
//! always immediately visible", IAM user guide), so that what was just made may be unknown to the
//! next call. The SDK retries throttling and broken connections. This table holds the others.

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

/// The table. Codes are those of the API references of IAM, `SageMaker` and DynamoDB.
const TABLE: &[TransientError] = &[
    // Another change to the same entity is under way.
    any("iam", "ConcurrentModification"),
    any("iam", "ConcurrentModificationException"),
    any("iam", "EntityTemporarilyUnmodifiable"),
    // The role or policy was made a moment ago and isn't known everywhere yet. Only calls that our
    // own steps put right after a create are here: elsewhere absence is an answer.
    on("iam", "PutRolePolicy", "NoSuchEntity"),
    on("iam", "TagRole", "NoSuchEntity"),
    on("iam", "TagPolicy", "NoSuchEntity"),
    // Something was detached or removed a moment ago and still counts.
    on("iam", "DeleteRole", "DeleteConflict"),
    on("iam", "DeletePolicyVersion", "DeleteConflict"),
    on("iam", "DeletePolicy", "DeleteConflict"),
    // A principal that was just made isn't known yet.
    TransientError {
        service: "iam",
        operation: "",
        code: "MalformedPolicyDocument",
        contains: "nvalid principal",
    },
    // A new role can't be assumed yet, or can't be passed yet.
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
    // Another transaction holds one of the items.
    any("dynamodb", "TransactionConflictException"),
    any("dynamodb", "TransactionInProgressException"),
    TransientError {
        service: "dynamodb",
        operation: "TransactWriteItems",
        code: "TransactionCanceledException",
        contains: "TransactionConflict",
    },
    // The bucket's configuration or another upload is changing.
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

    fn answered(service: &'static str, operation: &'static str, code: &str, text: &str) -> Error {
        Error::Aws {
            service,
            operation,
            code: code.to_owned(),
            message: text.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn absence_passes_only_where_our_own_create_came_just_before() {
        assert!(is_transient(&answered(
            "iam",
            "PutRolePolicy",
            "NoSuchEntity",
            ""
        )));
        assert!(!is_transient(&answered(
            "iam",
            "GetRole",
            "NoSuchEntity",
            ""
        )));
    }

    #[test]
    fn words_decide_where_the_code_is_broad() {
        let code = "ValidationException";
        let call = "CreateNotebookInstance";
        let words =
            "Could not assume role arn:aws:iam::1:role/x. Please ensure that the role exists";
        assert!(is_transient(&answered("sagemaker", call, code, words)));
        assert!(!is_transient(&answered(
            "sagemaker",
            call,
            code,
            "Invalid subnet"
        )));
        assert!(!is_transient(&answered(
            "iam",
            "CreateRole",
            "MalformedPolicyDocument",
            "Syntax errors"
        )));
    }

    #[test]
    fn errors_that_are_no_answers_of_aws_do_not_pass() {
        assert!(!is_transient(&Error::Cancelled {
            what: String::new()
        }));
        assert!(!is_transient(&answered(
            "s3",
            "PutObject",
            "AccessDenied",
            ""
        )));
    }
}
