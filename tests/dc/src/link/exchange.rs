//! The server's side of the exchange that makes an authorisation key.
//!
//! It owns the three steps and their nonces, and answers serialised requests with serialised
//! answers. It must not know sockets, framing or what becomes of the key.
//! Source: <https://core.telegram.org/mtproto/auth_key>.

use grammers_crypto::aes;
use grammers_tl_types as tl;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use tl::{Cursor, Deserializable, Identifiable, Serializable};

use super::cipher::AuthKey;
use super::{dh, rsa, wire};
use crate::clock::Clock;

// Any two different primes under 2^32 will do; these make a product of eight bytes that a client
// takes apart quickly, for the smaller of them sets its cost.
const SMALL: [u32; 8] = [
    35_500_939, 42_057_073, 44_265_289, 45_746_009, 54_094_057, 55_824_809, 57_401_657, 65_848_451,
];
const LARGE: [u32; 8] = [
    2_486_084_813,
    2_834_777_479,
    2_903_913_653,
    3_204_418_367,
    3_946_332_937,
    4_041_858_053,
    4_095_423_053,
    4_166_465_431,
];

/// Why an exchange ended; the link answers -404 and closes, as Telegram does.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExchangeError {
    /// Not a request of the exchange, or not the one whose turn it is.
    #[error("not a request of this step")]
    Unexpected,
    /// A nonce differs from the one agreed on.
    #[error("a nonce does not match")]
    Nonce,
    /// The factors of `pq` are wrong.
    #[error("the factors are wrong")]
    Factors,
    /// The request was encrypted for another RSA key.
    #[error("the fingerprint is of another key")]
    Fingerprint,
    /// The encrypted part does not decrypt to what it should.
    #[error("the encrypted data is damaged")]
    Damaged,
}

/// A key that both sides now hold.
pub(super) struct NewKey {
    /// The key itself.
    pub(super) auth_key: Box<AuthKey>,
    /// The salt the client starts with.
    pub(super) first_salt: i64,
}

/// What to do after a step: always send the bytes, and at the end take the key.
pub(super) struct Step {
    /// The serialised answer.
    pub(super) answer: Vec<u8>,
    /// The new key, after the last step.
    pub(super) key: Option<NewKey>,
}

struct Nonces {
    client: [u8; 16],
    server: [u8; 16],
}

impl Nonces {
    fn check(&self, client: &[u8; 16], server: &[u8; 16]) -> Result<(), ExchangeError> {
        if self.client == *client && self.server == *server {
            Ok(())
        } else {
            Err(ExchangeError::Nonce)
        }
    }
}

#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    Factoring {
        nonces: Nonces,
        p: u32,
        q: u32,
    },
    Agreeing {
        nonces: Nonces,
        new_nonce: [u8; 32],
    },
}

/// One link's key exchange. A new `req_pq` starts it over.
pub(super) struct Exchange {
    stage: Stage,
    clock: Clock,
}

impl Exchange {
    /// An exchange that has not begun, by this clock.
    pub(super) fn new(clock: Clock) -> Self {
        let stage = Stage::Idle;
        Self { stage, clock }
    }

    /// Answers one request of the exchange.
    pub(super) fn step(&mut self, body: &[u8]) -> Result<Step, ExchangeError> {
        match wire::constructor(body).ok_or(ExchangeError::Unexpected)? {
            tl::functions::ReqPq::CONSTRUCTOR_ID => {
                let request: tl::functions::ReqPq = parse(body)?;
                Ok(self.begin(request.nonce))
            }
            tl::functions::ReqPqMulti::CONSTRUCTOR_ID => {
                let request: tl::functions::ReqPqMulti = parse(body)?;
                Ok(self.begin(request.nonce))
            }
            tl::functions::ReqDhParams::CONSTRUCTOR_ID => self.propose(&parse(body)?),
            tl::functions::SetClientDhParams::CONSTRUCTOR_ID => self.agree(parse(body)?),
            _ => Err(ExchangeError::Unexpected),
        }
    }

    fn begin(&mut self, client: [u8; 16]) -> Step {
        let server = wire::random::<16>();
        let (p, q) = (pick(&SMALL), pick(&LARGE));
        self.stage = Stage::Factoring {
            nonces: Nonces { client, server },
            p,
            q,
        };
        let answer = tl::enums::ResPq::Pq(tl::types::ResPq {
            nonce: client,
            server_nonce: server,
            pq: (u64::from(p) * u64::from(q)).to_be_bytes().to_vec(),
            server_public_key_fingerprints: vec![rsa::fingerprint()],
        });
        Step {
            answer: answer.to_bytes(),
            key: None,
        }
    }

