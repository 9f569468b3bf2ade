//! A chat's whole history in order, from the log and from Telegram.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{ChatId, Direction, HistoryPart, Peer, SessionName, UtcTime};
use crate::ops::archive_settings::{GetArchiveSettings, SettingsOf};
use crate::ops::media::{FilesOfHistory, Wanted};
use crate::ops::{Ctx, Operation, Subject, chat};
use crate::session::{HistoryRequest, stream_history};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Goes through the messages of a chat that were sent within a time. What the log does not have is
/// downloaded and kept in it, and so are files, as the archive's settings of the account want them.
///
/// # Errors
/// Before anything is sent: `session_not_authorized`, `chat_not_found`, `chat_ambiguous`,
/// `flood_wait`, `telegram_unreachable`, `database_unavailable`. What goes wrong later is the last
/// item of the stream.
#[derive(Clone, Debug)]
pub struct StreamHistory {
    /// The account that reads.
    pub session: SessionName,
    /// The chat. A basic group that was upgraded is meant itself here, not its supergroup: its
    /// messages are in no other history.
    pub chat: String,
    /// Only messages sent at this instant or later.
    pub since: UtcTime,
    /// Only messages sent before this instant.
    pub until: UtcTime,
    /// Which way.
    pub direction: Direction,
    /// Whether Telegram is asked for what the log has too, and the log changed where it differs.
    /// Files that could not be had are tried again.
    pub refresh: bool,
}

/// A history on its way.
#[derive(Debug)]
pub struct HistoryStream {
    /// The chat, as a marked id.
    pub chat_id: ChatId,
    /// Its messages in order. Dropping it ends the download.
    pub parts: mpsc::Receiver<Result<HistoryPart, Error>>,
}

impl Operation for StreamHistory {
    const NAME: &'static str = "history.stream";
    const SCOPE: Scope = Scope::Read;
    type Output = HistoryStream;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let peer = chat.upgraded.map_or(chat.peer, Peer::new);
        let chat_id = peer.peer_id;
        let settings = GetArchiveSettings {
            session: self.session.clone(),
            of: SettingsOf::Account,
        };
        let settings = settings.run(ctx).await?;
        let request = HistoryRequest {
            peer,
            since: self.since,
            until: self.until,
            direction: self.direction,
            refresh: self.refresh,
        };
        let (sender, messages) = mpsc::channel(1);
        let context = Arc::clone(ctx.hub.registry.context());
        ctx.hub
            .spawn(stream_history(context, chat.handle, request, sender));
        let files = FilesOfHistory {
            // This operation is over before the history is.
            ctx: Ctx {
                gone: CancellationToken::new(),
                ..ctx.clone()
            },
            session: self.session,
            chat: chat_id,
            wanted: Wanted::of(&settings, self.refresh),
        };
        let (sender, parts) = mpsc::channel(1);
        ctx.hub.spawn(files.send(messages, sender));
        Ok(HistoryStream { chat_id, parts })
    }
}
