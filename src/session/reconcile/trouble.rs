//! What a refusal means: whether it is one chat's, and when nothing can fill a gap.

use crate::model::{Gap, MessageBox, UtcTime};
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::gaps;
use crate::telegram;
use log::info;
use std::collections::BTreeSet;
use tokio::time::Instant;

/// The reason of gaps that end because the account is not in the channel any more.
pub(super) const NOT_A_MEMBER: &str = "the account is not in the channel";

/// The same where not all of them could be listed.
pub(super) const NOT_LISTED: &str = "the channel is not among the chats that could be listed";

/// After so many refusals in a row of a kind that does not pass a gap is given up.
const FINAL: u32 = 6;

/// Telegram's names for a channel that the account may not read.
const SHUT_OUT: [&str; 3] = [
    "CHANNEL_PRIVATE",
    "CHANNEL_PUBLIC_GROUP_NA",
    "USER_BANNED_IN_CHANNEL",
];

/// Where an error belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To one chat: the others go on.
    Chat,
    /// To the account or its link.
    Account,
}

/// The same, as far as the error alone tells.
fn place_of(error: &telegram::Error) -> Place {
    match error {
        error if error.is_of_account() => Place::Account,
        telegram::Error::Rpc(_)
        | telegram::Error::WrongKind
        | telegram::Error::Timeout
        | telegram::Error::Unreadable { .. } => Place::Chat,
        _ => Place::Account,
    }
}

/// Whether Telegram says that the account may not read the channel.
pub(super) fn shuts_out(error: &telegram::Error) -> bool {
    SHUT_OUT.iter().any(|name| error.is(name))
}

impl Reconciler<'_> {
    /// Where an error of one chat's call belongs. What Telegram says of the account it says of every
    /// question.
    pub(super) async fn place(&self, error: &telegram::Error) -> Place {
        if error.is_of_account() && self.link.is_welcome().await {
            return Place::Chat;
        }
        place_of(error)
    }

    /// Leaves a sequence alone for a while, its gaps open with the reason; when it goes on being
    /// refused for good, they get an end.
    pub(super) async fn refused(
        &self,
        state: &mut State,
        message_box: MessageBox,
        open: &[&Gap],
        error: &telegram::Error,
    ) -> Result<(), Trouble> {
        let base = self.context.timing.reconcile_after * 2;
        let failures = state.pauses.refused(message_box, base, Instant::now());
        let is_final = shuts_out(error) || error.refuses_hash();
        if is_final && failures >= FINAL {
            return self.give_up(open, &error.to_string()).await;
        }
        self.keep_open(open, &error.to_string()).await
    }

    pub(super) async fn keep_open(&self, open: &[&Gap], reason: &str) -> Result<(), Trouble> {
        let fresh = open
            .iter()
            .filter(|gap| gap.reason.as_deref() != Some(reason));
        let ids: Vec<i64> = fresh.map(|gap| gap.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        info!(session = self.name.as_str(); "{} gaps stay open: {reason}", ids.len());
        let reason = reason.to_owned();
        let stored = self
            .context
            .store
            .write(move |conn| gaps::set_reason(conn, &ids, &reason));
        Ok(stored.await?)
    }

    /// Ends gaps that nothing can fill.
    pub(super) async fn give_up(&self, open: &[&Gap], reason: &str) -> Result<(), Trouble> {
        if open.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = open.iter().map(|gap| gap.id).collect();
        info!(session = self.name.as_str(); "{} gaps are given up: {reason}", ids.len());
        let reason = reason.to_owned();
        let stored = self
            .context
            .store
            .write(move |conn| gaps::give_up(conn, &ids, &reason, UtcTime::now()));
        Ok(stored.await?)
    }

    /// Opens what was given up in sequences that can be asked for again.
    pub(super) async fn reopen(
        &self,
        state: &mut State,
        places: BTreeSet<MessageBox>,
        pending: Vec<Gap>,
    ) -> Result<Vec<Gap>, Trouble> {
        let now = Instant::now();
        let places: Vec<_> = places
            .into_iter()
            .filter(|place| !state.pauses.holds(*place, now))
            .collect();
        if places.is_empty() {
            return Ok(pending);
        }
        let id = self.account.session_id;
        let (before, pending) = self
            .context
            .store
            .write(move |conn| {
                let before = gaps::pending(conn, id)?;
                for place in places {
                    gaps::reopen(conn, id, place)?;
                }
                Ok((before, gaps::pending(conn, id)?))
            })
            .await?;
        if let Some(look) = &mut state.look {
            // They are older than the list that shows them.
            let reopened = pending.iter().filter(|gap| !before.contains(gap));
            look.older.extend(reopened.map(Gap::occurrence));
        }
        Ok(pending)
    }
}
