//! MTProto 2.0 encryption, the server's side.
//!
//! It owns the key schedule, the check of `msg_key` and the padding. It must not know sessions:
//! it says what was inside, not whether that makes sense.
//! Source: <https://core.telegram.org/mtproto/description>.

use bytes::{Bytes, BytesMut};
use grammers_crypto::aes;
use sha2::{Digest, Sha256};

use super::wire::{self, Message};

/// An authorisation key: 256 bytes, big-endian, shared with one client.
pub(super) type AuthKey = [u8; 256];

/// Bytes before the encrypted part: `auth_key_id` and `msg_key`.
const OUTER: usize = 24;
/// Bytes before the body in the encrypted part: salt, session id, message id, seqno, length.
const INNER: usize = 32;

/// A decrypted message with the envelope's fields.
#[derive(Debug)]
pub(super) struct Opened {
    /// The salt the client used.
    pub(super) salt: i64,
    /// The client's session.
    pub(super) session_id: i64,
    /// The one message inside, which may be a container.
    pub(super) message: Message,
}

/// Why a packet could not be opened. None of them can be answered: the link is closed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CipherError {
    /// Too short, or the encrypted part is not a multiple of 16 bytes.
    #[error("the packet has an impossible length")]
    Length,
    /// `msg_key` does not belong to the decrypted bytes.
    #[error("the message key is wrong")]
    MessageKey,
    /// The declared length leaves less than 12 or more than 1024 bytes of padding.
    #[error("the padding is out of bounds")]
    Padding,
    /// The session id is zero.
    #[error("the session id is missing")]
    Session,
}

/// Who encrypted: the offset `x` of the key schedule.
#[derive(Clone, Copy)]
enum From {
    Client = 0,
    Server = 8,
}

fn key_and_iv(key: &AuthKey, msg_key: &[u8], from: From) -> ([u8; 32], [u8; 32]) {
    let x = from as usize;
    let a = Sha256::new()
        .chain_update(msg_key)
        .chain_update(&key[x..x + 36])
        .finalize();
    let b = Sha256::new()
        .chain_update(&key[40 + x..76 + x])
        .chain_update(msg_key)
        .finalize();
    let (mut aes_key, mut iv) = ([0; 32], [0; 32]);
    aes_key[..8].copy_from_slice(&a[..8]);
    aes_key[8..24].copy_from_slice(&b[8..24]);
    aes_key[24..].copy_from_slice(&a[24..]);
    iv[..8].copy_from_slice(&b[..8]);
    iv[8..24].copy_from_slice(&a[8..24]);
    iv[24..].copy_from_slice(&b[24..]);
    (aes_key, iv)
}

fn message_key(key: &AuthKey, plain: &[u8], from: From) -> [u8; 16] {
    let x = from as usize;
    let large = Sha256::new()
        .chain_update(&key[88 + x..120 + x])
        .chain_update(plain)
        .finalize();
    let mut middle = [0; 16];
    middle.copy_from_slice(&large[8..24]);
    middle
}

/// Decrypts a client's packet, `auth_key_id` included, and checks it.
pub(super) fn open(key: &AuthKey, mut packet: BytesMut) -> Result<Opened, CipherError> {
    if packet.len() < OUTER + INNER || !(packet.len() - OUTER).is_multiple_of(16) {
        return Err(CipherError::Length);
    }
    let mut plain = packet.split_off(OUTER);
    let msg_key = &packet[8..];
    let (aes_key, iv) = key_and_iv(key, msg_key, From::Client);
    aes::ige_decrypt(&mut plain, &aes_key, &iv);
    if message_key(key, &plain, From::Client) != *msg_key {
        return Err(CipherError::MessageKey);
    }
    parse(&plain.freeze())
}

fn parse(plain: &Bytes) -> Result<Opened, CipherError> {
    let long = |at| wire::long_at(plain, at).ok_or(CipherError::Length);
    let int = |at| wire::int_at(plain, at).ok_or(CipherError::Length);
    let (salt, session_id, msg_id) = (long(0)?, long(8)?, long(16)?);
    let (seqno, len) = (int(24)?, int(28)?);
    let len = usize::try_from(len).or(Err(CipherError::Padding))?;
    let padding = (plain.len() - INNER)
        .checked_sub(len)
        .ok_or(CipherError::Padding)?;
    if !len.is_multiple_of(4) || !(12..=1024).contains(&padding) {
        return Err(CipherError::Padding);
    }
    if session_id == 0 {
        return Err(CipherError::Session);
    }
    Ok(Opened {
        salt,
        session_id,
        message: Message {
            msg_id,
            seqno,
            body: plain.slice(INNER..INNER + len),
        },
    })
}

