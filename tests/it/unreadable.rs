//! One object of an unknown kind costs itself and nothing else, wherever it stands.

mod asked;
mod edits;
mod matrix;
mod narrow;

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use local_dc::dc::chats::NewChat;
use local_dc::dc::raw::RawPart;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use serde_json::Value;
use std::time::Duration;

const CAROL: &str = "+15550000003";

/// A constructor that no schema has, and something behind it.
const ALIEN: [u8; 16] = *b"\xef\xbe\xad\xdealien bytes.";

type Failure = Box<dyn std::error::Error>;

/// The same with something behind it that may be the list of chats after a message, or not: no end
/// of it can be told.
const AMBIGUOUS: [u8; 16] = *b"\xef\xbe\xad\xde\x15\xc4\xb5\x1c\x01\0\0\0\xef\xbe\xed\xfe";

/// A hub that looks into the history soon.
fn watchful() -> Options {
    let mut options = Options::default();
    options.timing.reconcile_after = Duration::from_millis(300);
    options.timing.reconcile_every = Duration::from_secs(2);
    options.timing.reconcile_pace = Duration::ZERO;
    options.timing.dialogs_pace = Duration::from_millis(50);
    options
}

/// A hub with Carol's account, and the names of a private chat, a group and a channel with her.
async fn start(db: TestDb) -> Result<(TestHub, [String; 3]), Failure> {
    start_with(db, Options::trusting()).await
}

async fn start_with(db: TestDb, options: Options) -> Result<(TestHub, [String; 3]), Failure> {
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    hub.log_in("carol", CAROL).await?;
    let mut names = vec!["carol".to_owned()];
    for (kind, title) in [
        (ChannelKind::Supergroup, "group"),
        (ChannelKind::Broadcast, "news"),
    ] {
        let new = NewChat::new("alice", title).with(&["carol"]);
        names.push(done(hub.dc.create_channel(kind, new))?.to_string());
    }
    for name in &names {
        done(hub.dc.send("alice", name, "before"))?;
    }
    complete(&hub.dc, &hub.client, "carol").await?;
    let names = names.try_into().map_err(|_names| "three names")?;
    Ok((hub, names))
}

fn poison(dc: &Dc, chat: &str) -> Result<(), Failure> {
    done(dc.send("alice", chat, "one"))?;
    done(dc.send_raw("alice", chat, "two", RawPart::Media(ALIEN.to_vec())))?;
    done(dc.send("alice", chat, "three"))?;
    Ok(())
}

async fn gaps(client: &Client) -> Result<Vec<Value>, Failure> {
    let page = client.get("/session/carol/gaps").await?.expect(200);
    let all = page["gaps"].as_array().cloned().unwrap_or_default();
    Ok(all
        .into_iter()
        .filter(|gap| gap["cause"] == "unreadable")
        .collect())
}

/// Waits for the log, and looks at what it says of the unreadable ones.
async fn told(hub: &TestHub, expected: usize) -> Result<(), Failure> {
    told_together(hub, expected, expected).await
}

/// The same of messages that fewer gaps name together.
async fn told_together(hub: &TestHub, expected: usize, in_gaps: usize) -> Result<(), Failure> {
    complete(&hub.dc, &hub.client, "carol").await?;
    let page = hub.client.get("/session/carol/messages").await?.expect(200);
    let messages = page["messages"].as_array().cloned().unwrap_or_default();
    let marked = messages.iter().filter(|message| {
        message["media"]["type"] == "unreadable" && message["media"]["constructor"] == "0xdeadbeef"
    });
    assert_eq!(marked.count(), expected);
    let named = eventually(|| async {
        let gaps = gaps(&hub.client).await?;
        let closed = gaps.iter().all(|gap| !gap["closed_at"].is_null());
        Ok((gaps.len() >= in_gaps && closed).then_some(gaps))
    })
    .await?;
    assert_eq!(named.len(), in_gaps, "{named:?}");
    for gap in named {
        let reason = gap["reason"].as_str().unwrap_or_default();
        assert!(
            reason.contains("message ") && reason.contains("0xdeadbeef"),
            "{gap}"
        );
    }
    let state = hub.client.get("/session/carol/status").await?.expect(200);
    assert_eq!(state["state"], "online");
    assert_eq!(state["unreadable_messages"], expected, "{state}");
    let health = hub.client.get("/health").await?.expect(200);
    assert_eq!(health["unreadable_messages"], expected, "{health}");
    assert_eq!(state["healing"]["reconnect"], 0);
    Ok(())
}

contract! {
    async fn a_message_with_something_unknown_in_it_costs_nothing_else_live(db: TestDb) {
        let (hub, names) = start(db).await?;
        poison(&hub.dc, &names[0])?;
        told(&hub, 1).await?;
        for name in &names[1..] {
            poison(&hub.dc, name)?;
        }
        // What is pushed cannot be read, and the next push shows what is missing.
        for name in &names {
            done(hub.dc.send("alice", name, "after"))?;
        }
        told(&hub, 3).await?;
        hub.stop().await?;
    }

    async fn a_message_with_something_unknown_in_it_costs_nothing_else_while_down(db: TestDb) {
        let (hub, names) = start(db).await?;
        let (db, dc, options) = hub.stop().await?;
        for name in &names {
            poison(&dc, name)?;
        }
        let hub = TestHub::start_with(db, dc, options).await?;
        told(&hub, 3).await?;
        let body = serde_json::json!({ "session_id": "carol", "chat_id": "@alice", "message": "x" });
        hub.client.post("/message/send", body).await?.expect(200);
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_push_or_a_user_that_cannot_be_read_costs_no_message(db: TestDb) {
        let (hub, names) = start(db).await?;
        done(hub.dc.push_raw("carol", &ALIEN))?;
        done(hub.dc.raw_object("alice", Some(&ALIEN)))?;
        for name in &names {
            done(hub.dc.send("alice", name, "by nobody"))?;
        }
        told(&hub, 0).await?;
        hub.stop().await?;
    }
}
