//! The characters by which a search goes on.

use std::sync::LazyLock;

use super::rows::Chars;

/// Characters for readers: tried first where any will do.
const PLAIN: &str = "xabcdefghijklmnopqrstuvwyz0123456789XABCDEFGHIJKLMNOPQRSTUVWYZ-_/.:=+@ ";

/// All ASCII characters, those of [`PLAIN`] first.
static ASCII: LazyLock<[char; 128]> = LazyLock::new(|| {
    let others = ('\0'..='\x7f').filter(|c| !PLAIN.contains(*c));
    let mut all = PLAIN.chars().chain(others);
    std::array::from_fn(|_| all.next().unwrap_or_default())
});

/// The position of each ASCII character in [`ASCII`].
static RANKS: LazyLock<[u8; 128]> = LazyLock::new(|| {
    let mut ranks = [0; 128];
    for (rank, c) in (0_u8..).zip(*ASCII) {
        if let Some(place) = ranks.get_mut(c as usize) {
            *place = rank;
        }
    }
    ranks
});

/// Characters, each of which leads to a state of its own, and ranges of all others, each of which
/// leads to one state.
#[derive(Debug, Clone)]
pub(super) struct Letters {
    /// Sorted.
    single: Vec<char>,
    /// Those of `single` in ASCII: bit n is set for the nth of [`ASCII`].
    ascii: u128,
    /// Others than `single` can lead on.
    open: bool,
    /// Where the ranges begin. Sorted, without the first, which begins at 0.
    borders: Vec<u32>,
}

impl Letters {
    pub(super) fn new<'a>(steps: impl Iterator<Item = &'a Chars>) -> Self {
        let mut letters = Self::none();
        for chars in steps {
            match chars {
                Chars::One(c) => letters.single.push(*c),
                Chars::Few(all) => letters.single.extend(all),
                Chars::Any => letters.open = true,
                Chars::WithinPart => {
                    letters.open = true;
                    letters.single.push(':');
                }
                Chars::Ranges(ranges) => {
                    letters.open = true;
                    for (from, to) in ranges {
                        letters.borders.push(u32::from(*from));
                        letters.borders.push(u32::from(*to) + 1);
                    }
                }
            }
        }
        letters.borders.retain(|border| *border > 0);
        letters.tidy();
        letters.ascii = letters.single.iter().fold(0, |all, c| all | bit(*c));
        letters
    }

    fn none() -> Self {
        Self {
            single: Vec::new(),
            ascii: 0,
            open: false,
            borders: Vec::new(),
        }
    }

    fn tidy(&mut self) {
        self.single.sort_unstable();
        self.single.dedup();
        self.borders.sort_unstable();
        self.borders.dedup();
    }

    /// Number of classes of characters: those of one class lead to the same state.
    pub(super) fn classes(&self) -> usize {
        self.single.len() + self.borders.len() + 1
    }

    /// The class of a character.
    pub(super) fn class(&self, c: char) -> usize {
        match self.single.binary_search(&c) {
            Ok(position) => position,
            Err(_) => {
                let range = self.borders.partition_point(|from| *from <= u32::from(c));
                self.single.len() + range
            }
        }
    }

    /// One character for each way in which any of these can lead on, those for readers first.
    pub(super) fn representatives<'a>(all: impl Iterator<Item = &'a Self>, into: &mut Vec<char>) {
        let mut merged = Self::none();
        for letters in all {
            merged.ascii |= letters.ascii;
            merged.open |= letters.open;
            merged.borders.extend(&letters.borders);
            // Beyond ASCII, which is sorted first.
            let ascii = letters.ascii.count_ones() as usize;
            merged
                .single
                .extend(letters.single.get(ascii..).unwrap_or_default());
        }
        merged.tidy();
        into.clear();
        if merged.open {
            merged.add_others(into);
        }
        for c in into.iter().filter(|c| c.is_ascii()) {
            merged.ascii |= bit(*c);
        }
        merged.single.extend(into.iter().filter(|c| !c.is_ascii()));
        merged.single.sort_unstable();
        into.clear();
        let mut left = merged.ascii;
        while left != 0 {
            into.extend(ASCII.get(left.trailing_zeros() as usize));
            left &= left - 1;
        }
        into.append(&mut merged.single);
    }

    /// A character of each range that is not a single one. Control characters only where nothing
    /// else is in the range.
    fn add_others(&self, into: &mut Vec<char>) {
        let ends = self.borders.iter().copied().chain([0x11_0000]);
        let starts = [0].into_iter().chain(self.borders.iter().copied());
        for (from, to) in starts.zip(ends) {
            let free = |c: &char| {
                if c.is_ascii() {
                    self.ascii & bit(*c) == 0
                } else {
                    self.single.binary_search(c).is_err()
                }
            };
            let fits = |c: &char| (from..to).contains(&u32::from(*c));
            let plain = || PLAIN.chars().find(|c| fits(c) && free(c));
            let beyond = |from: u32| (from..to).filter_map(char::from_u32).find(free);
            into.extend(
                plain()
                    .or_else(|| beyond(from.max(0x21)))
                    .or_else(|| beyond(from)),
            );
        }
    }
}

fn bit(c: char) -> u128 {
    RANKS.get(c as usize).map_or(0, |rank| 1 << rank)
}
