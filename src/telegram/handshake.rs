//! Makes an authorisation key with a server of your own.
//!
//! grammers carries Telegram's public keys inside and can exchange keys with nobody else; this
//! module does the same exchange with a key that the configuration names. Its steps and checks
//! are those of <https://core.telegram.org/mtproto/auth_key>. It knows nothing of accounts.

use crate::telegram::server::ServerKey;
use grammers_client::sender::{InvocationError, Sender, ServerAddr};
use grammers_client::tl::{self, Cursor, Deserializable as _, Serializable as _};
use grammers_crypto::{AuthKey, aes, factorize, generate_key_data_from_nonce, rsa};
use grammers_mtproto::{mtp, transport};
use num_bigint::BigUint;
use sha1::{Digest as _, Sha1};
use std::net::SocketAddr;
use zeroize::Zeroizing;

/// Why no key came about.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// The server cannot be reached, or closed the link.
    #[error("the server cannot be reached")]
    Connect(#[source] std::io::Error),
    /// The server refused a step.
    #[error("the server refused a step of the key exchange")]
    Invoke(#[source] InvocationError),
    /// The server broke the rules of the exchange; the word says which one.
    #[error("the server's part of the key exchange is wrong: {0}")]
    Protocol(&'static str),
    /// The system has no randomness to give.
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
}

/// The server and the numbers both sides have agreed on so far.
struct Exchange {
    sender: Sender<transport::Full, mtp::Plain>,
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: Zeroizing<[u8; 32]>,
}

/// Connects, makes a key and closes the link. The caller bounds the time.
///
/// # Errors
/// See [`HandshakeError`]; after any of them nothing is left behind on this side.
pub async fn exchange(
    address: SocketAddr,
    key: &ServerKey,
) -> Result<Zeroizing<[u8; 256]>, HandshakeError> {
    let address = ServerAddr::Tcp { address };
    let sender = Sender::connect(transport::Full::new(), mtp::Plain::new(), address)
        .await
        .map_err(HandshakeError::Connect)?;
    let mut exchange = Exchange {
        sender,
        nonce: random()?,
        server_nonce: [0; 16],
        new_nonce: Zeroizing::new(random()?),
    };
    let request = exchange.request_pq(key).await?;
    let inner = exchange.request_dh(request).await?;
    exchange.finish(inner).await
}

impl Exchange {
    /// Steps 1 to 4: the server names `pq` and its keys, we factorise and choose a nonce.
    async fn request_pq(
        &mut self,
        key: &ServerKey,
    ) -> Result<tl::functions::ReqDhParams, HandshakeError> {
        let request = tl::functions::ReqPqMulti { nonce: self.nonce };
        let tl::enums::ResPq::Pq(answer) = self
            .sender
            .invoke(&request)
            .await
            .map_err(HandshakeError::Invoke)?;
        ensure(answer.nonce == self.nonce, "nonce of resPQ")?;
        ensure(
            answer
                .server_public_key_fingerprints
                .contains(&key.fingerprint),
            "it does not have the RSA key of TELEGRAM_SERVER_KEY",
        )?;
        let pq: [u8; 8] = answer
            .pq
            .as_slice()
            .try_into()
            .ok()
            .ok_or(HandshakeError::Protocol("size of pq"))?;
        self.server_nonce = answer.server_nonce;

        let (p, q) = factorize(u64::from_be_bytes(pq));
        let (p, q) = (minimal_bytes(p), minimal_bytes(q));
        let inner = tl::enums::PQInnerData::Data(tl::types::PQInnerData {
            pq: pq.to_vec(),
            p: p.clone(),
            q: q.clone(),
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            new_nonce: *self.new_nonce,
        });
        let inner = Zeroizing::new(inner.to_bytes());
        let rsa_key = rsa::Key::new(&key.n.to_string(), &key.e.to_string())
            .ok_or(HandshakeError::Protocol("RSA key"))?;
        Ok(tl::functions::ReqDhParams {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            p,
            q,
            public_key_fingerprint: key.fingerprint,
            encrypted_data: rsa::encrypt_hashed(&inner, &rsa_key, &random()?),
        })
    }

    /// Step 5: the server sends the group and its half of Diffie-Hellman, encrypted.
    async fn request_dh(
        &mut self,
        request: tl::functions::ReqDhParams,
    ) -> Result<tl::types::ServerDhInnerData, HandshakeError> {
        let answer = self
            .sender
            .invoke(&request)
            .await
            .map_err(HandshakeError::Invoke)?;
        let tl::enums::ServerDhParams::Ok(mut answer) = answer else {
            return Err(HandshakeError::Protocol("it refused our pq"));
        };
        ensure(answer.nonce == self.nonce, "nonce of server_DH_params")?;
        ensure(
            answer.server_nonce == self.server_nonce,
            "server nonce of server_DH_params",
        )?;
        ensure(
            answer.encrypted_answer.len() % 16 == 0,
            "padding of server_DH_inner_data",
        )?;

        let (aes_key, iv) = generate_key_data_from_nonce(&self.server_nonce, &self.new_nonce);
        aes::ige_decrypt(&mut answer.encrypted_answer, &aes_key, &iv);
        let (hash, plain) = answer
            .encrypted_answer
            .split_at_checked(20)
            .ok_or(HandshakeError::Protocol("length of server_DH_inner_data"))?;
        let mut cursor = Cursor::from_slice(plain);
        let tl::enums::ServerDhInnerData::Data(inner) =
            tl::enums::ServerDhInnerData::deserialize(&mut cursor)
                .ok()
                .ok_or(HandshakeError::Protocol("server_DH_inner_data"))?;
        let signed = plain.get(..cursor.pos()).unwrap_or_default();
        ensure(
            hash == Sha1::digest(signed).as_slice(),
            "hash of server_DH_inner_data",
        )?;
        ensure(inner.nonce == self.nonce, "nonce of server_DH_inner_data")?;
        ensure(
            inner.server_nonce == self.server_nonce,
            "server nonce of server_DH_inner_data",
        )?;
        Ok(inner)
    }

    /// Steps 6 to 9: our half, the shared key, and the proof that the server has it too.
    async fn finish(
        mut self,
        inner: tl::types::ServerDhInnerData,
    ) -> Result<Zeroizing<[u8; 256]>, HandshakeError> {
        let prime = BigUint::from_bytes_be(&inner.dh_prime);
        let g = u32::try_from(inner.g)
            .ok()
            .ok_or(HandshakeError::Protocol("g"))?;
        let g_a = BigUint::from_bytes_be(&inner.g_a);
        let b = BigUint::from_bytes_be(&*Zeroizing::new(random::<256>()?));
        let g_b = BigUint::from(g).modpow(&b, &prime);
        ensure(prime.bits() == 2048 && (2..=7).contains(&g), "group")?;
        ensure(
            in_safe_range(&g_a, &prime) && in_safe_range(&g_b, &prime),
            "range of g_a or g_b",
        )?;

        let client = tl::enums::ClientDhInnerData::Data(tl::types::ClientDhInnerData {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            retry_id: 0,
            g_b: g_b.to_bytes_be(),
        })
        .to_bytes();
        let mut encrypted_data = [Sha1::digest(&client).as_slice(), &client].concat();
        let padding = (16 - encrypted_data.len() % 16) % 16;
        encrypted_data.extend_from_slice(&random::<16>()?[..padding]);
        let (aes_key, iv) = generate_key_data_from_nonce(&self.server_nonce, &self.new_nonce);
        aes::ige_encrypt(&mut encrypted_data, &aes_key, &iv);

        let request = tl::functions::SetClientDhParams {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            encrypted_data,
        };
        let answer = self
            .sender
            .invoke(&request)
            .await
            .map_err(HandshakeError::Invoke)?;
        let tl::enums::SetClientDhParamsAnswer::DhGenOk(answer) = answer else {
            return Err(HandshakeError::Protocol("it refused our half of the key"));
        };

        let shared = Zeroizing::new(g_a.modpow(&b, &prime).to_bytes_be());
        let mut bytes = Zeroizing::new([0; 256]);
        let start = bytes.len().saturating_sub(shared.len());
        bytes[start..].copy_from_slice(&shared);
        let expected = AuthKey::from_bytes(*bytes).calc_new_nonce_hash(&self.new_nonce, 1);
        ensure(answer.nonce == self.nonce, "nonce of dh_gen_ok")?;
        ensure(
            answer.server_nonce == self.server_nonce,
            "server nonce of dh_gen_ok",
        )?;
        ensure(
            answer.new_nonce_hash1 == expected,
            "new_nonce_hash of dh_gen_ok",
        )?;
        Ok(bytes)
    }
}

fn random<const N: usize>() -> Result<[u8; N], HandshakeError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(HandshakeError::Random)?;
    Ok(bytes)
}

fn ensure(holds: bool, what: &'static str) -> Result<(), HandshakeError> {
    if holds {
        Ok(())
    } else {
        Err(HandshakeError::Protocol(what))
    }
}

/// Big-endian without leading zero bytes, as the exchange wants its numbers.
fn minimal_bytes(number: u64) -> Vec<u8> {
    number
        .to_be_bytes()
        .into_iter()
        .skip_while(|&byte| byte == 0)
        .collect()
}

/// Both halves must lie between 2^(2048-64) and prime - 2^(2048-64).
fn in_safe_range(half: &BigUint, prime: &BigUint) -> bool {
    let margin = BigUint::from(1u8) << (2048 - 64);
    *half > margin && half + margin < *prime
}
