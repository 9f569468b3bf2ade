//! The bytes in a session string, one after the other.
//!
//! It owns the base64 of both libraries and wipes what it decodes. It knows nothing of what the
//! bytes mean but for the fields that both libraries have.

use super::{DATA_CENTRES, SessionStringError};
use base64::Engine as _;
use base64::engine::{Config as _, GeneralPurpose};
pub(super) use base64::prelude::{BASE64_URL_SAFE as PADDED, BASE64_URL_SAFE_NO_PAD as UNPADDED};
use secrecy::SecretString;
use zeroize::Zeroizing;

/// More than any string holds.
const ROOM: usize = 512;

/// How many characters of base64 without padding so many bytes are.
pub(super) const fn characters(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// Decoded bytes that are read from their beginning.
pub(super) struct Bytes {
    decoded: Zeroizing<[u8; ROOM]>,
    length: usize,
    at: usize,
}

impl Bytes {
    /// Decodes base64 without its padding.
    pub(super) fn decode(text: &str) -> Result<Self, SessionStringError> {
        // Copied into a place of its own, so that no growing buffer leaves parts behind.
        let mut decoded = Zeroizing::new([0; ROOM]);
        let length = UNPADDED
            .decode_slice(text, &mut *decoded)
            .map_err(|error| not_base64(&error))?;
        Ok(Self {
            decoded,
            length,
            at: 0,
        })
    }

    /// The next bytes; zeros after the end, which the lengths of the forms exclude.
    pub(super) fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        let left = self.decoded.get(self.at..self.length).unwrap_or_default();
        for (to, from) in taken.iter_mut().zip(left) {
            *to = *from;
        }
        self.at = (self.at + N).min(self.length);
        taken
    }

    pub(super) fn dc_id(&mut self) -> Result<u8, SessionStringError> {
        let [dc_id] = self.take();
        if DATA_CENTRES.contains(&dc_id) {
            Ok(dc_id)
        } else {
            Err(SessionStringError::DataCentre { dc_id })
        }
    }

    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, SessionStringError> {
        match self.take() {
            [0] => Ok(false),
            [1] => Ok(true),
            [_] => Err(SessionStringError::Flag { field }),
        }
    }

    pub(super) fn auth_key(&mut self) -> Result<Zeroizing<[u8; 256]>, SessionStringError> {
        let key = Zeroizing::new(self.take());
        if key.iter().all(|byte| *byte == 0) {
            return Err(SessionStringError::NoKey);
        }
        Ok(key)
    }
}

/// The reason names places and letters of the string, and stays here.
fn not_base64(_: &base64::DecodeSliceError) -> SessionStringError {
    SessionStringError::Base64
}

/// Encodes parts, one after the other, after a prefix.
pub(super) fn encode(prefix: &str, engine: &GeneralPurpose, parts: &[&[u8]]) -> SecretString {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    for part in parts {
        bytes.extend_from_slice(part);
    }
    // Just as long as needed, so that making a secret of it leaves no copy behind.
    let padded = engine.config().encode_padding();
    let encoded = base64::encoded_len(length, padded).unwrap_or_default();
    let mut text = String::with_capacity(prefix.len() + encoded);
    text.push_str(prefix);
    engine.encode_string(&*bytes, &mut text);
    text.into()
}
