//! The text of a message: a list of parts that becomes a text with entities.

use crate::desktop::fields::{self, Fields};
use serde_json::{Map, Value, json};

/// The text and its entities as the log has them.
pub(super) fn read(message: &Fields) -> (String, Value) {
    // The list has every part as an object; exports of before 2022 have only the other one.
    let parts = match message.get("text_entities") {
        Some(parts @ Value::Array(_)) => Some(parts),
        _ => message.get("text"),
    };
    let (mut text, mut entities, mut units) = (String::new(), Vec::new(), 0);
    let parts = match parts {
        Some(Value::Array(parts)) => parts.as_slice(),
        Some(part) => std::slice::from_ref(part),
        None => &[],
    };
    for part in parts {
        let said = match part {
            Value::String(said) => said.as_str(),
            part => part.get("text").and_then(Value::as_str).unwrap_or_default(),
        };
        let length = said.encode_utf16().count();
        if let Some(part) = part.as_object()
            && length > 0
        {
            entities.extend(entity(part, units, length));
        }
        text.push_str(said);
        units += length;
    }
    (text, Value::Array(entities))
}

/// `{"type", "offset", "length", …}`; `None` for a plain part.
fn entity(part: &Fields, offset: usize, length: usize) -> Option<Value> {
    let written = part.get("type")?.as_str()?;
    let collapsed = part.get("collapsed").and_then(Value::as_bool) == Some(true);
    let kind = match written {
        "plain" => return None,
        "link" => "url",
        "phone" => "phone_number",
        "mention_name" => "text_mention",
        "blockquote" if collapsed => "expandable_blockquote",
        same => same,
    };
    let extra = match kind {
        "pre" => fields::text(part, "language").map(|it| ("language", json!(it))),
        "text_link" => fields::text(part, "href").map(|it| ("url", json!(it))),
        "text_mention" => fields::number(part, "user_id").map(|it| ("user_id", json!(it))),
        // A path when the picture was exported too.
        "custom_emoji" => {
            fields::number(part, "document_id").map(|it| ("custom_emoji_id", json!(it.to_string())))
        }
        _ => None,
    };
    let mut entity = Map::new();
    entity.insert("type".to_owned(), json!(kind));
    entity.insert("offset".to_owned(), json!(offset));
    entity.insert("length".to_owned(), json!(length));
    entity.extend(extra.map(|(name, value)| (name.to_owned(), value)));
    Some(Value::Object(entity))
}
