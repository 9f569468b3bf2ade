//! What the accounts of a run live through: where they are members, and who writes there.
//!
//! Owns the accounts of Telethon, the channels and the traffic. It counts no calls.

use crate::Failure;
use crate::bare::Account;
use crate::fleet::{Member, outsider, refused, strangers};
use fastrand::Rng;
use local_dc::dc::Dc;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use std::time::Duration;
use tokio::time::{Instant, interval};

/// Between two messages to somebody busy.
const PACE: Duration = Duration::from_secs(2);
/// One in so many is written in private.
const PRIVATE: usize = 5;
/// Who makes the channels and writes in them, and who writes in private: not of the fleet.
const AUTHOR: usize = 0;
const FRIEND: usize = 1;

/// One life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    /// Whether anybody writes.
    pub(super) busy: bool,
    /// Channels that the account is in.
    pub(super) channels: usize,
}

impl Life {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [
        Self::new(false, 5),
        Self::new(false, 300),
        Self::new(true, 5),
        Self::new(true, 300),
    ];

    const fn new(busy: bool, channels: usize) -> Self {
        Self { busy, channels }
    }
}

/// The accounts and their channels, each in the order of the lives.
pub(super) struct Lives<'a> {
    dc: &'a Dc,
    /// The hub's accounts.
    pub(super) hub: Vec<String>,
    /// Telethon's.
    pub(super) telethon: Vec<String>,
    /// What Telethon needs to be them.
    pub(super) keys: Vec<Account>,
    channels: Vec<Vec<String>>,
}

impl<'a> Lives<'a> {
    /// Makes the channels, each with an account of the hub and one of Telethon in it.
    pub(super) fn prepare(dc: &'a Dc, members: &[Member]) -> Result<Self, Failure> {
        let (telethon, accounts) = strangers(dc, members.len()..2 * members.len())?;
        let hub: Vec<String> = members.iter().map(|member| member.phone.clone()).collect();
        let author = outsider(AUTHOR);
        let mut channels = Vec::new();
        for (at, life) in Life::ALL.iter().enumerate() {
            let both = [hub[at].as_str(), telethon[at].as_str()];
            let made = (0..life.channels).map(|number| {
                let title = format!("life {at}, channel {number}");
                let new = NewChat::new(&author, &title).with(&both);
                dc.create_channel(ChannelKind::Broadcast, new)
            });
            let made: Result<Vec<i64>, _> = made.collect();
            let made = made.map_err(|refusal| refused(&refusal))?;
            channels.push(made.iter().map(i64::to_string).collect());
        }
        Ok(Self {
            dc,
            hub,
            telethon,
            keys: accounts.accounts,
            channels,
        })
    }

    /// All accounts, the hub's and Telethon's.
    pub(super) fn everybody(&self) -> impl Iterator<Item = &str> {
        self.hub.iter().chain(&self.telethon).map(String::as_str)
    }

    /// Lets time pass, in which the busy ones are written to; how many messages were written to
    /// each of them.
    pub(super) async fn pass(&self, time: Duration) -> Result<u64, Failure> {
        let (mut rng, mut written) = (Rng::with_seed(1), 0);
        let (mut ticks, over) = (interval(PACE), Instant::now() + time);
        loop {
            let tick = ticks.tick().await;
            if tick >= over {
                return Ok(written);
            }
            for (at, life) in Life::ALL.iter().enumerate() {
                if life.busy {
                    self.write(at, written, &mut rng)?;
                }
            }
            written += 1;
        }
    }

    fn write(&self, at: usize, number: u64, rng: &mut Rng) -> Result<(), Failure> {
        let text = format!("message {number}");
        let sent = if rng.usize(0..PRIVATE) == 0 {
            let friend = outsider(FRIEND);
            let both = [&self.hub[at], &self.telethon[at]];
            both.into_iter()
                .try_for_each(|phone| self.dc.send(&friend, phone, &text).map(drop))
        } else {
            let channels = &self.channels[at];
            let channel = &channels[rng.usize(0..channels.len())];
            self.dc.send(&outsider(AUTHOR), channel, &text).map(drop)
        };
        sent.map_err(|refusal| refused(&refusal))
    }
}