    fn propose(&mut self, request: &tl::functions::ReqDhParams) -> Result<Step, ExchangeError> {
        let Stage::Factoring { nonces, p, q } = std::mem::take(&mut self.stage) else {
            return Err(ExchangeError::Unexpected);
        };
        nonces.check(&request.nonce, &request.server_nonce)?;
        if request.public_key_fingerprint != rsa::fingerprint() {
            return Err(ExchangeError::Fingerprint);
        }
        let inner = Inner::open(&request.encrypted_data)?;
        nonces.check(&inner.nonce, &inner.server_nonce)?;
        let factors = (Some(u64::from(p)), Some(u64::from(q)));
        if (number(&request.p), number(&request.q)) != factors
            || (number(&inner.p), number(&inner.q)) != factors
        {
            return Err(ExchangeError::Factors);
        }
        let answer = tl::enums::ServerDhParams::Ok(tl::types::ServerDhParamsOk {
            nonce: nonces.client,
            server_nonce: nonces.server,
            encrypted_answer: proposal(&nonces, &inner.new_nonce, &self.clock),
        });
        self.stage = Stage::Agreeing {
            nonces,
            new_nonce: inner.new_nonce,
        };
        Ok(Step {
            answer: answer.to_bytes(),
            key: None,
        })
    }

    fn agree(&mut self, request: tl::functions::SetClientDhParams) -> Result<Step, ExchangeError> {
        let Stage::Agreeing { nonces, new_nonce } = std::mem::take(&mut self.stage) else {
            return Err(ExchangeError::Unexpected);
        };
        nonces.check(&request.nonce, &request.server_nonce)?;
        let client_share = client_share(&nonces, &new_nonce, request.encrypted_data)?;
        let Some(auth_key) = dh::secret(&client_share) else {
            return Ok(Step {
                answer: refusal(&nonces),
                key: None,
            });
        };
        let answer = tl::enums::SetClientDhParamsAnswer::DhGenOk(tl::types::DhGenOk {
            nonce: nonces.client,
            server_nonce: nonces.server,
            new_nonce_hash1: grammers_crypto::AuthKey::from_bytes(*auth_key)
                .calc_new_nonce_hash(&new_nonce, 1),
        });
        let mut salt = [0; 8];
        for (at, byte) in salt.iter_mut().enumerate() {
            *byte = new_nonce[at] ^ nonces.server[at];
        }
        Ok(Step {
            answer: answer.to_bytes(),
            key: Some(NewKey {
                auth_key,
                first_salt: i64::from_le_bytes(salt),
            }),
        })
    }
}

fn parse<T: Identifiable + Deserializable>(body: &[u8]) -> Result<T, ExchangeError> {
    wire::parse(body).ok_or(ExchangeError::Unexpected)
}

fn pick(primes: &[u32; 8]) -> u32 {
    primes[usize::from(wire::random::<1>()[0] & 7)]
}

/// A big-endian number of any length up to eight significant bytes.
fn number(bytes: &[u8]) -> Option<u64> {
    let significant = bytes
        .iter()
        .position(|&byte| byte != 0)
        .unwrap_or(bytes.len());
    let bytes = &bytes[significant..];
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |n, &byte| n << 8 | u64::from(byte)))
}

/// What all four `p_q_inner_data` constructors share.
struct Inner {
    p: Vec<u8>,
    q: Vec<u8>,
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: [u8; 32],
}

impl Inner {
    /// Decrypts and reads the inner data in whichever of the two paddings it came.
    fn open(encrypted: &[u8]) -> Result<Self, ExchangeError> {
        let block = rsa::decrypt(encrypted).ok_or(ExchangeError::Damaged)?;
        let inner = match rsa_pad(&block) {
            Some(data) => tl::enums::PQInnerData::from_bytes(&data).ok(),
            None => sha1_padded(&block),
        };
        inner.map(Self::from).ok_or(ExchangeError::Damaged)
    }
}

