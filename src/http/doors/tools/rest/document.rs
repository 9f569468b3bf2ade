//! This half in the OpenAPI document, made from the table.
//!
//! Owns the shapes of this door's errors as they are published; it must not know the tools.
//! Source: <https://spec.openapis.org/oas/v3.1.0>.

use crate::http::door::Part;
use crate::http::doors::tools::policy;
use crate::http::doors::tools::rest::arguments::SESSION;
use crate::http::doors::tools::rest::health;
use crate::http::doors::tools::schema::{Output, titled};
use crate::http::doors::tools::table::served;
use crate::http::doors::tools::tool::{Method, Source, Tool};
use crate::http::input::{Described, openapi};
use serde_json::{Map, Value, json};

/// The paths of this half, and the schema of its errors.
pub(crate) fn document() -> Part {
    let mut paths = Map::new();
    paths.insert(health::PATH.to_owned(), json!({ "get": healthz() }));
    // Whoever looks a path up takes the first that matches, and a parameter matches any word.
    let mut tools: Vec<_> = served().collect();
    tools.sort_by_key(|tool| tool.route.path.contains('{'));
    for tool in tools {
        let item = paths.entry(tool.route.path).or_insert_with(|| json!({}));
        item[method(tool.route.method)] = operation(tool);
    }
    Part {
        paths,
        schemas: Map::from_iter([(ERROR.to_owned(), error_schema())]),
        error: ERROR,
        ..Part::default()
    }
}

/// The name of the schema of this door's errors.
const ERROR: &str = "ToolsError";

const fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

fn healthz() -> Value {
    json!({
        "tags": ["tools"],
        "summary": "Show whether the default account can be used",
        "operationId": "tools_health",
        "responses": { "200": answer("Always", &json!({
            "type": "object",
            "required": ["status", "authorized"],
            "properties": {
                "status": { "type": "string", "const": "ok" },
                "authorized": { "type": "boolean" },
            },
        })) },
    })
}

fn operation(tool: &Tool) -> Value {
    let mut operation = json!({
        "tags": ["tools"],
        "summary": tool.title,
        "description": tool.description,
        "operationId": format!("tools_{}", tool.name),
        "parameters": parameters(tool),
        "responses": responses(tool),
    });
    match tool.route.source {
        Source::Body => operation["requestBody"] = body(tool),
        Source::Upload => {
            operation["requestBody"] = json!({
                "required": true,
                "content": { "application/octet-stream": {} },
            });
        }
        Source::Nothing | Source::Query | Source::Download => {}
    }
    operation
}

fn is_in_path(tool: &Tool, argument: &Described) -> bool {
    tool.route.names_message() && argument.name == "message_id"
}

fn parameters(tool: &Tool) -> Vec<Value> {
    let mut parameters: Vec<_> = tool
        .arguments(policy::REST)
        .iter()
        .filter_map(|argument| {
            let place = match tool.route.source {
                _ if is_in_path(tool, argument) => "path",
                Source::Body => return None,
                _ => "query",
            };
            Some(openapi::parameter(argument, place, &textual(argument)))
        })
        .collect();
    if tool.name != "list_sessions" {
        parameters.push(header(
            SESSION,
            128,
            "^[!-.0-~]+$",
            "The account; the default one when missing.",
        ));
    }
    if tool.name == "send_message" {
        let description = "The caller's key for this request: 1 to 255 visible ASCII characters. \
                           The same request is sent once only, however often it is repeated.";
        parameters.push(header("Idempotency-Key", 255, "^[!-~]+$", description));
    }
    if tool.route.source == Source::Download {
        parameters.push(header(
            "Range",
            64,
            "^[!-~]+$",
            "One range of bytes (RFC 9110, section 14.2).",
        ));
    }
    parameters
}

/// The schema of a parameter. One that may be left out without a default has no more than its
/// values there.
fn textual(argument: &Described) -> Map<String, Value> {
    let schema = argument.textual_schema();
    if argument.is_required() || schema.contains_key("default") {
        titled(argument, schema)
    } else {
        schema
    }
}

fn header(name: &str, max_length: usize, pattern: &str, description: &str) -> Value {
    json!({
        "name": name,
        "in": "header",
        "required": false,
        "description": description,
        "schema": { "type": "string", "minLength": 1, "maxLength": max_length, "pattern": pattern },
    })
}

fn body(tool: &Tool) -> Value {
    let mut arguments = tool.arguments(policy::REST);
    arguments.retain(|argument| !is_in_path(tool, argument));
    let published = |argument: &Described| titled(argument, argument.schema());
    let required = arguments.iter().any(Described::is_required);
    let schema = openapi::body_schema(&arguments, published, policy::REST);
    json!({
        "required": required,
        "content": { "application/json": { "schema": schema } },
    })
}

/// A result in its envelope.
fn result(output: &Output) -> Value {
    json!({
        "type": "object",
        "required": ["result"],
        "properties": { "result": output.schema() },
    })
}

fn answer(description: &str, schema: &Value) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": schema } },
    })
}

fn responses(tool: &Tool) -> Value {
    let mut responses = Map::new();
    if tool.route.source == Source::Download {
        let file = json!({
            "description": "The file",
            "headers": { "X-Media-Type": {
                "description": "Telegram's class of it",
                "schema": { "type": "string" },
            } },
            "content": { "*/*": {} },
        });
        responses.insert("200".to_owned(), file.clone());
        responses.insert("206".to_owned(), file);
    } else {
        let success = answer("The result", &result(&tool.output));
        responses.insert("200".to_owned(), success);
    }
    let has_number = tool.route.names_message();
    let is_download = tool.route.source == Source::Download;
    for (applies, status, description) in [
        (
            true,
            "400",
            "`invalid_request` with every fault, `chat_not_found` and other wrong values",
        ),
        (true, "401", "`invalid_key`"),
        (
            true,
            "403",
            "`read_only`, `chat_not_allowed`, `host_not_allowed`, `cross_site_request`",
        ),
        (true, "404", "`session_not_found`"),
        (true, "408", "`request_timeout`"),
        (true, "413", "`payload_too_large`"),
        (is_download, "416", "`range_not_satisfiable`"),
        (
            tool.name == "send_message",
            "422",
            "`idempotency_key_reused`",
        ),
        (
            has_number,
            "422",
            "`invalid_request`: the number in the path is none",
        ),
        (true, "429", "`rate_limited`"),
        (true, "500", "`internal`"),
        (
            true,
            "502",
            "Telegram's error with Telethon's name of it, `telegram_unreachable`",
        ),
        (true, "503", "`database_unavailable`, `unavailable`"),
    ] {
        if applies {
            let error = json!({ "$ref": format!("#/components/schemas/{ERROR}") });
            responses.insert(status.to_owned(), answer(description, &error));
        }
    }
    responses.into()
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "description": "An error of the tools door",
        "required": ["detail"],
        "properties": { "detail": { "oneOf": [
            { "type": "string" },
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "loc", "msg", "input"],
                    "properties": {
                        "type": { "type": "string", "examples": ["missing"] },
                        "loc": {
                            "type": "array",
                            "items": { "type": ["string", "integer"] },
                            "examples": [["text"]],
                        },
                        "msg": { "type": "string", "examples": ["Field required"] },
                        "input": {},
                        "ctx": { "type": "object" },
                        "url": { "type": "string" },
                    },
                },
            },
            {
                "type": "object",
                "required": ["telegram_error", "message"],
                "properties": {
                    "telegram_error": { "type": "string", "examples": ["FloodWaitError"] },
                    "message": { "type": "string" },
                },
            },
        ] } },
    })
}
