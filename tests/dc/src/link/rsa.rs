//! The data centre's RSA key, which proves its identity in the key exchange.
//!
//! It owns the one key pair, its fingerprint, its PEM form and the private operation. The pair is
//! public on purpose: it guards nothing, is used over loopback only, and is fixed so that clients
//! can be configured once. It must not know the exchange or its paddings.

use std::sync::LazyLock;

use num_bigint::BigUint;
use pkcs1::der::EncodePem;
use pkcs1::der::asn1::UintRef;
use pkcs1::{LineEnding, RsaPublicKey};
use sha1::{Digest, Sha1};

use super::wire;

// Generated once with `openssl genrsa 2048`. Anybody may read it: see the module's first lines.
const PRIME_P: &str = concat!(
    "e8784f889ae777b20d140dcce4b3afedccbb9f98a9916725153a5d52cd50e941b3449dd8cbff621d2bd5",
    "2c8c42b15d9660d4e45108322ba3653c583db0b089f7c344441e7cf8aeccb7a804f0bae6a2073bcbdef6",
    "d572ae31ae765ff47ef58b6094788d64856537f64a67242e9a875445c6a4cc56874b10a282250f68c60c",
    "810b",
);
const PRIME_Q: &str = concat!(
    "da8ef667d1099731edb7088e9aad4e8586c798fbdb161117d39e8fb0402ae79e1df88ab346b8f74b6d75",
    "ef5f7491c7ba016144fb3df8e04237148f7e7af9934b442c6ae1a39357dc06ad01a32018dafa78aeb21e",
    "98f40e32a38e9b73fb3ea78535b64cd8889efe03200a0f1385a2b6968073f222be78ad38968baac0e814",
    "91bf",
);
const EXPONENT_P: &str = concat!(
    "b9c8448f807451752afc86d6e34332eb117e345a95d14d2416a5f125164e7e4b724ff8f1e47df1542cce",
    "8d6e7e722ebfda1ce96654ed7b70769c564cdee3072fc98ec9fdaf9432660ab42d569197758fe05ada92",
    "5b1cee5767fcd44c9a15f3d038776b5015474205038b10206a809279bcf9c10fb9c9e4be6ad1e151b34d",
    "14e7",
);
const EXPONENT_Q: &str = concat!(
    "2b82a08d64712b577642a50276ca9fc23765cf0ffcbab4e6706bb5a159f4f0ad6abc0b28cba09122c404",
    "e185b8583951cf6a84e81b9b4b520353258a0183640e6ce106da2acd6f854f12ec2b847d4e42e4f9aa5e",
    "2b0713388395255f7e9a27917e72ef7380275edc52698e3ccdb2e9f4a657eed179e7de5c50a4377735fc",
    "ba53",
);
const COEFFICIENT: &str = concat!(
    "a7f33488ccabda9230486eef60204e0210b5ed5e14cd5eea1983475f7fdeeb54e78c61a9f2a36b326608",
    "ff916be8bf8070fc63f3397ef4e2ba74ff31aaf07bd96d2d6f1bdf0e04ab616e75c8760ef096237d50ad",
    "055454696896c8fb3f5c1aaa8a1d69e9244a11ab63f79cc2b479a9285dff5da5272a5dce3c7f96a9b6c4",
    "5cbf",
);
const PUBLIC_EXPONENT: u32 = 65_537;

/// Bytes of the modulus, and so of every block that is encrypted with the key.
pub(super) const BLOCK: usize = 256;

struct KeyPair {
    p: BigUint,
    q: BigUint,
    exponent_p: BigUint,
    exponent_q: BigUint,
    coefficient: BigUint,
    modulus: Vec<u8>,
    fingerprint: i64,
}

static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let number = |hex: &str| BigUint::parse_bytes(hex.as_bytes(), 16).unwrap_or_default();
    let (p, q) = (number(PRIME_P), number(PRIME_Q));
    let modulus = (&p * &q).to_bytes_be();
    KeyPair {
        fingerprint: fingerprint_of(&modulus),
        exponent_p: number(EXPONENT_P),
        exponent_q: number(EXPONENT_Q),
        coefficient: number(COEFFICIENT),
        modulus,
        p,
        q,
    }
});

