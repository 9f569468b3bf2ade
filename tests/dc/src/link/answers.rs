//! Brings the service's replies to the session that asked, at once or later.
//!
//! It owns what each [`Reply`] does. It must not know how answers are sent.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::links::{Ending, LinkHandle};
use super::session::Session;
use super::wire;
use crate::service::Reply;

/// Where late replies run, and what ends them.
#[derive(Clone)]
pub(super) struct Background {
    /// Counts them, so that the server can wait for all to end.
    pub(super) tasks: TaskTracker,
    /// Ends them.
    pub(super) stop: CancellationToken,
}

/// One request that waits for its reply.
pub(super) struct Asker {
    /// The session to answer, over whichever link it has by then.
    pub(super) session: Arc<Session>,
    /// The link the request came over, which some replies close.
    pub(super) link: Arc<LinkHandle>,
    /// The message id of the request.
    pub(super) request: i64,
}

impl Asker {
    /// Does what the reply says; a late one goes on in the background.
    pub(super) fn reply(self, mut reply: Reply, background: &Background) {
        let mut wait = Duration::ZERO;
        while let Reply::After(more, inner) = reply {
            wait = wait.saturating_add(more);
            reply = *inner;
        }
        if wait.is_zero() {
            return self.reply_now(reply);
        }
        let stop = background.stop.clone();
        background.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => self.reply_now(reply),
            }
        });
    }

    fn reply_now(self, reply: Reply) {
        match reply {
            Reply::Result(body) => {
                let body = wire::rpc_result(self.request, &body);
                self.session.respond(self.request, body);
            }
            Reply::Bulk(body) => {
                let body = wire::plain_result(self.request, &body);
                self.session.respond(self.request, body);
            }
            Reply::Error { code, message } => {
                let body = wire::rpc_error(self.request, code, message);
                self.session.respond(self.request, body);
            }
            Reply::Close => self.link.end(Ending::Closed),
            Reply::TransportError(code) => self.link.end(Ending::Error(code)),
            Reply::Silence | Reply::After(..) => {}
        }
    }
}
