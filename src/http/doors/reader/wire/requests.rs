//! What clients send: bodies and queries. Numbers may be texts, and texts that are made of digits
//! may be numbers: workflows turn the one into the other.

use crate::http::input::kind::{Kind, LARGEST_MESSAGE_ID};
use crate::http::input::{Policy, kind, request};
use crate::ops::guests::{Application, CompleteGuestLogin};
use secrecy::{ExposeSecret as _, SecretString};

/// How this door reads: as FastAPI does, but that an empty value of a query is a missing one.
pub(crate) const POLICY: Policy = Policy::FASTAPI;

/// The id of an application.
pub(crate) fn api_id() -> Kind<i32> {
    kind::integer(1, i32::MAX.into())
}

/// The secret of an application.
pub(crate) fn api_hash() -> Kind<SecretString> {
    kind::text_of(0, 256).map(SecretString::from)
}

fn phone() -> Kind<String> {
    kind::text_or_integer().example("+34612345678")
}

fn chat() -> Kind<String> {
    kind::text().example("-1001234567890").names_chat()
}

request! {
    policy POLICY;
    /// Body of `POST /auth/send-code`.
    pub(crate) struct SendCodeRequest {
        /// The application's id at Telegram.
        api_id: i32 = api_id(),
        /// The application's hash at Telegram.
        api_hash: SecretString = api_hash().format("password"),
        /// The phone number, with `+` and the code of its country.
        phone: String = phone(),
    }
}

request! {
    policy POLICY;
    /// Body of `POST /auth/verify-code`.
    pub(crate) struct VerifyRequest {
        /// The application's id at Telegram, the same as before.
        api_id: i32 = api_id(),
        /// The application's hash at Telegram, the same as before.
        api_hash: SecretString = api_hash().format("password"),
        /// The phone number that the code was sent to.
        phone: String = phone(),
        /// The code. It may be missing once Telegram has taken it and only the password is left.
        code: Option<SecretString> = kind::text_or_integer().map(SecretString::from).optional(),
        /// The account's two-step password, if it has one.
        password: Option<SecretString> = kind::text_or_integer()
            .map(SecretString::from)
            .optional(),
    }
}

request! {
    policy POLICY;
    /// Query of `GET /me`.
    pub(crate) struct MeQuery {}
}

request! {
    policy POLICY;
    /// Query of `GET /dialogs`.
    pub(crate) struct DialogsQuery {
        /// How many chats at most.
        limit: u32 = kind::integer(1, 500).or(50),
    }
}

request! {
    policy POLICY;
    /// Query of `GET /messages`.
    pub(crate) struct MessagesQuery {
        /// The chat: its `id` of `/dialogs`, a username, a link, a phone number or `me`.
        chat_id: String = chat(),
        /// How many messages at most.
        limit: u32 = kind::integer(1, 500).or(50),
        /// Only messages that contain this.
        search: Option<String> = kind::text().optional(),
        /// Only messages with smaller numbers; 0 begins with the newest.
        offset_id: Option<i32> = kind::integer(0, LARGEST_MESSAGE_ID.into()).optional(),
    }
}

request! {
    policy POLICY;
    /// Query of `GET /messages/{id}`.
    pub(crate) struct ChatQuery {
        /// The chat: its `id` of `/dialogs`, a username, a link, a phone number or `me`.
        chat_id: String = chat(),
    }
}

request! {
    policy POLICY;
    /// Query of `GET /search`.
    pub(crate) struct SearchQuery {
        /// What the messages contain.
        query: String = kind::text_of(1, 4096),
        /// How many messages at most.
        limit: u32 = kind::integer(1, 500).or(50),
    }
}

impl From<VerifyRequest> for CompleteGuestLogin {
    fn from(request: VerifyRequest) -> Self {
        // Workflows send empty fields where they have nothing to send.
        let given = |text: Option<SecretString>| {
            text.filter(|text| !text.expose_secret().trim().is_empty())
        };
        Self {
            app: Application {
                api_id: request.api_id,
                api_hash: request.api_hash,
            },
            phone: request.phone,
            code: given(request.code),
            password: given(request.password),
        }
    }
}
