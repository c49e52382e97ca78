//! Blocks of IPv4 addresses.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use thiserror::Error;

/// A block of IPv4 addresses in CIDR notation, such as `10.0.0.0/16`, beginning at its first address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    // INVARIANT: at most 32, and the bits of `address` beyond it are zero.
    prefix: u8,
    address: u32,
}

/// A text that is no block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BlockError {
    /// Not an address, a slash and a prefix length.
    #[error("`{}` is no block of IPv4 addresses: write one like `10.0.0.0/16`", .0.escape_debug())]
    Syntax(String),
    /// An address within the block, not its first.
    #[error("`{given}` is an address within a block: write the block as `{block}`")]
    HostBits {
        /// The text.
        given: String,
        /// The block that the address is in.
        block: Block,
    },
}

impl Block {
    /// The length of the prefix, up to 32.
    #[must_use]
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// How many addresses it has.
    #[must_use]
    pub const fn size(self) -> u64 {
        size(self.prefix)
    }

    /// The first address.
    #[must_use]
    pub const fn first(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address)
    }

    /// Whether every address of the other block is in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.prefix <= other.prefix && other.address & mask(self.prefix) == self.address
    }

    /// The block of this prefix length that begins so many addresses after the start; none if it is not within this block.
    pub(super) fn part(self, offset: u64, prefix: u8) -> Option<Self> {
        let end = offset.checked_add(size(prefix))?;
        let address = u64::from(self.address).checked_add(offset)?;
        let part = Self {
            prefix,
            address: u32::try_from(address).ok()?,
        };
        (end <= self.size() && part.address & mask(prefix) == part.address).then_some(part)
    }
}

/// How many addresses a block of this prefix length has.
pub(super) const fn size(prefix: u8) -> u64 {
    1 << (32 - if prefix > 32 { 32 } else { prefix })
}

const fn mask(prefix: u8) -> u32 {
    if prefix == 0 {
        0
    } else {
        u32::MAX << (32 - prefix)
    }
}

impl FromStr for Block {
    type Err = BlockError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let syntax = || BlockError::Syntax(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(syntax)?;
        let plain = prefix.chars().all(|c| c.is_ascii_digit());
        let address: Ipv4Addr = address.parse().map_err(|_| syntax())?;
        let prefix: u8 = prefix.parse().map_err(|_| syntax())?;
        if !plain || prefix > 32 {
            return Err(syntax());
        }
        let block = Self {
            prefix,
            address: address.to_bits() & mask(prefix),
        };
        if block.address == address.to_bits() {
            Ok(block)
        } else {
            Err(BlockError::HostBits {
                given: text.to_owned(),
                block,
            })
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first(), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_and_written() {
        for text in ["10.0.0.0/16", "0.0.0.0/0", "192.168.1.128/25", "1.2.3.4/32"] {
            assert_eq!(text.parse::<Block>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0/8",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "::/0",
            "10.0.0.0/16/8",
        ] {
            assert_eq!(
                bad.parse::<Block>(),
                Err(BlockError::Syntax(bad.to_owned()))
            );
        }
        let error = "10.0.5.0/16".parse::<Block>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`10.0.5.0/16` is an address within a block: write the block as `10.0.0.0/16`"
        );
    }

    #[test]
    fn parts_lie_within_and_on_their_own_bounds() {
        let block: Block = "10.0.0.0/22".parse().unwrap();
        let part = block.part(512, 24).unwrap();
        assert_eq!(part.to_string(), "10.0.2.0/24");
        assert!(block.contains(part) && !part.contains(block));
        assert_eq!(block.part(1024, 24), None);
        assert_eq!(block.part(128, 24), None);
        let last: Block = "255.255.255.0/24".parse().unwrap();
        assert_eq!(
            last.part(128, 25).unwrap().to_string(),
            "255.255.255.128/25"
        );
        assert_eq!(last.part(u64::MAX, 25), None);
    }
}
