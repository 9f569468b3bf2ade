//! One chat of one account, found and ready for calls.

use crate::error::Error;
use crate::model::{ChatKind, MessageId, SessionName, UtcTime};
use crate::ops::resolve::{Resolver, store_peers};
use crate::ops::{Ctx, accounts};
use crate::session::SessionHandle;
use crate::store::capture::{CapturedBatch, Deletion};
use crate::store::peers::PeerRow;
use crate::telegram::Link;
use std::sync::Arc;

/// An account's view of a chat.
pub(super) struct OpenChat {
    /// The account's session.
    pub(super) handle: SessionHandle,
    /// Its link.
    pub(super) link: Arc<Link>,
    /// The chat, with what calls need of it.
    pub(super) peer: PeerRow,
}

/// Finds the chat that a client's text names.
pub(super) async fn open(ctx: &Ctx, session: &SessionName, text: &str) -> Result<OpenChat, Error> {
    let (handle, link) = accounts::online(&ctx.hub, session).await?;
    let peer = find(ctx, &handle, &link, text).await?;
    Ok(OpenChat { handle, link, peer })
}

/// Finds another chat of the same account.
pub(super) async fn find(
    ctx: &Ctx,
    handle: &SessionHandle,
    link: &Link,
    text: &str,
) -> Result<PeerRow, Error> {
    let resolver = Resolver {
        hub: &ctx.hub,
        handle,
        link,
    };
    Ok(resolver.chat(text).await?.peer)
}

impl OpenChat {
    /// The account's link as it is now: a long operation may outlive one.
    pub(super) async fn link(&self) -> Result<Arc<Link>, Error> {
        self.handle.link(accounts::PATIENCE).await
    }

    /// Marks captured messages as deleted. Telegram tells an account nothing of what it has
    /// deleted itself outside of channels.
    pub(super) async fn note_deleted(
        &self,
        ctx: &Ctx,
        message_ids: Vec<MessageId>,
    ) -> Result<(), Error> {
        let chat = self.peer.peer_id;
        let channel = Some(chat).filter(|chat| chat.kind() == ChatKind::Channel);
        let batch = CapturedBatch {
            session_id: self.handle.id,
            peers: Vec::new(),
            messages: Vec::new(),
            deletions: vec![Deletion {
                channel,
                message_ids,
            }],
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: false,
        };
        let writer = &ctx.hub.registry.context().writer;
        writer.commit(Arc::new(batch)).await?;
        Ok(())
    }

    /// Stores the peers that an answer brought, so that they can be called by their ids.
    pub(super) async fn keep(&self, ctx: &Ctx, peers: Vec<PeerRow>) -> Result<(), Error> {
        store_peers(&ctx.hub, self.handle.id, peers).await
    }
}
