//! What follows on what in the answers that carry lists, up to their last byte.
//!
//! Source: the schema that the client library is made from. It must not know what is done with an
//! element that cannot be read.

use crate::telegram::lenient::Reached;
use grammers_client::tl::deserialize::{Cursor, Error};
use grammers_client::tl::{Deserializable, Identifiable, enums, types};

/// Reads an object and forgets it.
type Skip = fn(&mut Cursor<'_>) -> Result<(), Error>;

/// What an element of a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A message.
    Message,
    /// An update, which may carry a message.
    Update,
    /// A user, group or channel.
    Peer,
    /// Anything else.
    Other,
}

/// One step through an answer.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// An object that has to be readable.
    One(Skip),
    /// One that takes so many bytes, whatever it says.
    Fixed(usize, Skip),
    /// A list, of which single elements may be unreadable.
    Many(Part, Skip),
}

impl Step {
    /// How many bytes it takes, if that is always the same.
    const fn length(&self) -> Option<usize> {
        match self {
            Self::Fixed(length, _) => Some(*length),
            Self::One(_) | Self::Many(..) => None,
        }
    }
}

fn skip<T: Deserializable>(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    T::deserialize(cursor).map(drop)
}

const INT: Step = Step::Fixed(4, skip::<i32>);
const MESSAGES: Step = Step::Many(Part::Message, skip::<enums::Message>);
const SECRET: Step = Step::Many(Part::Other, skip::<enums::EncryptedMessage>);
const UPDATES: Step = Step::Many(Part::Update, skip::<enums::Update>);
const CHATS: Step = Step::Many(Part::Peer, skip::<enums::Chat>);
const USERS: Step = Step::Many(Part::Peer, skip::<enums::User>);
const TOPICS: Step = Step::Many(Part::Other, skip::<enums::ForumTopic>);
const DIALOGS: Step = Step::Many(Part::Other, skip::<enums::Dialog>);
const DIALOG: Step = Step::One(skip::<enums::Dialog>);
const STATE: Step = Step::Fixed(STATE_BYTES, skip::<enums::updates::State>);
const SEARCH_FLOOD: Step = Step::One(skip::<enums::SearchPostsFlood>);

/// The steps after an answer's constructor; `None` when it carries no list that is known here.
pub(super) fn steps(bytes: &[u8]) -> Option<Vec<Step>> {
    let mut cursor = Cursor::from_slice(bytes);
    let id = u32::deserialize(&mut cursor).ok()?;
    let flags = u32::deserialize(&mut cursor).ok()?;
    let optional = |bit: u32, step: Step| (flags & (1 << bit) != 0).then_some(step);
    let parts: Vec<Option<Step>> = match id {
        types::updates::Difference::CONSTRUCTOR_ID
        | types::updates::DifferenceSlice::CONSTRUCTOR_ID => {
            return Some(vec![MESSAGES, SECRET, UPDATES, CHATS, USERS, STATE]);
        }
        types::Updates::CONSTRUCTOR_ID => return Some(vec![UPDATES, USERS, CHATS, INT, INT]),
        types::UpdatesCombined::CONSTRUCTOR_ID => {
            return Some(vec![UPDATES, USERS, CHATS, INT, INT, INT]);
        }
        types::messages::Messages::CONSTRUCTOR_ID => {
            return Some(vec![MESSAGES, TOPICS, CHATS, USERS]);
        }
        types::messages::Dialogs::CONSTRUCTOR_ID => {
            return Some(vec![DIALOGS, MESSAGES, CHATS, USERS]);
        }
        types::messages::DialogsSlice::CONSTRUCTOR_ID => {
            return Some(vec![INT, DIALOGS, MESSAGES, CHATS, USERS]);
        }
        types::messages::PeerDialogs::CONSTRUCTOR_ID => {
            return Some(vec![DIALOGS, MESSAGES, CHATS, USERS, STATE]);
        }
        types::messages::Chats::CONSTRUCTOR_ID => return Some(vec![CHATS]),
        types::updates::ChannelDifference::CONSTRUCTOR_ID => {
            let timeout = optional(1, INT);
            let lists = [MESSAGES, UPDATES, CHATS, USERS].map(Some);
            [vec![Some(INT), Some(INT), timeout], lists.to_vec()].concat()
        }
        types::updates::ChannelDifferenceTooLong::CONSTRUCTOR_ID => {
            let timeout = optional(1, INT);
            let lists = [DIALOG, MESSAGES, CHATS, USERS].map(Some);
            [vec![Some(INT), timeout], lists.to_vec()].concat()
        }
        types::messages::MessagesSlice::CONSTRUCTOR_ID => {
            let head = [
                Some(INT),
                Some(INT),
                optional(0, INT),
                optional(2, INT),
                optional(3, SEARCH_FLOOD),
            ];
            let lists = [MESSAGES, TOPICS, CHATS, USERS].map(Some);
            [head.to_vec(), lists.to_vec()].concat()
        }
        types::messages::ChannelMessages::CONSTRUCTOR_ID => {
            let head = [Some(INT), Some(INT), Some(INT), optional(2, INT)];
            let lists = [MESSAGES, TOPICS, CHATS, USERS].map(Some);
            [head.to_vec(), lists.to_vec()].concat()
        }
        _ => return None,
    };
    Some(parts.into_iter().flatten().collect())
}

