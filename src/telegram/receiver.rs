//! Reading updates: pushes from the link, and differences where some are missing.
//!
//! grammers' `MessageBoxes` does the bookkeeping of
//! <https://core.telegram.org/api/updates>. This loop makes the calls that it asks for, and so
//! sees what a reader that hides them would swallow: differences that are too long, channels
//! without an access hash, a queue that ran full, answers that never come.

use crate::model::{GapCause, MessageBox};
use crate::telegram::caller::Caller;
use crate::telegram::closings::Closings;
use crate::telegram::error::Error;
use crate::telegram::mending;
use crate::telegram::received::Received;
use crate::telegram::retries::Retries;
use crate::telegram::storage::HubSession;
use crate::telegram::vitals::Vitals;
use grammers_client::session::Session as _;
use grammers_client::session::types::{PeerId, PeerInfo, UpdatesState};
use grammers_client::session::updates::{
    MessageBox as Place, MessageBoxes, PrematureEndReason, State, UpdatesLike,
};
use grammers_client::tl;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How many wishes may wait for the reading; the next one is refused.
pub(super) const NUDGES: usize = 64;

/// Updates of a channel for one call. Source:
/// <https://core.telegram.org/method/updates.getChannelDifference>, which allows users 100.
const CHANNEL_DIFFERENCE_LIMIT: i32 = 100;

/// Pushes that are already there are taken together up to about this many updates.
const TAKEN_TOGETHER: usize = 500;

/// How often an account's difference may fail in a row before the link is given up.
const DIFFERENCE_ATTEMPTS: u32 = 4;

/// What the reading of updates may be asked to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// Ask for what the account has missed.
    Account,
    /// Ask for what a channel has missed, by its bare id.
    Channel(i64),
    /// Start a channel that has no position yet at this one.
    Seed {
        /// The bare id.
        channel: i64,
        /// Its `pts`.
        pts: i32,
    },
}

/// One account's reading.
pub(super) struct Receiver {
    caller: Arc<Caller>,
    boxes: MessageBoxes,
    socket: mpsc::Receiver<UpdatesLike>,
    nudges: mpsc::Receiver<Nudge>,
    /// Channels whose difference has failed and is asked for again.
    retries: Retries,
    /// Channels that the account has been shut out of since the link was made.
    shut_out: HashSet<i64>,
    /// The account's difference is not to be asked for before this, after so many failures.
    account_failed: Option<(Instant, u32)>,
    closings: Closings,
}

impl Receiver {
    /// Goes on from the account's stored position.
    pub(super) async fn create(
        caller: Arc<Caller>,
        socket: mpsc::Receiver<UpdatesLike>,
        nudges: mpsc::Receiver<Nudge>,
    ) -> Result<Self, Error> {
        let state = caller.session().updates_state().await;
        let state = state.map_err(|error| Error::Storage(error.into()))?;
        Ok(Self {
            caller,
            boxes: MessageBoxes::load(state),
            socket,
            nudges,
            retries: Retries::default(),
            shut_out: HashSet::new(),
            account_failed: None,
            closings: Closings::default(),
        })
    }

    pub(super) fn session(&self) -> &Arc<HubSession> {
        self.caller.session()
    }

    pub(super) fn vitals(&self) -> &Arc<Vitals> {
        self.caller.vitals()
    }

    /// The position with everything that [`Receiver::next`] has returned.
    pub(super) fn state(&self) -> UpdatesState {
        self.boxes.session_state()
    }

