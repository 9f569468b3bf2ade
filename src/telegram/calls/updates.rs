//! Where an account stands in the stream of its updates.
//! Source: <https://core.telegram.org/api/updates>.

use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::session::Session as _;
use grammers_client::session::types::{UpdateState, UpdatesState};
use grammers_client::tl;

impl Link {
    /// The cheapest call that tells a live session from a dead link and from a revoked key.
    pub async fn probe(&self) -> Result<(), Error> {
        self.invoke(&tl::functions::updates::GetState {})
            .await
            .map(drop)
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