/// Encrypts one message for a client and returns the whole packet, `auth_key_id` first.
pub(super) fn seal(
    key: &AuthKey,
    key_id: i64,
    salt: i64,
    session_id: i64,
    message: &Message,
) -> Vec<u8> {
    let plain_len = INNER + message.body.len();
    let padding = 12 + (16 - (plain_len + 12) % 16) % 16;
    let mut packet = Vec::with_capacity(OUTER + plain_len + padding);
    packet.extend_from_slice(&key_id.to_le_bytes());
    packet.extend_from_slice(&[0; 16]);
    packet.extend_from_slice(&salt.to_le_bytes());
    packet.extend_from_slice(&session_id.to_le_bytes());
    message.put(&mut packet);
    packet.extend_from_slice(&wire::random::<32>()[..padding]);
    let msg_key = message_key(key, &packet[OUTER..], From::Server);
    packet[8..OUTER].copy_from_slice(&msg_key);
    let (aes_key, iv) = key_and_iv(key, &msg_key, From::Server);
    aes::ige_encrypt(&mut packet[OUTER..], &aes_key, &iv);
    packet
}

#[cfg(test)]
mod tests {
    use grammers_crypto::{AuthKey as ClientKey, DequeBuffer};

    use super::*;

    const KEY: AuthKey = [0x42; 256];

    fn client_packet(len: i32, body: &[u8]) -> BytesMut {
        let mut buffer = DequeBuffer::with_capacity(256, 64);
        buffer.extend(1_i64.to_le_bytes());
        buffer.extend(2_i64.to_le_bytes());
        buffer.extend(4_i64.to_le_bytes());
        buffer.extend(1_i32.to_le_bytes());
        buffer.extend(len.to_le_bytes());
        buffer.extend(body.iter().copied());
        grammers_crypto::encrypt_data_v2(&mut buffer, &ClientKey::from_bytes(KEY));
        BytesMut::from(&buffer[..])
    }

    #[test]
    fn a_clients_message_opens() {
        let opened = open(&KEY, client_packet(8, b"12345678")).expect("opens");
        assert_eq!((opened.salt, opened.session_id), (1, 2));
        assert_eq!(opened.message.msg_id, 4);
        assert_eq!(&opened.message.body[..], b"12345678");
    }

    #[test]
    fn a_client_opens_what_the_server_sealed() {
        for len in 0..40 {
            let message = Message {
                msg_id: 5,
                seqno: 1,
                body: vec![9; len * 4].into(),
            };
            let mut packet = seal(&KEY, 0, 1, 2, &message);
            // The client checks the key's id, which it derives itself.
            let id = ClientKey::from_bytes(KEY);
            let mut empty = DequeBuffer::with_capacity(0, 32);
            grammers_crypto::encrypt_data_v2(&mut empty, &id);
            packet[..8].copy_from_slice(&empty[..8]);
            let plain = grammers_crypto::decrypt_data_v2(&mut packet, &id).expect("opens");
            assert_eq!(&plain[32..32 + len * 4], &message.body[..]);
        }
    }

    #[test]
    fn a_changed_byte_anywhere_in_the_encrypted_part_is_noticed() {
        let packet = client_packet(8, b"12345678");
        for at in 8..packet.len() {
            let mut bad = packet.clone();
            bad[at] ^= 1;
            assert_eq!(open(&KEY, bad).err(), Some(CipherError::MessageKey));
        }
    }

    #[test]
    fn impossible_lengths_are_refused() {
        let packet = client_packet(8, b"12345678");
        for len in (0..OUTER + INNER).chain([packet.len() - 1]) {
            let cut = BytesMut::from(&packet[..len]);
            assert_eq!(open(&KEY, cut).err(), Some(CipherError::Length));
        }
        for len in [-4, 6, 24, 400, i32::MAX] {
            let packet = client_packet(len, b"12345678");
            assert_eq!(
                open(&KEY, packet).err(),
                Some(CipherError::Padding),
                "{len}"
            );
        }
    }
}
