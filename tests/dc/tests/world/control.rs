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

#[tokio::test]
async fn nonsense_is_refused_with_the_reason() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let port = Port::open(&dc);
    for (path, body) in [
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
        ("/revoke", json!({"account": "nobody"})),
    ] {
        let (status, answer) = port.post(path, &body).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(answer["error"].is_string(), "{path} {body} {answer}");
    }
    assert_eq!(port.get("/ledger?from=x").await.0, 400);
    assert_eq!(port.get("/elsewhere").await.0, 404);
    port.close().await;
    dc.stop().await;
}
