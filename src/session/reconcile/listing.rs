//! Which dialogs a round asks for: all of them seldom, else the first until nothing has moved.

use crate::model::{Gap, Listing, MessageBox, MessageId, Occurrence, UtcTime};
use crate::session::backoff::chance;
use crate::session::reconcile::trouble::{NOT_A_MEMBER, NOT_LISTED, Place, shuts_out};
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::listings;
use crate::store::peers;
use crate::telegram::{Dialog, DialogList, DialogWalk};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The dialogs of a look, in calls of 100.
const DIALOG_PAGES: u32 = 100;

/// How often all dialogs are listed, up to a quarter more, so that accounts that have begun
/// together do not list together for ever.
const FULL_EVERY: Duration = Duration::from_hours(24);

/// The dialogs are by age: when so many in a row have not moved, those after them have not.
const UNMOVED: usize = 10;

/// How long a list may be gone on with after an interruption.
const GOOD_FOR: Duration = Duration::from_mins(10);

/// A list on its way, kept until the round that it is for has ended.
#[derive(Debug)]
pub(super) struct Look {
    walk: DialogWalk,
    full: bool,
    pages: u32,
    refused_at: Option<Instant>,
    /// The gaps that are older than it: it tells how far they go.
    pub(super) older: BTreeSet<Occurrence>,
}

impl Look {
    fn new(pending: &[Gap]) -> Self {
        Self {
            older: pending.iter().map(Gap::occurrence).collect(),
            walk: DialogWalk::default(),
            full: false,
            pages: 0,
            refused_at: None,
        }
    }

    /// Whether the dialogs that are not listed yet cannot have moved. With a gap in the account's
    /// own sequence a chat of it must be among the listed, to tell how far the sequence goes.
    fn is_settled(&self, known: &BTreeMap<MessageBox, MessageId>, pending: &[Gap]) -> bool {
        let dialogs = &self.walk.list.dialogs;
        let by_age = || dialogs.iter().filter(|dialog| !dialog.pinned);
        let unmoved = |dialog: &Dialog| {
            let known = known.get(&MessageBox::of(dialog.chat_id));
            known.is_some_and(|known| dialog.top <= *known)
        };
        let wanted = pending
            .iter()
            .any(|gap| gap.message_box == MessageBox::ACCOUNT);
        let found = || {
            let own = |dialog: &Dialog| MessageBox::of(dialog.chat_id) == MessageBox::ACCOUNT;
            by_age().any(own)
        };
        let last = by_age().rev().take(UNMOVED);
        by_age().next().is_some() && { last }.all(unmoved) && (!wanted || found())
    }
}

impl State {
    /// Whether somebody waits for a list of all dialogs.
    fn is_search_due(&self) -> bool {
        let mut unfound = self.unfound.iter();
        unfound.any(|place| !self.searched.contains(place))
    }

    /// Whether all dialogs are to be listed.
    fn is_full_due(&self, listing: Listing) -> bool {
        let every = FULL_EVERY.mul_f64(1.0 + self.spread / 4.0);
        self.is_search_due()
            || listing
                .listed_at
                .is_none_or(|at| UtcTime::now().since(at) >= every)
    }
}

