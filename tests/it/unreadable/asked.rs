//! Messages that cannot be read in what a client asks for at Telegram.

use super::{ALIEN, AMBIGUOUS, start};
use crate::support::contract;
use crate::support::ledger::done;
use local_dc::dc::raw::RawPart;
use local_dc::world::raw::Raw;
use serde_json::{Value, json};

/// The numbers and texts of messages, and whether they cannot be read.
fn rows(messages: &Value) -> Vec<(i64, String, bool)> {
    let all = messages.as_array().cloned().unwrap_or_default();
    let row = |message: &Value| {
        let text = message["text"].as_str().unwrap_or_default().to_owned();
        let id = message["id"].as_i64().unwrap_or_default();
        (id, text, message["media_type"] == "Unreadable")
    };
    all.iter().map(row).collect()
}

contract! {
    async fn a_page_of_a_chat_shows_what_cannot_be_read_as_such(db: TestDb) {
        let (hub, names) = start(db).await?;
        for name in &names {
            let chat = if name == "carol" { "@alice" } else { name };
            let mut expected = Vec::new();
            for (text, part) in [
                ("one", None),
                ("", Some(RawPart::Message(Raw::new(ALIEN)))),
                ("", Some(RawPart::Message(Raw::new(AMBIGUOUS)))),
                ("two", None),
                ("three", Some(RawPart::Media(AMBIGUOUS.to_vec()))),
            ] {
                let hidden = part.is_some();
                let sent = match part {
                    Some(part) => done(hub.dc.send_raw("alice", name, text, part))?,
                    None => done(hub.dc.send("alice", name, text))?,
                };
                let number = if name == "carol" { sent.receiver } else { sent.sender };
                expected.push((i64::from(number), text.to_owned(), hidden));
            }
            expected.reverse();
            let path = format!("/api/messages?chat={chat}");
            let page = hub.client.get(&format!("{path}&limit=5")).await?.expect(200);
            assert_eq!(rows(&page["result"]), expected, "{chat}: {page}");
            // From the middle of them, and one by one.
            let middle = expected[1].0;
            let page = hub.client.get(&format!("{path}&limit=2&offset_id={middle}")).await?.expect(200);
            assert_eq!(rows(&page["result"]), expected[2..4], "{chat}: {page}");
            for row in &expected {
                let one = hub.client.get(&format!("/api/messages/{}?chat={chat}", row.0)).await?.expect(200);
                assert_eq!(rows(&json!([one["result"]])), std::slice::from_ref(row), "{chat}: {one}");
            }
        }
        hub.stop().await?;
    }
}
