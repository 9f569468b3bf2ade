//! Where messages may be missing from a session's log.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{ChatId, Cursor, GapCause, MessageId, Page, SessionName, UtcTime};
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::gaps::{self, GapQuery, GapRow};

/// Lists a session's gaps, newest first. A destroyed session has none.
///
/// # Errors
/// `session_not_found` when nobody has ever used the name, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListGaps {
    /// The session.
    pub session: SessionName,
    /// Only open ones, only closed ones, or both.
    pub open: Option<bool>,
    /// How many to answer, from 1.
    pub limit: u32,
    /// Where the page starts.
    pub cursor: Option<Cursor>,
}

/// One page of [`ListGaps`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapList {
    /// How many of the session's gaps are open, on all pages.
    pub open: u64,
    /// The gaps.
    pub page: Page<GapView>,
}

/// One gap as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapView {
    /// Its number.
    pub id: i64,
    /// The channel; `None` for all private chats and basic groups, which share their numbers.
    pub chat_id: Option<ChatId>,
    /// Why.
    pub cause: GapCause,
    /// The log was complete up to this number of a message.
    pub after_message_id: Option<MessageId>,
    /// The newest number in it that Telegram has told of, or that was asked for.
    pub up_to_message_id: Option<MessageId>,
    /// How many messages were missing and have been fetched.
    pub found: u64,
    /// How many numbers belong to no message that the account may see.
    pub absent: u64,
    /// How many captured messages had been edited or deleted unseen.
    pub changed: u64,
    /// Why it is still open, after an attempt to fill it.
    pub reason: Option<String>,
    /// When it was noticed.
    pub opened_at: UtcTime,
    /// When everything in it had been asked for, or it was given up.
    pub closed_at: Option<UtcTime>,
    /// Whether it was closed without having been filled.
    pub given_up: bool,
    /// Captured messages up to this number were not compared.
    pub not_compared_up_to: Option<MessageId>,
}

impl Operation for ListGaps {
    const NAME: &'static str = "gaps.list";
    const SCOPE: Scope = Scope::Read;
    type Output = GapList;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session_id = accounts::id_of_name(&ctx.hub, &self.session).await?;
        let query = GapQuery {
            session_id,
            open: self.open,
            limit: self.limit,
            after: self.cursor,
        };
        let (open, page) = ctx
            .hub
            .store
            .read(move |conn| {
                Ok((
                    gaps::count_open(conn, Some(session_id))?,
                    gaps::list(conn, query)?,
                ))
            })
            .await?;
        Ok(GapList {
            open,
            page: Page {
                items: page.items.into_iter().map(GapView::from).collect(),
                next: page.next,
            },
        })
    }
}

impl From<GapRow> for GapView {
    fn from(row: GapRow) -> Self {
        let count = |number: i32| u64::try_from(number).unwrap_or_default();
        Self {
            id: row.id,
            chat_id: row.message_box.chat(),
            cause: row.cause,
            after_message_id: row.after_id,
            up_to_message_id: row.up_to_id,
            found: count(row.found),
            absent: count(row.absent),
            changed: count(row.changed),
            reason: row.reason,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            given_up: row.given_up,
            not_compared_up_to: row.not_compared_to,
        }
    }
}
