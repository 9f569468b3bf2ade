//! What people write in a run: messages at a steady rate, edits and deletions among them.
//!
//! Owns the choice of chat, author and text, all from the seed. Every text names its message and
//! its version, so that no two texts of a run are alike and a row tells whose it is.

use super::absence::Absences;
use super::chats::{self, Chat, Kind};
use super::journal::{Disturbance, now};
use super::plan::{Plan, Scale};
use super::trouble::UNKNOWN;
use crate::Failure;
use crate::fleet::{Member, refused};
use fastrand::Rng;
use local_dc::dc::Dc;
use local_dc::dc::raw::RawPart;
use local_dc::world::change::Reach;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How many of the last messages may still be edited or deleted.
const MEMORY: usize = 1500;

/// How often chats are made or change their members during a run.
const CHANGES: usize = 120;

/// A message that is still there.
struct Standing {
    number: usize,
    chat: usize,
    author: usize,
    /// As the author knows it.
    id: i32,
    version: usize,
}

/// Writes the messages of a run.
pub(super) struct Traffic<'a> {
    dc: Dc,
    fleet: &'a [Member],
    /// The chats by kind: a message's kind is chosen before its chat.
    chats: Vec<Chat>,
    rng: Rng,
    standing: VecDeque<Standing>,
    absences: Absences,
}

/// The number of the message that a text names.
pub(super) fn number(text: &str) -> Option<usize> {
    text.strip_prefix('m')?.split(' ').next()?.parse().ok()
}

impl<'a> Traffic<'a> {
    /// Makes the first chats.
    pub(super) fn new(dc: &Dc, fleet: &'a [Member], seed: u64) -> Result<Self, Failure> {
        // Another sequence than the plan's, which starts from the same seed.
        let mut rng = Rng::with_seed(!seed);
        Ok(Self {
            dc: dc.clone(),
            fleet,
            chats: chats::found_all(dc, fleet, &mut rng)?,
            rng,
            standing: VecDeque::with_capacity(MEMORY),
            absences: Absences::default(),
        })
    }

    /// The channels and supergroups that there are now, by name.
    pub(super) fn channels(&self) -> Vec<String> {
        let channels = self.chats.iter();
        let channels = channels.filter(|c| matches!(c.kind, Kind::Supergroup | Kind::Broadcast));
        channels.map(|chat| chat.name.clone()).collect()
    }

    /// Who has been away from which channel.
    pub(super) fn into_absences(self) -> Vec<Disturbance> {
        self.absences.into_list()
    }

    /// Writes everything, and shows how far it is.
    pub(super) async fn write(
        &mut self,
        scale: &Scale,
        plan: &Plan,
        progress: &watch::Sender<usize>,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let gap = Duration::from_secs(1) / u32::try_from(scale.rate.max(1))?;
        // Chats that nobody knew of at the start, and members who come and go.
        let changes = (scale.messages / CHANGES).max(1);
        for number in 0..scale.messages {
            let due = started + gap * u32::try_from(number)?;
            if due > Instant::now() {
                sleep_until(due).await;
            } else if number % 64 == 0 {
                tokio::task::yield_now().await;
            }
            if number % changes == changes - 1 {
                self.change_chats()?;
            }
            let unreadable = plan.unreadable.binary_search(&number).is_ok();
            self.step(number, unreadable)?;
            progress.send_replace(number + 1);
        }
        self.bring_back()
    }

    /// Everybody returns to where they were, so that all that is still there can be read.
    fn bring_back(&mut self) -> Result<(), Failure> {
        for chat in &mut self.chats {
            while let Some(former) = chat.former.last().copied() {
                chats::take_in(&self.dc, self.fleet, chat, former)?;
                self.absences.end(Some(former), chat);
            }
        }
        Ok(())
    }

    fn change_chats(&mut self) -> Result<(), Failure> {
        if self.rng.u32(0..8) == 0 {
            let kind = [Kind::Group, Kind::Supergroup, Kind::Broadcast][self.rng.usize(0..3)];
            let chat = chats::found(&self.dc, self.fleet, &mut self.rng, kind)?;
            self.chats.push(chat);
            return Ok(());
        }
        let several = self.chats.iter().enumerate();
        let several = several.filter(|(_, chat)| chat.kind != Kind::Pair);
        let several: Vec<usize> = several.map(|(place, _)| place).collect();
        let place = several[self.rng.usize(0..several.len())];
        let (chat, rng, began) = (&mut self.chats[place], &mut self.rng, now());
        if rng.bool() {
            let came = chats::grow(&self.dc, self.fleet, rng, chat)?;
            self.absences.end(came, chat);
        } else {
            let gone = chats::shrink(&self.dc, self.fleet, rng, chat)?;
            self.absences.begin(gone, chat, began);
        }
        Ok(())
    }

