//! What an external location consists of, and rules that need no call to AWS.

use thiserror::Error;

use crate::aws::Error;
use crate::layout::check_bucket_name;
use crate::name::LocationName;

/// Longest prefix, in characters. S3's keys have up to 1,024 bytes
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>); every prefix counts
/// twice in the policies of all members with a grant, which have 10,240 characters.
pub const PREFIX_MAX: usize = 256;

/// The desired state of an external location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalLocationSpec {
    /// The name.
    pub name: LocationName,
    /// The bucket.
    pub bucket: String,
    /// Prefixes of the objects, each with its last `/`; empty for the whole bucket.
    pub prefixes: Vec<String>,
    /// ARN of the key that encrypts the objects; `None` if no key of KMS does, or its policy alone
    /// lets members use it.
    pub kms_key_arn: Option<String>,
}

/// An invalid location.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LocationSpecError {
    /// The bucket's name is not valid.
    #[error(transparent)]
    Bucket(#[from] crate::layout::LayoutError),
    /// The bucket is the platform's.
    #[error("`{bucket}` is the platform's data bucket, which members reach through their datasets")]
    Platform {
        /// The bucket.
        bucket: String,
    },
    /// A prefix is not valid.
    #[error("the prefix `{}` {problem}", prefix.escape_debug())]
    Prefix {
        /// The prefix.
        prefix: String,
        /// What is wrong with it, as a predicate.
        problem: &'static str,
    },
    /// A prefix is a part of another.
    #[error("the prefix `{inner}` is already a part of `{outer}`")]
    Nested {
        /// The longer prefix.
        inner: String,
        /// The shorter one.
        outer: String,
    },
    /// The key is not the ARN of one.
    #[error("`{}` is not the ARN of a KMS key", key.escape_debug())]
    Key {
        /// The value.
        key: String,
    },
}

impl LocationSpecError {
    /// What to do about it.
    fn remedy(&self) -> &'static str {
        match self {
            Self::Bucket(_) => "write the name of a bucket, without `s3://`",
            Self::Platform { .. } => "use `mlspace_dataset` for data of the platform",
            Self::Prefix { .. } => {
                "write a prefix such as `cards/2026/`: ASCII letters, digits and `_ . = -`, with its last `/`"
            }
            Self::Nested { .. } => "remove the longer one",
            Self::Key { .. } => {
                "write an ARN such as `arn:aws:kms:us-east-1:123456789012:key/KEY_ID`: KMS authorizes keys, not aliases"
            }
        }
    }
}

impl From<LocationSpecError> for Error {
    fn from(error: LocationSpecError) -> Self {
        Self::Invalid {
            attribute: Some("s3"),
            message: error.to_string(),
            remedy: error.remedy().to_owned(),
        }
    }
}

impl ExternalLocationSpec {
    /// Checks the rules; `data_bucket` is the platform's.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self, data_bucket: &str) -> Result<(), LocationSpecError> {
        check_bucket_name(&self.bucket)?;
        if self.bucket == data_bucket {
            return Err(LocationSpecError::Platform {
                bucket: self.bucket.clone(),
            });
        }
        self.prefixes
            .iter()
            .try_for_each(|prefix| check_prefix(prefix))?;
        for (n, inner) in self.prefixes.iter().enumerate() {
            let mut others = self.prefixes.iter().enumerate();
            let outer = others.find(|(m, outer)| *m != n && inner.starts_with(outer.as_str()));
            if let Some((_, outer)) = outer {
                return Err(LocationSpecError::Nested {
                    inner: inner.clone(),
                    outer: outer.clone(),
                });
            }
        }
        self.kms_key_arn.as_deref().map_or(Ok(()), check_key)
    }

    /// Prefixes of the objects: an empty one for the whole bucket.
    pub(crate) fn all_prefixes(&self) -> Vec<&str> {
        if self.prefixes.is_empty() {
            vec![""]
        } else {
            self.prefixes.iter().map(String::as_str).collect()
        }
    }

    /// The objects as URLs, in words: "`s3://lake/cards/`".
    #[must_use]
    pub fn objects(&self) -> String {
        let urls = self.all_prefixes().into_iter();
        let urls: Vec<String> = urls
            .map(|prefix| format!("`s3://{}/{prefix}`", self.bucket))
            .collect();
        urls.join(", ")
    }

    /// Whether an object can be in both locations.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let meet = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
        self.bucket == other.bucket
            && self
                .all_prefixes()
                .iter()
                .any(|a| other.all_prefixes().iter().any(|b| meet(a, b)))
    }
}

