//! Troubles as they strike: links cut and stalled, pushes lost, answers refused.
//!
//! Owns the order of the data centre's faults and writes down whom they have disturbed. What
//! lasts a while goes on beside the next ones.

use super::journal::now;
use super::plan::Trouble;
use super::strike::{Damage, reached};
use crate::Failure;
use crate::fleet::{Member, refused};
use local_dc::dc::Dc;
use local_dc::world::faults::{Fault, FaultKind};
use local_dc::world::ids::UserId;
use local_dc::world::push_faults::Shuffle;
use local_dc::world::refusal::Refusal;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The part of pushes that is lost, repeated and re-ordered in bad times.
const SHUFFLED: f64 = 0.1;

/// A constructor that no schema has, and something behind it.
pub(super) const UNKNOWN: [u8; 16] = *b"\xef\xbe\xad\xdeunknown kind";

/// How many calls about a channel are refused in a row.
const REFUSED_CALLS: u32 = 3;

/// Whom troubles strike.
#[derive(Clone)]
pub(super) struct Victims {
    pub(super) dc: Dc,
    pub(super) fleet: Arc<Vec<Member>>,
    /// The channels that there were at the start.
    pub(super) channels: Arc<Vec<String>>,
    pub(super) damage: Arc<Damage>,
}

impl Victims {
    /// Lets every trouble strike in its place, and waits until the last has passed.
    pub(super) async fn strike_all(
        &self,
        troubles: &[(usize, Trouble)],
        mut progress: watch::Receiver<usize>,
    ) -> Result<(), Failure> {
        let mut lasting = JoinSet::new();
        for (place, trouble) in troubles {
            reached(&mut progress, *place).await;
            if let Trouble::Stall(..) | Trouble::Shuffle(..) | Trouble::TooLongBeyond(..) = trouble
            {
                let (victims, trouble) = (self.clone(), trouble.clone());
                lasting.spawn(async move { victims.last(&trouble).await });
                continue;
            }
            let from = now();
            let struck = self.strike(trouble).map_err(|refusal| refused(&refusal))?;
            // Refused answers wait for their calls, and are noted when these have come.
            if !waits_for_a_call(trouble) {
                self.damage.note(struck, from, trouble);
            }
        }
        while let Some(ended) = lasting.join_next().await {
            ended??;
        }
        self.note_answers();
        Ok(())
    }

    /// Writes down which calls were refused or never answered, and when.
    fn note_answers(&self) {
        for struck in self.dc.faults_struck() {
            let caller = struck.caller;
            let account = self
                .fleet
                .iter()
                .position(|member| caller == Some(UserId(member.user_id)));
            self.damage.add(account, (struck.at, struck.at), &struck);
        }
    }

    /// Strikes once, and answers which account, or `None` for all.
    fn strike(&self, trouble: &Trouble) -> Result<Option<usize>, Refusal> {
        let dc = &self.dc;
        match trouble {
            Trouble::Cut(account) => self.cut(*account),
            Trouble::CutAll => {
                dc.drop_all_links();
                Ok(None)
            }
            Trouble::Error(account, method, code, name) => {
                dc.fault(Fault::error(method, *code, name).of(self.user(*account)));
                Ok(Some(*account))
            }
            Trouble::Silence(account, method) => {
                dc.fault(Fault::new(method, FaultKind::Silence).of(self.user(*account)));
                Ok(Some(*account))
            }
            Trouble::Lose(account, count) => {
                dc.lose_pushes(Some(self.phone(*account)), *count)?;
                Ok(Some(*account))
            }
            Trouble::TooLong(account) => {
                dc.too_long(self.phone(*account), 1)?;
                self.cut(*account)
            }
            Trouble::PushTooLong(account) => {
                dc.push_too_long(self.phone(*account))?;
                Ok(Some(*account))
            }
            Trouble::ChannelTooLong(channel, account) => {
                let channel = self.channel(*channel);
                dc.channel_too_long(channel, Some(self.phone(*account)), 1)?;
                self.cut(*account)
            }
            Trouble::PushChannelTooLong(channel, with_pts) => {
                dc.push_channel_too_long(self.channel(*channel), *with_pts)?;
                Ok(None)
            }
            Trouble::Move(account, to) => {
                dc.migrate(self.phone(*account), *to)?;
                self.cut(*account)
            }
            // These last; see `last`.
            Trouble::Stall(account, _) => Ok(Some(*account)),
            Trouble::Shuffle(..) | Trouble::TooLongBeyond(..) => Ok(None),
            odd => self.strike_oddly(odd),
        }
    }

