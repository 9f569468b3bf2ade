//! Who is meant in an export: chats by their kind and bare id, senders as `user123`.

use crate::model::ChatId;
use serde_json::Value;

/// The chat of a kind and a bare id; `None` for a kind that is not known.
pub(super) fn chat(kind: &str, id: i64) -> Option<ChatId> {
    match kind {
        "saved_messages" | "replies" | "verify_codes" | "personal_chat" | "bot_chat" => {
            Some(ChatId::user(id))
        }
        "private_group" => Some(ChatId::chat(id)),
        "private_supergroup" | "public_supergroup" | "private_channel" | "public_channel" => {
            Some(ChatId::channel(id))
        }
        _ => None,
    }
}

/// A sender: `user123`, `chat123` or `channel123`, and in exports of before 2021 a number whose
/// upper half says what the lower one is.
pub(super) fn sender(value: &Value, chat: ChatId) -> Option<ChatId> {
    match value {
        Value::String(text) => {
            let digits = text.find(|c: char| c.is_ascii_digit())?;
            let (kind, id) = text.split_at(digits);
            let id: i64 = id.parse().ok()?;
            match kind {
                "user" => Some(ChatId::user(id)),
                "chat" => Some(ChatId::chat(id)),
                "channel" => Some(ChatId::channel(id)),
                _ => None,
            }
        }
        Value::Number(number) => {
            let number = number.as_i64().filter(|number| *number > 0)?;
            match (number >> 32, number & 0xffff_ffff) {
                (0 | 1, user) => Some(ChatId::user(user)),
                // Groups and channels look the same: only the chat itself is told.
                (2, group) if group == chat.bare() => Some(chat),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn senders_are_read_in_both_forms() {
        let chat = ChatId::channel(77);
        for (written, meant) in [
            (json!("user5"), Some(ChatId::user(5))),
            (json!("chat5"), Some(ChatId::chat(5))),
            (json!("channel5"), Some(ChatId::channel(5))),
            (json!((1_i64 << 32) + 5), Some(ChatId::user(5))),
            (json!(5), Some(ChatId::user(5))),
            (json!((2_i64 << 32) + 77), Some(chat)),
            (json!((2_i64 << 32) + 78), None),
            (json!("5"), None),
            (json!("user"), None),
            (json!(-5), None),
            (json!(null), None),
        ] {
            assert_eq!(sender(&written, chat), meant, "{written}");
        }
    }
}
