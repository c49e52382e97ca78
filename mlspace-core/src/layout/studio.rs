//! Names in SageMaker Studio.

use sha2::{Digest, Sha256};

use crate::name::{ProjectName, UserName};

/// The longest name of a user profile.
///
/// Source: *CreateUserProfile*, `UserProfileName`
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateUserProfile.html>).
const PROFILE_NAME_LEN: usize = 63;
/// Hexadecimal digits of a hash in place of a user's name: 128 bits.
const DIGITS: usize = 32;

/// Name of the user profile of a membership: `{project}-{user}`, or `{project}--` and 32 hexadecimal
/// digits of the SHA-256 hash of the user's name, where that has capital letters or characters that
/// SageMaker does not admit, or is too long.
///
/// SageMaker does not tell names of profiles apart by case, so the name is in lower case. Names of
/// projects have no `-` and differ in more than case: no two memberships have the same name, and
/// the names of a project's profiles begin with its own.
#[must_use]
pub fn user_profile_name(project: &ProjectName, user: &UserName) -> String {
    let project = project.as_str().to_ascii_lowercase();
    let user = user.as_str();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let admitted = user.chars().all(|c| is_plain(c) || c == '-')
        && user.starts_with(is_plain)
        && user.ends_with(is_plain)
        && project.len() + 1 + user.len() <= PROFILE_NAME_LEN;
    if admitted {
        return format!("{project}-{user}");
    }
    let digest = Sha256::digest(user.as_bytes());
    let digits: String = digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|n| char::from_digit(n.into(), 16))
        .take(DIGITS)
        .collect();
    format!("{project}--{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(project: &str, user: &str) -> String {
        user_profile_name(&project.parse().unwrap(), &user.parse().unwrap())
    }

    #[test]
    fn user_profile_name_is_readable_where_it_can_be() {
        for (user, expected) in [
            ("alice", "fraud-alice"),
            ("a-1", "fraud-a-1"),
            ("Alice", "fraud--3bc51062973c458d5a6f2d8d64a02324"),
            (
                "alice@example.com",
                "fraud--ff8d9819fc0e12bf0d24892e45987e24",
            ),
        ] {
            assert_eq!(name("Fraud", user), expected);
        }
        let longest = "u".repeat(57);
        assert_eq!(name("fraud", &longest).len(), 63);
        assert!(name("fraud", &format!("{longest}u")).starts_with("fraud--"));
    }

    proptest! {
        #[test]
        fn user_profile_name_is_admitted(project in "[A-Za-z0-9]{1,24}", user in "[A-Za-z0-9_.@+-]{1,64}") {
            let (Ok(project), Ok(user)) = (project.parse::<ProjectName>(), user.parse::<UserName>()) else {
                return Ok(());
            };
            let name = user_profile_name(&project, &user);
            prop_assert!(name.len() <= PROFILE_NAME_LEN);
            prop_assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            prop_assert!(!name.ends_with('-'));
            let start = project.as_str().to_ascii_lowercase() + "-";
            prop_assert!(name.starts_with(&start));
        }

        #[test]
        fn user_profile_names_differ(a in "[A-Za-z0-9_.@+-]{1,8}", b in "[a-z0-9-]{1,8}|[0-9a-f]{32}|-[0-9a-f]{32}") {
            let (Ok(first), Ok(second)) = (a.parse::<UserName>(), b.parse::<UserName>()) else {
                return Ok(());
            };
            let project = "fraud".parse().unwrap();
            let same = user_profile_name(&project, &first) == user_profile_name(&project, &second);
            prop_assert_eq!(same, a == b);
        }
    }
}
