//! The link that a session has at present, for calls that outlive the one they began with.
//!
//! It owns whether there is a link to wait for. It must not know what is called.

use crate::model::SessionState;
use crate::session::handle::Shared;
use crate::telegram::{Link, LinkOwner};
use futures_util::future::BoxFuture;
use std::sync::Arc;

impl LinkOwner for Shared {
    fn present(&self) -> BoxFuture<'_, Option<Arc<Link>>> {
        Box::pin(async {
            let (mut links, mut states) = (self.link.subscribe(), self.state.subscribe());
            loop {
                let link = links.borrow_and_update().clone();
                if link.as_ref().is_some_and(|link| !link.is_down()) {
                    return link;
                }
                // Online without a link is one that is just being given up.
                if !matches!(
                    states.borrow_and_update().0,
                    SessionState::Online | SessionState::Connecting | SessionState::Backoff { .. }
                ) {
                    return None;
                }
                tokio::select! {
                    changed = links.changed() => changed.ok()?,
                    changed = states.changed() => changed.ok()?,
                }
            }
        })
    }
}
