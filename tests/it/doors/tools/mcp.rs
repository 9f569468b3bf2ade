//! The MCP half: its transport message by message, and the limits of the door over it.

use super::Failure;
use crate::doors::scripted;
use crate::support::contract;
use crate::support::http::{Answer, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use reqwest::Method;
use serde_json::{Value, json};

const BOTH: &str = "application/json, text/event-stream";

fn flags(flags: &[&str]) -> Options {
    Options {
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..Options::default()
    }
}

/// A POST with the headers of a client, whose body a test chooses.
fn post(hub: &TestHub, path: &str, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
    hub.client
        .request(Method::POST, path)
        .header("accept", BOTH)
        .header("content-type", "application/json")
        .body(body)
}

/// The JSON-RPC message in the one event of an answer.
#[track_caller]
fn event(answer: Answer) -> Value {
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert!(answer.header("mcp-session-id").is_empty());
    let text = answer.expect(200);
    let data: Vec<_> = text
        .as_str()
        .into_iter()
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("data: "))
        .collect();
    assert_eq!(data.len(), 1, "{text}");
    serde_json::from_str(data[0]).unwrap_or_default()
}

/// Asks a method as a client before 2026 would, without any handshake.
async fn ask(hub: &TestHub, method: &str, params: Value) -> Result<Value, Failure> {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let mut message = event(read(post(hub, "/mcp", body.to_string())).await?);
    assert_eq!(
        (&message["jsonrpc"], &message["id"]),
        (&json!("2.0"), &json!(7))
    );
    match message["error"].take() {
        Value::Null => Ok(message["result"].take()),
        error => Ok(error),
    }
}

/// Calls a tool; the answer's `isError` and its texts.
async fn call(hub: &TestHub, name: &str, given: Value) -> Result<(bool, Vec<Value>), Failure> {
    let params = json!({ "name": name, "arguments": given });
    let answer = ask(hub, "tools/call", params).await?;
    let texts = answer["content"].as_array().cloned().unwrap_or_default();
    let texts = texts.iter().map(|block| {
        assert_eq!(block["type"], "text");
        let text = block["text"].as_str().unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    });
    Ok((answer["isError"] == true, texts.collect()))
}

/// The error's name in the answer to a call that must fail.
async fn refused(hub: &TestHub, name: &str, given: Value) -> Result<String, Failure> {
    let (is_error, texts) = call(hub, name, given).await?;
    assert!(is_error, "{name}: {texts:?}");
    assert_eq!(texts.len(), 1);
    assert!(texts[0]["message"].is_string());
    Ok(texts[0]["error"].as_str().unwrap_or_default().to_owned())
}

async fn names(hub: &TestHub) -> Result<Vec<String>, Failure> {
    let listed = ask(hub, "tools/list", json!({})).await?;
    let tools = listed["tools"].as_array().cloned().unwrap_or_default();
    let name = |tool: &Value| tool["name"].as_str().unwrap_or_default().to_owned();
    Ok(tools.iter().map(name).collect())
}

