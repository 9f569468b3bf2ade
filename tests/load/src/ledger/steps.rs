//! The row of steps of a run.
//!
//! Owns what is done when: sends, calls by number, and what changes at the data centre meanwhile.
//! It notes what was meant; whether it came so is the verdict's.

use super::Outcome;
use super::address::{self, Address};
use super::client::{Caller, Door};
use super::crowd::{Crowd, Place};
use super::verdict::{Plan, Touch};
use crate::Failure;
use crate::fleet::refused;
use fastrand::Rng;
use local_dc::dc::Dc;
use serde_json::Value;
use std::time::Duration;

/// A message that the hub says it has sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) place: Place,
    /// The name under which its chat was called.
    pub(super) chat: Value,
    pub(super) number: i32,
    pub(super) token: String,
}

/// A run under way.
pub(super) struct Run<'a> {
    dc: &'a Dc,
    pub(super) caller: &'a Caller,
    pub(super) crowd: Crowd,
    pub(super) rng: Rng,
    plans: Vec<Plan>,
    pub(super) touched: Vec<Touch>,
    pub(super) sent: Vec<Sent>,
    pub(super) outcome: Outcome,
}

impl<'a> Run<'a> {
    pub(super) fn new(dc: &'a Dc, caller: &'a Caller, crowd: Crowd, seed: u64) -> Self {
        Self {
            dc,
            caller,
            crowd,
            rng: Rng::with_seed(seed),
            plans: Vec::new(),
            touched: Vec::new(),
            sent: Vec::new(),
            outcome: Outcome {
                seed,
                ..Outcome::default()
            },
        }
    }

    /// Sends so many messages, and does everything else in between.
    pub(super) async fn carry_out(&mut self, messages: usize) -> Result<(), Failure> {
        let upgrades = (messages / (self.crowd.groups.len() + 2)).max(1);
        for number in 1..=messages {
            self.talk(number)?;
            if number % upgrades == 0 && self.crowd.upgrade(self.dc)? {
                self.outcome.moves.1 += 1;
            }
            if number % 9 == 0 {
                self.crowd.move_name(self.dc, &mut self.rng)?;
                self.outcome.moves.0 += 1;
            }
            let address = address::draw(&self.crowd, &mut self.rng);
            self.send(number, address).await?;
            if number % 3 == 0 {
                self.call_by_number().await?;
            }
        }
        Ok(())
    }

    pub(super) fn end(self) -> (Vec<Plan>, Vec<Touch>, Outcome) {
        (self.plans, self.touched, self.outcome)
    }

    /// Somebody writes: strangers in their group, the others to the account.
    fn talk(&mut self, number: usize) -> Result<(), Failure> {
        let crowd = &self.crowd;
        let (from, to) = match number % 5 {
            0 => (
                &crowd.strangers[self.rng.usize(..crowd.strangers.len())],
                crowd.large.to_string(),
            ),
            1 => (
                &crowd.people[self.rng.usize(..crowd.people.len())],
                super::crowd::OWN_NAME.to_owned(),
            ),
            _ => return Ok(()),
        };
        let said = self.dc.send(&from.username, &to, "so they say");
        said.map(drop).map_err(|refusal| refused(&refusal))
    }

    async fn send(&mut self, number: usize, address: Address) -> Result<(), Failure> {
        let token = format!("m-{number:06}");
        let door = if self.rng.bool() {
            Door::Hub
        } else {
            Door::Tools
        };
        let (caller, dc) = (self.caller, self.dc);
        let mut meant: Vec<Place> = address.meant.clone().into_iter().collect();
        let sending = caller.send(door, &address.chat, &token);
        let answer = match &address.name {
            // Now and then the name moves at the very moment.
            Some(name) if self.rng.u8(..4) == 0 => {
                let pause = Duration::from_micros(self.rng.u64(..3000));
                let (crowd, rng) = (&mut self.crowd, &mut self.rng);
                let moving = async {
                    tokio::time::sleep(pause).await;
                    crowd.move_name(dc, rng)
                };
                let (answer, moved) = tokio::join!(sending, moving);
                moved?;
                self.outcome.moves.0 += 1;
                let heir = self.crowd.owners.get(name).copied().flatten();
                meant.extend(heir.map(|channel| vec![channel]));
                answer?
            }
            _ => sending.await?,
        };
        self.outcome.asked += 1;
        let answered = answer.is_ok();
        match answer {
            Ok(id) => {
                self.outcome.answered += 1;
                self.keep(&address, &meant, &id, &token);
            }
            Err(code) => *self.outcome.refused.entry(code).or_default() += 1,
        }
        let chat = address.chat;
        self.plans.push(Plan {
            token,
            chat,
            meant,
            answered,
        });
        Ok(())
    }

    /// Remembers where a message should be, for calls by its number.
    fn keep(&mut self, address: &Address, meant: &[Place], id: &Value, token: &str) {
        let number = id.as_i64().and_then(|id| i32::try_from(id).ok());
        if let ([place], Some(number), None) = (meant, number, &address.name) {
            self.sent.push(Sent {
                place: place.clone(),
                chat: address.chat.clone(),
                number,
                token: token.to_owned(),
            });
        }
    }
}
