//! Formats of the values of parameters.

/// The format of a string.
#[derive(Debug)]
pub(in crate::policies) struct Format {
    /// Description in error messages.
    pub(super) description: &'static str,
    /// Prefixes of values; a value has one of them.
    prefixes: &'static [&'static str],
    characters: Characters,
}

/// The characters of a value.
#[derive(Debug)]
enum Characters {
    /// Any characters. The generator of the document checks them.
    Any,
    /// ASCII letters, digits and these characters.
    Alphanumeric(&'static str),
    /// This number of digits; any number of digits if `None`.
    Digits(Option<usize>),
}

use Characters::{Alphanumeric, Any, Digits};

const fn format(
    description: &'static str,
    prefixes: &'static [&'static str],
    characters: Characters,
) -> Format {
    Format {
        description,
        prefixes,
        characters,
    }
}

macro_rules! formats {
    ($($name:ident $description:literal $prefixes:expr, $characters:expr;)*) => {
        $(pub(in crate::policies) const $name: &Format = &format($description, &$prefixes, $characters);)*
    };
}

formats! {
    UNCHECKED "a value" [""], Any;
    SUBNET_ID "the id of a subnet" ["subnet-"], Alphanumeric("-");
    SECURITY_GROUP_ID "the id of a security group" ["sg-"], Alphanumeric("-");
    VPC_ENDPOINT_ID "the id of a VPC endpoint" ["vpce-"], Alphanumeric("-");
    INSTANCE_TYPE "an instance type or a pattern such as `ml.g5.*`" ["ml."], Alphanumeric(".-*?");
    KEY_ARN "the ARN of a KMS key" ["arn:aws:kms:", "arn:aws-"], Alphanumeric(":/-");
    SAGEMAKER_ARN "the ARN of a SageMaker resource, or a pattern" ["arn:aws:sagemaker:", "arn:aws-"], Alphanumeric(":/_.-*?");
    IAM_ARN "the ARN of an IAM resource, or a pattern" ["arn:aws:iam::", "arn:aws:sts::", "arn:aws-"], Alphanumeric(":/_+=,.@-*?");
    TAG_KEY "the key of a tag" [""], Alphanumeric("_.:/=+-@");
    CIDR "an address range such as `192.0.2.0/24`" [""], Alphanumeric(".:/");
    INTEGER "a whole number" [""], Digits(None);
    NAME "a name of letters, digits, `.` and `-`" [""], Alphanumeric(".-");
    S3_URI "an S3 URI" ["s3://"], Alphanumeric(":/_.=-");
    ACCOUNT_ID "an account id of twelve digits" [""], Digits(Some(12));
}

impl Format {
    /// Whether the value has the format.
    pub(super) fn matches(&self, value: &str) -> bool {
        let characters = match self.characters {
            Any => return true,
            Alphanumeric(extra) => value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || extra.contains(c)),
            Digits(count) => {
                value.chars().all(|c| c.is_ascii_digit())
                    && count.is_none_or(|count| value.len() == count)
            }
        };
        let prefix = self.prefixes.iter().any(|prefix| value.starts_with(prefix));
        !value.is_empty() && prefix && characters
    }
}
