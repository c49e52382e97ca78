//! CIDR notation.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use thiserror::Error;

/// A string that is not a valid IPv4 CIDR block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CidrError {
    /// Not an address, a slash and a prefix length.
    #[error("`{}` is not a valid IPv4 CIDR block: write one such as `10.0.0.0/16`", .0.escape_debug())]
    Syntax(String),
    /// The address has bits set after the prefix.
    #[error("`{given}` does not begin at the first address of its block: write `{block}`")]
    HostBits {
        /// The string.
        given: String,
        /// The block that contains the address.
        block: Ipv4Net,
    },
}

/// Parses an IPv4 block such as `10.0.0.0/16`, which must begin at its first address.
pub(super) fn parse(cidr: &str) -> Result<Ipv4Net, CidrError> {
    let net = split(cidr).ok_or_else(|| CidrError::Syntax(cidr.to_owned()))?;
    let block = net.trunc();
    if net == block {
        Ok(block)
    } else {
        Err(CidrError::HostBits {
            given: cidr.to_owned(),
            block,
        })
    }
}

fn split(cidr: &str) -> Option<Ipv4Net> {
    // Not the parser of `ipnet`: it takes `010.0.0.0`, which others read as octal. Nor the bare one
    // of `u8`, which takes a sign.
    let (address, prefix) = cidr.split_once('/')?;
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = digits.then(|| prefix.parse().ok())??;
    Ipv4Net::new(address.parse::<Ipv4Addr>().ok()?, prefix).ok()
}

/// Number of addresses in a block of this prefix length.
pub(super) const fn address_count(prefix: u8) -> u64 {
    1 << (32 - if prefix > 32 { 32 } else { prefix })
}

/// Longest prefix length of a block with at least this number of addresses; 0 when there is none.
pub(super) fn prefix_for(addresses: u64) -> u8 {
    (0..=32)
        .rev()
        .find(|prefix| address_count(*prefix) >= addresses)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_blocks() {
        for cidr in ["10.0.0.0/16", "0.0.0.0/0", "192.168.1.128/25", "1.2.3.4/32"] {
            assert_eq!(parse(cidr).unwrap().to_string(), cidr);
        }
    }

    #[test]
    fn parse_rejects_other_strings() {
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0/8",
            "010.0.0.0/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/256",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "::/0",
            "10.0.0.0/16/8",
        ] {
            assert_eq!(parse(bad), Err(CidrError::Syntax(bad.to_owned())));
        }
    }

    #[test]
    fn parse_names_the_block_of_an_address() {
        let error = parse("10.0.5.0/16").unwrap_err().to_string();
        assert_eq!(
            error,
            "`10.0.5.0/16` does not begin at the first address of its block: write `10.0.0.0/16`"
        );
    }

    #[test]
    fn prefix_for_is_the_smallest_sufficient_block() {
        for (addresses, prefix) in [(0, 32), (1, 32), (2, 31), (3, 30), (256, 24), (257, 23)] {
            assert_eq!(prefix_for(addresses), prefix, "{addresses}");
        }
        assert_eq!(prefix_for(1 << 32), 0);
        assert_eq!(prefix_for(u64::MAX), 0);
    }
}
