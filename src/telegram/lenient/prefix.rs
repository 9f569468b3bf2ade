//! What can be read of a message whose rest cannot.
//!
//! Sources: <https://core.telegram.org/constructor/message>,
//! <https://core.telegram.org/constructor/messageService>. A message of a constructor that is not
//! known says nothing: what stands where in it cannot be known either.

use crate::telegram::lenient::layout::Part;
use grammers_client::tl::deserialize::{Cursor, Error};
use grammers_client::tl::{Deserializable as _, Identifiable as _, enums, types};

/// What stands before the unreadable in a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefix {
    /// Its number.
    pub(in crate::telegram) id: i32,
    /// Its chat.
    pub(in crate::telegram) peer: enums::Peer,
    /// Who wrote it, where Telegram says so.
    pub(in crate::telegram) from: Option<enums::Peer>,
    /// Whether the account itself wrote it.
    pub(in crate::telegram) out: bool,
    /// Whether it came without a notification.
    pub(in crate::telegram) silent: bool,
    /// When it was sent, in Telegram's seconds, if that stands before the unreadable.
    pub(in crate::telegram) date: Option<i32>,
    /// Its text, if that stands before the unreadable.
    pub(in crate::telegram) text: Option<String>,
    /// The message as it came, without the update that brought it.
    pub(in crate::telegram) raw: Vec<u8>,
    /// Whether it has changed, and is not new.
    pub(in crate::telegram) edited: bool,
}

/// Updates that are a message with two numbers behind it.
const NEW: [u32; 2] = [
    types::UpdateNewMessage::CONSTRUCTOR_ID,
    types::UpdateNewChannelMessage::CONSTRUCTOR_ID,
];
const EDITED: [u32; 2] = [
    types::UpdateEditMessage::CONSTRUCTOR_ID,
    types::UpdateEditChannelMessage::CONSTRUCTOR_ID,
];

/// What the element says of the message that it is or brings.
pub(super) fn of(part: Part, raw: &[u8]) -> Option<Prefix> {
    match part {
        Part::Message => message(raw, false).ok().flatten(),
        Part::Update => {
            let id = u32::from_bytes(raw).ok()?;
            let edited = EDITED.contains(&id);
            if !edited && !NEW.contains(&id) {
                return None;
            }
            let inner = raw.get(4..raw.len().checked_sub(8)?)?;
            message(inner, edited).ok().flatten()
        }
        Part::Peer | Part::Other => None,
    }
}

fn message(raw: &[u8], edited: bool) -> Result<Option<Prefix>, Error> {
    let mut cursor = Cursor::from_slice(raw);
    let constructor = u32::deserialize(&mut cursor)?;
    let is_service = match constructor {
        types::Message::CONSTRUCTOR_ID => false,
        types::MessageService::CONSTRUCTOR_ID => true,
        _ => return Ok(None),
    };
    let flags = u32::deserialize(&mut cursor)?;
    let flags2 = if is_service {
        0
    } else {
        u32::deserialize(&mut cursor)?
    };
    let has = |bit: u32| flags & (1 << bit) != 0;
    let id = i32::deserialize(&mut cursor)?;
    let from = has(8).then(|| enums::Peer::deserialize(&mut cursor));
    let from = from.transpose()?;
    if !is_service {
        if has(29) {
            i32::deserialize(&mut cursor)?;
        }
        if flags2 & (1 << 12) != 0 {
            String::deserialize(&mut cursor)?;
        }
    }
    let peer = enums::Peer::deserialize(&mut cursor)?;
    let rest = if is_service {
        service_rest(&mut cursor, flags).map(|date| (date, None))
    } else {
        text_rest(&mut cursor, flags, flags2)
    };
    let (date, text) = rest.map_or((None, None), |(date, text)| (Some(date), text));
    Ok(Some(Prefix {
        id,
        peer,
        from,
        out: has(1),
        silent: has(13),
        date,
        text,
        raw: raw.to_vec(),
        edited,
    }))
}

fn service_rest(cursor: &mut Cursor<'_>, flags: u32) -> Result<i32, Error> {
    if flags & (1 << 28) != 0 {
        enums::Peer::deserialize(cursor)?;
    }
    if flags & (1 << 3) != 0 {
        enums::MessageReplyHeader::deserialize(cursor)?;
    }
    i32::deserialize(cursor)
}

fn text_rest(
    cursor: &mut Cursor<'_>,
    flags: u32,
    flags2: u32,
) -> Result<(i32, Option<String>), Error> {
    let has = |bit: u32| flags & (1 << bit) != 0;
    let has2 = |bit: u32| flags2 & (1 << bit) != 0;
    if has(28) {
        enums::Peer::deserialize(cursor)?;
    }
    if has(2) {
        enums::MessageFwdHeader::deserialize(cursor)?;
    }
    if has(11) {
        i64::deserialize(cursor)?;
    }
    if has2(0) {
        i64::deserialize(cursor)?;
    }
    if has2(19) {
        enums::Peer::deserialize(cursor)?;
    }
    if has(3) {
        enums::MessageReplyHeader::deserialize(cursor)?;
    }
    let date = i32::deserialize(cursor)?;
    Ok((date, String::deserialize(cursor).ok()))
}
