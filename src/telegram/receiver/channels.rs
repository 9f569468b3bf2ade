//! The differences of channels: each asked for in its turn, and put off when it fails.

use crate::model::{GapCause, MessageBox, MessageId, OpenedGap};
use crate::telegram::error::Error;
use crate::telegram::lenient::{Reached, Read};
use crate::telegram::mending;
use crate::telegram::misfits;
use crate::telegram::received::Received;
use crate::telegram::receiver::account::reason;
use crate::telegram::receiver::asking::Answer;
use crate::telegram::receiver::{Receiver, is_temporary};
use grammers_client::session::updates::{MessageBox as Place, PrematureEndReason, State};
use grammers_client::tl;
use grammers_client::tl::enums::updates::ChannelDifference;
use tokio::time::Instant;

/// Answers to the difference of a channel that the account is not in any more.
/// Source: <https://core.telegram.org/method/updates.getChannelDifference#possible-errors>.
const SHUT_OUT: [&str; 4] = [
    "CHANNEL_PRIVATE",
    "CHANNEL_INVALID",
    "CHANNEL_PUBLIC_GROUP_NA",
    "USER_BANNED_IN_CHANNEL",
];

/// How often a channel's difference may fail in a row for reasons that pass. After that history
/// has to bring what the channel has had.
const ATTEMPTS: u32 = 4;

impl Receiver {
    pub(super) async fn channel_answered(
        &mut self,
        (channel, pts, answer): (i64, i32, Answer),
    ) -> Result<Option<Received>, Error> {
        match answer {
            Ok(Ok(read)) if misfits::leads_channel_on(channel, &read.value, pts) => {
                Ok(Some(self.channel_told(channel, pts, read)))
            }
            Ok(Ok(_)) => {
                let why = "updates.getChannelDifference leads nowhere".to_owned();
                Ok(Some(self.step_over_channel(channel, pts, None, why)))
            }
            Ok(Err(unread)) => {
                let why = reason("updates.getChannelDifference", unread.constructor);
                Ok(Some(self.step_over_channel(
                    channel,
                    pts,
                    unread.place.as_ref(),
                    why,
                )))
            }
            Err(error) => self.channel_failed(channel, error).await,
        }
    }

    fn channel_told(&mut self, channel: i64, pts: i32, read: Read<ChannelDifference>) -> Received {
        let mut difference = read.value;
        let mut received = self.waiting();
        if !self.is_next(channel) {
            return received;
        }
        self.retries.succeeded(channel);
        self.moving.remove(&channel);
        let place = MessageBox::channel(channel);
        if let ChannelDifference::TooLong(told) = &difference {
            let mut gap = OpenedGap::from((place, GapCause::ChannelDifferenceTooLong));
            gap.up_to = newest(&told.dialog);
            received.open(gap);
        }
        received.leave_out(place, read.unreadable);
        let misfits = misfits::in_channel(channel, &mut difference);
        self.take_misfits(misfits, &mut received);
        mending::drop_timeout(&mut difference);
        let changes = mending::take_changes(&mut difference);
        let Some(applied) = self.guarded(|boxes| boxes.apply_channel_difference(difference)) else {
            let why = "updates.getChannelDifference tells what cannot be".to_owned();
            received.append(self.step_over_channel(channel, pts, None, why));
            return received;
        };
        received.add(applied);
        let state = self.place_of(channel);
        let changes = changes.into_iter();
        received
            .updates
            .extend(changes.map(|update| (update, state.clone())));
        self.applied(channel, &mut received);
        self.note_first_seen(&mut received);
        received
    }

    /// Goes on behind an answer that cannot be used: from the place that it leads to, or with the
    /// channel's next push. History has to fill what lies between.
    fn step_over_channel(
        &mut self,
        channel: i64,
        from: i32,
        reached: Option<&Reached>,
        why: String,
    ) -> Received {
        log::warn!("the difference of channel {channel} cannot be used and is stepped over: {why}");
        self.retries.succeeded(channel);
        let gap = OpenedGap {
            message_box: MessageBox::channel(channel),
            cause: GapCause::Unreadable,
            reason: Some(why),
            hides_changes: true,
            up_to: None,
        };
        let mut received = self.waiting();
        received.open(gap);
        if !self.is_next(channel) {
            // History brings it, and whoever wants the channel asks again.
            self.wanted.remove(channel);
            return received;
        }
        match reached {
            Some(&Reached::Channel(pts, complete)) if pts > 0 && (complete || pts > from) => {
                let nothing = tl::types::updates::ChannelDifferenceEmpty {
                    r#final: complete,
                    pts,
                    timeout: None,
                };
                received.add(self.boxes.apply_channel_difference(nothing.into()));
                self.applied(channel, &mut received);
            }
            _ => received.updates.extend(self.let_go(channel)),
        }
        received
    }

    /// A part of the channel's difference has been applied.
    fn applied(&mut self, channel: i64, received: &mut Received) {
        if !self.is_next(channel) {
            self.wanted.remove(channel);
        }
        self.settle(MessageBox::channel(channel), received);
    }

    /// The account has come to a channel, or gone from it. Whoever comes back to one goes on from
    /// where it was left, also when nothing is written there for a while. Differences overlap, and
    /// what is told again has not changed.
    pub(super) fn note_membership(&mut self, received: &Received) {
        let told = received.updates.iter();
        let told = told.filter_map(|(update, _)| match update {
            tl::enums::Update::Channel(changed) => Some(changed.channel_id),
            _ => None,
        });
        for channel in told.collect::<Vec<_>>() {
            // What came last is how it is.
            let mut chats = received.chats.iter().rev();
            let now = chats.find_map(|chat| membership(chat, channel));
            let before = now.and_then(|now| self.memberships.insert(channel, now));
            let again = now.is_some() && now == before;
            if again || !self.session().knows_channel(channel) {
                continue;
            }
            self.moving.insert(channel);
            self.begin_channel(channel);
            self.moved.push(channel);
        }
    }

