//! The Diffie-Hellman half of the key exchange: group, server's share, shared secret.
//!
//! It owns the group and the server's exponent. It must not know messages or nonces.

use std::sync::LazyLock;

use num_bigint::BigUint;

/// The generator. Source: <https://core.telegram.org/mtproto/auth_key>.
pub(super) const GENERATOR: i32 = 3;

// The 2048-bit safe prime that Telegram's servers use and clients know by heart.
const PRIME: &str = concat!(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058",
    "229493d22530f4dbfa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13ab",
    "dc9746512969328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f",
    "3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754",
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0",
    "f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf",
    "6f4fadf034b10403119cd8e3b92fcc5b",
);

struct Group {
    prime: BigUint,
    prime_bytes: Vec<u8>,
    low: BigUint,
    high: BigUint,
    exponent: BigUint,
    share: Vec<u8>,
}

static GROUP: LazyLock<Group> = LazyLock::new(|| {
    let prime = BigUint::parse_bytes(PRIME.as_bytes(), 16).unwrap_or_default();
    // One exponent for the life of the process, and a short one: it halves the cost of logging in
    // thousands of clients. A server with secrets to keep would draw a long one each time.
    let exponent = loop {
        let exponent = BigUint::from_bytes_be(&super::wire::random::<32>());
        if exponent.bits() > 200 {
            break exponent;
        }
    };
    let low = BigUint::from(1_u8) << (2048 - 64);
    Group {
        share: BigUint::from(GENERATOR.unsigned_abs())
            .modpow(&exponent, &prime)
            .to_bytes_be(),
        prime_bytes: prime.to_bytes_be(),
        high: &prime - &low,
        prime,
        low,
        exponent,
    }
});

/// The group's prime, 256 bytes, big-endian.
pub(super) fn prime() -> &'static [u8] {
    &GROUP.prime_bytes
}

/// The server's share `g^a mod p`, big-endian.
pub(super) fn share() -> &'static [u8] {
    &GROUP.share
}

/// The shared secret `g_b^a mod p`, 256 bytes, big-endian, or `None` for an unsafe `g_b`.
///
/// Source of the bounds: <https://core.telegram.org/mtproto/security_guidelines>.
pub(super) fn secret(client_share: &[u8]) -> Option<Box<[u8; 256]>> {
    let group = &*GROUP;
    let client_share = BigUint::from_bytes_be(client_share);
    if client_share < group.low || client_share > group.high {
        return None;
    }
    let secret = client_share
        .modpow(&group.exponent, &group.prime)
        .to_bytes_be();
    let mut padded = Box::new([0; 256]);
    padded
        .get_mut(256_usize.checked_sub(secret.len())?..)?
        .copy_from_slice(&secret);
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_reach_the_same_secret() {
        let b = BigUint::from_bytes_be(&[0x77; 256]);
        let prime = BigUint::from_bytes_be(prime());
        let g_b = BigUint::from(3_u8).modpow(&b, &prime);
        let theirs = BigUint::from_bytes_be(share()).modpow(&b, &prime);
        let ours = secret(&g_b.to_bytes_be()).expect("a safe share");
        assert_eq!(BigUint::from_bytes_be(&*ours), theirs);
    }

    #[test]
    fn shares_at_the_edges_of_the_group_are_refused() {
        let mut below_prime = prime().to_vec();
        below_prime[255] -= 1;
        for share in [&[][..], &[1], &below_prime, &[0xff; 300]] {
            assert!(secret(share).is_none());
        }
    }
}
