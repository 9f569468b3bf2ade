//! One chat of one account, found and ready for calls.

use crate::error::Error;
use crate::model::SessionName;
use crate::ops::resolve::{Resolver, store_peers};
use crate::ops::{Ctx, accounts};
use crate::session::SessionHandle;
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
    /// Stores the peers that an answer brought, so that they can be called by their ids.
    pub(super) async fn keep(&self, ctx: &Ctx, peers: Vec<PeerRow>) -> Result<(), Error> {
        store_peers(&ctx.hub, self.handle.id, peers).await
    }
}
