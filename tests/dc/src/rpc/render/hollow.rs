//! An answer that is well packed and holds nothing.

use grammers_tl_types::Serializable as _;

/// Constructor of `gzip_packed`.
const GZIP_PACKED: u32 = 0x3072_cfa1;
/// No bytes at all, compressed. Source: RFC 1952, section 2.3; RFC 1951, section 3.2.6.
const NOTHING: [u8; 20] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// `gzip_packed` of nothing: no constructor, where every answer starts with one.
pub(in crate::rpc) fn hollow() -> Vec<u8> {
    let mut body = GZIP_PACKED.to_le_bytes().to_vec();
    NOTHING.to_vec().serialize(&mut body);
    body
}
