//! Pieces of MTProto on the wire: messages, containers, gzip, results, bare TL values.
//!
//! It owns the layouts that the schema leaves to hand-written code, with their limits. It must not
//! know sessions or what a request means. Source: <https://core.telegram.org/mtproto/service_messages>.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use grammers_tl_types as tl;
use tl::{Cursor, Deserializable, Identifiable, Serializable};

/// Constructor of `msg_container`.
pub(super) const CONTAINER: u32 = 0x73f1_f8dc;
/// Constructor of `gzip_packed`.
pub(super) const GZIP: u32 = 0x3072_cfa1;
const RPC_RESULT: u32 = 0xf35c_6d01;

/// The most messages a client's container may hold.
pub(super) const CONTAINER_MAX: usize = 1020;
/// The most bytes that a compressed request may unfold to.
const UNPACKED_MAX: u64 = 8 * 1024 * 1024;
/// Results below this size are sent as they are.
const COMPRESS_FROM: usize = 4096;

/// One message, with its header taken apart. `body` is the TL object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The sender's message id.
    pub(super) msg_id: i64,
    /// The sender's sequence number; odd for content-related messages.
    pub(super) seqno: i32,
    /// The serialised object, a multiple of four bytes long.
    pub(super) body: Bytes,
}

impl Message {
    /// The bytes the message takes inside a container: its header and its body.
    pub(super) fn wire_len(&self) -> usize {
        16 + self.body.len()
    }

    /// Appends header and body to `out`.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.msg_id.to_le_bytes());
        out.extend_from_slice(&self.seqno.to_le_bytes());
        out.extend_from_slice(&length(self.body.len()).to_le_bytes());
        out.extend_from_slice(&self.body);
    }
}

/// A length as TL's `int`.
pub(super) fn length(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}

/// `N` random bytes from the operating system.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without a source of randomness the bytes stay zero: still a correct server, and this one
    // keeps no secrets.
    if let Err(error) = getrandom::fill(&mut bytes) {
        log::error!("no random bytes: {error}");
    }
    bytes
}

/// The little-endian `int64` at `at`, if the slice reaches that far.
pub(super) fn long_at(bytes: &[u8], at: usize) -> Option<i64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(i64::from_le_bytes(bytes.try_into().ok()?))
}

/// The little-endian `int` at `at`, if the slice reaches that far.
pub(super) fn int_at(bytes: &[u8], at: usize) -> Option<i32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(i32::from_le_bytes(bytes.try_into().ok()?))
}

/// The constructor id an object starts with.
pub(super) fn constructor(body: &[u8]) -> Option<u32> {
    int_at(body, 0).map(i32::cast_unsigned)
}

/// Reads an object of one known constructor, such as a function's arguments.
pub(super) fn parse<T: Identifiable + Deserializable>(body: &[u8]) -> Option<T> {
    let mut cursor = Cursor::from_slice(body);
    let id = u32::deserialize(&mut cursor).ok()?;
    (id == T::CONSTRUCTOR_ID)
        .then(|| T::deserialize(&mut cursor).ok())
        .flatten()
}

/// Appends a TL `bytes` value.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes.serialize(out);
}

/// Takes a `msg_container` apart, or `None` when its lengths do not add up.
pub(super) fn container(body: &Bytes) -> Option<Vec<Message>> {
    let count = usize::try_from(int_at(body, 4)?).ok()?;
    if count > CONTAINER_MAX {
        return None;
    }
    let mut messages = Vec::with_capacity(count);
    let mut at: usize = 8;
    for _ in 0..count {
        let len = usize::try_from(int_at(body, at + 12)?).ok()?;
        let end = (at + 16).checked_add(len)?;
        if !len.is_multiple_of(4) || end > body.len() {
            return None;
        }
        messages.push(Message {
            msg_id: long_at(body, at)?,
            seqno: int_at(body, at + 8)?,
            body: body.slice(at + 16..end),
        });
        at = end;
    }
    Some(messages)
}