    /// Where a channel's updates go on.
    fn place_of(&self, channel_id: i64) -> State {
        let state = self.boxes.session_state();
        let known = state.channels.iter().find(|known| known.id == channel_id);
        let pts = known.map_or(0, |known| known.pts);
        State {
            date: state.date,
            seq: state.seq,
            message_box: Some(Place::Channel { channel_id, pts }),
        }
    }

    /// Whatever Telegram says of one channel is that channel's trouble.
    async fn channel_failed(
        &mut self,
        channel: i64,
        error: Error,
    ) -> Result<Option<Received>, Error> {
        if let Error::FloodWait(wait) = &error {
            let until = Instant::now() + *wait;
            self.retries.flooded(until);
            self.put_off(channel, until);
            return Ok(None);
        }
        let passes = is_temporary(&error) || matches!(error, Error::Timeout);
        let Error::Rpc(rpc) = &error else {
            return match error {
                Error::Timeout => Ok(self.refused(channel, &error, passes)),
                error => Err(error),
            };
        };
        if error.is_of_account() {
            // What Telegram says of the account it says of every question. Else it may pass.
            if !self.caller.is_welcome().await {
                return Err(error);
            }
            return Ok(self.refused(channel, &error, true));
        }
        if !passes && rpc.name.starts_with("PERSISTENT_TIMESTAMP") {
            log::warn!("Telegram does not know the stored position of channel {channel}");
            self.retries.succeeded(channel);
            self.restarted.insert(channel);
            return Ok(Some(self.lost(channel, GapCause::PositionRefused)));
        }
        if self.moving.contains(&channel) && SHUT_OUT.contains(&rpc.name.as_str()) {
            // The account has been told that it is not there any more. The position stays: whoever
            // is let in again is told of everything since.
            self.retries.succeeded(channel);
            self.wanted.remove(channel);
            return Ok(self.leave(channel));
        }
        Ok(self.refused(channel, &error, passes))
    }

    /// What passes is tried again soon. Anything else, and what does not pass, is left to history,
    /// and tried again ever more seldom.
    fn refused(&mut self, channel: i64, error: &Error, passes: bool) -> Option<Received> {
        let at = self.retries.failed(channel, Instant::now());
        let failures = self.retries.failures(channel);
        if passes && failures < ATTEMPTS {
            log::debug!("the difference of channel {channel} is asked for again: {error}");
            self.put_off(channel, at);
            return None;
        }
        let first = !self.retries.is_given_up(channel);
        self.retries.give_up(channel, at, error.to_string());
        if first {
            log::warn!("the updates of channel {channel} are left to its history: {error}");
        }
        if first || self.wanted.is_owed(channel) {
            return Some(self.lost(channel, GapCause::ChannelRefused));
        }
        // It was only tried again. Its place stays, so that its next push tells what is missing.
        self.wanted.remove(channel);
        self.leave(channel)
    }

    /// The channel is asked for before its time: something is missing again.
    pub(super) fn still_failing(&mut self, channel: i64) -> Option<Received> {
        if self.retries.is_given_up(channel) {
            return Some(self.lost(channel, GapCause::ChannelRefused));
        }
        self.boxes
            .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
        None
    }

    /// Nobody has a reason to ask for the channel.
    pub(super) fn leave(&mut self, channel: i64) -> Option<Received> {
        self.boxes
            .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
        told(self.held.release(MessageBox::channel(channel)))
    }

    /// No difference will tell what the channel has had.
    pub(super) fn lost(&mut self, channel: i64, cause: GapCause) -> Received {
        let mut gap = OpenedGap::from((MessageBox::channel(channel), cause));
        gap.reason = self.retries.reason(channel);
        Received {
            updates: self.let_go(channel),
            lost: vec![gap],
            ..Received::default()
        }
    }

    /// The channel's next push begins it anew, so that what it has from then on is captured. What
    /// was kept back of it is answered. Its stored position stays until then.
    fn let_go(&mut self, channel: i64) -> Vec<(tl::enums::Update, State)> {
        self.boxes
            .end_channel_difference(PrematureEndReason::Banned);
        self.wanted.remove(channel);
        self.held.release(MessageBox::channel(channel))
    }

    pub(super) fn put_off(&mut self, channel: i64, until: Instant) {
        self.boxes
            .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
        self.retries.at(channel, until);
    }
}

/// How far a channel's messages go at the place that its dialog tells.
fn newest(dialog: &tl::enums::Dialog) -> Option<MessageId> {
    match dialog {
        tl::enums::Dialog::Dialog(dialog) => Some(MessageId(dialog.top_message)),
        _ => None,
    }
}

/// Since when the account is in a channel, and whether it has gone from it.
fn membership(chat: &tl::enums::Chat, id: i64) -> Option<(i32, bool)> {
    match chat {
        tl::enums::Chat::Channel(channel) if channel.id == id && !channel.min => {
            Some((channel.date, channel.left))
        }
        tl::enums::Chat::ChannelForbidden(channel) if channel.id == id => Some((0, true)),
        _ => None,
    }
}

fn told(updates: Vec<(tl::enums::Update, State)>) -> Option<Received> {
    (!updates.is_empty()).then(|| Received {
        updates,
        ..Received::default()
    })
}

/// The channel of a request by its bare id.
pub(super) fn asked(request: &tl::functions::updates::GetChannelDifference) -> Option<i64> {
    match &request.channel {
        tl::enums::InputChannel::Channel(channel) => Some(channel.channel_id),
        _ => None,
    }
}
