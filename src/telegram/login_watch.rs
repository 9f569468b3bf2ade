//! What a connection is pushed while it waits to be let in.
//!
//! It owns which pushes are a reason to ask what became of a login. It must not know how to ask.
//! Source: <https://core.telegram.org/constructor/updateLoginToken>.

use crate::telegram::caller::Caller;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The pushes of a link that no account reads yet.
pub struct LoginWatch {
    caller: Arc<Caller>,
    socket: mpsc::Receiver<UpdatesLike>,
}

/// Why to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginNews {
    /// Somebody has scanned the code.
    Scanned,
    /// The connection over which that would be told is closed.
    Closed,
}

impl LoginWatch {
    pub(super) const fn new(caller: Arc<Caller>, socket: mpsc::Receiver<UpdatesLike>) -> Self {
        Self { caller, socket }
    }

    /// Waits for a reason to ask; for ever once the link has ended, which its calls tell.
    pub async fn news(&mut self) -> LoginNews {
        while let Some(pushed) = self.socket.recv().await {
            match pushed {
                UpdatesLike::ConnectionClosed => {
                    self.caller.note_closed();
                    return LoginNews::Closed;
                }
                // Nobody else is told anything here.
                UpdatesLike::MalformedUpdates => return LoginNews::Scanned,
                UpdatesLike::Updates(updates) if tells_of_scan(&updates) => {
                    return LoginNews::Scanned;
                }
                _ => {}
            }
        }
        std::future::pending().await
    }
}

fn tells_of_scan(updates: &tl::enums::Updates) -> bool {
    let is_scan = |update: &tl::enums::Update| matches!(update, tl::enums::Update::LoginToken);
    match updates {
        tl::enums::Updates::UpdateShort(short) => is_scan(&short.update),
        tl::enums::Updates::Combined(many) => many.updates.iter().any(is_scan),
        tl::enums::Updates::Updates(many) => many.updates.iter().any(is_scan),
        _ => false,
    }
}
