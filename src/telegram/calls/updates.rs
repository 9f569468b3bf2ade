//! Where an account stands in the stream of its updates.
//! Source: <https://core.telegram.org/api/updates>.

use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::session::Session as _;
use grammers_client::session::types::{UpdateState, UpdatesState};
use grammers_client::tl;

/// How far the reading of an account's updates is. Both numbers are `pts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What has been read includes this.
    pub ours: i32,
    /// Telegram has updates up to this.
    pub theirs: i32,
    /// Whether the next updates are being waited for; if not, the last ones are being stored.
    pub waits: bool,
}

impl Link {
    /// Tells a live link from a dead one, and nothing else: the answer needs no account.
    ///
    /// Source: <https://core.telegram.org/mtproto/service_messages#ping-messages-pingpong>.
    pub async fn ping(&self) -> Result<(), Error> {
        let ping = tl::functions::Ping { ping_id: 0 };
        self.invoke(&ping).await.map(drop)
    }

    /// The cheapest call that tells a live session from a revoked key, and an account that hears
    /// its updates from one that does not. `None` when Telegram does not want to be asked for the
    /// state at present: then only the link is looked at.
    pub async fn probe(&self) -> Result<Option<Reading>, Error> {
        if self.session().flood_wait("updates.getState").is_some() {
            return self.ping().await.map(|()| None);
        }
        let tl::enums::updates::State::State(state) =
            self.invoke(&tl::functions::updates::GetState {}).await?;
        self.reading(state.pts).await.map(Some)
    }

    /// Whether Telegram answers what is asked of the account itself.
    pub async fn is_welcome(&self) -> bool {
        self.caller().is_welcome().await
    }

    /// How far the reading is beside a place that Telegram has told before. Asks nobody.
    pub async fn reading(&self, theirs: i32) -> Result<Reading, Error> {
        let position = self.session().updates_state().await;
        Ok(Reading {
            ours: position.map_err(|error| Error::Storage(error.into()))?.pts,
            theirs,
            waits: self.vitals().is_reading(),
        })
    }

    /// Starts the position of an account that has none yet at Telegram's present one.
    ///
    /// Without a position grammers asks for nothing after a lost link, so that there must be one
    /// before the updates are read.
    pub async fn ensure_position(&self) -> Result<(), Error> {
        if self.session().has_position() {
            return Ok(());
        }
        let tl::enums::updates::State::State(state) =
            self.invoke(&tl::functions::updates::GetState {}).await?;
        let state = UpdatesState {
            pts: state.pts,
            qts: state.qts,
            date: state.date,
            seq: state.seq,
            channels: Vec::new(),
        };
        self.session()
            .set_update_state(UpdateState::All(state))
            .await
            .map_err(|error| Error::Storage(error.into()))
    }
}
