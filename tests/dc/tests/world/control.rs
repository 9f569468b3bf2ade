//! The control port, spoken to as curl would.

use local_dc::control;
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

struct Port {
    address: SocketAddr,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Port {
    fn open(dc: &Dc) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let (dc, stopped) = (dc.clone(), stop.clone());
        let serving = async move { control::serve(listener, dc, stopped).await.unwrap() };
        let task = tokio::spawn(serving);
        Self {
            address,
            stop,
            task,
        }
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, &body.to_string()).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, "").await
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    async fn close(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

#[tokio::test]
async fn messages_are_sent_edited_deleted_and_shown() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let port = Port::open(&dc);
    let order = json!({"from": "@Alice", "to": "+15550000002", "text": "n {n}", "count": 2});
    let (status, sent) = port.post("/send", &order).await;
    assert_eq!(status, 200);
    let ids = json!([{"n": 0, "sender": 1, "receiver": 1}, {"n": 1, "sender": 2, "receiver": 2}]);
    assert_eq!(sent["messages"], ids);
    let edit = json!({"account": "alice", "message_id": 2, "text": "changed"});
    assert_eq!(port.post("/edit", &edit).await.0, 200);
    let delete = json!({"account": "bob", "message_ids": [1, 99], "revoke": false});
    assert_eq!(port.post("/delete", &delete).await.1["count"], 1);
    let (_, ledger) = port.get("/ledger?from=0").await;
    assert_eq!(ledger["total"], 2);
    let [first, second] = ledger["messages"].as_array().unwrap().as_slice() else {
        panic!("two messages were sent");
    };
    assert_eq!(first["text"], "n 1");
    let deleted = |n: usize| first["accounts"][n]["deleted"].as_bool().unwrap();
    assert_eq!((deleted(0), deleted(1)), (false, true));
    assert_eq!(second["edits"][0]["before"], "n 2");
    assert_eq!(port.get("/stats").await.1["messages"], 2);
    assert_eq!(port.get("/health").await.0, 200);
    port.close().await;
    dc.stop().await;
}

/// What may be done to a channel of Alice's that Bob is in, and its third message.
fn changes(chat: &Value) -> Vec<(&'static str, Value)> {
    vec![
        (
            "/members",
            json!({"chat": chat, "add": ["carol"], "remove": ["bob"]}),
        ),
        (
            "/title",
            json!({"chat": "@news", "account": "alice", "title": "Newer"}),
        ),
        (
            "/edit",
            json!({"chat": chat, "account": "alice", "message_id": 2, "text": "new"}),
        ),
        (
            "/delete",
            json!({"channel": chat, "account": "alice", "message_ids": [3]}),
        ),
        ("/read", json!({"account": "carol", "peer": chat})),
        (
            "/fault",
            json!({"difference": chat, "account": "bob", "kind": "too_long"}),
        ),
        (
            "/fault",
            json!({"difference": "bob", "kind": "too_long", "count": 2}),
        ),
        (
            "/fault",
            json!({"difference": "*", "kind": "too_long", "beyond": 9}),
        ),
        (
            "/fault",
            json!({"pushes": chat, "kind": "too_long", "with_pts": true}),
        ),
        (
            "/fault",
            json!({"pushes": "bob", "kind": "lose", "count": 3}),
        ),
        (
            "/fault",
            json!({"pushes": "*", "kind": "shuffle", "seed": 1, "repeat": 0.5}),
        ),
        (
            "/fault",
            json!({"pushes": "*", "kind": "bundle", "count": 9}),
        ),
        ("/fault", json!({"link": "bob", "kind": "migrate", "dc": 4})),
        ("/fault", json!({"link": "bob", "kind": "new_session"})),
        ("/fault", json!({"difference": chat, "kind": "phantom"})),
        (
            "/fault",
            json!({"method": "*", "chat": chat, "kind": "raw", "bytes": "00000000", "run": true}),
        ),
        ("/fault", json!({"kind": "skew", "seconds": -30})),
        ("/fault", json!({"kind": "clear"})),
    ]
}

/// What else may be done to it, once Carol is in it.
fn scenes(chat: &Value) -> Vec<(&'static str, Value)> {
    vec![
        ("/archive", json!({"account": "carol", "peer": chat})),
        ("/pin", json!({"account": "carol", "peer": chat})),
        (
            "/pin",
            json!({"account": "alice", "peer": chat, "message_id": 2}),
        ),
        (
            "/react",
            json!({"account": "carol", "peer": chat, "message_id": 2, "emoji": "👍"}),
        ),
        ("/invite", json!({"chat": chat, "usage_limit": 5})),
        ("/username", json!({"chat": chat, "username": "newer"})),
        ("/block", json!({"account": "carol", "user": "bob"})),
        (
            "/raw",
            json!({"from": "alice", "to": chat, "message_id": 2, "text": "new", "media": "01000000"}),
        ),
        (
            "/raw",
            json!({"pushes": chat, "update": "01000000", "pts_count": 1}),
        ),
        ("/raw", json!({"pushes": "bob", "updates": "01000000"})),
        ("/raw", json!({"peer": chat, "object": "01000000"})),
        ("/raw", json!({"peer": chat})),
        (
            "/rules",
            json!({"all": false, "limits": {"help.getConfig": {"calls": 1, "seconds": 2, "wait": 3}}}),
        ),
        (
            "/rules",
            json!({"all": true, "too_long_beyond_limit": false, "hashes_end": false}),
        ),
    ]
}

