//! The table's tools as MCP lists them.
//!
//! Owns what MCP adds to a tool: the argument that names the account, and the object that holds a
//! list. It must not know how a tool is run.

use crate::auth::{Caller, Limits, Scope};
use crate::http::doors::tools::policy;
use crate::http::doors::tools::schema::{Output, titled};
use crate::http::doors::tools::table::TOOLS;
use crate::http::doors::tools::tool::{Hints, Tool};
use crate::http::input::{Described, Request as _, kind, object_schema, request};
use rmcp::model::{JsonObject, Tool as Listed, ToolAnnotations};
use serde_json::{Map, Value, json};
use std::sync::Arc;

request! {
    /// What every call takes beside the arguments of its tool.
    pub(super) struct Account {
        session_id: Option<String> = kind::text_of(1, 128)
            .about(
                "Which account to use, by its session's name as list_sessions tells it. Leave it \
                 out for the default account.",
            )
            .optional(),
    }
}

/// All tools, in the order of the table.
pub(super) fn all() -> Vec<Listed> {
    TOOLS.iter().map(|tool| listed(tool)).collect()
}

/// Whether a call of the tool can ever succeed for a caller.
pub(super) fn is_offered(caller: &Caller, tool: &Tool) -> bool {
    let needed = if tool.hints.read_only {
        Scope::Read
    } else {
        Scope::Send
    };
    caller.has(needed) && caller.limits().all(|limits| offers(limits, tool))
}

fn offers(limits: &Limits, tool: &Tool) -> bool {
    let listed = limits.tools.as_ref();
    let makes_chats = !names_chats(tool);
    let barred = limits.read_only.is_some() || (makes_chats && limits.writes.is_limited());
    listed.is_none_or(|names| names.contains(tool.name)) && (tool.hints.read_only || !barred)
}

fn names_chats(tool: &Tool) -> bool {
    let arguments = tool.arguments(policy::MCP);
    arguments.iter().any(|argument| argument.names_chat)
}

fn listed(tool: &Tool) -> Listed {
    Listed::new(tool.name, tool.description, input_schema(tool))
        .with_title(tool.title)
        .with_raw_output_schema(Arc::new(output_schema(&tool.output)))
        .with_annotations(annotations(tool.title, tool.hints))
}

/// Hints: <https://modelcontextprotocol.io/specification/2025-06-18/schema#toolannotations>.
/// Every tool reaches people outside, so every world is open.
fn annotations(title: &str, hints: Hints) -> ToolAnnotations {
    ToolAnnotations::with_title(title)
        .read_only(hints.read_only)
        .destructive(hints.destructive)
        .idempotent(hints.idempotent)
        .open_world(true)
}

/// An object of the arguments. More are allowed, and ignored.
fn input_schema(tool: &Tool) -> JsonObject {
    let mut arguments = tool.arguments(policy::MCP);
    arguments.extend(Account::fields(policy::MCP));
    let published = |argument: &Described| titled(argument, argument.schema());
    let (properties, required) = object_schema(&arguments, published);
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("title".to_owned(), format!("{}Arguments", tool.name).into());
    schema.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

/// The schema of structured content, which must be an object: a list is its only field.
fn output_schema(output: &Output) -> JsonObject {
    let schema = match output {
        Output::List(_) => json!({
            "type": "object",
            "properties": { "result": output.schema() },
            "required": ["result"],
        }),
        _ => output.schema(),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::doors::tools::table::find;

    #[test]
    fn every_tool_is_described_and_every_schema_is_an_object() {
        for tool in TOOLS {
            let listed = listed(tool);
            assert!(listed.description.is_some_and(|text| text.ends_with('.')));
            assert_eq!(listed.input_schema["type"], "object", "{}", tool.name);
            let properties = listed.input_schema["properties"]
                .as_object()
                .expect("an object");
            assert_eq!(properties.len(), tool.arguments(policy::MCP).len() + 1);
            for (name, schema) in properties {
                assert!(schema["description"].is_string(), "{} {name}", tool.name);
            }
            let output = listed.output_schema.expect("a schema");
            assert_eq!(output["type"], "object", "{}", tool.name);
            let hints = listed.annotations.expect("hints");
            assert_eq!(hints.read_only_hint, Some(tool.hints.read_only));
        }
    }

    #[test]
    fn a_list_is_a_field_of_an_object() {
        let schema = output_schema(&Output::List(&Output::Entity));
        assert_eq!(schema["required"], json!(["result"]));
        assert_eq!(schema["properties"]["result"]["items"]["title"], "Entity");
        let me = find("get_me").expect("a tool");
        assert_eq!(input_schema(me)["title"], "get_meArguments");
        assert!(!input_schema(me).contains_key("required"));
    }
}