/// `vector#1cb5c415`.
pub(super) const VECTOR: u32 = 0x1cb5_c415;

/// A list without elements.
pub(super) const EMPTY_LIST: [u8; 8] = [0x15, 0xc4, 0xb5, 0x1c, 0, 0, 0, 0];

/// The lists of users and chats of an answer.
pub(super) struct Peers {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many lists they are.
    pub(super) count: usize,
    /// The first constructor in them that is not known.
    pub(super) constructor: u32,
}

/// Where an answer's users and chats stand, if everything before them can be read and they cannot.
pub(super) fn peers(bytes: &[u8], steps: &[Step]) -> Option<Peers> {
    let is_peers = |step: &Step| matches!(step, Step::Many(Part::Peer, _));
    let first = steps.iter().position(is_peers)?;
    let (before, lists) = steps.split_at(first);
    let start = end_of(bytes, 4, before).ok()?;
    let Err(Error::UnexpectedConstructor { id }) = end_of(bytes, start, lists) else {
        return None;
    };
    let count = lists.iter().take_while(|step| is_peers(step)).count();
    let behind = lists.get(count..)?.iter().map(Step::length);
    let end = bytes.len().checked_sub(behind.sum::<Option<usize>>()?)?;
    (end >= start).then_some(Peers {
        start,
        end,
        count,
        constructor: id,
    })
}

/// Where the only message of an answer begins.
pub(super) fn only_message(bytes: &[u8], steps: &[Step]) -> Option<usize> {
    let is_messages = |step: &Step| matches!(step, Step::Many(Part::Message, _));
    let before = steps.get(..steps.iter().position(is_messages)?)?;
    let start = end_of(bytes, 4, before).ok()?;
    let mut cursor = Cursor::from_slice(bytes.get(start..)?);
    let head = (
        u32::deserialize(&mut cursor).ok()?,
        u32::deserialize(&mut cursor).ok()?,
    );
    (head == (VECTOR, 1)).then_some(start + 8)
}

/// A list of dialogs without the messages, users and chats that came with it.
pub(super) fn dialogs_alone(bytes: &[u8]) -> Option<Vec<u8>> {
    let id = u32::from_le_bytes(*bytes.first_chunk()?);
    let before = match id {
        types::messages::Dialogs::CONSTRUCTOR_ID => vec![DIALOGS],
        types::messages::DialogsSlice::CONSTRUCTOR_ID => vec![INT, DIALOGS],
        _ => return None,
    };
    let end = end_of(bytes, 4, &before).ok()?;
    let mut kept = bytes.get(..end)?.to_vec();
    for _ in 0..3 {
        kept.extend(EMPTY_LIST);
    }
    Some(kept)
}

/// Where these steps end that begin at a place, if all of them can be read.
fn end_of(bytes: &[u8], start: usize, steps: &[Step]) -> Result<usize, Error> {
    let rest = bytes.get(start..).ok_or(Error::UnexpectedEof)?;
    let mut cursor = Cursor::from_slice(rest);
    for step in steps {
        match step {
            Step::One(skip) | Step::Fixed(_, skip) => skip(&mut cursor)?,
            Step::Many(_, skip) => {
                u32::deserialize(&mut cursor)?;
                for _ in 0..u32::deserialize(&mut cursor)? {
                    skip(&mut cursor)?;
                }
            }
        }
    }
    Ok(start + cursor.pos())
}

/// The bytes of `updates.state`, which end an account's difference.
const STATE_BYTES: usize = 24;

/// Where a difference leads to, whatever stands in its middle.
pub(super) fn reached(bytes: &[u8]) -> Option<Reached> {
    let mut cursor = Cursor::from_slice(bytes);
    let id = u32::deserialize(&mut cursor).ok()?;
    match id {
        types::updates::Difference::CONSTRUCTOR_ID
        | types::updates::DifferenceSlice::CONSTRUCTOR_ID => {
            let last = bytes.get(bytes.len().checked_sub(STATE_BYTES)?..)?;
            let enums::updates::State::State(state) =
                enums::updates::State::from_bytes(last).ok()?;
            let complete = id == types::updates::Difference::CONSTRUCTOR_ID;
            Some(Reached::Account(state, complete))
        }
        types::updates::ChannelDifference::CONSTRUCTOR_ID => {
            let flags = u32::deserialize(&mut cursor).ok()?;
            let pts = i32::deserialize(&mut cursor).ok()?;
            Some(Reached::Channel(pts, flags & 1 != 0))
        }
        types::updates::ChannelDifferenceTooLong::CONSTRUCTOR_ID => {
            let flags = u32::deserialize(&mut cursor).ok()?;
            if flags & (1 << 1) != 0 {
                i32::deserialize(&mut cursor).ok()?;
            }
            match enums::Dialog::deserialize(&mut cursor).ok()? {
                enums::Dialog::Dialog(dialog) => Some(Reached::Channel(dialog.pts?, true)),
                _ => None,
            }
        }
        _ => None,
    }
}
