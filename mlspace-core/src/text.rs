//! Formatting of values in messages.

use std::fmt::Display;

/// Formats an unsigned whole number with thousands separators: `65,531`.
pub fn thousands(number: impl Display) -> String {
    let digits = number.to_string();
    let mut separated = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            separated.push(',');
        }
        separated.push(digit);
    }
    separated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(6_144), "6,144");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