#[tokio::test]
async fn chats_are_made_changed_and_shown() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let port = Port::open(&dc);
    let body = json!({
        "kind": "broadcast", "creator": "alice", "title": "News", "username": "news",
        "members": ["bob"],
    });
    let (status, made) = port.post("/chat", &body).await;
    assert_eq!(status, 200, "{made}");
    let chat = &made["chat"];
    let order = json!({"from": "alice", "to": chat, "text": "n {n}", "count": 2});
    assert_eq!(
        port.post("/send", &order).await.1["messages"][1]["sender"],
        3
    );
    for (path, body) in changes(chat).into_iter().chain(scenes(chat)) {
        let (status, answer) = port.post(path, &body).await;
        assert_eq!(status, 200, "{path} {body} {answer}");
    }
    let chats = port.get("/chats").await.1;
    let carol = dc.user("carol").unwrap().0;
    assert_eq!(chats["chats"][0]["title"], "Newer");
    assert_eq!(chats["chats"][0]["members"][1], carol);
    let (_, ledger) = port.get("/ledger?from=1&limit=2").await;
    assert_eq!((&ledger["total"], &ledger["next"]), (&json!(5), &json!(3)));
    let [edited, deleted] = ledger["messages"].as_array().unwrap().as_slice() else {
        panic!("a page of two was asked for");
    };
    assert_eq!((&edited["text"], &edited["chat"][0]), (&json!("new"), chat));
    assert!(deleted["deleted_at"].is_i64() && edited["deleted_at"].is_null());
    let audience = edited["audience"].to_string();
    assert_eq!(ledger["audiences"][audience].as_array().unwrap().len(), 2);
    port.close().await;
    dc.stop().await;
}

fn nonsense() -> Vec<(&'static str, Value)> {
    vec![
        (
            "/send",
            json!({"from": "alice", "to": "nobody", "text": "x"}),
        ),
        ("/send", json!({"from": "alice", "to": "bob", "text": ""})),
        (
            "/send",
            json!({"from": "alice", "to": "bob", "text": "x", "count": 0}),
        ),
        (
            "/send",
            json!({"from": "alice", "to": "bob", "text": "x", "extra": 1}),
        ),
        ("/send", json!([])),
        (
            "/edit",
            json!({"account": "alice", "message_id": 7, "text": "x"}),
        ),
        ("/fault", json!({"kind": "error"})),
        ("/fault", json!({"kind": "drop", "method": "*"})),
        ("/fault", json!({"kind": "error", "link": "alice"})),
        ("/fault", json!({"kind": "delay", "method": "*"})),
        ("/fault", json!({"kind": "drop"})),
        ("/fault", json!({"kind": "skew"})),
        ("/fault", json!({"kind": "lose", "difference": "*"})),
        ("/fault", json!({"kind": "too_long", "difference": "*"})),
        (
            "/fault",
            json!({"kind": "too_long", "difference": "nobody"}),
        ),
        (
            "/fault",
            json!({"kind": "shuffle", "pushes": "*", "lose": 1.5}),
        ),
        ("/fault", json!({"kind": "shuffle", "pushes": "bob"})),
        ("/fault", json!({"kind": "migrate", "link": "bob", "dc": 6})),
        ("/revoke", json!({"account": "nobody"})),
        (
            "/chat",
            json!({"kind": "group", "creator": "alice", "title": "alone"}),
        ),
        (
            "/chat",
            json!({"kind": "club", "creator": "alice", "title": "x"}),
        ),
        ("/members", json!({"chat": -5, "add": ["bob"]})),
        ("/load", json!({"accounts": ["alice"], "chats": []})),
        (
            "/load",
            json!({"accounts": ["alice"], "chats": ["bob"], "edits": 2}),
        ),
    ]
}

fn nonsensical_scenes() -> Vec<(&'static str, Value)> {
    vec![
        ("/archive", json!({"account": "alice", "peer": "nobody"})),
        (
            "/pin",
            json!({"account": "alice", "peer": "bob", "message_id": 9}),
        ),
        (
            "/react",
            json!({"account": "alice", "peer": "bob", "message_id": 9, "emoji": "x"}),
        ),
        (
            "/raw",
            json!({"from": "alice", "to": "bob", "message": "0100000001", "id_at": 0}),
        ),
        ("/raw", json!({"from": "alice", "to": "bob", "media": "0x"})),
        ("/raw", json!({"from": "alice", "to": "bob"})),
        (
            "/fault",
            json!({"method": "*", "chat": "nobody", "kind": "hollow"}),
        ),
        ("/fault", json!({"method": "*", "kind": "raw"})),
        ("/rules", json!({"limits": {"help.getConfig": 1}})),
        ("/invite", json!({"chat": -5})),
        ("/invite", json!({"revoke": "https://t.me/+nothing"})),
        ("/username", json!({"chat": -5, "username": "x"})),
        ("/block", json!({"account": "alice", "user": "nobody"})),
    ]
}

#[tokio::test]
async fn nonsense_is_refused_with_the_reason() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let port = Port::open(&dc);
    for (path, body) in nonsense().into_iter().chain(nonsensical_scenes()) {
        let (status, answer) = port.post(path, &body).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(answer["error"].is_string(), "{path} {body} {answer}");
    }
    assert_eq!(port.get("/ledger?from=x").await.0, 400);
    assert_eq!(port.get("/elsewhere").await.0, 404);
    port.close().await;
    dc.stop().await;
}
