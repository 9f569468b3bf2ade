//! Two-step passwords: the server's half of Telegram's SRP.
//!
//! Owns the verifier of a password and the numbers of the exchanges in progress. The password
//! itself is kept only to compute the verifier on first use, because that takes a tenth of a
//! second that most runs never need. Source: <https://core.telegram.org/api/srp>.

use std::fmt;
use std::sync::OnceLock;

use num_bigint::BigUint;
use sha2::{Digest, Sha256, Sha512};

use super::random::random;

/// The generator that goes with [`PRIME_HEX`].
pub const G: u8 = 3;

const ROUNDS: u32 = 100_000;

/// The 2048-bit safe prime that Telegram uses. Clients know it and skip their slow check.
const PRIME_HEX: &[u8] = b"c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f\
48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13ab\
dc9746512969328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4\
a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d\
169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f\
0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b";

/// The prime, 256 bytes, big-endian.
pub fn prime() -> Vec<u8> {
    padded(number()).to_vec()
}

fn number() -> &'static BigUint {
    static PRIME: OnceLock<BigUint> = OnceLock::new();
    PRIME.get_or_init(|| BigUint::parse_bytes(PRIME_HEX, 16).unwrap_or_default())
}

/// A two-step password and what the server must know of it.
pub struct Password {
    /// Empty for one that a client has set: its verifier alone is known.
    text: String,
    /// The client's salt, also of the key derivation.
    pub salt1: Vec<u8>,
    /// The server's salt.
    pub salt2: Vec<u8>,
    /// What its owner wrote to remember it by.
    pub hint: Option<String>,
    verifier: OnceLock<BigUint>,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password").finish_non_exhaustive()
    }
}

/// One exchange: made by `account.getPassword`, used up by `auth.checkPassword`.
#[derive(Clone)]
pub struct Challenge {
    /// Names the exchange to the client.
    pub srp_id: i64,
    /// `srp_B`, 256 bytes, big-endian.
    pub public: [u8; 256],
    secret: BigUint,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("srp_id", &self.srp_id)
            .finish_non_exhaustive()
    }
}

impl Password {
    /// Takes a password with fresh salts.
    pub fn new(text: String) -> Self {
        Self {
            text,
            salt1: random::<16>().to_vec(),
            salt2: random::<16>().to_vec(),
            hint: None,
            verifier: OnceLock::new(),
        }
    }

    /// A password of which a client tells the verifier; `None` for what can be none.
    pub fn from_verifier(
        salt1: Vec<u8>,
        salt2: Vec<u8>,
        verifier: &[u8],
        hint: Option<String>,
    ) -> Option<Self> {
        let verifier = BigUint::from_bytes_be(verifier);
        let is_one = verifier > BigUint::from(1_u8) && &verifier < number();
        is_one.then(|| Self {
            text: String::new(),
            salt1,
            salt2,
            hint,
            verifier: OnceLock::from(verifier),
        })
    }

    /// Starts an exchange. Takes some milliseconds, the first time a tenth of a second.
    pub fn challenge(&self) -> Challenge {
        let secret = BigUint::from_bytes_be(&random::<256>());
        let blinded = multiplier() * self.verifier();
        let public = (blinded + BigUint::from(G).modpow(&secret, number())) % number();
        Challenge {
            srp_id: i64::from_le_bytes(random()),
            public: padded(&public),
            secret,
        }
    }

    /// Whether `m1` proves that the owner of `a` knows the password. Takes some milliseconds.
    pub fn proves(&self, challenge: &Challenge, a: &[u8], m1: &[u8]) -> bool {
        let prime = number();
        let a = BigUint::from_bytes_be(a);
        if &a % prime == BigUint::ZERO || &a >= prime {
            return false;
        }
        let a_bytes = padded(&a);
        let u = BigUint::from_bytes_be(&hash(&[&a_bytes, &challenge.public]));
        let shared = (&a * self.verifier().modpow(&u, prime)) % prime;
        let key = hash(&[&padded(&shared.modpow(&challenge.secret, prime))]);
        let mut mixed = hash(&[&padded(prime)]);
        for (byte, other) in mixed.iter_mut().zip(hash(&[&generator()])) {
            *byte ^= other;
        }
        let expected = hash(&[
            &mixed,
            &hash(&[&self.salt1]),
            &hash(&[&self.salt2]),
            &a_bytes,
            &challenge.public,
            &key,
        ]);
        expected == m1
    }

    fn verifier(&self) -> &BigUint {
        self.verifier.get_or_init(|| {
            let first = salted(&self.salt1, self.text.as_bytes());
            let second = salted(&self.salt2, &first);
            let mut slow = [0; 64];
            pbkdf2::pbkdf2_hmac::<Sha512>(&second, &self.salt1, ROUNDS, &mut slow);
            let x = BigUint::from_bytes_be(&salted(&self.salt2, &slow));
            BigUint::from(G).modpow(&x, number())
        })
    }
}

fn multiplier() -> BigUint {
    BigUint::from_bytes_be(&hash(&[&padded(number()), &generator()]))
}

fn generator() -> [u8; 256] {
    padded(&BigUint::from(G))
}

fn salted(salt: &[u8], data: &[u8]) -> [u8; 32] {
    hash(&[salt, data, salt])
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part);
    }
    sha.finalize().into()
}

/// Big-endian with leading zero bytes; numbers here are below the prime and fit.
fn padded(number: &BigUint) -> [u8; 256] {
    let mut out = [0; 256];
    for (to, from) in out.iter_mut().rev().zip(number.to_bytes_le()) {
        *to = from;
    }
    out
}

#[cfg(test)]
mod tests {
    use grammers_crypto::two_factor_auth::calculate_2fa;

    use super::*;

    fn proof(password: &Password, challenge: &Challenge, text: &str) -> ([u8; 32], [u8; 256]) {
        calculate_2fa(
            &password.salt1,
            &password.salt2,
            &prime(),
            &i32::from(G),
            challenge.public.to_vec(),
            random::<256>().to_vec(),
            text,
        )
    }

    #[test]
    fn the_right_password_proves_itself_and_a_wrong_one_does_not() {
        let password = Password::new("correct horse".to_owned());
        let challenge = password.challenge();
        let (m1, a) = proof(&password, &challenge, "correct horse");
        assert!(password.proves(&challenge, &a, &m1));
        let (m1, a) = proof(&password, &challenge, "wrong horse");
        assert!(!password.proves(&challenge, &a, &m1));
    }

    #[test]
    fn a_zero_public_value_is_refused() {
        let password = Password::new("p".to_owned());
        let challenge = password.challenge();
        assert!(!password.proves(&challenge, &[0; 256], &[0; 32]));
        assert!(!password.proves(&challenge, &prime(), &[0; 32]));
        assert!(!password.proves(&challenge, &[], &[]));
    }
}