    /// Waits for updates, or for a position that has moved without any. Must not be dropped while
    /// it runs: what it has taken from the link would be missing until the next one.
    pub(super) async fn next(&mut self) -> Result<Received, Error> {
        loop {
            if self.closings.take(Instant::now())? {
                // The next call connects, which thousands of accounts must not do in one moment.
                self.caller.turn().await;
            }
            let deadline = Instant::from_std(self.boxes.check_deadlines());
            if let Some(received) = self.account_difference().await? {
                return Ok(received);
            }
            if let Some(received) = self.channel_difference().await? {
                return Ok(received);
            }
            let wake = self.wake(deadline);
            tokio::select! {
                pushed = self.socket.recv() => {
                    let pushed = pushed.ok_or_else(closed)?;
                    if let Some(received) = self.take(pushed) {
                        return Ok(received);
                    }
                }
                Some(nudge) = self.nudges.recv() => self.follow(nudge),
                () = sleep_until(wake) => {
                    for channel in self.retries.due(Instant::now()) {
                        self.begin_channel(channel);
                    }
                }
            }
        }
    }

    /// When there is something to do though nothing comes.
    fn wake(&self, deadline: Instant) -> Instant {
        let now = Instant::now();
        let difference = self.account_failed.map(|(at, _)| at);
        // A time that is over belongs to a difference that has to wait for something else.
        let times = [Some(deadline), difference, self.retries.next()];
        let next = times.into_iter().flatten().filter(|at| *at > now).min();
        next.unwrap_or(now + Duration::from_mins(1))
    }

    /// A push, and those that wait behind it.
    fn take(&mut self, first: UpdatesLike) -> Option<Received> {
        let mut received = Received::default();
        if self.socket.len() + 1 >= self.socket.max_capacity() {
            // What came on top of a full queue is gone, and nobody says what it was.
            received.lose(MessageBox::ACCOUNT, GapCause::UpdatesDropped);
        }
        let mut next = Some(first);
        while let Some(mut pushed) = next.take() {
            mending::keep_positions(&mut pushed);
            self.closings.note(&pushed);
            // A gap: what the link has brought comes with the difference.
            let Ok(taken) = self.boxes.process_updates(pushed) else {
                break;
            };
            received.add(taken);
            if received.updates.len() < TAKEN_TOGETHER {
                next = self.socket.try_recv().ok();
            }
        }
        if !received.lost.is_empty() {
            self.begin_account();
        }
        self.note_first_seen(&mut received);
        let nothing = received.updates.is_empty() && received.lost.is_empty();
        (!nothing || !received.users.is_empty() || !received.chats.is_empty()).then_some(received)
    }

    fn note_first_seen(&mut self, received: &mut Received) {
        let channels: HashSet<i64> = received
            .updates
            .iter()
            .filter_map(|(_, state)| match state.message_box {
                Some(Place::Channel { channel_id, .. }) => Some(channel_id),
                _ => None,
            })
            .collect();
        for channel in channels {
            if self.shut_out.remove(&channel) || !self.session().knows_channel(channel) {
                received.lose(MessageBox::channel(channel), GapCause::FirstSeen);
            }
        }
    }

    async fn account_difference(&mut self) -> Result<Option<Received>, Error> {
        if self
            .account_failed
            .is_some_and(|(at, _)| at > Instant::now())
        {
            return Ok(None);
        }
        let Some(request) = self.boxes.get_difference() else {
            return Ok(None);
        };
        let mut difference = match self.caller.invoke(&request).await {
            Ok(difference) => difference,
            Err(error) => return self.account_failed(error).map(|()| None),
        };
        self.account_failed = None;
        mending::keep_positions_in(&mut difference);
        let mut received = Received::default();
        if matches!(difference, tl::enums::updates::Difference::TooLong(_)) {
            received.lose(MessageBox::ACCOUNT, GapCause::DifferenceTooLong);
        }
        received.add(self.boxes.apply_difference(difference));
        self.note_first_seen(&mut received);
        Ok(Some(received))
    }

