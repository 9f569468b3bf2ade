//! The JSON of accounts that come in as session strings.

use super::login::User;
use super::shared::{POLICY, SUCCESS};
use crate::http::input::{kind, request};
use crate::model::{SessionName, StringKind};
use crate::ops::login::UserView;
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Body of `POST /sessions/import`.
    pub(crate) struct ImportRequest {
        /// The session that the account gets: a new one, or one that is not logged in.
        session_id: SessionName = kind::session(),
        /// A session string of Telethon or Pyrogram.
        session_string: SecretString = kind::secret().format("password"),
        /// Whose string it is; told by its length if not said.
        kind: Option<StringKind> = kind::words([
            ("telethon", StringKind::Telethon),
            ("pyrogram", StringKind::Pyrogram),
        ])
        .optional(),
    }
}

/// Answer of `POST /sessions/import`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// What happened, in words.
    message: &'static str,
    /// The account.
    user: User,
}

impl From<UserView> for Imported {
    fn from(user: UserView) -> Self {
        Self {
            status: SUCCESS,
            message: "Session imported",
            user: user.into(),
        }
    }
}
