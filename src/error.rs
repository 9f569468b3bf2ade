//! The one table of errors.
//!
//! Every failure that can reach a client has a [`Code`] here, and no door may invent another.
//! Low layers keep errors of their own and convert once, where an operation ends. How a code is
//! written into an answer is the door's matter; the status named here is the default.

use std::borrow::Cow;
use std::time::Duration;

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $status:literal, $wire:literal;)+) => {
        /// What went wrong, as a closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])+ $name,)+ }

        impl Code {
            /// Every code, in the order of `docs/errors.md`.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The default HTTP status (RFC 9110, RFC 6585).
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The name in `X-Error-Code`, stable across versions.
            pub const fn wire(self) -> &'static str {
                match self { $(Self::$name => $wire,)+ }
            }
        }
    };
}

codes! {
    /// A field of the request is missing, of the wrong type or out of range.
    InvalidRequest = 422, "invalid_request";
    /// The key is missing or wrong.
    InvalidKey = 403, "invalid_key";
    /// The key is good, and does not have a scope that the request needs.
    InsufficientScope = 403, "insufficient_scope";
    /// The key is good, and limited to other tools.
    ToolNotAllowed = 403, "tool_not_allowed";
    /// There is no key of that number.
    KeyNotFound = 404, "key_not_found";
    /// The `Host` header names something this hub does not answer for.
    HostNotAllowed = 403, "host_not_allowed";
    /// A web page of another site sent the request.
    CrossSiteRequest = 403, "cross_site_request";
    /// No such path, or no such folder of chats.
    NotFound = 404, "not_found";
    /// The path exists, the method does not.
    MethodNotAllowed = 405, "method_not_allowed";
    /// The request did not arrive in time, or too slowly.
    RequestTimeout = 408, "request_timeout";
    /// The body is larger than the limit.
    PayloadTooLarge = 413, "payload_too_large";
    /// No session has that name.
    SessionNotFound = 404, "session_not_found";
    /// The session exists but is not logged in.
    SessionNotAuthorized = 401, "session_not_authorized";
    /// Another request changes the same session at this moment.
    SessionBusy = 409, "session_busy";
    /// No login is in progress for the session, or it has expired.
    LoginNotFound = 404, "login_not_found";
    /// Telegram knows no such phone number.
    PhoneNumberInvalid = 400, "phone_number_invalid";
    /// Telegram has banned the phone number.
    PhoneNumberBanned = 400, "phone_number_banned";
    /// The login code is wrong; it can be sent again.
    PhoneCodeInvalid = 400, "phone_code_invalid";
    /// The login code has expired; start the login again.
    PhoneCodeExpired = 400, "phone_code_expired";
    /// The two-step password is wrong; it can be sent again.
    PasswordInvalid = 400, "password_invalid";
    /// The account has a two-step password, which was not sent along.
    PasswordRequired = 400, "password_required";
    /// The phone number has no Telegram account.
    SignUpRequired = 400, "sign_up_required";
    /// The session's messages belong to another Telegram account.
    AccountMismatch = 409, "account_mismatch";
    /// Telegram refuses the api id or api hash.
    ApiIdInvalid = 400, "api_id_invalid";
    /// No user, group or channel answers to that name or id.
    ChatNotFound = 404, "chat_not_found";
    /// More than one chat has that number, and nothing says which is meant.
    ChatAmbiguous = 400, "chat_ambiguous";
    /// No such message in the chat.
    MessageNotFound = 404, "message_not_found";
    /// Telegram refuses the text: empty, too long, or with wrong entities.
    MessageInvalid = 400, "message_invalid";
    /// The account may not write there.
    WriteForbidden = 403, "write_forbidden";
    /// Telegram asks to wait; `retry_after` says how long.
    FloodWait = 429, "flood_wait";
    /// The hub itself does no more of this at the moment; `retry_after` says when it will.
    RateLimited = 429, "rate_limited";
    /// The account's allow-list leaves the chat out.
    ChatNotAllowed = 403, "chat_not_allowed";
    /// The door is set to read only.
    ReadOnly = 403, "read_only";
    /// The message has no file, or one that cannot be downloaded.
    MediaNotFound = 404, "media_not_found";
    /// The account has no file of that name.
    FileNotFound = 404, "file_not_found";
    /// The hub does not keep the bytes of the file.
    FileNotKept = 404, "file_not_kept";
    /// The hub has kept the bytes of the file, and does no more.
    FileGone = 404, "file_gone";
    /// The session has no backfill of that number.
    BackfillNotFound = 404, "backfill_not_found";
    /// A backfill of the same chat is under way for another time.
    BackfillRunning = 409, "backfill_running";
    /// A search of the log found nothing in its time.
    SearchTimeout = 400, "search_timeout";
    /// The file ends before the range that was asked for begins.
    RangeNotSatisfiable = 416, "range_not_satisfiable";
    /// The file is another version than the one that the request names.
    PreconditionFailed = 412, "precondition_failed";
    /// The file is larger than the limit.
    FileTooLarge = 400, "file_too_large";
    /// Telegram refuses the file.
    FileInvalid = 400, "file_invalid";
    /// The URL is not http or https, or leads to an address that is not fetched.
    UrlRefused = 400, "url_refused";
    /// The URL's server cannot be reached, refuses, or does not answer in time.
    DownloadFailed = 400, "download_failed";
    /// The invite link is wrong or has expired.
    InviteInvalid = 400, "invite_invalid";
    /// The session string cannot be read.
    SessionStringInvalid = 400, "session_string_invalid";
    /// A session of this hub holds the same authorisation, or another one under that name.
    SessionInUse = 409, "session_in_use";
    /// The idempotency key was used before with another request.
    IdempotencyKeyReused = 422, "idempotency_key_reused";
    /// Telegram refuses the call for a reason that has no code of its own here.
    TelegramError = 502, "telegram_error";
    /// Telegram cannot be reached, or did not answer in time.
    TelegramUnreachable = 502, "telegram_unreachable";
    /// Telegram has answered, and this version cannot read the answer.
    TelegramUnreadable = 502, "telegram_unreadable";
    /// The database cannot be reached.
    DatabaseUnavailable = 503, "database_unavailable";
    /// The hub is stopping or not ready.
    Unavailable = 503, "unavailable";
    /// A fault of the hub itself; the log has the cause under the request id.
    Internal = 500, "internal";
}