    /// The same, with what only a real Telegram does.
    fn strike_oddly(&self, trouble: &Trouble) -> Result<Option<usize>, Refusal> {
        let dc = &self.dc;
        match trouble {
            Trouble::Unreadable(account, method) => {
                let kind = FaultKind::Raw {
                    bytes: UNKNOWN.to_vec(),
                    run: false,
                };
                dc.fault(Fault::new(method, kind).of(self.user(*account)));
                Ok(Some(*account))
            }
            Trouble::RefuseChat(channel, account, name, code) => {
                let chat = dc.peer(self.channel(*channel))?;
                let fault = Fault::error("*", *code, name).of(self.user(*account));
                dc.fault(fault.in_chat(chat).times(REFUSED_CALLS));
                self.cut(*account)
            }
            Trouble::FloodDialogs(account, times) => {
                let fault = Fault::error("messages.getDialogs", 420, "FLOOD_WAIT_3");
                dc.fault(fault.of(self.user(*account)).times(*times));
                self.cut(*account)
            }
            Trouble::Phantom(account, count) => {
                dc.phantom_pts(self.phone(*account), *count)?;
                Ok(Some(*account))
            }
            Trouble::False401(account) => {
                let fault = Fault::error("*", 401, "AUTH_KEY_UNREGISTERED");
                dc.fault(fault.of(self.user(*account)));
                self.cut(*account)
            }
            _ => Ok(None),
        }
    }

    fn cut(&self, account: usize) -> Result<Option<usize>, Refusal> {
        self.dc.drop_links(self.phone(account))?;
        Ok(Some(account))
    }

    async fn last(&self, trouble: &Trouble) -> Result<(), Failure> {
        let from = now();
        match trouble {
            Trouble::Stall(account, time) => self.stall(*account, *time).await?,
            Trouble::Shuffle(seed, time) => {
                self.dc.shuffle_pushes(Some(Shuffle {
                    seed: *seed,
                    lose: SHUFFLED,
                    repeat: SHUFFLED,
                    reorder: SHUFFLED,
                }));
                sleep(*time).await;
                self.dc.shuffle_pushes(None);
            }
            Trouble::TooLongBeyond(events, time) => {
                self.dc.too_long_beyond(Some(*events));
                sleep(*time).await;
                self.dc.too_long_beyond(None);
            }
            _ => {}
        }
        let struck = match trouble {
            Trouble::Stall(account, _) => Some(*account),
            _ => None,
        };
        self.damage.note(struck, from, trouble);
        Ok(())
    }

    async fn stall(&self, account: usize, time: Duration) -> Result<(), Failure> {
        let phone = self.phone(account);
        let stalled = self.dc.stall(phone, true);
        stalled.map_err(|refusal| refused(&refusal))?;
        sleep(time).await;
        let resumed = self.dc.stall(phone, false);
        resumed.map(drop).map_err(|refusal| refused(&refusal))
    }

    fn phone(&self, account: usize) -> &str {
        &self.fleet[account].phone
    }

    fn user(&self, account: usize) -> UserId {
        UserId(self.fleet[account].user_id)
    }

    fn channel(&self, place: usize) -> &str {
        &self.channels[place % self.channels.len()]
    }
}

/// Refused answers strike when their call comes, and not when they are prepared.
fn waits_for_a_call(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Error(..) | Trouble::Silence(..) | Trouble::Unreadable(..)
    )
}
