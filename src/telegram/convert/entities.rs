//! The entities of a text as JSON, named as the Bot API names them.
//!
//! Offsets and lengths are in UTF-16 code units. Sources:
//! <https://core.telegram.org/api/entities>, <https://core.telegram.org/bots/api#messageentity>.

use grammers_client::tl::enums::MessageEntity as Entity;
use serde_json::{Map, Value, json};

/// `[{"type", "offset", "length", …}]` in the order of Telegram.
pub(super) fn list(entities: &[Entity]) -> Value {
    Value::Array(entities.iter().map(entity).collect())
}

fn entity(entity: &Entity) -> Value {
    let (kind, offset, length) = place(entity);
    let mut object = Map::new();
    object.insert("type".to_owned(), json!(kind));
    object.insert("offset".to_owned(), json!(offset));
    object.insert("length".to_owned(), json!(length));
    let extra = match entity {
        Entity::Pre(e) if !e.language.is_empty() => Some(("language", json!(e.language))),
        Entity::TextUrl(e) => Some(("url", json!(e.url))),
        Entity::MentionName(e) => Some(("user_id", json!(e.user_id))),
        Entity::CustomEmoji(e) => Some(("custom_emoji_id", json!(e.document_id.to_string()))),
        Entity::FormattedDate(e) => Some(("date", json!(e.date))),
        Entity::DiffReplace(e) => Some(("old_text", json!(e.old_text))),
        _ => None,
    };
    if let Some((name, value)) = extra {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

fn place(entity: &Entity) -> (&'static str, i32, i32) {
    match entity {
        Entity::Unknown(e) => ("unknown", e.offset, e.length),
        Entity::Mention(e) => ("mention", e.offset, e.length),
        Entity::Hashtag(e) => ("hashtag", e.offset, e.length),
        Entity::BotCommand(e) => ("bot_command", e.offset, e.length),
        Entity::Url(e) => ("url", e.offset, e.length),
        Entity::Email(e) => ("email", e.offset, e.length),
        Entity::Bold(e) => ("bold", e.offset, e.length),
        Entity::Italic(e) => ("italic", e.offset, e.length),
        Entity::Code(e) => ("code", e.offset, e.length),
        Entity::Pre(e) => ("pre", e.offset, e.length),
        Entity::TextUrl(e) => ("text_link", e.offset, e.length),
        Entity::MentionName(e) => ("text_mention", e.offset, e.length),
        Entity::InputMessageEntityMentionName(e) => ("text_mention", e.offset, e.length),
        Entity::Phone(e) => ("phone_number", e.offset, e.length),
        Entity::Cashtag(e) => ("cashtag", e.offset, e.length),
        Entity::Underline(e) => ("underline", e.offset, e.length),
        Entity::Strike(e) => ("strikethrough", e.offset, e.length),
        Entity::BankCard(e) => ("bank_card", e.offset, e.length),
        Entity::Spoiler(e) => ("spoiler", e.offset, e.length),
        Entity::CustomEmoji(e) => ("custom_emoji", e.offset, e.length),
        Entity::Blockquote(e) if e.collapsed => ("expandable_blockquote", e.offset, e.length),
        Entity::Blockquote(e) => ("blockquote", e.offset, e.length),
        Entity::FormattedDate(e) => ("date_time", e.offset, e.length),
        Entity::DiffInsert(e) => ("diff_insert", e.offset, e.length),
        Entity::DiffReplace(e) => ("diff_replace", e.offset, e.length),
        Entity::DiffDelete(e) => ("diff_delete", e.offset, e.length),
        Entity::TonAddress(e) => ("ton_address", e.offset, e.length),
    }
}
