//! Downloads of a chat's history that go on by themselves.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{Backfill, Peer, SessionName, UtcTime};
use crate::ops::{Ctx, Operation, Subject, accounts, chat};
use crate::store::backfills;

/// Begins to download a chat's history into the log, back to a time. One that is under way for the
/// same time goes on.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `chat_ambiguous`, `backfill_running` when one is
/// under way for another time, `flood_wait`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct BeginBackfill {
    /// The account.
    pub session: SessionName,
    /// The chat. A basic group that was upgraded is meant itself.
    pub chat: String,
    /// It ends with the first message that was sent before this.
    pub since: UtcTime,
}

impl Operation for BeginBackfill {
    const NAME: &'static str = "backfills.begin";
    const SCOPE: Scope = Scope::Manage;
    type Output = Backfill;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let peer = chat.upgraded.map_or(chat.peer, Peer::new);
        let (place, since) = ((chat.handle.id, peer.peer_id), self.since);
        let begun = ctx
            .hub
            .store
            .write(move |conn| backfills::begin(conn, place, since, UtcTime::now()))
            .await?;
        chat.handle.look_for_backfills();
        begun.map_err(|running| {
            let why = format!(
                "backfill {} of this chat is under way, back to {}; cancel it first",
                running.id, running.since
            );
            Error::new(Code::BackfillRunning, why)
        })
    }
}

/// Lists a session's backfills, those under way first and then the newest.
///
/// # Errors
/// `session_not_found` when nobody has ever used the name, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListBackfills {
    /// The session.
    pub session: SessionName,
}

impl Operation for ListBackfills {
    const NAME: &'static str = "backfills.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<Backfill>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let id = accounts::id_of_name(&ctx.hub, &self.session).await?;
        let listed = ctx.hub.store.read(move |conn| backfills::list(conn, id));
        Ok(listed.await?)
    }
}

/// Ends a backfill. What it has stored stays; one that has ended already is left as it is.
///
/// # Errors
/// `session_not_found`, `backfill_not_found`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct CancelBackfill {
    /// The session.
    pub session: SessionName,
    /// The backfill's number.
    pub id: i64,
}

impl Operation for CancelBackfill {
    const NAME: &'static str = "backfills.cancel";
    const SCOPE: Scope = Scope::Manage;
    type Output = Backfill;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session = accounts::id_of_name(&ctx.hub, &self.session).await?;
        let id = self.id;
        let cancelled = ctx
            .hub
            .store
            .write(move |conn| backfills::cancel(conn, session, id, UtcTime::now()))
            .await?;
        cancelled.ok_or_else(|| {
            let why = format!("the session has no backfill {id}");
            Error::new(Code::BackfillNotFound, why)
        })
    }
}
