//! Order of known names by their similarity to a misspelt one.

/// The names in order of their edit distance from `name`. Names at the same distance keep their
/// order.
pub(super) fn nearest_first(name: &str, mut known: Vec<&'static str>) -> Vec<&'static str> {
    known.sort_by_cached_key(|candidate| edit_distance(name, candidate));
    known
}

/// Number of characters to insert, delete or replace to turn one string into the other
/// (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // Distances of the characters of `a` so far from each prefix of `b`.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, left) in a.chars().enumerate() {
        let mut distance = index + 1;
        let mut next = vec![distance];
        for (right, cell) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = cell else { continue };
            let replaced = diagonal + usize::from(left != *right);
            distance = replaced.min(above + 1).min(distance + 1);
            next.push(distance);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_counts_single_changes() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("users", "user", 1),
            ("subnet_id", "subnet_ids", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(edit_distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn nearest_first_keeps_the_order_of_equals() {
        let known = vec!["region", "endpoint_ids", "bucket"];
        assert_eq!(nearest_first("endpoint_id", known)[0], "endpoint_ids");
        assert_eq!(nearest_first("xxx", vec!["bcd", "abc"]), ["bcd", "abc"]);
    }
}