impl From<tl::enums::PQInnerData> for Inner {
    fn from(data: tl::enums::PQInnerData) -> Self {
        use tl::enums::PQInnerData;
        macro_rules! shared {
            ($data:expr) => {
                Self {
                    p: $data.p,
                    q: $data.q,
                    nonce: $data.nonce,
                    server_nonce: $data.server_nonce,
                    new_nonce: $data.new_nonce,
                }
            };
        }
        match data {
            PQInnerData::Data(data) => shared!(data),
            PQInnerData::Dc(data) => shared!(data),
            PQInnerData::Temp(data) => shared!(data),
            PQInnerData::TempDc(data) => shared!(data),
        }
    }
}

/// `RSA_PAD`: a temporary key, then data in reverse and its SHA-256, encrypted with that key.
fn rsa_pad(block: &[u8; rsa::BLOCK]) -> Option<Vec<u8>> {
    let (veiled_key, encrypted) = block.split_at(32);
    let mut key: [u8; 32] = Sha256::digest(encrypted).into();
    for (byte, veil) in key.iter_mut().zip(veiled_key) {
        *byte ^= veil;
    }
    let mut plain = encrypted.to_vec();
    aes::ige_decrypt(&mut plain, &key, &[0; 32]);
    let hash = plain.split_off(192);
    plain.reverse();
    let expected = Sha256::new()
        .chain_update(key)
        .chain_update(&plain)
        .finalize();
    (expected[..] == hash[..]).then_some(plain)
}

/// The older padding: a zero byte, the data's SHA-1, the data, random bytes.
fn sha1_padded(block: &[u8; rsa::BLOCK]) -> Option<tl::enums::PQInnerData> {
    let data = &block[21..];
    let mut cursor = Cursor::from_slice(data);
    let inner = tl::enums::PQInnerData::deserialize(&mut cursor).ok()?;
    let digest = Sha1::digest(data.get(..cursor.pos())?);
    (block[0] == 0 && digest[..] == block[1..21]).then_some(inner)
}

/// The encrypted `server_DH_inner_data`.
fn proposal(nonces: &Nonces, new_nonce: &[u8; 32], clock: &Clock) -> Vec<u8> {
    let inner = tl::enums::ServerDhInnerData::Data(tl::types::ServerDhInnerData {
        nonce: nonces.client,
        server_nonce: nonces.server,
        g: dh::GENERATOR,
        dh_prime: dh::prime().to_vec(),
        g_a: dh::share().to_vec(),
        server_time: clock.int(),
    })
    .to_bytes();
    let mut answer = Sha1::digest(&inner).to_vec();
    answer.extend_from_slice(&inner);
    let padding = (16 - answer.len() % 16) % 16;
    answer.extend_from_slice(&wire::random::<16>()[..padding]);
    let (key, iv) = grammers_crypto::generate_key_data_from_nonce(&nonces.server, new_nonce);
    aes::ige_encrypt(&mut answer, &key, &iv);
    answer
}

/// Decrypts `client_DH_inner_data` and returns its `g_b`.
fn client_share(
    nonces: &Nonces,
    new_nonce: &[u8; 32],
    mut encrypted: Vec<u8>,
) -> Result<Vec<u8>, ExchangeError> {
    if encrypted.len() < 32 || !encrypted.len().is_multiple_of(16) {
        return Err(ExchangeError::Damaged);
    }
    let (key, iv) = grammers_crypto::generate_key_data_from_nonce(&nonces.server, new_nonce);
    aes::ige_decrypt(&mut encrypted, &key, &iv);
    let (hash, data) = encrypted.split_at(20);
    let mut cursor = Cursor::from_slice(data);
    let tl::enums::ClientDhInnerData::Data(inner) =
        tl::enums::ClientDhInnerData::deserialize(&mut cursor).or(Err(ExchangeError::Damaged))?;
    let digest = Sha1::digest(data.get(..cursor.pos()).unwrap_or_default());
    if digest[..] != *hash {
        return Err(ExchangeError::Damaged);
    }
    nonces.check(&inner.nonce, &inner.server_nonce)?;
    Ok(inner.g_b)
}

/// `dh_gen_fail`: without a shared secret there is no hash to prove, so it is left zero.
fn refusal(nonces: &Nonces) -> Vec<u8> {
    tl::enums::SetClientDhParamsAnswer::DhGenFail(tl::types::DhGenFail {
        nonce: nonces.client,
        server_nonce: nonces.server,
        new_nonce_hash3: [0; 16],
    })
    .to_bytes()
}
