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
    /// A list, of which single elements may be unreadable.
    Many(Part, Skip),
}

fn skip<T: Deserializable>(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    T::deserialize(cursor).map(drop)
}

const INT: Step = Step::One(skip::<i32>);
const MESSAGES: Step = Step::Many(Part::Message, skip::<enums::Message>);
const SECRET: Step = Step::Many(Part::Other, skip::<enums::EncryptedMessage>);
const UPDATES: Step = Step::Many(Part::Update, skip::<enums::Update>);
const CHATS: Step = Step::Many(Part::Peer, skip::<enums::Chat>);
const USERS: Step = Step::Many(Part::Peer, skip::<enums::User>);
const TOPICS: Step = Step::Many(Part::Other, skip::<enums::ForumTopic>);
const DIALOGS: Step = Step::Many(Part::Other, skip::<enums::Dialog>);
const DIALOG: Step = Step::One(skip::<enums::Dialog>);
const STATE: Step = Step::One(skip::<enums::updates::State>);
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