/// The body of a `msg_container` with these messages.
pub(super) fn pack_container(messages: &[Message]) -> Vec<u8> {
    let size: usize = messages.iter().map(Message::wire_len).sum();
    let mut body = Vec::with_capacity(8 + size);
    body.extend_from_slice(&CONTAINER.to_le_bytes());
    body.extend_from_slice(&length(messages.len()).to_le_bytes());
    for message in messages {
        message.put(&mut body);
    }
    body
}

/// Unfolds a `gzip_packed` object, or `None` when it is broken or larger than 8 MiB.
pub(super) fn unzip(body: &[u8]) -> Option<Bytes> {
    let packed = Vec::<u8>::from_bytes(body.get(4..)?).ok()?;
    let mut plain = Vec::new();
    GzDecoder::new(packed.as_slice())
        .take(UNPACKED_MAX + 1)
        .read_to_end(&mut plain)
        .ok()?;
    (plain.len() as u64 <= UNPACKED_MAX && plain.len().is_multiple_of(4)).then(|| plain.into())
}

fn zip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// An `rpc_result` for the request `req_msg_id`, compressed when it is large and worth it.
pub(super) fn rpc_result(req_msg_id: i64, result: &[u8]) -> Bytes {
    let packed = if result.len() < COMPRESS_FROM {
        None
    } else {
        zip(result).filter(|packed| packed.len() < result.len() / 10 * 9)
    };
    let Some(packed) = packed else {
        return plain_result(req_msg_id, result);
    };
    let mut body = result_head(req_msg_id, packed.len());
    body.extend_from_slice(&GZIP.to_le_bytes());
    put_bytes(&mut body, &packed);
    body.into()
}

/// An `rpc_result` for the request `req_msg_id`, as it is.
pub(super) fn plain_result(req_msg_id: i64, result: &[u8]) -> Bytes {
    let mut body = result_head(req_msg_id, result.len());
    body.extend_from_slice(result);
    body.into()
}

fn result_head(req_msg_id: i64, len: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(24 + len);
    body.extend_from_slice(&RPC_RESULT.to_le_bytes());
    body.extend_from_slice(&req_msg_id.to_le_bytes());
    body
}

/// An `rpc_result` that carries an `rpc_error`.
pub(super) fn rpc_error(req_msg_id: i64, code: i32, message: String) -> Bytes {
    let error = tl::enums::RpcError::Error(tl::types::RpcError {
        error_code: code,
        error_message: message,
    });
    rpc_result(req_msg_id, &error.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(msg_id: i64, body: &'static [u8]) -> Message {
        Message {
            msg_id,
            seqno: 1,
            body: Bytes::from_static(body),
        }
    }

    #[test]
    fn a_container_comes_apart_as_it_was_packed() {
        let messages = vec![
            message(4, b"Hey!"),
            message(8, b""),
            message(12, b"Bye!Bye!"),
        ];
        let packed = Bytes::from(pack_container(&messages));
        assert_eq!(container(&packed), Some(messages));
    }

    #[test]
    fn a_container_with_lengths_that_do_not_add_up_is_refused() {
        let packed = pack_container(&[message(4, b"Hey!"), message(8, b"Bye!")]);
        for cut in 0..packed.len() {
            assert_eq!(container(&Bytes::copy_from_slice(&packed[..cut])), None);
        }
        let mut negative = packed.clone();
        negative[20..24].copy_from_slice(&(-1_i32).to_le_bytes());
        assert_eq!(container(&negative.into()), None);
        let mut many = packed;
        many[4..8].copy_from_slice(&1021_i32.to_le_bytes());
        assert_eq!(container(&many.into()), None);
    }

    #[test]
    fn a_large_result_is_compressed_and_unfolds_to_itself() {
        let plain = vec![7; 100_000];
        let body = rpc_result(4, &plain);
        assert!(body.len() < 10_000);
        assert_eq!(constructor(&body[12..]), Some(GZIP));
        assert_eq!(unzip(&body[12..]).as_deref(), Some(&plain[..]));
    }

    #[test]
    fn a_gzip_bomb_is_refused() {
        let bomb = rpc_result(4, &vec![0; 9 * 1024 * 1024]);
        assert_eq!(unzip(&bomb[12..]), None);
        assert_eq!(unzip(b"1234"), None);
    }
}
