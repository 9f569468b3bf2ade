//! The differences of channels: each asked for in its turn, and put off when it fails.

use crate::model::{GapCause, MessageBox};
use crate::telegram::error::Error;
use crate::telegram::mending;
use crate::telegram::received::Received;
use crate::telegram::receiver::{Receiver, is_temporary};
use grammers_client::session::Session as _;
use grammers_client::session::types::{PeerId, PeerInfo};
use grammers_client::session::updates::{MessageBox as Place, PrematureEndReason, State};
use grammers_client::tl;
use tokio::time::{Instant, timeout};

/// Updates of a channel for one call. Source:
/// <https://core.telegram.org/method/updates.getChannelDifference>, which allows users 100.
const CHANNEL_DIFFERENCE_LIMIT: i32 = 100;

/// Answers to the difference of a channel that the account is not in any more.
/// Source: <https://core.telegram.org/method/updates.getChannelDifference#possible-errors>.
const SHUT_OUT: [&str; 4] = [
    "CHANNEL_PRIVATE",
    "CHANNEL_INVALID",
    "CHANNEL_PUBLIC_GROUP_NA",
    "USER_BANNED_IN_CHANNEL",
];

impl Receiver {
    pub(super) async fn channel_difference(&mut self) -> Result<Option<Received>, Error> {
        let Some(mut request) = self.boxes.get_channel_difference() else {
            return Ok(None);
        };
        let Some(channel) = asked(&request) else {
            return Ok(None);
        };
        if let Some(until) = self.retries.flooded_until(Instant::now()) {
            self.put_off(channel, until);
            return Ok(None);
        }
        let Some(input) = self.input_channel(channel).await? else {
            log::debug!("channel {channel} has no access hash; its difference has to wait");
            self.boxes
                .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
            return Ok(Some(self.lost(channel, GapCause::NoAccessHash)));
        };
        request.channel = input;
        request.limit = CHANNEL_DIFFERENCE_LIMIT;
        // Nothing else is read meanwhile, so one channel is not waited for as long as a call.
        let patience = self.caller.call_timeout() / 3;
        let answer = timeout(patience, self.caller.invoke(&request)).await;
        let mut difference = match answer.unwrap_or(Err(Error::Timeout)) {
            Ok(difference) => difference,
            Err(error) => return self.channel_failed(channel, error),
        };
        self.retries.succeeded(channel);
        let mut received = Received::default();
        if matches!(
            difference,
            tl::enums::updates::ChannelDifference::TooLong(_)
        ) {
            let cause = GapCause::ChannelDifferenceTooLong;
            received.lose(MessageBox::channel(channel), cause);
        }
        let changes = mending::take_changes(&mut difference);
        received.add(self.boxes.apply_channel_difference(difference));
        let place = self.place_of(channel);
        let changes = changes.into_iter();
        received
            .updates
            .extend(changes.map(|update| (update, place.clone())));
        self.settle(MessageBox::channel(channel), &mut received);
        self.note_first_seen(&mut received);
        Ok(Some(received))
    }

    /// The account has come to a channel, or gone from it. Whoever comes back to one goes on from
    /// where it was left, also when nothing is written there for a while.
    pub(super) fn note_membership(&mut self, received: &Received) {
        let changed: Vec<i64> = received
            .updates
            .iter()
            .filter_map(|(update, _)| match update {
                tl::enums::Update::Channel(changed) => Some(changed.channel_id),
                _ => None,
            })
            .filter(|channel| self.session().knows_channel(*channel))
            .collect();
        for channel in changed {
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

    fn channel_failed(&mut self, channel: i64, error: Error) -> Result<Option<Received>, Error> {
        match &error {
            Error::FloodWait(wait) => {
                let until = Instant::now() + *wait;
                self.retries.flooded(until);
                self.put_off(channel, until);
                Ok(None)
            }
            _ if is_temporary(&error) || matches!(error, Error::Timeout) => {
                let at = self.retries.failed(channel, Instant::now());
                log::debug!("the difference of channel {channel} is asked for again: {error}");
                self.put_off(channel, at);
                Ok(None)
            }
            Error::Rpc(rpc) if SHUT_OUT.contains(&rpc.name.as_str()) => {
                // The position stays: whoever is let in again is told of everything since.
                self.boxes
                    .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
                self.retries.succeeded(channel);
                let updates = self.held.release(MessageBox::channel(channel));
                Ok((!updates.is_empty()).then(|| Received {
                    updates,
                    ..Received::default()
                }))
            }
            Error::Rpc(rpc) if rpc.name.starts_with("PERSISTENT_TIMESTAMP") => {
                log::warn!("Telegram does not know the stored position of channel {channel}");
                self.drop_channel(channel);
                Ok(Some(self.lost(channel, GapCause::PositionRefused)))
            }
            _ => Err(error),
        }
    }

    /// No difference will tell what the channel has had.
    fn lost(&mut self, channel: i64, cause: GapCause) -> Received {
        let place = MessageBox::channel(channel);
        Received {
            updates: self.held.release(place),
            lost: vec![(place, cause)],
            ..Received::default()
        }
    }

    fn put_off(&mut self, channel: i64, until: Instant) {
        self.boxes
            .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
        self.retries.at(channel, until);
    }

    /// The next update of the channel starts it anew.
    fn drop_channel(&mut self, channel: i64) {
        self.boxes
            .end_channel_difference(PrematureEndReason::Banned);
        self.retries.succeeded(channel);
        self.restarted.insert(channel);
    }

    async fn input_channel(&self, channel: i64) -> Result<Option<tl::enums::InputChannel>, Error> {
        let peer = self
            .session()
            .peer(PeerId::channel_unchecked(channel))
            .await;
        let peer = peer.map_err(|error| Error::Storage(error.into()))?;
        Ok(match peer {
            Some(PeerInfo::Channel {
                id,
                auth: Some(auth),
                ..
            }) => Some(
                tl::types::InputChannel {
                    channel_id: id,
                    access_hash: auth.hash(),
                }
                .into(),
            ),
            _ => None,
        })
    }
}

/// The channel of a request by its bare id.
pub(super) fn asked(request: &tl::functions::updates::GetChannelDifference) -> Option<i64> {
    match &request.channel {
        tl::enums::InputChannel::Channel(channel) => Some(channel.channel_id),
        _ => None,
    }
}