/// One fault of one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The path of the field, such as `["body", "phone_number"]`.
    pub location: Vec<String>,
    /// Why it was refused, in words.
    pub message: String,
    /// The kind of fault in the words of pydantic, such as `missing` or `string_too_short`.
    pub kind: &'static str,
}

/// An error of Telegram. Source: <https://core.telegram.org/api/errors>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its kind, such as 400, 403 or 420.
    pub code: i32,
    /// Its name without numbers, such as `FLOOD_WAIT` or `CHAT_WRITE_FORBIDDEN`.
    pub name: String,
    /// The number that stood in the name: seconds, a data centre, a part.
    pub value: Option<u32>,
}

/// A failure on its way to a client: a code, a sentence, and what the code needs beside it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Which failure.
    pub code: Code,
    message: Cow<'static, str>,
    /// How long to wait before trying again, for `Retry-After` (RFC 9110, section 10.2.3).
    pub retry_after: Option<Duration>,
    /// The faults of single fields, when the code is [`Code::InvalidRequest`].
    pub fields: Vec<FieldFault>,
    /// Telegram's own error, when it is Telegram that refused.
    pub refusal: Option<Box<Refusal>>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this code with a sentence for the client. The sentence must hold no secret.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            fields: Vec::new(),
            refusal: None,
            source: None,
        }
    }

    /// The sentence for the client.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The same for another who has waited for it. The cause stays with the first one.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            code: self.code,
            message: self.message.clone(),
            retry_after: self.retry_after,
            fields: self.fields.clone(),
            refusal: self.refusal.clone(),
            source: None,
        }
    }

    /// Adds the cause, which goes to the log and never to the client.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds Telegram's own error.
    #[must_use]
    pub fn refused(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(Box::new(refusal));
        self
    }

    /// Adds how long the client should wait.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// A refused request, with every fault that was found.
    pub fn invalid(fields: Vec<FieldFault>) -> Self {
        let message = fields
            .iter()
            .map(FieldFault::to_string)
            .collect::<Vec<_>>()
            .join("; ");
        Self {
            fields,
            ..Self::new(Code::InvalidRequest, message)
        }
    }

    /// A refused request with a fault in one field of the query.
    pub fn invalid_query(field: &str, kind: &'static str, message: impl Into<String>) -> Self {
        Self::invalid_at("query", field, kind, message)
    }

    /// A refused request with a fault in one field of the body.
    pub fn invalid_body(field: &str, kind: &'static str, message: impl Into<String>) -> Self {
        Self::invalid_at("body", field, kind, message)
    }

    fn invalid_at(
        place: &str,
        field: &str,
        kind: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::invalid(vec![FieldFault {
            location: vec![place.to_owned(), field.to_owned()],
            message: message.into(),
            kind,
        }])
    }

    /// The refusal of a new session's name.
    pub fn unfit_name(reason: impl std::fmt::Display) -> Self {
        Self::invalid_body(
            "session_id",
            "value_error",
            format!("Value error, {reason}"),
        )
    }
}

impl std::fmt::Display for FieldFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.location.join("."), self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn wire_names_are_unique_and_statuses_are_errors() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.wire()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(
            Code::ALL
                .iter()
                .all(|code| (400..600).contains(&code.status()))
        );
    }

    #[test]
    fn the_documentation_lists_every_code_with_its_status() {
        let page = include_str!("../docs/errors.md");
        for code in Code::ALL {
            let row = format!("| `{}` | {} |", code.wire(), code.status());
            assert!(page.contains(&row), "docs/errors.md has no row {row}");
        }
    }
}
