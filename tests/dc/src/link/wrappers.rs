//! Peels the wrappers off a request: layer, client's description, order, compression.
//!
//! It owns the headers of the generic functions, read by hand because what follows them is any
//! request. It must not know the requests themselves.
//! Source: <https://core.telegram.org/api/invoking>.

use bytes::Bytes;
use grammers_tl_types as tl;
use tl::deserialize::Error;
use tl::{Cursor, Deserializable, Identifiable, functions as f};

use super::wire;

/// Wrappers around one request, at most. Real clients use three.
const DEPTH_MAX: usize = 16;
/// Nesting of the JSON in `initConnection`, at most.
const JSON_DEPTH_MAX: usize = 16;

/// A request without its wrappers, and what they said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Peeled {
    /// The innermost request.
    pub(super) query: Bytes,
    /// The layer of `invokeWithLayer`, if there was one.
    pub(super) layer: Option<i32>,
    /// Whether `invokeWithoutUpdates` was there.
    pub(super) without_updates: bool,
    /// Whether `initConnection` was there.
    pub(super) initialised: bool,
}

/// Takes all wrappers off, in any order; `None` when one of them is damaged.
pub(super) fn peel(body: Bytes) -> Option<Peeled> {
    let mut peeled = Peeled {
        query: body,
        layer: None,
        without_updates: false,
        initialised: false,
    };
    for _ in 0..DEPTH_MAX {
        let id = wire::constructor(&peeled.query)?;
        if id == wire::GZIP {
            peeled.query = wire::unzip(&peeled.query)?;
            continue;
        }
        let mut cursor = Cursor::from_slice(&peeled.query);
        u32::deserialize(&mut cursor).ok()?;
        match id {
            f::InvokeWithLayer::<Bytes>::CONSTRUCTOR_ID => {
                peeled.layer = Some(i32::deserialize(&mut cursor).ok()?);
            }
            f::InvokeWithoutUpdates::<Bytes>::CONSTRUCTOR_ID => peeled.without_updates = true,
            f::InvokeAfterMsg::<Bytes>::CONSTRUCTOR_ID => {
                i64::deserialize(&mut cursor).ok()?;
            }
            f::InvokeAfterMsgs::<Bytes>::CONSTRUCTOR_ID => {
                Vec::<i64>::deserialize(&mut cursor).ok()?;
            }
            f::InitConnection::<Bytes>::CONSTRUCTOR_ID => {
                skip_description(&mut cursor).ok()?;
                peeled.initialised = true;
            }
            _ => return Some(peeled),
        }
        peeled.query = peeled.query.slice(cursor.pos()..);
    }
    None
}

/// Reads past what `initConnection` says about the client.
fn skip_description(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    let flags = u32::deserialize(cursor)?;
    i32::deserialize(cursor)?;
    // Device, system version, application version, system language, language pack, language.
    for _ in 0..6 {
        Vec::<u8>::deserialize(cursor)?;
    }
    if flags & 1 != 0 {
        tl::enums::InputClientProxy::deserialize(cursor)?;
    }
    if flags & 2 != 0 {
        skip_json(cursor, JSON_DEPTH_MAX)?;
    }
    Ok(())
}

/// Reads past a `JSONValue`. By hand, because the generated reader has no limit to its recursion.
fn skip_json(cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Error> {
    let id = u32::deserialize(cursor)?;
    let depth = depth.checked_sub(1).ok_or(Error::UnexpectedEof)?;
    match id {
        tl::types::JsonNull::CONSTRUCTOR_ID => Ok(()),
        tl::types::JsonBool::CONSTRUCTOR_ID => bool::deserialize(cursor).map(drop),
        tl::types::JsonNumber::CONSTRUCTOR_ID => f64::deserialize(cursor).map(drop),
        tl::types::JsonString::CONSTRUCTOR_ID => Vec::<u8>::deserialize(cursor).map(drop),
        tl::types::JsonArray::CONSTRUCTOR_ID => {
            for _ in 0..vector_len(cursor)? {
                skip_json(cursor, depth)?;
            }
            Ok(())
        }
        tl::types::JsonObject::CONSTRUCTOR_ID => {
            for _ in 0..vector_len(cursor)? {
                u32::deserialize(cursor)?;
                Vec::<u8>::deserialize(cursor)?;
                skip_json(cursor, depth)?;
            }
            Ok(())
        }
        id => Err(Error::UnexpectedConstructor { id }),
    }
}

fn vector_len(cursor: &mut Cursor<'_>) -> Result<i32, Error> {
    u32::deserialize(cursor)?;
    i32::deserialize(cursor)
}

#[cfg(test)]
mod tests {
    use tl::Serializable;

    use super::*;

    fn init<X>(query: X) -> f::InitConnection<X> {
        let object = tl::types::JsonObject {
            value: vec![
                tl::types::JsonObjectValue {
                    key: "tz_offset".into(),
                    value: tl::types::JsonNumber { value: 3600.0 }.into(),
                }
                .into(),
            ],
        };
        f::InitConnection {
            api_id: 1,
            device_model: "device".into(),
            system_version: "1".into(),
            app_version: "2".into(),
            system_lang_code: "en".into(),
            lang_pack: String::new(),
            lang_code: "en".into(),
            proxy: Some(
                tl::types::InputClientProxy {
                    address: "localhost".into(),
                    port: 1,
                }
                .into(),
            ),
            params: Some(object.into()),
            query,
        }
    }

    #[test]
    fn wrappers_come_off_in_any_order() {
        let query = f::help::GetConfig {};
        let usual = f::InvokeWithLayer {
            layer: 230,
            query: init(f::InvokeWithoutUpdates {
                query: query.clone(),
            }),
        };
        let odd = f::InvokeAfterMsg {
            msg_id: 4,
            query: f::InvokeWithoutUpdates {
                query: init(f::InvokeWithLayer {
                    layer: 230,
                    query: f::InvokeAfterMsgs {
                        msg_ids: vec![1, 2],
                        query: query.clone(),
                    },
                }),
            },
        };
        for body in [usual.to_bytes(), odd.to_bytes()] {
            let peeled = peel(body.into()).expect("peels");
            assert_eq!(peeled.query, query.to_bytes());
            assert_eq!(peeled.layer, Some(230));
            assert!(peeled.without_updates && peeled.initialised);
        }
    }

    #[test]
    fn damaged_and_bottomless_wrappers_are_refused() {
        let whole = f::InvokeWithLayer {
            layer: 230,
            query: init(f::help::GetConfig {}),
        }
        .to_bytes();
        for cut in 0..whole.len() - 4 {
            assert_eq!(peel(Bytes::copy_from_slice(&whole[..cut])), None, "{cut}");
        }
        let wrapper = f::InvokeWithoutUpdates::<Bytes>::CONSTRUCTOR_ID.to_le_bytes();
        assert_eq!(peel(wrapper.repeat(1000).into()), None);
    }

    #[test]
    fn json_nested_without_end_is_refused() {
        let mut body = init(f::help::GetConfig {});
        body.params = None;
        let mut bytes = body.to_bytes();
        bytes.truncate(bytes.len() - 4);
        bytes[4] |= 2;
        for _ in 0..50_000 {
            tl::types::JsonArray::CONSTRUCTOR_ID.serialize(&mut bytes);
            0x1cb5_c415_u32.serialize(&mut bytes);
            1_i32.serialize(&mut bytes);
        }
        assert_eq!(peel(bytes.into()), None);
    }
}
