//! What one step of the reading of updates has brought, on its way to a batch.
//!
//! It owns nothing but that each place is named once as having lost something. It must not know
//! how updates are read.

use crate::model::{GapCause, MessageBox, OpenedGap};
use crate::telegram::convert;
use crate::telegram::lenient::{Part, UnreadableObject};
use crate::telegram::receiver::wanted::channel;
use grammers_client::session::updates::{State, UpdateAndPeers};
use grammers_client::tl;
use grammers_client::tl::enums::{Message, Update};
use std::collections::HashSet;

/// What one step of the reading has brought.
#[derive(Default)]
pub(super) struct Received {
    pub(super) updates: Vec<(Update, State)>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    /// Where messages may be missing from now on.
    pub(super) lost: Vec<OpenedGap>,
    /// What of it could not be read.
    pub(super) unreadable: Vec<UnreadableObject>,
}

impl Received {
    /// Takes what the bookkeeping has let through.
    pub(super) fn add(&mut self, (updates, users, chats): UpdateAndPeers) {
        self.updates.extend(updates);
        self.users.extend(users);
        self.chats.extend(chats);
    }

    /// Takes what another step has brought.
    pub(super) fn append(&mut self, other: Self) {
        self.add((other.updates, other.users, other.chats));
        other.lost.into_iter().for_each(|gap| self.open(gap));
        self.unreadable.extend(other.unreadable);
    }

    /// Adds the messages that pushes had told before this part of a difference passed them, and
    /// that it does not bring: they were deleted in between, which is why it does not. Where
    /// something else is missing as well, history says what has become of them. Of an edit that it
    /// does not bring only the text is taken: a difference tells the deletion of what is older.
    pub(super) fn add_passed(&mut self, place: MessageBox, passed: Vec<(Update, State)>) {
        if passed.is_empty() {
            return;
        }
        let told = self
            .updates
            .iter()
            .filter_map(|(update, _)| told_message(update));
        let unread = self.unreadable.iter().filter_map(|object| {
            let message = object.message.as_ref()?;
            Some((MessageBox::of(convert::chat_id(&message.peer)), message.id))
        });
        let brought: HashSet<_> = told.chain(unread).collect();
        let whole = !self.lost.iter().any(|gap| gap.message_box == place);
        for (update, state) in passed {
            let message = told_message(&update).filter(|message| !brought.contains(message));
            let Some(message) = message else {
                continue;
            };
            if whole && is_new(&update) {
                self.updates.push((deletion(message), state.clone()));
            }
            self.updates.push((update, state));
        }
    }

    /// Messages may be missing there from now on.
    pub(super) fn lose(&mut self, place: MessageBox, cause: GapCause) {
        self.open((place, cause).into());
    }

    /// The same, with what is known of it beside the cause.
    pub(super) fn open(&mut self, gap: OpenedGap) {
        let same =
            |known: &OpenedGap| (known.message_box, known.cause) == (gap.message_box, gap.cause);
        if !self.lost.iter().any(same) {
            self.lost.push(gap);
        }
    }

    /// Takes what of an answer about a place could not be read. A message that does not tell its
    /// number, and an update that may have brought one, leave a gap there.
    pub(super) fn leave_out(&mut self, place: MessageBox, unreadable: Vec<UnreadableObject>) {
        for object in unreadable {
            let nameless = object.message.is_none();
            if nameless && matches!(object.part, Part::Message | Part::Update) {
                let (id, method) = (object.constructor, object.method);
                self.open(OpenedGap {
                    message_box: place,
                    cause: GapCause::Unreadable,
                    reason: Some(format!(
                        "unknown constructor {id:#010x} in the answer to {method}"
                    )),
                    hides_changes: false,
                    up_to: None,
                });
            }
            self.unreadable.push(object);
        }
    }
}

/// The sequence and the number of the message that an update tells, new or edited.
pub(super) fn told_message(update: &Update) -> Option<(MessageBox, i32)> {
    let (channel, message) = match update {
        Update::NewMessage(new) => (None, &new.message),
        Update::EditMessage(edit) => (None, &edit.message),
        Update::NewChannelMessage(new) => (channel(&new.message), &new.message),
        Update::EditChannelMessage(edit) => (channel(&edit.message), &edit.message),
        _ => return None,
    };
    let id = match message {
        Message::Message(message) => message.id,
        Message::Service(message) => message.id,
        Message::Empty(message) => message.id,
    };
    Some((channel.map_or(MessageBox::ACCOUNT, MessageBox::channel), id))
}

const fn is_new(update: &Update) -> bool {
    matches!(update, Update::NewMessage(_) | Update::NewChannelMessage(_))
}

fn deletion((place, id): (MessageBox, i32)) -> Update {
    let (messages, pts, pts_count) = (vec![id], 0, 0);
    match place.chat() {
        Some(chat) => tl::types::UpdateDeleteChannelMessages {
            channel_id: chat.bare(),
            messages,
            pts,
            pts_count,
        }
        .into(),
        None => tl::types::UpdateDeleteMessages {
            messages,
            pts,
            pts_count,
        }
        .into(),
    }
}
