//! Updates that say what cannot be: a message of a channel among the account's own, a place below
//! zero. The library takes such for impossible and panics, or would put them elsewhere.
//!
//! It owns what fits where. Whatever does not is left out, and an update in its place keeps the
//! count of updates whole. It must not know what becomes of the rest.

use crate::model::{GapCause, MessageBox, OpenedGap};
use crate::telegram::received::told_message;
use crate::telegram::receiver::wanted::channel as channel_told;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl::enums::updates::{ChannelDifference, Difference};
use grammers_client::tl::enums::{self, Dialog, Message, Peer, Update, Updates};
use grammers_client::tl::functions::updates::GetDifference;
use grammers_client::tl::types;
use grammers_client::tl::types::updates::State;

/// The greatest number of a channel.
/// Source: <https://core.telegram.org/api/bots/ids#supergroup-channel-ids>.
const LAST_CHANNEL: i64 = 997_852_516_352;

/// No account has so many updates at once.
const LEAP: i64 = 100_000_000;

/// What was left out.
#[derive(Default)]
pub(super) struct Misfits {
    /// Where a message may be missing now.
    pub(super) lost: Vec<OpenedGap>,
    /// Whether nobody knows where, so that all places are to be compared.
    pub(super) look: bool,
}

impl Misfits {
    fn lose(&mut self, place: MessageBox) {
        if !self.lost.iter().any(|gap| gap.message_box == place) {
            self.lost.push(gap(place));
        }
    }
}

/// The gap that a message leaves which does not belong where it was told.
fn gap(place: MessageBox) -> OpenedGap {
    OpenedGap {
        message_box: place,
        cause: GapCause::Unreadable,
        reason: Some("a message of another chat than it was told of".to_owned()),
        hides_changes: true,
        up_to: None,
    }
}

/// Leaves out what does not fit of a push.
pub(super) fn in_push(pushed: &mut UpdatesLike) -> Misfits {
    let mut misfits = Misfits::default();
    let updates = match pushed {
        UpdatesLike::Updates(updates) => updates,
        UpdatesLike::InvitedUsers(invited) => &mut invited.updates,
        UpdatesLike::ChatInviteJoinResult(joined) => &mut joined.updates,
        _ => return misfits,
    };
    match updates {
        Updates::Updates(updates) => fit(&mut updates.updates, &mut misfits),
        Updates::Combined(updates) => fit(&mut updates.updates, &mut misfits),
        Updates::UpdateShort(short) => {
            let mut one = vec![short.update.clone()];
            fit(&mut one, &mut misfits);
            match one.pop() {
                Some(update) => short.update = update,
                // Says nothing, and has no place.
                None => short.update = Update::Config,
            }
        }
        Updates::UpdateShortMessage(short) if is_absurd(short.pts, short.pts_count) => {
            misfits.look = true;
            *updates = Updates::TooLong;
        }
        Updates::UpdateShortChatMessage(short) if is_absurd(short.pts, short.pts_count) => {
            misfits.look = true;
            *updates = Updates::TooLong;
        }
        _ => {}
    }
    misfits
}

/// The same of an account's difference.
pub(super) fn in_difference(difference: &mut Difference) -> Misfits {
    let mut misfits = Misfits::default();
    let (messages, updates) = match difference {
        Difference::Difference(part) => (&mut part.new_messages, &mut part.other_updates),
        Difference::Slice(part) => (&mut part.new_messages, &mut part.other_updates),
        Difference::Empty(_) | Difference::TooLong(_) => return misfits,
    };
    fit(updates, &mut misfits);
    let before = messages.len();
    messages.retain(|message| !matches!(peer(message), Some(Peer::Channel(_))));
    if messages.len() < before {
        misfits.lose(MessageBox::ACCOUNT);
    }
    misfits
}

/// The same of a channel's difference, which tells of that channel alone.
pub(super) fn in_channel(channel: i64, difference: &mut ChannelDifference) -> Misfits {
    let mut misfits = Misfits::default();
    let ChannelDifference::Difference(part) = difference else {
        return misfits;
    };
    let place = MessageBox::channel(channel);
    let is_here = |message: &Message| match peer(message) {
        Some(Peer::Channel(told)) => told.channel_id == channel,
        Some(_) => false,
        None => true,
    };
    let before = part.new_messages.len() + part.other_updates.len();
    part.new_messages.retain(is_here);
    part.other_updates.retain(|update| {
        channel_of(update).is_none_or(|told| told == channel) && !has_wrong_chat(update)
    });
    if part.new_messages.len() + part.other_updates.len() < before {
        misfits.lose(place);
    }
    misfits
}

/// Whether an account's difference leads on, to a place that there can be. One that does not and
/// says that there is more would be asked for without end.
pub(super) fn leads_on(difference: &Difference, from: &GetDifference) -> bool {
    let is_good = |state: &State| is_place(state.pts, from.pts) && state.date >= 0;
    match difference {
        Difference::Empty(empty) => empty.date >= 0,
        Difference::TooLong(far) => is_place(far.pts, from.pts),
        Difference::Difference(part) => is_good(state(&part.state)),
        Difference::Slice(part) => {
            let state = state(&part.intermediate_state);
            // It was asked for from a second earlier on.
            let is_later = state.date > from.date.saturating_add(1);
            is_good(state) && (state.pts > from.pts || state.qts > from.qts || is_later)
        }
    }
}

const fn state(state: &enums::updates::State) -> &State {
    let enums::updates::State::State(state) = state;
    state
}

