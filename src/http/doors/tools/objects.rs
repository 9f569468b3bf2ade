//! Entities, messages and dialogs as this door shows them.
//!
//! Ids of entities and chats are bare, those of senders are marked, as clients of the original
//! expect. It must not know which tool answers with them.

use crate::ops::peers::EntityView;
use serde_json::{Map, Value};

/// A user, group or channel; what is not known is left out.
pub(crate) fn entity(view: &EntityView) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), view.id.into());
    object.insert("type".to_owned(), view.kind.into());
    let phone = view
        .phone
        .as_deref()
        .map(|phone| phone.trim_start_matches('+'));
    for (name, text) in [
        ("username", view.username.as_deref()),
        ("first_name", view.first_name.as_deref()),
        ("last_name", view.last_name.as_deref()),
        ("title", view.title.as_deref()),
        ("phone", phone),
    ] {
        if let Some(text) = text {
            object.insert(name.to_owned(), text.into());
        }
    }
    Value::Object(object)
}