    /// Something happens, and a message is written, which may hold what nobody knows.
    fn step(&mut self, number: usize, unreadable: bool) -> Result<(), Failure> {
        match self.rng.u32(0..100) {
            0..10 => self.edit()?,
            10..16 => self.delete()?,
            _ => {}
        }
        let place = self.choose_chat();
        let chat = &self.chats[place];
        let author = chat.author(&mut self.rng);
        let text = text(&mut self.rng, number, 0);
        let address = chat.address(author, self.fleet);
        let from = &self.fleet[author].phone;
        let sent = if unreadable {
            let part = RawPart::Media(UNKNOWN.to_vec());
            self.dc.send_raw(from, address, &text, part)
        } else {
            self.dc.send(from, address, &text)
        };
        let id = sent.map_err(|refusal| refused(&refusal))?.sender;
        if self.standing.len() == MEMORY {
            self.standing.pop_front();
        }
        self.standing.push_back(Standing {
            number,
            chat: place,
            author,
            id,
            version: 0,
        });
        Ok(())
    }

    fn choose_chat(&mut self) -> usize {
        let kind = match self.rng.u32(0..100) {
            0..40 => Kind::Pair,
            40..60 => Kind::Group,
            60..85 => Kind::Supergroup,
            _ => Kind::Broadcast,
        };
        let of_kind = |(_, chat): &(usize, &Chat)| chat.kind == kind;
        let places = self.chats.iter().enumerate().filter(of_kind);
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        places[self.rng.usize(0..places.len())]
    }

    /// A place among the standing messages, the newest ones most often.
    fn choose(&mut self) -> Option<usize> {
        let count = self.standing.len();
        let reach = if self.rng.bool() {
            count.min(20)
        } else {
            count
        };
        (reach > 0).then(|| count - 1 - self.rng.usize(0..reach))
    }

    /// Those who have gone cannot change what they wrote.
    fn may_change(&self, place: usize) -> bool {
        let standing = &self.standing[place];
        let chat = &self.chats[standing.chat];
        chat.members.contains(&standing.author)
    }

    fn edit(&mut self) -> Result<(), Failure> {
        let Some(place) = self.choose() else {
            return Ok(());
        };
        if !self.may_change(place) {
            return Ok(());
        }
        let standing = &mut self.standing[place];
        standing.version += 1;
        let text = text(&mut self.rng, standing.number, standing.version);
        let address = self.chats[standing.chat].address(standing.author, self.fleet);
        let author = &self.fleet[standing.author].phone;
        self.dc
            .edit_in(address, author, standing.id, &text)
            .map_err(|refusal| refused(&refusal))
    }

    fn delete(&mut self) -> Result<(), Failure> {
        let chosen = self.choose().filter(|place| self.may_change(*place));
        let chosen = chosen.and_then(|place| self.standing.remove(place));
        let Some(standing) = chosen else {
            return Ok(());
        };
        let chat = &self.chats[standing.chat];
        let author = &self.fleet[standing.author].phone;
        let deleted = match chat.kind {
            Kind::Pair | Kind::Group => self.dc.delete(author, &[standing.id], Reach::Everybody),
            Kind::Supergroup | Kind::Broadcast => {
                self.dc.delete_in(&chat.name, author, &[standing.id])
            }
        };
        deleted.map(drop).map_err(|refusal| refused(&refusal))
    }
}

/// Telegram's texts are not only ASCII, and not all of one length.
fn text(rng: &mut Rng, number: usize, version: usize) -> String {
    const WORDS: [&str; 8] = [
        "tomorrow",
        "привет",
        "🚀",
        "line\nbreak",
        "'; --",
        "مرحبا",
        "ok",
        "\u{1f468}\u{200d}\u{1f469}",
    ];
    let mut text = format!("m{number} v{version}");
    for _ in 0..rng.usize(0..24) {
        text.push(' ');
        text.push_str(WORDS[rng.usize(0..WORDS.len())]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_its_message() {
        assert_eq!(number("m17 v0 ok"), Some(17));
        assert_eq!(number("hello"), None);
    }
}
