//! Finds links that look alive and are not, and takes the steps that need no new link.
//!
//! The client library sends pings and never looks for the answers, and a half-open connection
//! stays quiet for a quarter of an hour; it drops updates when its queue is full, and a server
//! may forget to push. A ping finds the dead link. Once the account has fallen silent, a call that
//! needs the key's authorisation finds the revoked key, and what it answers tells whether updates
//! still arrive.
//!
//! A server that has lost the session says so in a message that the client library keeps to itself
//! (`new_session_created`). What it lost with it is found at the next push, which comes with a
//! hole before it, and by the call after a silence.

use crate::model::{HealStep, SessionName, UtcTime};
use crate::session::account::Timing;
use crate::session::backoff::chance;
use crate::session::handle::Shared;
use crate::session::healing::HealingLog;
use crate::session::ladder::{Behind, Ladder, Verdict};
use crate::session::rhythm::Rhythm;
use crate::telegram::{self, Link, Nudge, Reading, Vitals};
use log::debug;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What brings updates that were not pushed.
const DIFFERENCE: &str = "updates.getDifference";

/// What tells Telegram's place.
const STATE: &str = "updates.getState";

/// So many probes in a row that Telegram refuses ask for another connection.
const REFUSALS_IN_A_ROW: u8 = 3;

/// What a look has found.
enum Look {
    /// How far the account is beside Telegram.
    Place(Reading),
    /// The link is alive.
    Alive,
    /// Telegram has answered with an error that says nothing of the account.
    Refused(telegram::Error),
}

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
    name: &'a SessionName,
    link: &'a Link,
    vitals: &'a Vitals,
    ladder: &'a mut Ladder,
    log: &'a HealingLog,
    timing: &'a Timing,
    /// When to ask for Telegram's place.
    rhythm: Rhythm,
    /// How many probes in a row Telegram has refused.
    refusals: u8,
    /// How many differences had been answered at the last look.
    asked: u64,
}

impl<'a> Watchdog<'a> {
    pub(super) fn new(
        name: &'a SessionName,
        link: &'a Link,
        shared: &'a Shared,
        ladder: &'a mut Ladder,
        timing: &'a Timing,
    ) -> Self {
        Self {
            name,
            link,
            vitals: &shared.vitals,
            ladder,
            log: &shared.healing,
            timing,
            rhythm: Rhythm::new(timing),
            refusals: 0,
            asked: shared.vitals.differences(),
        }
    }

    /// Looks at the link until nothing but another one can help.
    pub(super) async fn watch(&mut self) -> Finding {
        // A link made anew because of a fault is looked at soon.
        let mut soon = self.ladder.is_climbing();
        loop {
            let wait = if soon {
                self.timing.recheck_after
            } else {
                // Thousands of accounts that came online together must not probe together.
                let probe = self.timing.probe_every.mul_f64(0.75 + chance() / 4.0);
                probe.min(self.until_place())
            };
            sleep(wait).await;
            let found = match Box::pin(self.look()).await {
                Ok(Look::Alive) => Ok(self.ladder.is_climbing()),
                Ok(Look::Place(reading)) => {
                    self.refusals = 0;
                    self.judge(reading)
                }
                Ok(Look::Refused(error)) => self.refused(&error),
                Err(finding) => Err(finding),
            };
            soon = match found {
                Ok(soon) => soon,
                Err(finding) => return finding,
            };
        }
    }

    /// Whether Telegram is to be asked for its place, which a ping does not.
    fn wants_place(&mut self) -> bool {
        let (updated, heard) = (self.vitals.last_update_at(), self.vitals.last_heard_at());
        let due = self.rhythm.is_due(updated, heard, UtcTime::now(), chance());
        due || self.refusals > 0 || self.ladder.is_climbing() || !self.vitals.is_receiving()
    }

    /// How long until Telegram is to be asked for its place. One that is asked already is asked
    /// again no sooner than the link is looked at.
    fn until_place(&self) -> Duration {
        let heard = self.vitals.last_heard_at();
        let barred = self.link.session().flood_wait(STATE);
        let left = self.rhythm.until_due(heard, UtcTime::now(), barred);
        left.max(self.timing.recheck_after)
    }

    /// One look.
    async fn look(&mut self) -> Result<Look, Finding> {
        let place = self.wants_place();
        let found = match self.probe(place).await {
            Ok(found) => found,
            Err(first) => {
                debug!("a probe failed and is repeated: {first}");
                if first.needs_login().is_some() {
                    return Err(Finding::Failed(first));
                }
                self.probe(place).await.map_err(|second| match second {
                    telegram::Error::Timeout => {
                        Finding::Due(HealStep::Reconnect, second.to_string())
                    }
                    second => Finding::Failed(second),
                })?
            }
        };
        match found {
            Look::Place(reading) if is_behind(reading) => {
                // What was pushed before the answer may not have been read yet.
                sleep(self.timing.recheck_after / 10).await;
                let now = self.link.reading(reading.theirs).await;
                now.map(Look::Place).map_err(Finding::Failed)
            }
            found => Ok(found),
        }
    }

    /// What Telegram has answered to a ping, or when it was asked for its place.
    async fn probe(&self, place: bool) -> Result<Look, telegram::Error> {
        let asked = async {
            if place {
                self.link.probe().await
            } else {
                self.link.ping().await.map(|()| None)
            }
        };
        // A link that has to be made anew may wait its turn for longer than for an answer.
        self.link.turn().await;
        match timeout(self.timing.probe_timeout, asked).await {
            Err(_elapsed) => Err(telegram::Error::Timeout),
            Ok(Ok(reading)) => Ok(reading.map_or(Look::Alive, Look::Place)),
            // Telegram has answered: the link is alive, and it says how long it wants to be left.
            Ok(Err(telegram::Error::FloodWait(_))) => Ok(Look::Alive),
            Ok(Err(error @ telegram::Error::Rpc(_))) => Ok(Look::Refused(error)),
            Ok(Err(error)) => Err(error),
        }
    }

    /// A link that answers with nothing but refusals is good for nothing: another connection may
    /// help, and if that is refused as well, everything is made anew.
    fn refused(&mut self, error: &telegram::Error) -> Result<bool, Finding> {
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals < REFUSALS_IN_A_ROW && !error.wants_connection() {
            return Ok(true);
        }
        let reason = error.to_string();
        self.vitals.await_place();
        if self.refusals >= 2 * REFUSALS_IN_A_ROW {
            return Err(Finding::Due(HealStep::Rebuild, reason));
        }
        if self.refusals == REFUSALS_IN_A_ROW || error.wants_connection() {
            self.refusals = self.refusals.max(REFUSALS_IN_A_ROW);
            self.log.note(self.name, HealStep::Reconnect, &reason);
            self.link.reconnect();
        }
        Ok(true)
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
        let behind = is_behind(reading).then_some(Behind {
            place: reading.ours,
            by: theirs - ours,
        });
        let again = self.ladder.is_climbing();
        let asked = self.vitals.differences();
        let answered = std::mem::replace(&mut self.asked, asked) != asked;
        let verdict = self.ladder.note(behind, answered);
        self.vitals
            .note_receiving(verdict == Verdict::Fine || !again);
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
