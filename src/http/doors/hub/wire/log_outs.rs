//! The JSON of log-outs.

use super::shared::SUCCESS;
use crate::model::{LoggedOut, SessionName};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Answer of `POST /logout` and `DELETE /session/{session_id}`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedOutAnswer {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// What was done, and what is still to do, in words.
    message: Cow<'static, str>,
    /// Whether Telegram has ended the session. While it has not, the hub goes on asking for it.
    logged_out: bool,
}

impl LoggedOutAnswer {
    /// A session was logged out.
    pub(crate) fn logged_out(outcome: LoggedOut) -> Self {
        Self::new("Logged out successfully".into(), "Logged out here", outcome)
    }

    /// A session was destroyed.
    pub(crate) fn destroyed(name: &SessionName, outcome: LoggedOut) -> Self {
        Self::new(
            format!("Session {name} destroyed completely").into(),
            &format!("Session {name} destroyed here"),
            outcome,
        )
    }

    fn new(complete: Cow<'static, str>, so_far: &str, outcome: LoggedOut) -> Self {
        let message = match outcome {
            LoggedOut::Done => complete,
            LoggedOut::Pending => format!(
                "{so_far}; Telegram has not taken the log-out yet, and the hub goes on asking for it"
            )
            .into(),
            LoggedOut::Unreadable => format!(
                "{so_far}; its stored key cannot be read, so that Telegram was not asked to log it \
                 out: end the session in an official Telegram app"
            )
            .into(),
        };
        Self {
            status: SUCCESS,
            message,
            logged_out: outcome == LoggedOut::Done,
        }
    }
}
