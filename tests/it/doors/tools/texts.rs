//! Texts on their way to Telegram and back: plain ones to the byte, marked ones to the unit.

use super::{ask, get, result};
use crate::support::contract;
use crate::support::hub::TestHub;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

/// How many texts are sent.
const TEXTS: usize = 100;

/// Texts of any letters, marks of both markups among them.
fn texts() -> Result<Vec<String>, String> {
    let letters = prop_oneof![
        any::<char>(),
        prop::sample::select(
            "*_~|`[]()<>&/\\\n\r\t \u{1f600}\u{200d}\u{fe0f}"
                .chars()
                .collect::<Vec<_>>()
        ),
    ];
    let text = prop::collection::vec(letters, 1..200).prop_map(String::from_iter);
    // Telegram takes no text of blanks alone.
    let text = text.prop_filter("blank", |text| !text.trim().is_empty());
    let mut runner = TestRunner::deterministic();
    let each = (0..TEXTS).map(|_| Ok(text.new_tree(&mut runner)?.current()));
    each.collect::<Result<_, proptest::test_runner::Reason>>()
        .map_err(|reason| reason.to_string())
}

contract! {
    async fn any_text_that_is_sent_plain_comes_back_byte_for_byte(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let texts = texts()?;
        for text in &texts {
            let sent = ask(&hub, "POST /api/messages", &json!({ "chat": "@carol", "text": text })).await?;
            assert_eq!(result(sent)["text"], *text);
        }
        let read = result(get(&hub, "/api/messages?chat=@carol&limit=200").await?);
        let read: Vec<_> = read.as_array().into_iter().flatten().rev().map(|message| &message["text"]).collect();
        assert_eq!(read, texts.iter().collect::<Vec<_>>());
        // The databases take no NUL, the log's one exception.
        let logged: Vec<_> = texts.iter().map(|text| text.replace('\0', "\u{fffd}")).collect();
        let captured = hub.client.wait_for_messages("a", texts.len()).await?;
        let captured: Vec<_> = captured.iter().rev().map(|message| message["text"].clone()).collect();
        assert_eq!(captured, logged);
        hub.stop().await?;
    }

    async fn marks_become_entities_counted_in_utf16_units(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let expected = json!([
            { "type": "bold", "offset": 3, "length": 2 },
            { "type": "spoiler", "offset": 6, "length": 6 },
        ]);
        for (mode, text) in [
            ("md", "\u{1f600} **\u{1f680}** ||secret||"),
            ("html", "\u{1f600} <b>\u{1f680}</b> <tg-spoiler>secret</tg-spoiler>"),
        ] {
            let body = json!({ "chat": "@carol", "text": text, "parse_mode": mode });
            let sent = result(ask(&hub, "POST /api/messages", &body).await?);
            assert_eq!(sent["text"], "\u{1f600} \u{1f680} secret", "{mode}");
        }
        for message in hub.client.wait_for_messages("a", 2).await? {
            assert_eq!(message["entities"], expected);
        }
        hub.stop().await?;
    }
}
