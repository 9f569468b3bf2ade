//! The title and the description of an argument, within its schema as pydantic has them.

use crate::http::input::Described;
use serde_json::{Map, Value};

/// A schema of an argument, with its title and its description.
pub(crate) fn titled(argument: &Described, mut schema: Map<String, Value>) -> Map<String, Value> {
    schema.insert("title".to_owned(), title(argument.name).into());
    schema.insert("description".to_owned(), argument.about.as_str().into());
    schema
}

/// `reply_to` becomes `Reply To`, as pydantic titles fields.
fn title(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::doors::tools::policy;
    use crate::http::input::kind;

    #[test]
    fn a_title_is_made_of_the_name() {
        let kind = kind::message_id().optional();
        let reply_to = Described::new("reply_to", "Which one.", kind, policy::REST);
        let schema = titled(&reply_to, reply_to.schema());
        assert_eq!(
            (&schema["title"], &schema["description"]),
            (&"Reply To".into(), &"Which one.".into())
        );
    }
}