    /// A flood wait is waited for, with the link in use for all else, and a data centre in trouble
    /// is given some seconds. Anything else ends the link.
    fn account_failed(&mut self, error: Error) -> Result<(), Error> {
        let attempts = self.account_failed.map_or(0, |(_, attempts)| attempts);
        let (wait, attempts) = match &error {
            Error::FloodWait(wait) => (*wait, attempts),
            Error::Rpc(rpc) if is_temporary(rpc.code) && attempts + 1 < DIFFERENCE_ATTEMPTS => {
                (Duration::from_secs(1 << attempts), attempts + 1)
            }
            _ => return Err(error),
        };
        log::debug!("the difference waits for {wait:?}: {error}");
        self.account_failed = Some((Instant::now() + wait, attempts));
        Ok(())
    }

    async fn channel_difference(&mut self) -> Result<Option<Received>, Error> {
        let Some(mut request) = self.boxes.get_channel_difference() else {
            return Ok(None);
        };
        let tl::enums::InputChannel::Channel(asked) = &request.channel else {
            return Ok(None);
        };
        let channel = asked.channel_id;
        if let Some(until) = self.retries.flooded_until(Instant::now()) {
            self.put_off(channel, until);
            return Ok(None);
        }
        let Some(input) = self.input_channel(channel).await? else {
            log::debug!("channel {channel} has no access hash; its difference has to wait");
            self.boxes
                .end_channel_difference(PrematureEndReason::TemporaryServerIssues);
            return Ok(Some(lost(channel, GapCause::NoAccessHash)));
        };
        request.channel = input;
        request.limit = CHANNEL_DIFFERENCE_LIMIT;
        let mut difference = match self.caller.invoke(&request).await {
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
        self.note_first_seen(&mut received);
        Ok(Some(received))
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
            Error::Rpc(rpc) if is_temporary(rpc.code) => {
                let at = self.retries.failed(channel, Instant::now());
                log::debug!("the difference of channel {channel} is asked for again: {error}");
                self.put_off(channel, at);
                Ok(None)
            }
            Error::Rpc(rpc) if SHUT_OUT.contains(&rpc.name.as_str()) => {
                self.drop_channel(channel);
                Ok(None)
            }
            Error::Rpc(rpc) if rpc.name.starts_with("PERSISTENT_TIMESTAMP") => {
                log::warn!("Telegram does not know the stored position of channel {channel}");
                self.drop_channel(channel);
                Ok(Some(lost(channel, GapCause::PositionRefused)))
            }
            _ => Err(error),
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
        self.shut_out.insert(channel);
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

    fn follow(&mut self, nudge: Nudge) {
        match nudge {
            Nudge::Account => self.begin_account(),
            Nudge::Channel(channel) => self.begin_channel(channel),
            Nudge::Seed { channel, pts } => {
                self.shut_out.remove(&channel);
                self.boxes.try_set_channel_state(channel, pts);
            }
        }
    }

    fn begin_account(&mut self) {
        // To the bookkeeping a lost connection means just that.
        drop(self.boxes.process_updates(UpdatesLike::ConnectionClosed));
    }

    fn begin_channel(&mut self, channel: i64) {
        let too_long = tl::types::UpdateChannelTooLong {
            channel_id: channel,
            pts: None,
        };
        let update = tl::types::UpdateShort {
            update: too_long.into(),
            date: 0,
        };
        // A channel without a position is passed over.
        drop(
            self.boxes
                .process_updates(UpdatesLike::Updates(update.into())),
        );
    }
}

/// Answers to the difference of a channel that the account is not in any more.
/// Source: <https://core.telegram.org/method/updates.getChannelDifference#possible-errors>.
const SHUT_OUT: [&str; 4] = [
    "CHANNEL_PRIVATE",
    "CHANNEL_INVALID",
    "CHANNEL_PUBLIC_GROUP_NA",
    "USER_BANNED_IN_CHANNEL",
];

/// Telegram's own troubles, which pass.
const fn is_temporary(code: i32) -> bool {
    code >= 500 || code == -503
}

fn lost(channel: i64, cause: GapCause) -> Received {
    Received {
        lost: vec![(MessageBox::channel(channel), cause)],
        ..Received::default()
    }
}

fn closed() -> Error {
    Error::Unreachable("the link's task has ended".into())
}
