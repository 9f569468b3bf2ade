//! One look at the dialogs, and what it says of the log.

use crate::model::{ChatId, Gap, GapCause, MessageBox, Peer, UtcTime};
use crate::session::reconcile::filling::Filling;
use crate::session::reconcile::numbers::Numbers;
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::{gaps, listings, peers, sequences, sessions};
use crate::telegram::{Dialog, DialogList, Nudge};
use log::debug;
use std::collections::BTreeSet;
use std::future::ready;
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
        let look = state.look.as_ref();
        let older = look.map(|look| look.older.clone()).unwrap_or_default();
        self.add_unlisted(state, &mut list, &pending).await?;
        self.learn_peers(&list, first, &pending).await?;
        self.seed_channels(&list.dialogs).await;
        // Telegram's dates are whole seconds, and so is its clock.
        let since = listing.begins_at.or_else(|| {
            let at = logged_in_at?;
            UtcTime::from_unix(at.as_datetime().timestamp())
        });
        let known = self.with_baselines(state, &list, known, since).await?;
        self.confirm_leaps(&mut list, &known).await?;
        let known = self.lowered(&list, known).await?;
        let mut numbers = Numbers::new(&list.dialogs, known);
        drop(turn);
        let mut filling = Filling::new(&list, older);
        self.fill_known(state, &mut numbers, &mut filling).await?;
        let _turn = self.turn().await;
        self.fill_rest(state, &mut numbers, &mut filling).await?;
        self.compare_all(state, &filling).await?;
        self.looked(state).await?;
        self.end(state, &filling).await
    }

    /// What has come up during a round and had to wait for another list gets one at once.
    async fn end(&self, state: &State, filling: &Filling<'_>) -> Result<(), Trouble> {
        // Whatever has opened before is among the pending.
        tokio::select! {
            biased;
            () = self.crossings.gap_opened.notified() => {}
            () = ready(()) => {}
        }
        let now = Instant::now();
        let pending = self.pending().await?;
        let waits =
            |gap: &Gap| !filling.can_close(gap) && !state.pauses.holds(gap.message_box, now);
        if pending.iter().any(waits) {
            self.crossings.gap_opened.notify_one();
        }
        Ok(())
    }

    /// Fetches what is missing and what nothing has brought meanwhile.
    async fn fill_rest(
        &self,
        state: &mut State,
        numbers: &mut Numbers,
        filling: &mut Filling<'_>,
    ) -> Result<(), Trouble> {
        self.ask_for_updates(filling.list).await;
        self.take_pending(numbers, filling).await?;
        self.read_numbers(numbers).await?;
        let now = Instant::now();
        let mut missed = numbers.boxes_with_holes();
        missed.retain(|place| !state.pauses.holds(*place, now));
        let pending = self.with_missed(missed).await?;
        let mut all = numbers.boxes();
        all.extend(boxes(&pending));
        self.find_all(state, all, numbers, &pending, filling).await
    }

    /// Access hashes that are new, or that somebody has asked for in vain.
    async fn learn_peers(
        &self,
        list: &DialogList,
        first: bool,
        pending: &[Gap],
    ) -> Result<(), Trouble> {
        let hashless: BTreeSet<ChatId> = pending
            .iter()
            .filter(|gap| matches!(gap.cause, GapCause::NoAccessHash | GapCause::ChannelRefused))
            .filter_map(|gap| gap.message_box.chat())
            .collect();
        let session = self.link.session();
        let wanted = |peer: &&Peer| {
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
        let mut asked = BTreeSet::new();
        for dialog in list.dialogs.iter().chain(&list.beside) {
            let channel = dialog.chat_id.bare();
            if self.is_behind(dialog) && asked.insert(channel) {
                debug!(session = self.name.as_str(); "channel {channel} is behind");
                self.nudge(Nudge::Channel(channel)).await;
            }
        }
    }

    fn is_behind(&self, dialog: &Dialog) -> bool {
        let ours = self.link.session().channel_pts(dialog.chat_id.bare());
        matches!((dialog.pts, ours), (Some(theirs), Some(ours)) if theirs > ours)
    }

    /// Fetches where a gap is known, which no difference fills, and waits for the rest: a difference
    /// may be under way, and what it brings need not be fetched.
    async fn fill_known(
        &self,
        state: &mut State,
        numbers: &mut Numbers,
        filling: &mut Filling<'_>,
    ) -> Result<(), Trouble> {
        let grace = self.context.timing.reconcile_after / 4;
        let (until, mut before) = (Instant::now() + grace * GRACE, None);
        loop {
            let known = self.find_known(state, numbers, filling).await?;
            let dialogs = filling.list.dialogs.iter();
            let behind = dialogs.filter(|dialog| self.is_behind(dialog));
            let behind = behind.filter(|dialog| !known.contains(&MessageBox::of(dialog.chat_id)));
            let now = (numbers.holes_beside(&known), behind.count());
            if now == (0, 0) || before == Some(now) || Instant::now() >= until {
                return Ok(());
            }
            before = Some(now);
            tokio::select! {
                () = sleep(grace) => {}
                // A difference has ended in a gap.
                () = self.crossings.gap_opened.notified() => before = None,
            }
        }
    }

    /// Fetches where a gap is known by now, and answers where that is.
    async fn find_known(
        &self,
        state: &mut State,
        numbers: &mut Numbers,
        filling: &mut Filling<'_>,
    ) -> Result<BTreeSet<MessageBox>, Trouble> {
        let pending = self.take_pending(numbers, filling).await?;
        let known = boxes(&pending);
        if !pending.iter().any(|gap| filling.is_next(gap)) {
            self.read_numbers(numbers).await?;
            return Ok(known);
        }
        // Others need not wait for an account that does nothing but wait.
        let _turn = self.turn().await;
        self.read_numbers(numbers).await?;
        self.find_all(state, known.clone(), numbers, &pending, filling)
            .await?;
        Ok(known)
    }

    /// The open gaps. Those that tell how far they go can be filled by this round.
    async fn take_pending(
        &self,
        numbers: &mut Numbers,
        filling: &mut Filling<'_>,
    ) -> Result<Vec<Gap>, Trouble> {
        let pending = self.pending().await?;
        for gap in &pending {
            filling.take(gap, numbers);
        }
        Ok(pending)
    }

    async fn pending(&self) -> Result<Vec<Gap>, Trouble> {
        let id = self.account.session_id;
        let pending = self.context.store.read(move |conn| gaps::pending(conn, id));
        Ok(pending.await?)
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

    /// The open gaps, with one more for each box that misses numbers for no known reason.
    async fn with_missed(&self, missed: Vec<MessageBox>) -> Result<Vec<Gap>, Trouble> {
        let pending = self.pending().await?;
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

    pub(super) async fn open_missed(&self, fresh: Vec<MessageBox>) -> Result<Vec<Gap>, Trouble> {
        let id = self.account.session_id;
        // Whose messages did not arrive lacks edits and deletions as well, which tell no numbers.
        let behind = fresh.contains(&MessageBox::ACCOUNT);
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
        if behind {
            self.nudge(Nudge::Account).await;
        }
        Ok(pending)
    }

    async fn nudge(&self, nudge: Nudge) {
        // A reading that is stuck is the watchdog's to heal.
        drop(timeout(NUDGE_PATIENCE, self.link.nudge_when_free(nudge)).await);
    }
}

fn boxes(gaps: &[Gap]) -> BTreeSet<MessageBox> {
    gaps.iter().map(|gap| gap.message_box).collect()
}