impl Reconciler<'_> {
    /// The dialogs that this round is about.
    pub(super) async fn look(
        &self,
        state: &mut State,
        known: &BTreeMap<MessageBox, MessageId>,
        pending: &[Gap],
        listing: Listing,
    ) -> Result<DialogList, Trouble> {
        let full = state.is_full_due(listing);
        let fresh = |look: &Look| {
            look.refused_at
                .is_some_and(|at| at.elapsed() < GOOD_FOR + state.waited)
        };
        let look = state.look.take().filter(fresh);
        let mut look = look.unwrap_or_else(|| Look::new(pending));
        look.full |= full;
        while !look.walk.has_ended() && look.pages < DIALOG_PAGES {
            if look.pages > 0 {
                if !look.full && look.is_settled(known, pending) {
                    break;
                }
                sleep(
                    self.context
                        .timing
                        .dialogs_pace
                        .mul_f64(1.0 + chance() / 2.0),
                )
                .await;
            }
            if let Err(error) = self.link.next_dialogs(&mut look.walk).await {
                look.refused_at.get_or_insert_with(Instant::now);
                state.look = Some(look);
                return Err(error.into());
            }
            look.pages += 1;
        }
        let list = look.walk.list.clone();
        look.refused_at.get_or_insert_with(Instant::now);
        state.look = Some(look);
        Ok(list)
    }

    /// What the list was for has been stored.
    pub(super) async fn looked(&self, state: &mut State) -> Result<(), Trouble> {
        let Some(look) = state.look.take() else {
            return Ok(());
        };
        if look.full {
            let unfound = std::mem::take(&mut state.unfound);
            state.searched.extend(unfound);
            let id = self.account.session_id;
            let stored = self
                .context
                .store
                .write(move |conn| listings::listed(conn, id, UtcTime::now()));
            stored.await?;
        }
        Ok(())
    }

    /// Asks for the channels with gaps that are not among the listed, one by one. A gap of one
    /// that the account is not in is given up.
    pub(super) async fn add_unlisted(
        &self,
        state: &mut State,
        list: &mut DialogList,
        pending: &[Gap],
    ) -> Result<(), Trouble> {
        let listed: BTreeSet<_> = boxes(&list.dialogs).collect();
        let open: BTreeSet<_> = pending.iter().map(|gap| gap.message_box).collect();
        for message_box in open.difference(&listed).copied() {
            let Some(chat) = message_box.chat() else {
                continue;
            };
            if state.pauses.holds(message_box, Instant::now()) {
                continue;
            }
            let of_box: Vec<&Gap> = pending
                .iter()
                .filter(|gap| gap.message_box == message_box)
                .collect();
            let id = self.account.session_id;
            let peer = self
                .context
                .store
                .read(move |conn| peers::get(conn, id, chat));
            let Some(peer) = peer.await?.filter(|peer| peer.access_hash.is_some()) else {
                self.not_found(state, list.complete, &of_box).await?;
                continue;
            };
            self.pace.keep().await;
            match self.link.dialog_of(&peer).await {
                Ok((Some(dialog), peers)) if dialog.top > MessageId(0) => {
                    list.dialogs.push(dialog);
                    list.peers.extend(peers);
                }
                Ok(_) => self.give_up(&of_box, NOT_A_MEMBER).await?,
                Err(error) if shuts_out(&error) => self.give_up(&of_box, NOT_A_MEMBER).await?,
                Err(error) if error.refuses_hash() => {
                    self.not_found(state, list.complete, &of_box).await?;
                }
                Err(error) => {
                    if self.place(&error).await == Place::Account {
                        return Err(error.into());
                    }
                    self.refused(state, message_box, &of_box, &error).await?;
                }
            }
        }
        Ok(())
    }

    /// A channel cannot be addressed. Only a list of all dialogs tells whether the account is in it.
    async fn not_found(
        &self,
        state: &mut State,
        complete: bool,
        open: &[&Gap],
    ) -> Result<(), Trouble> {
        let places = open.iter().map(|gap| gap.message_box);
        let searched = places.clone().any(|place| state.searched.contains(&place));
        if complete {
            return self.give_up(open, NOT_A_MEMBER).await;
        }
        if searched {
            return self.give_up(open, NOT_LISTED).await;
        }
        state.unfound.extend(places);
        self.crossings.look_again.notify_one();
        self.keep_open(open, "the channel's access hash is not known")
            .await
    }
}

fn boxes(dialogs: &[Dialog]) -> impl Iterator<Item = MessageBox> {
    dialogs.iter().map(|dialog| MessageBox::of(dialog.chat_id))
}
