//! Whether another data centre answers, found out beside the connections that calls go through.
//!
//! The client library connects inside the one loop that serves all of an account's calls, and
//! without a time limit: a data centre that takes connections and stays silent would hold up
//! everything. So one is asked first, over a connection of its own, for what every data centre
//! tells anybody (<https://core.telegram.org/method/req_pq_multi>). It knows nothing of accounts.

use crate::telegram::error::Error;
use grammers_client::sender::{Sender, ServerAddr};
use grammers_client::tl;
use grammers_mtproto::{mtp, transport};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long an answer of a data centre counts: shorter than it keeps an idle connection open.
const ANSWER_LASTS: Duration = Duration::from_secs(10);
/// How long a silence counts: that long nobody waits for it again.
const SILENCE_LASTS: Duration = Duration::from_secs(5);
/// How long it may take to connect and answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What one account knows of other data centres.
#[derive(Debug, Default)]
pub(super) struct Reach {
    known: Mutex<HashMap<i32, Known>>,
    /// Held while one is asked; the others wait for what it says.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    answers: bool,
    at: Instant,
}

impl Known {
    fn holds(self) -> bool {
        let lasts = if self.answers {
            ANSWER_LASTS
        } else {
            SILENCE_LASTS
        };
        self.at.elapsed() < lasts
    }
}

impl Reach {
    /// The data centre has answered a call.
    pub(super) fn answered(&self, dc_id: i32) {
        self.note(dc_id, true);
    }

    /// A call to the data centre has had no answer, whatever that means.
    pub(super) fn forget(&self, dc_id: i32) {
        self.lock().remove(&dc_id);
    }

    fn note(&self, dc_id: i32, answers: bool) {
        let at = Instant::now();
        self.lock().insert(dc_id, Known { answers, at });
    }

    /// Makes sure that a data centre answers, unless it did so a moment ago.
    pub(super) async fn ensure(&self, dc_id: i32, address: SocketAddr) -> Result<(), Error> {
        if self.answers(dc_id) == Some(true) {
            return Ok(());
        }
        let _one = self.asking.lock().await;
        match self.answers(dc_id) {
            Some(true) => return Ok(()),
            Some(false) => return Err(silent(dc_id)),
            None => {}
        }
        let answer = timeout(PATIENCE, ask(address)).await;
        let answers = matches!(answer, Ok(Ok(())));
        self.note(dc_id, answers);
        match answer {
            Ok(answer) => answer,
            Err(_elapsed) => Err(silent(dc_id)),
        }
    }

    fn answers(&self, dc_id: i32) -> Option<bool> {
        let known = self.lock().get(&dc_id).copied()?;
        known.holds().then_some(known.answers)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i32, Known>> {
        // No critical section of this file panics, so what a poisoned lock guards is whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn silent(dc_id: i32) -> Error {
    Error::Unreachable(format!("data centre {dc_id} does not answer").into())
}

/// Any answer will do: the bytes are what the library would make a key from, and no key is made.
async fn ask(address: SocketAddr) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::Unreachable(error.into());
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| Error::Unreachable(error.into()))?;
    let address = ServerAddr::Tcp { address };
    let plain = mtp::Plain::new();
    let mut sender = Sender::connect(transport::Full::new(), plain, address)
        .await
        .map_err(failed)?;
    let asked = sender.invoke(&tl::functions::ReqPqMulti { nonce }).await;
    // The other side sees the end of the connection also when this fails.
    sender.disconnect().await.ok();
    asked.map(drop).map_err(Error::from)
}
