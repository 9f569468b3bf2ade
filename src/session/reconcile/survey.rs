//! One look at the dialogs, and what it says of the log.

use crate::model::{ChatId, GapCause, MessageBox, MessageId, UtcTime};
use crate::session::reconcile::numbers::Numbers;
use crate::session::reconcile::trouble::{Place, place_of};
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::gaps::GapRow;
use crate::store::{gaps, listings, peers, sequences, sessions};
use crate::telegram::{self, Dialog, DialogList, Nudge};
use log::debug;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often live capture is given a second to bring what seems to be missing.
const GRACE: u32 = 16;

/// How long the reading of updates may take to accept a wish.
const NUDGE_PATIENCE: Duration = Duration::from_secs(5);

impl Reconciler<'_> {
    /// Compares the dialogs that may have moved with the log and fills what is open. `first` of a
    /// link.
    pub(super) async fn round(&self, state: &mut State, first: bool) -> Result<(), Trouble> {
        let id = self.account.session_id;
        let turn = self.turn().await;
        let (pending, given_up, known, listing, logged_in_at) = self
            .context
            .store
            .read(move |conn| {
                Ok((
                    gaps::pending(conn, id)?,
                    gaps::given_up(conn, id)?,
                    sequences::load(conn, id)?,
                    listings::get(conn, id)?,
                    sessions::by_id(conn, id)?.and_then(|row| row.logged_in_at),
                ))
            })
            .await?;
        let mut list = self.look(state, &known, &pending, listing).await?;
        let listed = list.dialogs.iter();
        let listed = listed.map(|dialog| MessageBox::of(dialog.chat_id));
        let back = listed.filter(|place| given_up.contains(place)).collect();
        let pending = self.reopen(state, back, pending).await?;
        self.add_unlisted(state, &mut list, &pending).await?;
        self.learn_peers(&list, first, &pending).await?;
        self.seed_channels(&list.dialogs).await;
        // Telegram's dates are whole seconds, and so is its clock.
        let since = listing.begins_at.or_else(|| {
            let at = logged_in_at?;
            UtcTime::from_unix(at.as_datetime().timestamp())
        });
        let known = self.with_baselines(state, &list, known, since).await?;
        let mut numbers = Numbers::new(&list.dialogs, &known);
        // Others need not wait while this account does nothing but that.
        drop(turn);
        self.wait_for_live(&list.dialogs, &mut numbers, &pending)
            .await?;
        let _turn = self.turn().await;
        self.ask_for_updates(&list).await;
        let now = Instant::now();
        let mut missed = numbers.boxes_with_holes();
        missed.retain(|place| !state.pauses.holds(*place, now));
        let pending = self.with_missed(missed).await?;
        self.fill(state, &list, numbers, &pending).await?;
        self.looked(state).await
    }

    /// Access hashes that are new, or that somebody has asked for in vain.
    async fn learn_peers(
        &self,
        list: &DialogList,
        first: bool,
        pending: &[GapRow],
    ) -> Result<(), Trouble> {
        let hashless: BTreeSet<ChatId> = pending
            .iter()
            .filter(|gap| matches!(gap.cause, GapCause::NoAccessHash | GapCause::ChannelRefused))
            .filter_map(|gap| gap.message_box.chat())
            .collect();
        let session = self.link.session();
        let wanted = |peer: &&peers::PeerRow| {
            let unknown = peer.peer_id.kind() == crate::model::ChatKind::Channel
                && !session.knows_channel(peer.peer_id.bare());
            first || unknown || hashless.contains(&peer.peer_id)
        };
        let rows: Vec<_> = list.peers.iter().filter(wanted).cloned().collect();
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            if hashless.contains(&row.peer_id) {
                session.learn(row);
            }
        }
        let id = self.account.session_id;
        let stored = self
            .context
            .store
            .write(move |conn| peers::upsert_many(conn, id, &rows, UtcTime::now()));
        stored.await?;
        for chat in hashless {
            self.nudge(Nudge::Channel(chat.bare())).await;
        }
        Ok(())
    }

    /// A channel without a position would not be asked for after a lost link.
    async fn seed_channels(&self, dialogs: &[Dialog]) {
        for dialog in dialogs {
            let channel = dialog.chat_id.bare();
            if let Some(pts) = dialog.pts
                && !self.link.session().knows_channel(channel)
            {
                self.nudge(Nudge::Seed { channel, pts }).await;
            }
        }
    }

    /// What is behind and does not catch up by itself has its difference asked for.
    async fn ask_for_updates(&self, list: &DialogList) {
        for dialog in list.dialogs.iter().chain(&list.beside) {
            if self.is_behind(dialog) {
                let channel = dialog.chat_id.bare();
                debug!(session = self.name.as_str(); "channel {channel} is behind");
                self.nudge(Nudge::Channel(channel)).await;
            }
        }
    }

    fn is_behind(&self, dialog: &Dialog) -> bool {
        let ours = self.link.session().channel_pts(dialog.chat_id.bare());
        matches!((dialog.pts, ours), (Some(theirs), Some(ours)) if theirs > ours)
    }

    /// A difference may be under way: what it brings need not be fetched. Where a gap is known, no
    /// difference brings what is missing.
    async fn wait_for_live(
        &self,
        dialogs: &[Dialog],
        numbers: &mut Numbers,
        pending: &[GapRow],
    ) -> Result<(), Trouble> {
        let known: BTreeSet<_> = pending.iter().map(|gap| gap.message_box).collect();
        let mut before = None;
        for _ in 0..GRACE {
            self.read_numbers(numbers).await?;
            let behind = dialogs.iter().filter(|dialog| self.is_behind(dialog));
            let behind = behind.filter(|dialog| !known.contains(&MessageBox::of(dialog.chat_id)));
            let now = (numbers.holes_beside(&known), behind.count());
            if now == (0, 0) || before == Some(now) {
                break;
            }
            before = Some(now);
            sleep(self.context.timing.reconcile_after / 4).await;
        }
        Ok(())
    }

    /// Looks up which numbers the log has.
    pub(super) async fn read_numbers(&self, numbers: &mut Numbers) -> Result<(), Trouble> {
        let id = self.account.session_id;
        let ranges = numbers.ranges();
        if ranges.is_empty() {
            return Ok(());
        }
        let captured = self
            .context
            .store
            .read(move |conn| {
                ranges
                    .into_iter()
                    .map(|(message_box, above, up_to)| {
                        let ids = sequences::captured_between(conn, id, message_box, above, up_to)?;
                        Ok((message_box, ids))
                    })
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        for (message_box, ids) in captured {
            numbers.found(message_box, &ids);
        }
        Ok(())
    }

    /// From where on a sequence that nobody has looked at belongs to the log: from the login, or
    /// from when the account joined.
    async fn with_baselines(
        &self,
        state: &mut State,
        list: &DialogList,
        mut known: BTreeMap<MessageBox, MessageId>,
        logged_in_at: Option<UtcTime>,
    ) -> Result<BTreeMap<MessageBox, MessageId>, Trouble> {
        let mut fresh: BTreeMap<MessageBox, MessageId> = BTreeMap::new();
        for dialog in &list.dialogs {
            let message_box = MessageBox::of(dialog.chat_id);
            if known.contains_key(&message_box) || state.pauses.holds(message_box, Instant::now()) {
                continue;
            }
            let since = logged_in_at.max(dialog.joined_at);
            match self.baseline(list, dialog, since).await {
                Ok(baseline) => {
                    let entry = fresh.entry(message_box).or_insert(baseline);
                    *entry = (*entry).max(baseline);
                }
                // The other private chats say it as well.
                Err(error) if place_of(&error) == Place::Chat && dialog.pts.is_none() => {
                    debug!(session = self.name.as_str(); "a chat's history is refused: {error}");
                }
                Err(error) if place_of(&error) == Place::Chat => {
                    let open = self.open_missed(vec![message_box]).await?;
                    let open: Vec<&GapRow> = open
                        .iter()
                        .filter(|gap| gap.message_box == message_box)
                        .collect();
                    self.refused(state, message_box, &open, &error).await?;
                }
                Err(error) => {
                    self.store_baselines(fresh).await?;
                    return Err(error.into());
                }
            }
        }
        known.append(&mut self.store_baselines(fresh).await?);
        Ok(known)
    }

    async fn store_baselines(
        &self,
        mut fresh: BTreeMap<MessageBox, MessageId>,
    ) -> Result<BTreeMap<MessageBox, MessageId>, Trouble> {
        if fresh.is_empty() {
            return Ok(fresh);
        }
        let id = self.account.session_id;
        let stored = self.context.store.write(move |conn| {
            for (message_box, begin) in &mut fresh {
                // The account may have been there before, and what has been seen belongs to it.
                if let Some(oldest) = sequences::oldest_captured(conn, id, *message_box)? {
                    *begin = (*begin).min(MessageId(oldest.0 - 1));
                }
            }
            sequences::put(conn, id, &fresh)?;
            Ok(fresh)
        });
        Ok(stored.await?)
    }

    async fn baseline(
        &self,
        list: &DialogList,
        dialog: &Dialog,
        since: Option<UtcTime>,
    ) -> Result<MessageId, telegram::Error> {
        let Some(since) = since else {
            return Ok(dialog.top);
        };
        if dialog.top_sent_at.is_some_and(|sent| sent < since) {
            return Ok(dialog.top);
        }
        let peer = list
            .peers
            .iter()
            .find(|peer| peer.peer_id == dialog.chat_id);
        let Some(peer) = peer else {
            return Ok(dialog.top);
        };
        self.pace.keep().await;
        let before = self.link.newest_before(peer, since).await?;
        Ok(before.unwrap_or(MessageId(0)))
    }

    /// The open gaps, with one more for each box that misses numbers for no known reason.
    async fn with_missed(&self, missed: Vec<MessageBox>) -> Result<Vec<GapRow>, Trouble> {
        let id = self.account.session_id;
        let pending = self.context.store.read(move |conn| gaps::pending(conn, id));
        let pending = pending.await?;
        let explained: BTreeSet<_> = pending.iter().map(|gap| gap.message_box).collect();
        let fresh: Vec<_> = missed
            .into_iter()
            .filter(|message_box| !explained.contains(message_box))
            .collect();
        if fresh.is_empty() {
            return Ok(pending);
        }
        self.open_missed(fresh).await
    }

    async fn open_missed(&self, fresh: Vec<MessageBox>) -> Result<Vec<GapRow>, Trouble> {
        let id = self.account.session_id;
        let pending = self
            .context
            .store
            .write(move |conn| {
                let pending = gaps::pending(conn, id)?;
                for message_box in fresh {
                    if !pending.iter().any(|gap| gap.message_box == message_box) {
                        gaps::open(conn, id, message_box, GapCause::Missed, UtcTime::now())?;
                    }
                }
                gaps::pending(conn, id)
            })
            .await?;
        Ok(pending)
    }

    async fn nudge(&self, nudge: Nudge) {
        // A reading that is stuck is the watchdog's to heal.
        drop(timeout(NUDGE_PATIENCE, self.link.nudge_when_free(nudge)).await);
    }
}
