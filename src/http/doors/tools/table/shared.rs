//! Arguments that several tools share, and what their values mean.

use crate::error::{Code, Error};
use crate::http::input::Param;
use crate::http::input::kind::{self, Kind};
use crate::model::MessageId;
use crate::ops::messages::ParseMode;
use serde_json::{Value, json};

/// The chat that a tool is about.
pub(super) fn chat() -> Kind<String> {
    kind::text().names_chat().about(
        "The chat, always a text: @username, username, +phone, t.me link, numeric id, -100… id, \
         or me for Saved Messages.",
    )
}

/// The message that a tool is about.
pub(super) fn message_id() -> Kind<MessageId> {
    kind::message_id().about("The message's number in the chat.")
}

/// Numbers of messages.
pub(super) fn message_ids() -> Kind<Vec<MessageId>> {
    kind::list(1, 100, kind::message_id())
}

/// The number of a message, where 0 stands for none.
pub(super) fn number_or_none(number: i32) -> Option<MessageId> {
    (number > 0).then_some(MessageId(number))
}

/// How a text is read.
pub(super) fn mode() -> Param<Option<String>> {
    kind::text()
        .like("^([Mm][Dd]|[Mm][Aa][Rr][Kk][Dd][Oo][Ww][Nn]|[Hh][Tt][Mm][Ll]?)?$")
        .about("How the text is formatted: md or markdown, html, or null for plain text.")
        .optional()
}

/// Whether nobody hears a message arrive.
pub(super) fn silent() -> Param<bool> {
    kind::flag()
        .about("Send without a notification sound.")
        .or(false)
}

/// Whether links are shown with a preview.
pub(super) fn link_preview() -> Param<bool> {
    kind::flag()
        .about("Show a preview of a link in the text.")
        .or(true)
}

/// What a nothing-to-tell answers.
pub(super) fn ok() -> Value {
    json!({ "ok": true })
}

/// The meaning of [`mode`]; upper and lower case are the same.
///
/// # Errors
/// `invalid_request` for any other word.
pub(super) fn parse_mode(word: Option<&str>) -> Result<ParseMode, Error> {
    let lower = word.unwrap_or_default().to_ascii_lowercase();
    match lower.as_str() {
        "" => Ok(ParseMode::Plain),
        "md" | "markdown" => Ok(ParseMode::Markdown),
        "html" | "htm" => Ok(ParseMode::Html),
        _ => Err(Error::new(
            Code::InvalidRequest,
            format!("Unknown parse mode {:?}", word.unwrap_or_default()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parse_mode_is_known_in_any_case_or_refused() {
        for (word, mode) in [
            (None, ParseMode::Plain),
            (Some(""), ParseMode::Plain),
            (Some("md"), ParseMode::Markdown),
            (Some("Markdown"), ParseMode::Markdown),
            (Some("HTML"), ParseMode::Html),
            (Some("htm"), ParseMode::Html),
        ] {
            assert_eq!(parse_mode(word).expect("known"), mode);
        }
        let refused = parse_mode(Some("rst")).expect_err("unknown");
        assert_eq!(refused.message(), "Unknown parse mode \"rst\"");
        assert!(refused.fields.is_empty());
    }
}
