//! `/history/{dialog_id}` and `/sync/{dialog_id}`.

use super::{Failure, SESSION, get, request, request_of, start};
use crate::media::{document, given_as};
use crate::support::contract;
use crate::support::http::{Answer, read};
use crate::support::hub::TestHub;
use crate::support::ledger::done;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;

/// A supergroup of Bob's and Alice's with so many messages, and the two that tell how it began.
fn group(hub: &TestHub, count: u32) -> Result<String, Failure> {
    let new = NewChat::new("bob", "crew").with(&["alice"]);
    let id = done(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
    done(hub.dc.send_many("bob", &id, "Привет {n}", count))?;
    Ok(id)
}

/// The events of a stream: their names and their data.
fn events(answer: Answer) -> Result<Vec<(String, Value)>, Failure> {
    assert_eq!(
        answer.header("content-type"),
        "text/event-stream; charset=utf-8"
    );
    let Value::String(text) = answer.expect(200) else {
        return Err("no stream".into());
    };
    let each = text.split_terminator("\n\n").map(|event| {
        let (name, data) = match event.split_once('\n') {
            Some((name, data)) => (name.strip_prefix("event: ").ok_or("no name")?, data),
            None => ("", event),
        };
        let data = data.strip_prefix("data: ").ok_or("no data")?;
        Ok((name.to_owned(), serde_json::from_str(data)?))
    });
    each.collect()
}

fn numbers(data: &Value) -> Vec<i64> {
    let messages = data["messages"].as_array().into_iter().flatten();
    messages
        .filter_map(|one| one["message_id"].as_i64())
        .collect()
}

/// Whether alice wants files at all.
async fn download_media(hub: &TestHub, wanted: bool) -> Result<(), Failure> {
    let change = request(hub, "PATCH /settings")?.json(&json!({ "download_media": wanted }));
    drop(read(change).await?.expect(200));
    Ok(())
}

/// What a sync of Bob's chat with alice tells of files.
async fn synced_files(hub: &TestHub, path: &str) -> Result<[Value; 3], Failure> {
    let report = sync(hub, path).await?;
    let fields = ["messages_with_media", "media_downloaded", "media_skipped"];
    Ok(fields.map(|field| report[field].clone()))
}

/// The messages of a chat that have a file.
async fn with_files(hub: &TestHub, chat: &str) -> Result<Vec<Value>, Failure> {
    let chunks = events(get(hub, &format!("/history/{chat}")).await?)?;
    let messages = chunks
        .iter()
        .filter_map(|(_, data)| data["messages"].as_array());
    let messages = messages
        .flatten()
        .filter(|one| !one["media_uuid"].is_null());
    Ok(messages.cloned().collect())
}

async fn sync(hub: &TestHub, path: &str) -> Result<Value, Failure> {
    Ok(read(request(hub, &format!("POST /sync/{path}"))?)
        .await?
        .expect(200))
}

contract! {
    async fn a_history_comes_in_chunks_of_one_size_and_then_from_the_log(db: TestDb) {
        let hub = start(db).await?;
        let id = group(&hub, 250)?;
        let first = get(&hub, &format!("/history/{id}")).await?;
        let text = first.body.as_str().unwrap_or_default().to_owned();
        assert!(text.is_ascii() && text.contains(r"\u041f\u0440\u0438\u0432\u0435\u0442 250"));
        let chunks = events(first)?;
        let sizes: Vec<usize> = chunks.iter().map(|(_, data)| numbers(data).len()).collect();
        assert_eq!(sizes, [100, 100, 52]);
        let all: Vec<i64> = chunks.iter().flat_map(|(_, data)| numbers(data)).collect();
        assert_eq!(all, (1..=252).collect::<Vec<_>>());
        let last = &chunks[2].1["messages"][51];
        assert_eq!((&last["first_name"], &last["is_forwarded"]), (&json!("Bob"), &json!(0)));
        let keys = last.as_object().map_or(0, serde_json::Map::len);
        assert_eq!(keys, 19, "{last}");
        let before = hub.dc.calls("messages.getHistory");
        let again = get(&hub, &format!("/history/{id}?chunk_size=252")).await?;
        assert_eq!(numbers(&events(again)?[0].1), all);
        assert_eq!(hub.dc.calls("messages.getHistory"), before + 1);
        let newest = get(&hub, &format!("/history/{id}?reverse=false&chunk_size=2")).await?;
        assert_eq!(numbers(&events(newest)?[0].1), [252, 251]);
        let none = get(&hub, &format!("/history/{id}?end_date=2020-01-01")).await?;
        assert_eq!(none.expect(200), json!(""));
        hub.stop().await?;
    }

    async fn what_cannot_be_asked_for_is_refused_with_the_field(db: TestDb) {
        let hub = start(db).await?;
        let id = group(&hub, 1)?;
        for (query, status) in [
            ("start_date=yesterday", 400),
            ("end_date=2024-01-32", 400),
            ("start_date=2024-01-02&end_date=2024-01-02", 400),
            ("chunk_size=0", 422),
            ("chunk_size=x", 422),
            ("reverse=maybe", 422),
        ] {
            let refused = get(&hub, &format!("/history/{id}?{query}")).await?;
            let detail = refused.refused(status, "invalid_request");
            let field = query.split('=').next().unwrap_or_default();
            assert!(detail.to_string().contains(field), "{query}: {detail}");
        }
        let named = get(&hub, "/history/crew").await?.refused(422, "invalid_request");
        assert_eq!(named["detail"][0]["loc"], json!(["path", "dialog_id"]));
        get(&hub, "/history/-1009999999999").await?.refused(404, "chat_not_found");
        let line = format!("GET /history/{id}");
        read(request_of(&hub, &line, "nobody")?).await?.refused(401, "session_not_authorized");
        hub.stop().await?;
    }

    async fn what_is_refused_at_once_has_a_status_and_later_an_event(db: TestDb) {
        let hub = start(db).await?;
        let id = group(&hub, 250)?;
        let alice = done(hub.dc.user("alice"))?;
        let page = |kind| Fault::new("messages.getHistory", kind).of(alice);
        hub.dc.fault(page(FaultKind::Delay(Duration::ZERO)));
        hub.dc.fault(Fault::error("messages.getHistory", 400, "CHANNEL_PRIVATE").of(alice));
        let broken = events(get(&hub, &format!("/history/{id}?chunk_size=60")).await?)?;
        let sizes: Vec<usize> = broken.iter().map(|(_, data)| numbers(data).len()).collect();
        assert_eq!(sizes, [60, 40, 0]);
        assert_eq!((broken[2].0.as_str(), &broken[2].1["code"]), ("error", &json!("chat_not_found")));
        let other = group(&hub, 1)?;
        hub.dc.fault(Fault::error("messages.getHistory", 420, "FLOOD_WAIT_500").of(alice));
        let refused = get(&hub, &format!("/history/{other}")).await?;
        assert!(refused.header("retry-after").parse::<u32>()? >= 499);
        refused.refused(429, "flood_wait");
        hub.stop().await?;
    }

    async fn a_sync_downloads_and_counts_what_the_log_has_not_read(db: TestDb) {
        let hub = start(db).await?;
        let id = group(&hub, 120)?;
        let counts = |downloaded| json!({
            "dialog_id": id.parse::<i64>().unwrap_or_default(), "messages_downloaded": downloaded,
            "messages_with_media": 0, "media_downloaded": 0, "media_skipped": 0,
        });
        assert_eq!(sync(&hub, &format!("{id}?start_date=2099-01-02&end_date=2099-01-01")).await?, counts(0));
        assert_eq!(sync(&hub, &id).await?, counts(122));
        assert_eq!(sync(&hub, &id).await?, counts(0));
        assert_eq!(sync(&hub, &format!("{id}?force_refresh=true")).await?, counts(122));
        let bad = read(request(&hub, &format!("POST /sync/{id}?start_date=x"))?).await?;
        bad.refused(400, "invalid_request");
        assert_eq!(hub.client.messages(SESSION).await?.len(), 122);
        hub.stop().await?;
    }

    async fn files_are_named_at_once_and_kept_as_the_settings_want(db: TestDb) {
        let hub = start(db).await?;
        let bob = done(hub.dc.user("bob"))?.0.to_string();
        download_media(&hub, false).await?;
        given_as(&hub, "alice", SESSION, &document("notes.txt", b"contents")).await?;
        assert_eq!(synced_files(&hub, &bob).await?, [json!(1), json!(0), json!(1)]);
        assert_eq!(hub.dc.calls("upload.getFile"), 0);
        let told = with_files(&hub, &bob).await?.pop().ok_or("no file")?;
        assert_eq!(
            (&told["media_type"], &told["media_original_filename"], &told["media_size"]),
            (&json!("MessageMediaDocument"), &json!("notes.txt"), &json!(8))
        );
        let file = format!("/files/{}", told["media_uuid"].as_str().ok_or("no text")?);
        drop(get(&hub, &file).await?.refused(404, "file_not_kept"));

        download_media(&hub, true).await?;
        let again = with_files(&hub, &bob).await?.pop().ok_or("no file")?;
        assert_eq!(again, told);
        let known = get(&hub, &format!("{file}?metadata_only=true")).await?.expect(200);
        assert_eq!(known["size"], 8);
        given_as(&hub, "alice", SESSION, &document("other.txt", b"others")).await?;
        assert_eq!(synced_files(&hub, &bob).await?[1], 1);
        let refreshed = synced_files(&hub, &format!("{bob}?force_refresh=true")).await?;
        assert_eq!(refreshed, [json!(2), json!(0), json!(0)]);
        assert_eq!(with_files(&hub, &bob).await?.len(), 2);
        hub.stop().await?;
    }
}
