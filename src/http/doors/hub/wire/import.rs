//! The JSON of accounts that come in as session strings.

use super::login::User;
use super::shared::{SUCCESS, choice};
use crate::http::input::{Fields, FromFields};
use crate::model::{SessionName, StringKind};
use crate::ops::login::UserView;
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

/// Body of `POST /sessions/import`.
#[derive(Debug, ToSchema)]
pub(crate) struct ImportRequest {
    /// The session that the account gets: a new one, or one that is not logged in.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
    /// A session string of Telethon or Pyrogram.
    #[schema(value_type = String, format = Password)]
    pub(crate) session_string: SecretString,
    /// Whose string it is; told by its length if not said.
    #[schema(schema_with = kind)]
    pub(crate) kind: Option<StringKind>,
}

impl FromFields for ImportRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let session_id = fields.session("session_id");
        let session_string = fields.secret("session_string");
        let kind = fields.optional_choice("kind", &["telethon", "pyrogram"]);
        Some(Self {
            session_id: session_id?,
            session_string: session_string?,
            kind: kind.map(|kind| match kind {
                "pyrogram" => StringKind::Pyrogram,
                _ => StringKind::Telethon,
            }),
        })
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

fn kind() -> ObjectBuilder {
    let description = "Whose string it is; told by its length if not said";
    choice(description, ["telethon", "pyrogram"])
}
