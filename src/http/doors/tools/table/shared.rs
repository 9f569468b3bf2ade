//! Parameters that several tools share, and what their values mean.

use crate::error::{Code, Error};
use crate::http::doors::tools::schema::Param;
use crate::ops::messages::ParseMode;
use serde_json::{Value, json};

/// The chat that a tool is about.
pub(super) const CHAT: Param = Param::text(
    "chat",
    "The chat, always a text: @username, username, +phone, t.me link, numeric id, -100… id, or me \
     for Saved Messages.",
);

/// The message that a tool is about.
pub(super) const MESSAGE_ID: Param =
    Param::message_id("message_id", "The message's number in the chat.");

/// How a text is read.
pub(super) const PARSE_MODE: Param = Param::text(
    "parse_mode",
    "How the text is formatted: md or markdown, html, or null for plain text.",
)
.like("^([Mm][Dd]|[Mm][Aa][Rr][Kk][Dd][Oo][Ww][Nn]|[Hh][Tt][Mm][Ll]?)?$")
.optional();

/// Whether nobody hears a message arrive.
pub(super) const SILENT: Param = Param::flag("silent", false, "Send without a notification sound.");

/// Whether links are shown with a preview.
pub(super) const LINK_PREVIEW: Param = Param::flag(
    "link_preview",
    true,
    "Show a preview of a link in the text.",
);

/// What a nothing-to-tell answers.
pub(super) fn ok() -> Value {
    json!({ "ok": true })
}

/// The meaning of [`PARSE_MODE`]; upper and lower case are the same.
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