fn exponent_bytes() -> Vec<u8> {
    BigUint::from(PUBLIC_EXPONENT).to_bytes_be()
}

fn fingerprint_of(modulus: &[u8]) -> i64 {
    let mut bare = Vec::new();
    wire::put_bytes(&mut bare, modulus);
    wire::put_bytes(&mut bare, &exponent_bytes());
    let digest: [u8; 20] = Sha1::digest(&bare).into();
    let mut last = [0; 8];
    last.copy_from_slice(&digest[12..]);
    i64::from_le_bytes(last)
}

/// The public key as a PKCS#1 PEM document (`BEGIN RSA PUBLIC KEY`), with a final line break.
///
/// Source: RFC 8017, appendix A.1.1. Clients are given this to trust the data centre.
pub fn public_key_pem() -> String {
    let exponent = exponent_bytes();
    let pem = UintRef::new(&KEY.modulus).and_then(|modulus| {
        RsaPublicKey {
            modulus,
            public_exponent: UintRef::new(&exponent)?,
        }
        .to_pem(LineEnding::LF)
    });
    // The key is a constant that the tests encode; an empty document cannot be reached.
    pem.unwrap_or_default()
}

/// The fingerprint clients look the key up by: the last 8 bytes of a SHA-1, little-endian.
///
/// Source: <https://core.telegram.org/mtproto/auth_key>, `server_public_key_fingerprints`.
pub fn fingerprint() -> i64 {
    KEY.fingerprint
}

/// Undoes the public operation. Leading zero bytes are kept: the answer always has 256 bytes.
///
/// `None` when the block is longer than the modulus or not below it.
pub(super) fn decrypt(block: &[u8]) -> Option<[u8; BLOCK]> {
    let key = &*KEY;
    let cipher = BigUint::from_bytes_be(block);
    if block.len() > BLOCK || cipher >= &key.p * &key.q {
        return None;
    }
    // Two exponentiations of half the size cost a quarter of one of the whole (RFC 8017, 5.1.2).
    let half_p = cipher.modpow(&key.exponent_p, &key.p);
    let half_q = cipher.modpow(&key.exponent_q, &key.q);
    let difference = (&half_p + &key.p) - (&half_q % &key.p);
    let lift = (difference * &key.coefficient) % &key.p;
    let plain = (half_q + lift * &key.q).to_bytes_be();
    let mut padded = [0; BLOCK];
    padded
        .get_mut(BLOCK.checked_sub(plain.len())?..)?
        .copy_from_slice(&plain);
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypt(plain: &[u8]) -> Vec<u8> {
        let modulus = BigUint::from_bytes_be(&KEY.modulus);
        BigUint::from_bytes_be(plain)
            .modpow(&BigUint::from(PUBLIC_EXPONENT), &modulus)
            .to_bytes_be()
    }

    #[test]
    fn the_private_operation_undoes_the_public_one_and_keeps_leading_zeros() {
        for zeros in [1, 2, 40, 255] {
            let mut plain = [0x5a; BLOCK];
            plain[..zeros].fill(0);
            assert_eq!(decrypt(&encrypt(&plain)), Some(plain));
        }
    }

    #[test]
    fn a_block_that_is_not_below_the_modulus_is_refused() {
        assert_eq!(decrypt(&KEY.modulus), None);
        assert_eq!(decrypt(&[0xff; BLOCK]), None);
        assert_eq!(decrypt(&[1; BLOCK + 1]), None);
    }

    #[test]
    fn the_public_key_is_a_pkcs1_document() {
        let pem = public_key_pem();
        assert!(pem.starts_with("-----BEGIN RSA PUBLIC KEY-----\n"), "{pem}");
        assert!(pem.ends_with("-----END RSA PUBLIC KEY-----\n"), "{pem}");
        assert_eq!(KEY.modulus.len(), BLOCK);
        assert_eq!(fingerprint(), fingerprint_of(&KEY.modulus));
    }
}
