//! The requests of the n8n workflows in `examples/n8n`, as n8n's HTTP nodes send them: every value
//! is text.

use super::{API_HASH, API_ID, scripted, string_for};
use crate::support::contract;
use crate::support::http::{Answer, read};
use crate::support::hub::TestHub;
use reqwest::Method;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Failure = Box<dyn std::error::Error>;

const LOGIN: &str = include_str!("../../../../examples/n8n/login.json");
const READER: &str = include_str!("../../../../examples/n8n/reader.json");
const BOB: &str = "5550000002";

/// What the expressions of a workflow come to.
type Scope<'a> = BTreeMap<&'a str, &'a str>;

/// The value of a field, whose expressions are all of one kind.
fn value(field: &Value, scope: &Scope<'_>) -> Result<String, Failure> {
    let text = field.as_str().ok_or("no text")?;
    let Some(rest) = text.strip_prefix('=') else {
        return Ok(text.to_owned());
    };
    let mut out = String::new();
    let mut rest = rest;
    while let Some((before, after)) = rest.split_once("{{ ") {
        let (expression, after) = after.split_once(" }}").ok_or("an open expression")?;
        let known = scope
            .get(expression)
            .ok_or_else(|| format!("unknown: {expression}"))?;
        out.push_str(before);
        out.push_str(known);
        rest = after;
    }
    Ok(out + rest)
}

fn pairs(node: &Value, kind: &str, scope: &Scope<'_>) -> Result<Vec<(String, String)>, Failure> {
    let listed = node["parameters"][kind]["parameters"].as_array().cloned();
    let listed = listed.unwrap_or_default().into_iter();
    listed
        .map(|pair| Ok((value(&pair["name"], scope)?, value(&pair["value"], scope)?)))
        .collect()
}

/// Sends what a node sends.
async fn run(hub: &TestHub, flow: &str, name: &str, scope: &Scope<'_>) -> Result<Answer, Failure> {
    let flow: Value = serde_json::from_str(flow)?;
    let mut nodes = flow["nodes"].as_array().into_iter().flatten();
    let node = nodes
        .find(|node| node["name"] == name)
        .ok_or("no such node")?;
    let url = value(&node["parameters"]["url"], scope)?;
    let mut url = reqwest::Url::parse(&url)?;
    let query = pairs(node, "queryParameters", scope)?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let path = url.as_str().strip_prefix("http://localhost:8000");
    let path = path.ok_or("another host")?;
    let method = node["parameters"]["method"].as_str().unwrap_or("GET");
    let mut request = hub
        .client
        .request(Method::from_bytes(method.as_bytes())?, path);
    for (name, value) in pairs(node, "headerParameters", scope)? {
        request = request.header(name, value);
    }
    if node["parameters"]["sendBody"] == true {
        let fields = pairs(node, "bodyParameters", scope)?.into_iter();
        let body: Map<String, Value> = fields.map(|(name, value)| (name, value.into())).collect();
        request = request.json(&body);
    }
    read(request.header("accept", "application/json,text/html;q=0.9,*/*;q=0.7")).await
}

fn of_application<'a>() -> Scope<'a> {
    Scope::from([
        ("$env.TELEGRAM_API_ID", API_ID),
        ("$env.TELEGRAM_API_HASH", API_HASH),
    ])
}

contract! {
    async fn the_login_ends_in_a_string_that_reads(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let mut scope = of_application();
        scope.insert("$json.phone", "+15550000001");
        drop(run(&hub, LOGIN, "Send code", &scope).await?.expect(200));
        scope.insert("$('Phone number').item.json.phone", "+15550000001");
        scope.insert("$json.code", "12345");
        scope.insert("$json.password", "");
        let done = run(&hub, LOGIN, "Verify code", &scope).await?.expect(200);
        let string = done["session_string"].as_str().ok_or("no string")?;
        let mut scope = of_application();
        scope.insert("$env.TELEGRAM_SESSION", string);
        let dialogs = run(&hub, READER, "List dialogs", &scope).await?.expect(200);
        assert!(dialogs.is_array());
        hub.stop().await?;
    }

    async fn the_loop_over_chats_reads_each_page(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        scripted(hub.dc.send_many("bob", "alice", "invoice {n}", 73))?;
        scripted(hub.dc.send("bob", "alice", "meeting notes"))?;
        let mut scope = of_application();
        scope.insert("$env.TELEGRAM_SESSION", &string);
        let dialogs = run(&hub, READER, "List dialogs", &scope).await?.expect(200);
        let chat = dialogs[0]["id"].to_string();
        assert_eq!(chat, BOB);
        let mut offset = "0".to_owned();
        let mut pages = Vec::new();
        loop {
            let mut scope = scope.clone();
            scope.insert("$json.chat_id", &chat);
            scope.insert("$json.offset_id", &offset);
            let page = run(&hub, READER, "Get messages", &scope).await?.expect(200);
            let ids: Vec<_> = page.as_array().into_iter().flatten().filter_map(|m| m["id"].as_i64()).collect();
            pages.push(ids.len());
            if ids.len() < 50 {
                break;
            }
            offset = ids.iter().min().ok_or("an empty page")?.to_string();
        }
        assert_eq!(pages, [50, 23]);
        let found = run(&hub, READER, "Search everywhere", &scope).await?.expect(200);
        assert_eq!(found[0]["text"], "meeting notes");
        hub.stop().await?;
    }
}
