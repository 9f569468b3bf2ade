//! Where messages may be missing from a session's log.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{Cursor, Gap, Page, SessionName};
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::gaps::{self, GapQuery};

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
    pub page: Page<Gap>,
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
        Ok(GapList { open, page })
    }
}
