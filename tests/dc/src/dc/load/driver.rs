//! The work of one load: chooses, posts, edits and deletes.
//!
//! Owns the pace and the seeded choices. What may be chosen was checked before.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Load, Progress};
use crate::dc::{Dc, find, find_peer};
use crate::rpc::Locked;
use crate::world::chance::Chance;
use crate::world::change::Reach;
use crate::world::channel::ChannelKind;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// How often the load looks at the clock.
const TICK: Duration = Duration::from_millis(5);
/// Messages posted under one lock, at most, unless bursts are larger.
const UNDER_ONE_LOCK: u64 = 64;
/// Messages that may still be edited or deleted, the newest ones.
const RECENT: usize = 1024;

/// A chat with those who may write in it.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    chat: Peer,
    authors: Vec<UserId>,
}

/// The chats of a load with those of its accounts who may write in each.
///
/// # Errors
/// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`; 400 with the reason for a chat without authors.
pub(super) fn scenes(world: &mut Locked<'_>, load: &Load) -> Result<Vec<Scene>, Refusal> {
    let accounts = load.accounts.iter().map(|name| find(world, name));
    let accounts: Vec<UserId> = accounts.collect::<Result<_, _>>()?;
    let mut scenes = Vec::with_capacity(load.chats.len());
    for name in &load.chats {
        let chat = find_peer(world, name)?;
        let mut authors = accounts.clone();
        match chat {
            Peer::User(user) => authors.retain(|author| *author != user),
            Peer::Group(id) => {
                let group = world.group(id);
                authors.retain(|author| group.is_some_and(|group| group.has(*author)));
            }
            Peer::Channel(id) => {
                let channel = world.channel(id);
                if let Some(channel) = channel.filter(|c| c.kind == ChannelKind::Broadcast) {
                    authors = vec![channel.creator];
                }
                authors.retain(|author| channel.is_some_and(|channel| channel.has(*author)));
            }
        }
        if authors.is_empty() {
            return Err(Refusal::bad(&format!("nobody may write in {name}")));
        }
        scenes.push(Scene { chat, authors });
    }
    if scenes.is_empty() {
        return Err(Refusal::bad("a load needs chats"));
    }
    Ok(scenes)
}

/// A message that may still be changed.
#[derive(Clone, Copy, Debug)]
struct Recent {
    author: UserId,
    chat: Peer,
    id: MessageId,
}

/// One load at work.
pub(super) struct Driver {
    dc: Dc,
    load: Load,
    scenes: Vec<Scene>,
    chance: Chance,
    recent: Vec<Recent>,
    progress: Arc<Progress>,
    stop: CancellationToken,
}

impl Driver {
    /// A load that has posted nothing.
    pub(super) fn new(
        dc: Dc,
        load: Load,
        scenes: Vec<Scene>,
        progress: Arc<Progress>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            dc,
            chance: Chance::new(load.seed),
            load,
            scenes,
            recent: Vec::new(),
            progress,
            stop,
        }
    }

    /// Posts until all is sent or somebody stops it.
    pub(super) async fn run(mut self) {
        let begun = Instant::now();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sent = 0;
        while sent < self.load.count && !self.stop.is_cancelled() {
            let due = self.due(begun.elapsed()).min(self.load.count);
            if due > sent {
                let burst = u64::from(self.load.burst).max(UNDER_ONE_LOCK);
                let now = burst.min(due - sent);
                self.post(sent, now);
                sent += now;
                self.note_time(begun);
                tokio::task::yield_now().await;
            } else {
                tick.tick().await;
            }
        }
        self.note_time(begun);
        self.progress.ended.store(true, Ordering::Release);
    }

    fn note_time(&self, begun: Instant) {
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.progress.took_ms.store(took, Ordering::Relaxed);
    }

    /// How many messages should be out by now, whole bursts only.
    fn due(&self, elapsed: Duration) -> u64 {
        if self.load.rate == 0 {
            return u64::MAX;
        }
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let due = micros.saturating_mul(u64::from(self.load.rate)) / 1_000_000 + 1;
        let burst = u64::from(self.load.burst);
        due.div_ceil(burst) * burst
    }

    /// Posts messages under one lock, so that those who hear several may hear them at once.
    fn post(&mut self, sent: u64, count: u64) {
        let dc = self.dc.clone();
        let mut world = dc.0.api.world();
        for n in sent..sent + count {
            let content = self.text(n);
            self.say(&mut world, content);
            if self.chance.strikes(self.load.edits) {
                let content = self.text(n);
                self.edit(&mut world, content);
            }
            if self.chance.strikes(self.load.deletions) {
                self.delete(&mut world);
            }
        }
    }

    fn text(&mut self, n: u64) -> Content {
        const WORDS: [&str; 8] = ["one", "two", "three", "fünf", "six", "семь", "八", "🎉"];
        let mut text = format!("load {} {n}", self.load.seed);
        for _ in 0..self.chance.below(24) {
            text.push(' ');
            text.push_str(WORDS[self.chance.below(WORDS.len())]);
        }
        Content::plain(text)
    }

    fn say(&mut self, world: &mut Locked<'_>, content: Content) {
        let scene = &self.scenes[self.chance.below(self.scenes.len())];
        let author = scene.authors[self.chance.below(scene.authors.len())];
        let chat = scene.chat;
        let draft = Draft {
            content,
            ..Draft::default()
        };
        match world.send(author, chat, draft, None) {
            Ok(sent) => {
                self.progress.sent.fetch_add(1, Ordering::Relaxed);
                let recent = Recent {
                    author,
                    chat,
                    id: sent.id,
                };
                if self.recent.len() < RECENT {
                    self.recent.push(recent);
                } else {
                    let at = self.chance.below(RECENT);
                    self.recent[at] = recent;
                }
            }
            Err(refusal) => self.note_refusal(&refusal),
        }
    }

    fn edit(&mut self, world: &mut Locked<'_>, mut content: Content) {
        if self.recent.is_empty() {
            return;
        }
        let Recent { author, chat, id } = self.recent[self.chance.below(self.recent.len())];
        content.text.push_str(" edited");
        match world.edit(author, Some(chat), id, content, None) {
            Ok(_) => {
                self.progress.edited.fetch_add(1, Ordering::Relaxed);
            }
            Err(refusal) => self.note_refusal(&refusal),
        }
    }

    fn delete(&mut self, world: &mut Locked<'_>) {
        if self.recent.is_empty() {
            return;
        }
        let at = self.chance.below(self.recent.len());
        let Recent { author, chat, id } = self.recent.swap_remove(at);
        let deleted = match chat {
            Peer::Channel(channel) => world.delete_in_channel(author, channel, &[id], None),
            Peer::User(_) | Peer::Group(_) => {
                Ok(world.delete(author, &[id], Reach::Everybody, None))
            }
        };
        match deleted {
            Ok(_) => {
                self.progress.deleted.fetch_add(1, Ordering::Relaxed);
            }
            Err(refusal) => self.note_refusal(&refusal),
        }
    }

    fn note_refusal(&self, refusal: &Refusal) {
        log::debug!("a load was refused: {refusal}");
        self.progress.refused.fetch_add(1, Ordering::Relaxed);
    }
}