fn is_place(pts: i32, from: i32) -> bool {
    pts > 0 && i64::from(pts) - i64::from(from) < LEAP
}

/// The same of a channel's.
pub(super) fn leads_channel_on(channel: i64, difference: &ChannelDifference, from: i32) -> bool {
    let is_place = |pts: i32| is_place(pts, from);
    match difference {
        ChannelDifference::Empty(part) => is_place(part.pts) && (part.r#final || part.pts > from),
        ChannelDifference::Difference(part) => {
            is_place(part.pts) && (part.r#final || part.pts > from)
        }
        ChannelDifference::TooLong(part) => match &part.dialog {
            Dialog::Dialog(dialog) => {
                let is_here =
                    matches!(&dialog.peer, Peer::Channel(told) if told.channel_id == channel);
                is_here && dialog.pts.is_some_and(is_place)
            }
            _ => false,
        },
    }
}

/// Replaces or removes what does not fit.
fn fit(updates: &mut Vec<Update>, misfits: &mut Misfits) {
    updates.retain_mut(|update| {
        if place(update).is_some_and(|(pts, count)| is_absurd(pts, count))
            || channel_of(update).is_some_and(|id| !is_channel(id))
        {
            misfits.look = true;
            return false;
        }
        let Some((pts, pts_count)) = of_account(update).filter(|_| has_wrong_chat(update)) else {
            let lies = has_wrong_chat(update);
            misfits.look |= lies;
            return !lies;
        };
        if told_message(update).is_some() {
            misfits.lose(MessageBox::ACCOUNT);
        }
        let nothing = types::UpdateDeleteMessages {
            messages: Vec::new(),
            pts,
            pts_count,
        };
        *update = nothing.into();
        true
    });
}

/// Whether an update of the account's own sequence names a channel, or one of a channel's anything
/// else.
fn has_wrong_chat(update: &Update) -> bool {
    let is_channels = |peer: &Peer| matches!(peer, Peer::Channel(_));
    match update {
        Update::NewMessage(new) => peer(&new.message).is_some_and(is_channels),
        Update::EditMessage(edit) => peer(&edit.message).is_some_and(is_channels),
        Update::ReadHistoryInbox(read) => is_channels(&read.peer),
        Update::ReadHistoryOutbox(read) => is_channels(&read.peer),
        Update::PinnedMessages(pinned) => is_channels(&pinned.peer),
        Update::NewChannelMessage(new) => {
            peer(&new.message).is_some_and(|peer| !names_channel(peer))
        }
        Update::EditChannelMessage(edit) => {
            peer(&edit.message).is_some_and(|peer| !names_channel(peer))
        }
        _ => false,
    }
}

fn names_channel(peer: &Peer) -> bool {
    matches!(peer, Peer::Channel(channel) if is_channel(channel.channel_id))
}

const fn is_channel(id: i64) -> bool {
    id > 0 && id <= LAST_CHANNEL
}

const fn is_absurd(pts: i32, count: i32) -> bool {
    pts < 0 || count < 0 || (pts > 0 && count > pts)
}

fn peer(message: &Message) -> Option<&Peer> {
    match message {
        Message::Empty(message) => message.peer_id.as_ref(),
        Message::Message(message) => Some(&message.peer_id),
        Message::Service(message) => Some(&message.peer_id),
    }
}

/// The pts of an update of the account's own sequence, and how many it stands for.
const fn of_account(update: &Update) -> Option<(i32, i32)> {
    match update {
        Update::NewMessage(update) => Some((update.pts, update.pts_count)),
        Update::EditMessage(update) => Some((update.pts, update.pts_count)),
        Update::DeleteMessages(update) => Some((update.pts, update.pts_count)),
        Update::ReadHistoryInbox(update) => Some((update.pts, update.pts_count)),
        Update::ReadHistoryOutbox(update) => Some((update.pts, update.pts_count)),
        Update::ReadMessagesContents(update) => Some((update.pts, update.pts_count)),
        Update::WebPage(update) => Some((update.pts, update.pts_count)),
        Update::FolderPeers(update) => Some((update.pts, update.pts_count)),
        Update::PinnedMessages(update) => Some((update.pts, update.pts_count)),
        _ => None,
    }
}

/// The pts of an update, and how many it stands for.
fn place(update: &Update) -> Option<(i32, i32)> {
    of_account(update).or(match update {
        Update::NewChannelMessage(update) => Some((update.pts, update.pts_count)),
        Update::EditChannelMessage(update) => Some((update.pts, update.pts_count)),
        Update::DeleteChannelMessages(update) => Some((update.pts, update.pts_count)),
        Update::ChannelWebPage(update) => Some((update.pts, update.pts_count)),
        Update::PinnedChannelMessages(update) => Some((update.pts, update.pts_count)),
        Update::ReadChannelInbox(update) => Some((update.pts, 0)),
        Update::ChannelTooLong(update) => Some((update.pts.unwrap_or_default(), 0)),
        _ => None,
    })
}

/// The channel that an update is about.
fn channel_of(update: &Update) -> Option<i64> {
    match update {
        Update::NewChannelMessage(update) => channel_told(&update.message),
        Update::EditChannelMessage(update) => channel_told(&update.message),
        Update::DeleteChannelMessages(update) => Some(update.channel_id),
        Update::ChannelWebPage(update) => Some(update.channel_id),
        Update::PinnedChannelMessages(update) => Some(update.channel_id),
        Update::ReadChannelInbox(update) => Some(update.channel_id),
        Update::ChannelTooLong(update) => Some(update.channel_id),
        _ => None,
    }
}
