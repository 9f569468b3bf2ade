//! What a tool answers, as JSON schemas.
//!
//! Owns the shapes of Entity, Message and Dialog as they are published; [`super::super::objects`]
//! makes the values. It must not know which tool answers what.

use serde_json::{Map, Value, json};

/// What a success of a tool answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Output {
    /// A user, group or channel.
    Entity,
    /// A message at Telegram.
    Message,
    /// A chat of the account's list.
    Dialog,
    /// A message of the captured log.
    Captured,
    /// A session of the hub.
    Session,
    /// Any number of these.
    List(&'static Output),
    /// An object of these fields.
    Object(&'static [Field]),
}

/// A field of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: FieldKind,
    /// Whether every answer has it.
    pub(crate) always: bool,
    /// What it means, in a sentence.
    pub(crate) description: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldKind {
    /// A value of this JSON type.
    Plain(&'static str),
    /// A value of this JSON type, or null.
    OrNull(&'static str),
    /// Something of a shape of its own.
    Shaped(Output),
}

/// `{"ok": true}`, the answer of what has nothing to tell.
pub(crate) const OK: Output = Output::Object(&[field("ok", "boolean", "Always true.")]);

/// A field that every answer has.
pub(crate) const fn field(
    name: &'static str,
    kind: &'static str,
    description: &'static str,
) -> Field {
    Field {
        name,
        kind: FieldKind::Plain(kind),
        always: true,
        description,
    }
}

/// A field that every answer has, null at times.
pub(crate) const fn or_null(
    name: &'static str,
    kind: &'static str,
    description: &'static str,
) -> Field {
    Field {
        name,
        kind: FieldKind::OrNull(kind),
        always: true,
        description,
    }
}

/// A field that is left out when there is nothing to say.
pub(crate) const fn maybe(
    name: &'static str,
    kind: &'static str,
    description: &'static str,
) -> Field {
    Field {
        name,
        kind: FieldKind::Plain(kind),
        always: false,
        description,
    }
}

/// A field that every answer has, with a shape of its own.
pub(crate) const fn shaped(name: &'static str, shape: Output, description: &'static str) -> Field {
    Field {
        name,
        kind: FieldKind::Shaped(shape),
        always: true,
        description,
    }
}

const ENTITY: [Field; 8] = [
    field(
        "id",
        "integer",
        "The bare id, without the mark of groups and channels.",
    ),
    field(
        "type",
        "string",
        "User, Chat, Channel, ChatForbidden or ChannelForbidden.",
    ),
    maybe("username", "string", "The username, without @."),
    maybe("first_name", "string", "A user's first name."),
    maybe("last_name", "string", "A user's last name."),
    maybe("title", "string", "A group's or channel's title."),
    maybe("phone", "string", "A user's phone number, without +."),
    maybe("bot", "boolean", "Whether a user is a bot."),
];

const MESSAGE: [Field; 9] = [
    or_null(
        "id",
        "integer",
        "The message's number in its chat; null when Telegram has accepted a message and its \
         number is not known.",
    ),
    or_null("date", "string", "When it was sent, ISO 8601 with offset."),
    or_null("chat_id", "integer", "The chat's bare id."),
    or_null(
        "sender_id",
        "integer",
        "The sender's marked id: users positive, channels -100….",
    ),
    field(
        "text",
        "string",
        "The text without its formatting; empty when there is none.",
    ),
    field("out", "boolean", "Whether the account itself sent it."),
    or_null(
        "reply_to_msg_id",
        "integer",
        "The number of the message it answers.",
    ),
    field(
        "media",
        "boolean",
        "Whether something is attached; a link preview counts.",
    ),
    or_null(
        "media_type",
        "string",
        "Telegram's class of what is attached, such as MessageMediaPhoto.",
    ),
];

const LISTED: [Field; 2] = [
    field(
        "unread_count",
        "integer",
        "How many of its messages are unread.",
    ),
    field("pinned", "boolean", "Whether it is pinned."),
];

const CAPTURED: [Field; 12] = [
    field("session_id", "string", "The session that captured it."),
    field("id", "integer", "The message's number in its chat."),
    field("date", "string", "When it was sent, ISO 8601 with offset."),
    field("chat_id", "integer", "The chat's bare id."),
    or_null("sender_id", "integer", "The sender's marked id."),
    field(
        "text",
        "string",
        "The text without its formatting; empty when there is none.",
    ),
    field("out", "boolean", "Whether the account itself sent it."),
    or_null(
        "reply_to_msg_id",
        "integer",
        "The number of the message it answers.",
    ),
    field("media", "boolean", "Whether something is attached."),
    field(
        "unreadable",
        "boolean",
        "Whether only a part of it could be read, because Telegram is newer than the hub.",
    ),
    or_null("edited", "string", "When it was last edited."),
    or_null(
        "deleted",
        "string",
        "When the hub learnt of its deletion; it is kept all the same.",
    ),
];

const SESSION: [Field; 4] = [
    field(
        "session_id",
        "string",
        "Its name, for X-Session-Id and session_id.",
    ),
    field(
        "state",
        "string",
        "What it does at this moment, such as online.",
    ),
    field("authorized", "boolean", "Whether Telegram accepts its key."),
    or_null(
        "user_id",
        "integer",
        "The account's id, once it has logged in.",
    ),
];

impl Output {
    /// Its JSON schema, complete in itself.
    ///
    /// Source: <https://json-schema.org/draft/2020-12/json-schema-core>.
    pub(crate) fn schema(&self) -> Value {
        match self {
            Self::Entity => object("Entity", &ENTITY),
            Self::Message => object("Message", &MESSAGE),
            Self::Captured => object("CapturedMessage", &CAPTURED),
            Self::Session => object("Session", &SESSION),
            Self::Dialog => {
                let fields: Vec<_> = ENTITY.into_iter().chain(LISTED).collect();
                let mut schema = object("Dialog", &fields);
                schema["properties"]["last_message"] = object("Message", &MESSAGE);
                schema
            }
            Self::List(item) => json!({ "type": "array", "items": item.schema() }),
            Self::Object(fields) => {
                let mut schema = object("", fields);
                if let Some(schema) = schema.as_object_mut() {
                    schema.remove("title");
                }
                schema
            }
        }
    }
}

fn object(title: &str, fields: &[Field]) -> Value {
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| (field.name.to_owned(), field.schema()))
        .collect();
    let always: Vec<_> = fields
        .iter()
        .filter(|field| field.always)
        .map(|field| field.name)
        .collect();
    json!({ "type": "object", "title": title, "properties": properties, "required": always })
}

impl Field {
    fn schema(&self) -> Value {
        let mut schema = match self.kind {
            FieldKind::Plain(kind) => json!({ "type": kind }),
            FieldKind::OrNull(kind) => json!({ "type": [kind, "null"] }),
            FieldKind::Shaped(shape) => shape.schema(),
        };
        schema["description"] = self.description.into();
        schema
    }
}