/// Checks a prefix of objects.
///
/// # Errors
/// [`LocationSpecError::Prefix`].
pub fn check_prefix(prefix: &str) -> Result<(), LocationSpecError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_.=-".contains(c);
    let problem = if prefix.starts_with("s3:") {
        "is a URL"
    } else if !prefix.chars().all(plain) {
        "has characters that a policy could read as something else"
    } else if prefix.len() > PREFIX_MAX {
        "is longer than 256 characters"
    } else if !prefix.ends_with('/') {
        "does not end with `/`, so that it would also name others that begin with it"
    } else if prefix
        .trim_end_matches('/')
        .split('/')
        .any(|part| matches!(part, "" | "." | ".."))
        || prefix.ends_with("//")
    {
        "has an empty part, `.` or `..`"
    } else {
        return Ok(());
    };
    Err(LocationSpecError::Prefix {
        prefix: prefix.to_owned(),
        problem,
    })
}

/// Checks that a string is the ARN of a key.
///
/// # Errors
/// [`LocationSpecError::Key`].
pub fn check_key(key: &str) -> Result<(), LocationSpecError> {
    let parts: Vec<&str> = key.split(':').collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let valid = matches!(parts.as_slice(), ["arn", _, "kms", region, account, name]
        if !region.is_empty()
            && account.len() == 12
            && name.strip_prefix("key/").is_some_and(|id| !id.is_empty() && id.chars().all(plain)))
        && parts.iter().take(5).all(|part| part.chars().all(plain));
    if valid {
        Ok(())
    } else {
        Err(LocationSpecError::Key {
            key: key.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(prefixes: &[&str]) -> ExternalLocationSpec {
        ExternalLocationSpec {
            name: "lake".parse().unwrap(),
            bucket: "analytics-lake".to_owned(),
            prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
            kms_key_arn: None,
        }
    }

    #[test]
    fn check_prefix_refuses_what_policies_read_otherwise() {
        for prefix in ["cards/", "cards/dt=2026-01/", "a_b/c.d/"] {
            assert_eq!(check_prefix(prefix), Ok(()), "{prefix}");
        }
        for prefix in [
            "",
            "cards",
            "/",
            "/cards/",
            "cards//",
            "cards//x/",
            "../x/",
            "cards/./",
            "cards*/",
            "${aws:username}/",
            "s3://lake/cards/",
            "ü/",
        ] {
            assert!(check_prefix(prefix).is_err(), "{prefix}");
        }
        assert!(check_prefix(&format!("{}/", "a".repeat(PREFIX_MAX))).is_err());
    }

    #[test]
    fn check_refuses_the_data_bucket_and_nested_prefixes() {
        assert_eq!(spec(&["cards/", "rates/"]).check("data"), Ok(()));
        assert_eq!(spec(&[]).check("data"), Ok(()));
        let nested = spec(&["cards/2026/", "cards/"]).check("data").unwrap_err();
        assert_eq!(
            nested.to_string(),
            "the prefix `cards/2026/` is already a part of `cards/`"
        );
        assert!(spec(&["cards/", "cards/"]).check("data").is_err());
        let platform = spec(&["cards/"]).check("analytics-lake").unwrap_err();
        assert!(matches!(platform, LocationSpecError::Platform { .. }));
    }

    #[test]
    fn check_key_takes_arns_of_keys() {
        let key = "arn:aws:kms:us-east-1:123456789012:key/mrk-0123";
        assert_eq!(check_key(key), Ok(()));
        for key in [
            "alias/lake",
            "0123",
            "arn:aws:kms:us-east-1:123456789012:alias/lake",
            "arn:aws:kms:us-east-1:123456789012:key/*",
            "arn:aws:kms:us-east-1:1234:key/1",
        ] {
            assert!(check_key(key).is_err(), "{key}");
        }
    }

    #[test]
    fn overlaps_is_by_bucket_and_prefix() {
        let lake = spec(&["cards/"]);
        for (prefixes, expected) in [
            (&["cards/2026/"][..], true),
            (&[], true),
            (&["cards/"], true),
            (&["cards-old/"], false),
            (&["rates/"], false),
        ] {
            assert_eq!(lake.overlaps(&spec(prefixes)), expected, "{prefixes:?}");
            assert_eq!(spec(prefixes).overlaps(&lake), expected, "{prefixes:?}");
        }
        let other = ExternalLocationSpec {
            bucket: "other-lake".to_owned(),
            ..spec(&[])
        };
        assert!(!lake.overlaps(&other));
    }
}
