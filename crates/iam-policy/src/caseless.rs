//! A hash for names that compare without ASCII case.
//!
//! The crate `unicase` has such a key type, but no hash that can be stored with the key: hashing at
//! each comparison is what this module avoids.

/// A hash that is equal for strings that differ in ASCII case only. Such letters differ in bit 5
/// only, so that bit is set in every byte. Other characters can collide; callers compare the
/// strings too.
pub(crate) fn caseless_hash(text: &str) -> u64 {
    const FOLD: u64 = 0x2020_2020_2020_2020;
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| {
        let product = u128::from(state ^ word ^ ODD) * 0xa076_1d64_78bd_642f_u128;
        (product as u64) ^ (product >> 64) as u64
    };
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let state = words.iter().fold(text.len() as u64, |state, word| {
        mix(state, u64::from_le_bytes(*word) | FOLD)
    });
    let last = rest
        .iter()
        .fold(0, |word: u64, byte| word << 8 | u64::from(*byte | 0x20));
    mix(state, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn caseless_hash_ignores_case(text in ".{0,40}") {
            prop_assert_eq!(caseless_hash(&text), caseless_hash(&text.to_ascii_uppercase()));
        }
    }

    #[test]
    fn caseless_hash_separates_similar_names() {
        let names: Vec<String> = (0..10_000)
            .map(|n| format!("aws:RequestTag/key{n}"))
            .collect();
        let hashes: std::collections::BTreeSet<u64> =
            names.iter().map(|name| caseless_hash(name)).collect();
        assert_eq!(hashes.len(), names.len());
        assert_ne!(caseless_hash(""), caseless_hash(" "));
    }
}