contract! {
    async fn what_is_no_message_is_told_why(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
        let mut only_json = post(&hub, "/mcp/", ping.clone()).build()?;
        only_json.headers_mut().insert("accept", "application/json".parse()?);
        let builder = reqwest::RequestBuilder::from_parts(reqwest::Client::new(), only_json);
        let error = read(builder).await?.expect(406);
        assert_eq!((&error["id"], &error["error"]["code"]), (&json!("server-error"), &json!(-32600)));
        let mut text = post(&hub, "/mcp/", ping.clone()).build()?;
        text.headers_mut().insert("content-type", "text/plain".parse()?);
        let builder = reqwest::RequestBuilder::from_parts(reqwest::Client::new(), text);
        assert!(read(builder).await?.expect(400).is_string());
        for (body, status, code) in [("{", 400, -32700), ("", 400, -32700), ("[]", 400, -32600), ("{}", 400, -32600)] {
            let error = read(post(&hub, "/mcp", body)).await?.expect(status);
            assert_eq!(error["error"]["code"], code, "{body}");
        }
        let large = read(post(&hub, "/mcp", " ".repeat(1024 * 1024 + 1))).await?;
        drop(large.refused(413, "payload_too_large"));
        for method in [Method::GET, Method::DELETE, Method::PUT] {
            let answer = read(hub.client.request(method, "/mcp/").header("accept", BOTH)).await?;
            assert_eq!(answer.header("allow"), "POST");
            drop(answer.refused(405, "method_not_allowed"));
        }
        let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(read(post(&hub, "/mcp/", told.to_string())).await?.expect(202), "");
        hub.stop().await?;
    }

    async fn every_version_shakes_hands_and_nobody_has_to(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (asked, answered) in [
            ("2024-11-05", "2024-11-05"),
            ("2025-03-26", "2025-03-26"),
            ("2025-06-18", "2025-06-18"),
            ("2025-11-25", "2025-11-25"),
            ("2099-01-01", "2025-11-25"),
        ] {
            let params = json!({
                "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" },
            });
            let mut answer = ask(&hub, "initialize", params).await?;
            assert_eq!(answer["protocolVersion"], answered);
            assert_eq!(answer["serverInfo"].take(), json!({ "name": "telegram-hub", "version": env!("CARGO_PKG_VERSION") }));
            assert!(answer["instructions"].is_string());
            let expected = json!({
                "experimental": {},
                "prompts": { "listChanged": false },
                "resources": { "subscribe": false, "listChanged": false },
                "tools": { "listChanged": false },
            });
            assert_eq!(answer["capabilities"], expected);
        }
        assert_eq!(ask(&hub, "ping", json!({})).await?, json!({}));
        assert_eq!(ask(&hub, "resources/list", json!({})).await?, json!({ "resources": [] }));
        assert_eq!(ask(&hub, "prompts/list", json!({})).await?, json!({ "prompts": [] }));
        assert_eq!(ask(&hub, "no/such/method", json!({})).await?["code"], -32601);
        assert_eq!(ask(&hub, "tools/call", json!({ "name": 7 })).await?["code"], -32602);
        assert_eq!(names(&hub).await?.len(), 27);
        hub.stop().await?;
    }

    async fn a_client_of_2026_needs_no_handshake(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
            "name": "get_me",
            "arguments": {},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        } });
        let request = || post(&hub, "/mcp", body.to_string()).header("mcp-protocol-version", "2026-07-28");
        let named = request().header("mcp-method", "tools/call").header("mcp-name", "get_me");
        let answer = event(read(named).await?);
        assert_eq!(answer["result"]["structuredContent"]["username"], "alice");
        let other = request().header("mcp-method", "tools/call").header("mcp-name", "delete_chat");
        assert_eq!(read(other).await?.expect(400)["error"]["code"], -32020);
        hub.stop().await?;
    }

    async fn objects_are_one_text_and_lists_one_for_each_element(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("bob", "alice", "one"))?;
        scripted(hub.dc.send("bob", "alice", "two"))?;
        let answer = ask(&hub, "tools/call", json!({ "name": "get_messages", "arguments": { "chat": "@bob" } })).await?;
        insta::assert_json_snapshot!("mcp_list", answer, {
            ".content[].text" => insta::dynamic_redaction(|value, _| {
                assert!(value.as_str().is_some_and(|text| text.starts_with("{\n  \"id\": ")));
                "[the element, indented]"
            }),
            ".structuredContent.result[].date" => "[date]",
        });
        let (is_error, texts) = call(&hub, "get_messages", json!({ "chat": "@carol", "more": 1 })).await?;
        assert_eq!((is_error, texts), (false, vec![]));
        let (is_error, texts) = call(&hub, "get_me", json!({})).await?;
        assert_eq!((is_error, &texts[0]["username"]), (false, &json!("alice")));
        hub.stop().await?;
    }

    async fn failures_are_told_in_the_result(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for (name, given, error) in [
            ("send_message", json!({ "chat": "me" }), "invalid_argument"),
            ("send_message", json!({ "chat": 7, "text": "x" }), "invalid_argument"),
            ("send_message", json!({ "chat": "me", "text": "x".repeat(4097) }), "invalid_argument"),
            ("send_message", json!({ "chat": "me", "text": "x", "parse_mode": "bbcode" }), "invalid_argument"),
            ("send_message", json!({ "chat": "no such chat", "text": "x" }), "invalid_argument"),
            ("get_entity", json!({ "chat": "@nobody_at_all" }), "invalid_argument"),
            ("join_via_invite", json!({ "invite": "AbCdEfGhIj" }), "telegram_rpc"),
            ("get_me", json!({ "session_id": "other" }), "session_not_found"),
            ("get_me", json!({ "session_id": "a/b" }), "invalid_argument"),
            ("no_such_tool", json!({}), "unknown_tool"),
        ] {
            assert_eq!(refused(&hub, name, given.clone()).await?, error, "{name} {given}");
        }
        hub.stop().await?;
    }

    async fn the_account_is_named_or_the_only_one(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.log_in("c", "+15550000003").await?;
        assert_eq!(refused(&hub, "get_me", json!({})).await?, "invalid_argument");
        let (_, texts) = call(&hub, "get_me", json!({ "session_id": "c" })).await?;
        assert_eq!(texts[0]["username"], "carol");
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": "get_me" } });
        let by_header = post(&hub, "/mcp", body.to_string()).header("x-session-id", "a");
        let answer = event(read(by_header).await?);
        assert_eq!(answer["result"]["structuredContent"]["username"], "alice");
        hub.stop().await?;
    }

    async fn a_read_only_door_lists_no_tool_that_writes(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, flags(&["--tools-read-only=true"])).await?;
        hub.log_in("a", "+15550000001").await?;
        let listed = names(&hub).await?;
        assert!(listed.contains(&"get_messages".to_owned()));
        assert!(!listed.contains(&"send_message".to_owned()) && !listed.contains(&"create_group".to_owned()));
        let send = json!({ "chat": "me", "text": "x" });
        assert_eq!(refused(&hub, "send_message", send).await?, "read_only");
        assert_eq!(hub.dc.ledger_len(), 0);
        hub.stop().await?;
    }

    async fn lists_of_chats_hold_here_as_well(db: TestDb) {
        let limits = flags(&["--tools-read-chats=@bob", "--tools-write-chats=5550000002"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, limits).await?;
        hub.log_in("a", "+15550000001").await?;
        assert!(!names(&hub).await?.contains(&"create_group".to_owned()));
        assert!(!call(&hub, "send_message", json!({ "chat": "t.me/bob", "text": "x" })).await?.0);
        assert!(!call(&hub, "get_messages", json!({ "chat": "5550000002" })).await?.0);
        for (name, given) in [
            ("send_message", json!({ "chat": "@carol", "text": "x" })),
            ("get_messages", json!({ "chat": "@carol" })),
            ("forward_messages", json!({ "from_chat": "@carol", "to_chat": "@bob", "message_ids": [1] })),
            ("forward_messages", json!({ "from_chat": "@bob", "to_chat": "@carol", "message_ids": [1] })),
        ] {
            assert_eq!(refused(&hub, name, given).await?, "chat_not_allowed");
        }
        hub.stop().await?;
    }

    async fn the_key_and_the_origin_are_asked_for_before_the_protocol(db: TestDb) {
        let mut limits = flags(&["--tools-key=tk", "--tools-allowed-origins=https://agent.example"]);
        limits.api_key = Some("hk");
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, limits).await?;
        let ping = json!({ "jsonrpc": "2.0", "id": 7, "method": "ping" }).to_string();
        let keyless = |path: &str| {
            let request = reqwest::Client::new().post(format!("{}{path}", hub.client.base()));
            request.header("accept", BOTH).header("content-type", "application/json").body(ping.clone())
        };
        for path in ["/mcp", "/mcp/"] {
            let refused = read(keyless(path)).await?.refused(401, "invalid_key");
            assert_eq!(refused, json!({ "detail": "unauthorized" }));
            for key in ["Bearer tk", "tk", "Bearer hk"] {
                let answer = event(read(keyless(path).header("authorization", key)).await?);
                assert_eq!(answer["result"], json!({}), "{key}");
            }
            let foreign = keyless(path).bearer_auth("tk").header("origin", "https://evil.example");
            drop(read(foreign).await?.refused(403, "cross_site_request"));
            for origin in ["https://agent.example", "http://localhost:6274"] {
                let listed = keyless(path).bearer_auth("tk").header("origin", origin);
                assert_eq!(event(read(listed).await?)["result"], json!({}));
            }
        }
        hub.stop().await?;
    }
}
