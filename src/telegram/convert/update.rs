//! A batch of updates as what the capture writes.
//! Source: <https://core.telegram.org/type/Update>.

use crate::model::{CapturedBatch, ChatId, Deletion, MessageId, NewMessage, SessionId, UtcTime};
use crate::telegram::convert::{links, message, peer, peers};
use grammers_client::session::updates::{MessageBox, State};
use grammers_client::tl;

/// Whose updates they are.
#[derive(Clone, Copy, Debug)]
pub struct AccountRef {
    /// The session's row.
    pub session_id: SessionId,
    /// The account's own user, as a chat; the sender of outgoing private messages.
    pub own: Option<ChatId>,
}

/// All new messages, edits, deletions and peers of a batch, in Telegram's order.
/// The position is the caller's to add.
pub(in crate::telegram) fn batch(
    account: AccountRef,
    updates: Vec<(tl::enums::Update, State)>,
    users: &[tl::enums::User],
    chats: &[tl::enums::Chat],
) -> CapturedBatch {
    let mut batch = CapturedBatch {
        session_id: account.session_id,
        peers: peers(users, chats),
        links: links::upgrades(chats),
        messages: Vec::new(),
        unreadable: Vec::new(),
        deletions: Vec::new(),
        position: None,
        gaps: Vec::new(),
        captured_at: UtcTime::now(),
        from_history: false,
        coverage: None,
    };
    for (update, state) in updates {
        let at = |pts| place(pts, &state);
        match &update {
            tl::enums::Update::NewMessage(new) => {
                push(&mut batch, account, &new.message, at(new.pts));
            }
            tl::enums::Update::NewChannelMessage(new) => {
                push(&mut batch, account, &new.message, at(new.pts));
            }
            tl::enums::Update::EditMessage(edit) => {
                push(&mut batch, account, &edit.message, at(edit.pts));
            }
            tl::enums::Update::EditChannelMessage(edit) => {
                push(&mut batch, account, &edit.message, at(edit.pts));
            }
            tl::enums::Update::DeleteMessages(deleted) => {
                batch.deletions.push(deletion(None, &deleted.messages));
            }
            tl::enums::Update::DeleteChannelMessages(deleted) => {
                let channel = ChatId::channel(deleted.channel_id);
                batch
                    .deletions
                    .push(deletion(Some(channel), &deleted.messages));
            }
            tl::enums::Update::UserName(renamed) => batch.peers.push(peer::renamed(renamed)),
            _ => {}
        }
    }
    batch
}

fn push(
    batch: &mut CapturedBatch,
    account: AccountRef,
    message: &tl::enums::Message,
    pts: Option<i32>,
) {
    batch.links.extend(links::told(&batch.peers, message));
    let new = message::new_message(account.own, message);
    batch
        .messages
        .extend(new.map(|new| NewMessage { pts, ..new }));
}

/// Where in its sequence an update stands. A new message of a difference does not say; it is as it
/// was when the difference was made, at the place that this leads to.
fn place(told: i32, state: &State) -> Option<i32> {
    let reached = match state.message_box {
        Some(MessageBox::Common { pts } | MessageBox::Channel { pts, .. }) => Some(pts),
        _ => None,
    };
    Some(told).filter(|told| *told > 0).or(reached)
}

/// Outside channels Telegram names no chat: the numbers are the account's own sequence.
fn deletion(channel: Option<ChatId>, ids: &[i32]) -> Deletion {
    Deletion {
        channel,
        message_ids: ids.iter().copied().map(MessageId).collect(),
    }
}
