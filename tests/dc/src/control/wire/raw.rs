//! The JSON of `POST /raw`.
//!
//! Owns the fields, and the form of bytes: two hexadecimal digits each.

use serde::{Deserialize, Deserializer};

use super::Name;

/// `POST /raw`: a message, an object, an update or a whole push.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::control) enum RawBody {
    /// A message, or with `message_id` the edit of one.
    Message(RawMessage),
    /// In the place of a user or chat; without bytes no longer.
    Object(RawObject),
    /// In a push, and with a `pts_count` in differences.
    Update(RawUpdate),
    /// In the place of `Updates`.
    Push(RawPush),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct RawMessage {
    pub(in crate::control) from: String,
    pub(in crate::control) to: Name,
    #[serde(default)]
    pub(in crate::control) text: String,
    /// A `MessageMedia`.
    pub(in crate::control) media: Option<Hex>,
    /// A whole `Message`.
    pub(in crate::control) message: Option<Hex>,
    /// Where in `message` its id is to be written.
    pub(in crate::control) id_at: Option<usize>,
    /// The message to edit, as the sender knows it.
    pub(in crate::control) message_id: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct RawObject {
    pub(in crate::control) peer: Name,
    pub(in crate::control) object: Option<Hex>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct RawUpdate {
    /// An account or channel.
    pub(in crate::control) pushes: Name,
    pub(in crate::control) update: Hex,
    #[serde(default)]
    pub(in crate::control) pts_count: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct RawPush {
    pub(in crate::control) pushes: String,
    pub(in crate::control) updates: Hex,
}

/// Bytes in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::control) struct Hex(pub(in crate::control) Vec<u8>);

impl Hex {
    fn read(text: &str) -> Option<Self> {
        let digits = text.chars().map(|digit| digit.to_digit(16));
        let digits: Vec<u32> = digits.collect::<Option<_>>()?;
        let (pairs, []) = digits.as_chunks::<2>() else {
            return None;
        };
        let byte = |[high, low]: &[u32; 2]| u8::try_from(high * 16 + low).ok();
        pairs.iter().map(byte).collect::<Option<_>>().map(Self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text)
            .ok_or_else(|| serde::de::Error::custom("bytes are pairs of hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_pairs_of_digits() {
        assert_eq!(Hex::read("00fFa1"), Some(Hex(vec![0, 255, 161])));
        assert_eq!(Hex::read(""), Some(Hex(Vec::new())));
        assert!(
            ["0", "0g", "é0", "0x00"]
                .iter()
                .all(|text| Hex::read(text).is_none())
        );
    }
}
