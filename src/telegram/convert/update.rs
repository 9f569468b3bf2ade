//! A batch of updates as what the capture writes.
//! Source: <https://core.telegram.org/type/Update>.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::capture::{CapturedBatch, Deletion};
use crate::telegram::convert::{links, message, peer, peers};
use grammers_client::session::updates::State;
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
    };
    for (update, _) in updates {
        match &update {
            tl::enums::Update::NewMessage(new) => push(&mut batch, account, &new.message),
            tl::enums::Update::NewChannelMessage(new) => push(&mut batch, account, &new.message),
            tl::enums::Update::EditMessage(edit) => push(&mut batch, account, &edit.message),
            tl::enums::Update::EditChannelMessage(edit) => push(&mut batch, account, &edit.message),
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

fn push(batch: &mut CapturedBatch, account: AccountRef, message: &tl::enums::Message) {
    batch.links.extend(links::told(&batch.peers, message));
    batch.messages.extend(message::row(account.own, message));
}

/// Outside channels Telegram names no chat: the numbers are the account's own sequence.
fn deletion(channel: Option<ChatId>, ids: &[i32]) -> Deletion {
    Deletion {
        channel,
        message_ids: ids.iter().copied().map(MessageId).collect(),
    }
}
