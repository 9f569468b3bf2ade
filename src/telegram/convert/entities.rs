//! The entities of a text as JSON, named as the Bot API names them.
//!
//! Offsets and lengths are in UTF-16 code units. Sources:
//! <https://core.telegram.org/api/entities>, <https://core.telegram.org/bots/api#messageentity>.

use grammers_client::tl::enums::MessageEntity as Entity;
use grammers_client::tl::types;
use serde_json::{Map, Value, json};

/// `[{"type", "offset", "length", …}]` in the order of Telegram.
pub(super) fn list(entities: &[Entity]) -> Value {
    Value::Array(entities.iter().map(entity).collect())
}

/// The entities of such a list that markup can be made of.
pub(super) fn of_list(list: &Value) -> Vec<Entity> {
    let entities = list.as_array().into_iter().flatten();
    entities.filter_map(of_object).collect()
}

fn of_object(entity: &Value) -> Option<Entity> {
    let number = |name: &str| i32::try_from(entity.get(name)?.as_i64()?).ok();
    let text = |name: &str| entity.get(name)?.as_str().map(str::to_owned);
    let (offset, length) = (number("offset")?, number("length")?);
    Some(match entity.get("type")?.as_str()? {
        "bold" => types::MessageEntityBold { offset, length }.into(),
        "italic" => types::MessageEntityItalic { offset, length }.into(),
        "strikethrough" => types::MessageEntityStrike { offset, length }.into(),
        "spoiler" => types::MessageEntitySpoiler { offset, length }.into(),
        "code" => types::MessageEntityCode { offset, length }.into(),
        "pre" => types::MessageEntityPre {
            offset,
            length,
            language: text("language").unwrap_or_default(),
        }
        .into(),
        "text_link" => types::MessageEntityTextUrl {
            offset,
            length,
            url: text("url")?,
        }
        .into(),
        "text_mention" => types::MessageEntityMentionName {
            offset,
            length,
            user_id: entity.get("user_id")?.as_i64()?,
        }
        .into(),
        "custom_emoji" => types::MessageEntityCustomEmoji {
            offset,
            length,
            document_id: text("custom_emoji_id")?.parse().ok()?,
        }
        .into(),
        kind @ ("blockquote" | "expandable_blockquote") => types::MessageEntityBlockquote {
            offset,
            length,
            collapsed: kind != "blockquote",
        }
        .into(),
        _ => return None,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::{Formatted, markdown};

    #[test]
    fn what_markup_is_made_of_comes_back_from_json() {
        let Formatted { entities, .. } = markdown(
            "**b** __i__ ~~s~~ ||p|| `c` [l](http://a.b/) [m](tg://user?id=7) \
             ![e](tg://emoji?id=8)\n```rust\nx\n```\n> q\n\n> r||",
        );
        assert!(entities.len() >= 10, "{entities:?}");
        assert_eq!(of_list(&list(&entities)), entities);
        assert_eq!(
            of_list(&json!([{ "type": "hashtag", "offset": 0, "length": 1 }])),
            []
        );
        assert_eq!(of_list(&json!([{ "type": "bold", "offset": 0 }, 7])), []);
        assert_eq!(of_list(&Value::Null), []);
    }
}
