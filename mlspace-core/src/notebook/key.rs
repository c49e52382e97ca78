//! Spellings of KMS keys.

use crate::layout::Account;

/// Whether two names of KMS keys name the same key or alias.
///
/// SageMaker takes a key by its id or its ARN, an alias by its name (`alias/…`) or its ARN. Without
/// an ARN, account and region are those of the caller (*AWS KMS Developer Guide*, "Key
/// identifiers": <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id>). An
/// alias and the key it stands for count as different, because only KMS knows what it stands for.
pub(crate) fn is_same_key(account: &Account, a: &str, b: &str) -> bool {
    a == b || arn(account, a) == arn(account, b)
}

fn arn(account: &Account, key: &str) -> String {
    match key {
        _ if key.starts_with("arn:") => key.to_owned(),
        _ if key.starts_with("alias/") => account.arn("kms", key),
        _ => account.arn("kms", &format!("key/{key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const ID: &str = "0d4e5f60-7182-4930-a1b2-c3d4e5f60718";

    #[test]
    fn is_same_key_reads_ids_and_arns() {
        let account = testing::account();
        let same = |a: &str, b: &str| is_same_key(&account, a, b) && is_same_key(&account, b, a);
        let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{ID}");
        assert!(same(ID, ID) && same(ID, &arn) && same(&arn, &arn));
        let alias = "arn:aws:kms:us-east-1:123456789012:alias/notebooks";
        assert!(same("alias/notebooks", alias));
        for other in [
            "0d4e5f60-7182-4930-a1b2-c3d4e5f60719".to_owned(),
            arn.replace("123456789012", "210987654321"),
            arn.replace("us-east-1", "us-west-2"),
            alias.to_owned(),
            "alias/notebooks".to_owned(),
            String::new(),
        ] {
            assert!(!same(ID, &other), "{other}");
        }
        assert!(!same("alias/notebooks", "alias/models"));
    }
}
