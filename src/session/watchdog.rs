//! Finds links that look alive and are not, and takes the steps that need no new link.
//!
//! The client library sends pings and never looks for the answers, and a half-open connection
//! stays quiet for a quarter of an hour; it drops updates when its queue is full, and a server
//! may forget to push. A call that needs the key's authorisation finds the dead link and the
//! revoked key, and what it answers tells whether updates still arrive.

use crate::model::SessionName;
use crate::session::account::Timing;
use crate::session::backoff::chance;
use crate::session::healing::HealingLog;
use crate::session::ladder::{HealStep, Ladder, Verdict};
use crate::telegram::{self, Link, Nudge, Reading, Vitals};
use log::debug;
use tokio::time::{sleep, timeout};

/// What brings updates that were not pushed.
const DIFFERENCE: &str = "updates.getDifference";

/// What only a link made anew can help against.
#[derive(Debug)]
pub(super) enum Finding {
    /// Telegram has refused, or the link has failed and says how.
    Failed(telegram::Error),
    /// This step is due, for this reason.
    Due(HealStep, String),
}

/// One account's watchdog, for as long as a link lasts.
pub(super) struct Watchdog<'a> {
    pub(super) name: &'a SessionName,
    pub(super) link: &'a Link,
    pub(super) vitals: &'a Vitals,
    pub(super) ladder: &'a mut Ladder,
    pub(super) log: &'a HealingLog,
    pub(super) timing: Timing,
}

impl Watchdog<'_> {
    /// Looks at the link until nothing but another one can help.
    pub(super) async fn watch(&mut self) -> Finding {
        // A link made anew because of a fault is looked at soon.
        let mut soon = self.ladder.is_climbing();
        loop {
            let wait = if soon {
                self.timing.recheck_after
            } else {
                // Thousands of accounts that came online together must not probe together.
                self.timing.probe_every.mul_f64(0.75 + chance() / 4.0)
            };
            sleep(wait).await;
            soon = match Box::pin(self.look()).await {
                Ok(None) => self.ladder.is_climbing(),
                Ok(Some(reading)) => match self.judge(reading) {
                    Ok(soon) => soon,
                    Err(finding) => return finding,
                },
                Err(finding) => return finding,
            };
        }
    }

    /// One look; `None` when Telegram has answered without telling its place.
    async fn look(&self) -> Result<Option<Reading>, Finding> {
        let reading = match self.probe().await {
            Ok(reading) => reading,
            Err(first) => {
                debug!("a probe failed and is repeated: {first}");
                if first.needs_login().is_some() {
                    return Err(Finding::Failed(first));
                }
                self.probe().await.map_err(|second| match second {
                    telegram::Error::Timeout => {
                        Finding::Due(HealStep::Reconnect, second.to_string())
                    }
                    second => Finding::Failed(second),
                })?
            }
        };
        match reading {
            Some(reading) if is_behind(reading) => {
                // What was pushed before the answer may not have been read yet.
                sleep(self.timing.recheck_after / 10).await;
                let now = self.link.reading(reading.theirs).await;
                now.map(Some).map_err(Finding::Failed)
            }
            reading => Ok(reading),
        }
    }

    /// What Telegram has answered; `None` when that was no place.
    async fn probe(&self) -> Result<Option<Reading>, telegram::Error> {
        match timeout(self.timing.probe_timeout, self.link.probe()).await {
            Err(_elapsed) => Err(telegram::Error::Timeout),
            // Telegram has answered: the link is alive, whatever it said.
            Ok(Err(telegram::Error::FloodWait(_) | telegram::Error::Rpc(_))) => Ok(None),
            Ok(result) => result,
        }
    }

    /// Does what a look asks for. Whether the next look is to come soon.
    fn judge(&mut self, reading: Reading) -> Result<bool, Finding> {
        let (ours, theirs) = (i64::from(reading.ours), i64::from(reading.theirs));
        self.vitals.note_check(theirs - ours);
        if theirs > ours && !reading.waits {
            // A batch that waits for the database is no fault of the link, and no receiving.
            self.vitals.note_receiving(false);
            return Ok(true);
        }
        if theirs > ours && self.link.session().flood_wait(DIFFERENCE).is_some() {
            // Whatever is done would only ask Telegram again for what it has refused.
            self.vitals.note_receiving(false);
            return Ok(false);
        }
        let behind = is_behind(reading).then_some(reading.ours);
        let again = self.ladder.is_climbing();
        let verdict = self.ladder.note(behind);
        self.vitals.note_receiving(behind.is_none() || !again);
        let step = match verdict {
            Verdict::Fine => return Ok(false),
            Verdict::GiveUp => return Err(Finding::Failed(telegram::Error::Deaf)),
            Verdict::Heal(step) => step,
        };
        let reason = format!("{} updates do not arrive", theirs - ours);
        match step {
            HealStep::Difference => {
                self.log.note(self.name, step, &reason);
                if !self.link.nudge(Nudge::Account) {
                    debug!("nobody can be asked for a difference");
                }
                Ok(true)
            }
            HealStep::Reconnect => {
                self.log.note(self.name, step, &reason);
                self.link.reconnect();
                Ok(true)
            }
            HealStep::Rebuild | HealStep::NeedsLogin => Err(Finding::Due(step, reason)),
        }
    }
}

const fn is_behind(reading: Reading) -> bool {
    reading.theirs > reading.ours && reading.waits
}
