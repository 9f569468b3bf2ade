//! New messages, edits and deletions as they appear in the log.

use crate::support::contract;
use crate::support::http::{Client, eventually};
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done, earlier_texts};
use crate::support::observe::{micros, session};
use grammers_tl_types as tl;
use local_dc::dc::DcOptions;
use local_dc::dc::chats::NewChat;
use local_dc::world::change::Reach;
use local_dc::world::channel::ChannelKind;
use local_dc::world::ids::MessageId;
use local_dc::world::post::Content;
use local_dc::world::send::Draft;
use serde_json::{Value, json};

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// Waits until a session has a message with this text, and answers it.
async fn with_text(client: &Client, session: &str, text: &str) -> Result<Value, Failure> {
    eventually(|| async {
        let messages = client.messages(session).await?;
        Ok(messages.into_iter().find(|message| message["text"] == text))
    })
    .await
}

contract! {
    async fn an_edited_message_keeps_every_earlier_text(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let sent = done(hub.dc.send("alice", "carol", "first"))?;
        assert!(with_text(&hub.client, "carol", "first").await?["edited_at"].is_null());
        for text in ["second", "third"] {
            done(hub.dc.edit("alice", sent.sender, text))?;
        }
        for name in ["alice", "carol"] {
            let now = with_text(&hub.client, name, "third").await?;
            assert!(micros(&now["edited_at"])? >= micros(&now["date"])?);
            let earlier = earlier_texts(&hub.hub.store, name, &now).await?;
            assert_eq!(earlier, ["first", "second"], "{name}");
            assert_eq!(hub.client.messages(name).await?.len(), 1);
        }
        hub.stop().await?;
    }

    async fn of_edits_within_one_second_the_last_is_the_one_that_stays(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let new = NewChat::new("alice", "news").with(&["carol"]);
        let name = done(hub.dc.create_channel(ChannelKind::Broadcast, new))?.to_string();
        let mut sent = Vec::new();
        for chat in ["carol", &name] {
            sent.push((chat, done(hub.dc.send("alice", chat, "first"))?.sender));
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        for (chat, id) in &sent {
            // Telegram's dates are whole seconds, and the last text is the first edit's again.
            for text in ["one", "two", "one"] {
                done(hub.dc.edit_in(chat, "alice", *id, text))?;
            }
        }
        done(hub.dc.send("alice", "carol", "after"))?;
        done(hub.dc.send("alice", &name, "after"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_deleted_message_stays_and_is_marked(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let sent = done(hub.dc.send_many("alice", "carol", "number {n}", 3))?;
        hub.client.wait_for_messages("carol", 3).await?;
        done(hub.dc.delete("alice", &[sent[0].sender], Reach::Everybody))?;
        done(hub.dc.delete("alice", &[sent[1].sender], Reach::Own))?;
        // Comes after the deletions, so that whoever has it has seen them.
        done(hub.dc.send("alice", "carol", "the last"))?;
        for (name, deleted) in [("alice", [true, true]), ("carol", [true, false])] {
            with_text(&hub.client, name, "the last").await?;
            for (text, deleted) in ["number 1", "number 2"].into_iter().zip(deleted) {
                let message = with_text(&hub.client, name, text).await?;
                assert_eq!(!message["deleted_at"].is_null(), deleted, "{name}: {message}");
            }
            complete(&hub.dc, &hub.client, name).await?;
        }
        hub.stop().await?;
    }

    async fn edits_and_deletions_made_while_the_hub_is_away_are_caught_up(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let sent = done(hub.dc.send_many("alice", "carol", "number {n}", 3))?;
        hub.client.wait_for_messages("carol", 3).await?;

        let (db, dc, options) = hub.stop().await?;
        done(dc.edit("alice", sent[0].sender, "changed"))?;
        done(dc.delete("alice", &[sent[1].sender], Reach::Everybody))?;
        done(dc.send("carol", "alice", "answered elsewhere"))?;
        let hub = TestHub::start_with(db, dc, options).await?;

        complete(&hub.dc, &hub.client, "carol").await?;
        let changed = with_text(&hub.client, "carol", "changed").await?;
        let earlier = earlier_texts(&hub.hub.store, "carol", &changed).await?;
        assert_eq!(earlier, ["number 1"]);
        hub.stop().await?;
    }

    async fn what_is_sent_from_another_device_is_captured_as_ones_own(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        done(hub.dc.send("carol", "alice", "from my phone"))?;
        done(hub.dc.send("carol", "carol", "to myself"))?;
        let carol = done(hub.dc.account("carol"))?.user_id;
        let alice = done(hub.dc.account("alice"))?.user_id;
        for (text, chat) in [("from my phone", alice), ("to myself", carol)] {
            let message = with_text(&hub.client, "carol", text).await?;
            assert_eq!(message["outgoing"], true, "{message}");
            assert_eq!(message["sender_id"], carol, "{message}");
            assert_eq!(message["chat_id"], chat, "{message}");
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn sender_date_reply_and_formatting_are_kept(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let asked = done(hub.dc.send("alice", "carol", "a question"))?;
        let bold = tl::types::MessageEntityBold { offset: 3, length: 4 };
        let draft = Draft {
            content: Content {
                text: "\u{1f600} bold \u{2014} plain".to_owned(),
                entities: vec![bold.into()],
                ..Content::default()
            },
            silent: true,
            reply_to: Some(MessageId(asked.sender)),
            ..Draft::default()
        };
        let sent = done(hub.dc.send_draft("alice", "carol", draft))?;
        let message = with_text(&hub.client, "carol", "\u{1f600} bold \u{2014} plain").await?;
        let entry = hub.dc.ledger().pop().ok_or("nothing was sent")?;
        assert_eq!(message["message_id"], sent.receiver);
        assert_eq!(message["reply_to_message_id"], asked.receiver);
        assert_eq!(message["sender_id"], entry.sender);
        assert_eq!(message["outgoing"], false);
        assert_eq!(message["entities"], json!([{ "type": "bold", "offset": 3, "length": 4 }]));
        assert_eq!(micros(&message["date"])?, i64::from(entry.date) * 1_000_000);
        assert!(message["edited_at"].is_null() && message["deleted_at"].is_null());
        hub.stop().await?;
    }

    async fn updates_that_are_no_messages_change_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        done(hub.dc.send("alice", "carol", "one"))?;
        let since = session(&hub.client, "carol").await?["state_since"].clone();
        done(hub.dc.read("carol", "alice"))?;
        done(hub.dc.read("carol", "alice"))?;
        done(hub.dc.send("alice", "carol", "two"))?;
        for name in ["alice", "carol"] {
            complete(&hub.dc, &hub.client, name).await?;
        }
        assert_eq!(session(&hub.client, "carol").await?["state_since"], since);
        hub.stop().await?;
    }

    async fn two_sessions_of_one_account_each_capture_everything(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.log_in("carol at work", CAROL).await?;
        done(hub.dc.send_many("alice", "carol", "number {n}", 5))?;
        hub.client.send("carol at work", "@alice", "from work").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let work = hub.client.wait_for_messages("carol at work", 6).await?;
        assert_eq!(work.len(), 6);
        hub.stop().await?;
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn the_time_of_the_last_update_is_told() -> crate::support::TestResult {
    let hub = TestHub::start_with(
        crate::support::db::TestDb::sqlite()?,
        local_dc::dc::Dc::start(DcOptions::default())?,
        crate::support::hub::Options::default(),
    )
    .await?;
    hub.log_in("carol", CAROL).await?;
    done(hub.dc.send("alice", "carol", "hello"))?;
    let message = with_text(&hub.client, "carol", "hello").await?;
    let told = eventually(|| async {
        let told = session(&hub.client, "carol").await?;
        Ok((told["messages_captured"] == 1 && !told["last_update_at"].is_null()).then_some(told))
    })
    .await?;
    assert!(micros(&told["last_update_at"])? >= micros(&message["captured_at"])?);
    assert!(!told["last_call_at"].is_null());
    hub.stop().await?;
    Ok(())
}
