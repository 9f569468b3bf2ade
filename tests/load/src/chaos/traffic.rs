//! What people write in a run: messages at a steady rate, edits and deletions among them.
//!
//! Owns the choice of chat, author and text, all from the seed. Every text names its message and
//! its version, so that no two texts of a run are alike and a row tells whose it is.

use super::journal::{Journal, Times, now};
use super::plan::Scale;
use crate::Failure;
use crate::fleet::{Member, refused};
use fastrand::Rng;
use local_dc::dc::{Dc, SentIds};
use local_dc::world::change::Reach;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How many of the last messages may still be edited or deleted.
const MEMORY: usize = 1500;

/// A message that is still there.
struct Standing {
    number: usize,
    author: usize,
    ids: SentIds,
    version: usize,
}

/// Writes the messages of a run.
pub(super) struct Traffic<'a> {
    dc: Dc,
    members: &'a [Member],
    chats: Vec<(usize, usize)>,
    rng: Rng,
    standing: VecDeque<Standing>,
    /// When each message was posted, edited and deleted.
    pub(super) journal: Journal,
}

/// Pairs of accounts that write to each other: a ring, and as many chance pairs.
fn pairs(rng: &mut Rng, accounts: usize) -> Vec<(usize, usize)> {
    let neighbours = (0..accounts).map(|account| (account, (account + 1) % accounts));
    let mut chats: Vec<_> = neighbours.collect();
    for account in 0..accounts {
        let other = (account + rng.usize(1..accounts)) % accounts;
        chats.push((account, other));
    }
    chats
}

/// The number of the message that a text names.
pub(super) fn number(text: &str) -> Option<usize> {
    text.strip_prefix('m')?.split(' ').next()?.parse().ok()
}

impl<'a> Traffic<'a> {
    pub(super) fn new(dc: &Dc, members: &'a [Member], seed: u64) -> Self {
        // Another sequence than the plan's, which starts from the same seed.
        let mut rng = Rng::with_seed(!seed);
        Self {
            dc: dc.clone(),
            members,
            chats: pairs(&mut rng, members.len()),
            rng,
            standing: VecDeque::with_capacity(MEMORY),
            journal: Journal::default(),
        }
    }

    /// Writes everything, and shows how far it is.
    pub(super) async fn write(
        &mut self,
        scale: &Scale,
        progress: &watch::Sender<usize>,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let gap = Duration::from_secs(1) / u32::try_from(scale.rate.max(1))?;
        for number in 0..scale.messages {
            let due = started + gap * u32::try_from(number)?;
            if due > Instant::now() {
                sleep_until(due).await;
            } else if number % 64 == 0 {
                tokio::task::yield_now().await;
            }
            self.step(number)?;
            progress.send_replace(number + 1);
        }
        Ok(())
    }

    fn step(&mut self, number: usize) -> Result<(), Failure> {
        match self.rng.u32(0..100) {
            0..10 => self.edit()?,
            10..16 => self.delete()?,
            _ => {}
        }
        let (one, other) = self.chats[self.rng.usize(0..self.chats.len())];
        let (author, reader) = if self.rng.bool() {
            (one, other)
        } else {
            (other, one)
        };
        let text = self.text(number, 0);
        let (from, to) = (&self.members[author].phone, &self.members[reader].phone);
        let posted = now();
        let ids = self
            .dc
            .send(from, to, &text)
            .map_err(|refusal| refused(&refusal))?;
        self.journal.times.insert(
            number,
            Times {
                posted,
                ..Times::default()
            },
        );
        if self.standing.len() == MEMORY {
            self.standing.pop_front();
        }
        self.standing.push_back(Standing {
            number,
            author,
            ids,
            version: 0,
        });
        Ok(())
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

    fn edit(&mut self) -> Result<(), Failure> {
        let Some(place) = self.choose() else {
            return Ok(());
        };
        let (number, version) = {
            let standing = &mut self.standing[place];
            standing.version += 1;
            (standing.number, standing.version)
        };
        let text = self.text(number, version);
        self.times(number).edited.push(now());
        let standing = &self.standing[place];
        let author = &self.members[standing.author].phone;
        self.dc
            .edit(author, standing.ids.sender, &text)
            .map_err(|refusal| refused(&refusal))
    }

    fn delete(&mut self) -> Result<(), Failure> {
        let chosen = self.choose().and_then(|place| self.standing.remove(place));
        let Some(standing) = chosen else {
            return Ok(());
        };
        let author = &self.members[standing.author].phone;
        self.times(standing.number).deleted = Some(now());
        self.dc
            .delete(author, &[standing.ids.sender], Reach::Everybody)
            .map_err(|refusal| refused(&refusal))?;
        Ok(())
    }

    fn times(&mut self, number: usize) -> &mut Times {
        self.journal.times.entry(number).or_default()
    }

    /// Telegram's texts are not only ASCII, and not all of one length.
    fn text(&mut self, number: usize, version: usize) -> String {
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
        for _ in 0..self.rng.usize(0..24) {
            text.push(' ');
            text.push_str(WORDS[self.rng.usize(0..WORDS.len())]);
        }
        text
    }
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
