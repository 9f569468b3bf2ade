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
    /// When it was last edited, in Telegram's seconds, if that stands before the unreadable.
    pub(in crate::telegram) edit_date: Option<i32>,
    /// The message as it came, without the update that brought it.
    pub(in crate::telegram) raw: Vec<u8>,
    /// Whether it has changed since it was new.
    pub(in crate::telegram) edited: bool,
    /// The `pts` of the update that brought it.
    pub(in crate::telegram) pts: Option<i32>,
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
        Part::Message => message(raw).ok().flatten(),
        Part::Update => {
            let id = u32::from_bytes(raw).ok()?;
            let edited = EDITED.contains(&id);
            if !edited && !NEW.contains(&id) {
                return None;
            }
            let end = raw.len().checked_sub(8)?;
            let told = message(raw.get(4..end)?).ok().flatten()?;
            let pts = raw.get(end..end + 4)?.first_chunk().copied();
            Some(Prefix {
                edited: edited || told.edited,
                pts: pts.map(i32::from_le_bytes),
                ..told
            })
        }
        Part::Peer | Part::Other => None,
    }
}

fn message(raw: &[u8]) -> Result<Option<Prefix>, Error> {
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
    let is_edited = !is_service && has(15);
    let edit_date = text.as_ref().filter(|_| is_edited);
    let edit_date = edit_date.and_then(|_| edit_date_of(&mut cursor, flags).ok());
    Ok(Some(Prefix {
        id,
        peer,
        from,
        out: has(1),
        silent: has(13),
        date,
        text,
        edit_date,
        raw: raw.to_vec(),
        edited: is_edited,
        pts: None,
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

/// What stands between the text and the date of the last edit is all that an edit can change, so
/// that whoever cannot read it does not get to the date.
fn edit_date_of(cursor: &mut Cursor<'_>, flags: u32) -> Result<i32, Error> {
    let has = |bit: u32| flags & (1 << bit) != 0;
    if has(9) {
        enums::MessageMedia::deserialize(cursor)?;
    }
    if has(6) {
        enums::ReplyMarkup::deserialize(cursor)?;
    }
    if has(7) {
        Vec::<enums::MessageEntity>::deserialize(cursor)?;
    }
    if has(10) {
        i32::deserialize(cursor)?;
        i32::deserialize(cursor)?;
    }
    if has(23) {
        enums::MessageReplies::deserialize(cursor)?;
    }
    i32::deserialize(cursor)
}
