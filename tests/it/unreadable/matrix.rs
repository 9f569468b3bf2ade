//! Where the unreadable one may stand, in each kind of chat, live and while the hub is down.
//!
//! Each time everything else is in the log within ten seconds, the account is online throughout and
//! can send, and one closed gap names the one message.

use super::{ALIEN, Failure, gaps, start_with, watchful};
use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::hub::TestHub;
use crate::support::ledger::{done, is_complete};
use local_dc::dc::Dc;
use local_dc::dc::chats::NewChat;
use local_dc::dc::raw::RawPart;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long everything else may take.
const SOON: Duration = Duration::from_secs(10);

/// What brings the unreadable one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A push; while the hub is down there is none.
    Push,
    /// The account's difference, or a channel's.
    Difference,
    /// History, after a difference that is too long.
    History,
    /// Nothing comes after it, so that a list of dialogs shows it.
    Top,
}

/// Lets it come.
fn poison(dc: &Dc, chat: &str, place: Place, live: bool) -> Result<(), Failure> {
    if place == Place::History {
        if chat.starts_with("-100") {
            done(dc.channel_too_long(chat, Some("carol"), 1))?;
        } else {
            done(dc.too_long("carol", 1))?;
        }
    }
    if live && place != Place::Push {
        done(dc.lose_pushes(Some("carol"), 2))?;
    }
    done(dc.send("alice", chat, "one"))?;
    done(dc.send_raw("alice", chat, "two", RawPart::Media(ALIEN.to_vec())))?;
    if place != Place::Top {
        done(dc.send("alice", chat, "three"))?;
    }
    Ok(())
}

async fn online(hub: &TestHub) -> Result<(), Failure> {
    let state = hub.client.get("/session/carol/status").await?.expect(200);
    assert_eq!(state["state"], "online");
    assert_eq!(state["healing"]["reconnect"], 0, "{state}");
    Ok(())
}

/// Everything is there in time, and the gaps of this kind are as many as the messages, closed.
async fn told(hub: &TestHub, expected: usize, since: Instant) -> Result<(), Failure> {
    loop {
        let gaps = gaps(&hub.client).await?;
        let named = gaps.iter().filter(|gap| {
            let reason = gap["reason"].as_str().unwrap_or_default();
            !gap["closed_at"].is_null() && reason.matches("message ").count() == 1
        });
        let named = named.count();
        let whole = is_complete(&hub.dc, &hub.client, "carol").await?;
        online(hub).await?;
        if whole && named == expected {
            assert_eq!(gaps.len(), expected, "{gaps:?}");
            return Ok(());
        }
        if since.elapsed() > SOON {
            return Err(format!("not in time: whole {whole}, gaps {gaps:?}").into());
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn with_group(db: TestDb) -> Result<(TestHub, Vec<String>), Failure> {
    let (hub, names) = start_with(db, watchful()).await?;
    let mut names = names.to_vec();
    let new = NewChat::new("alice", "basic").with(&["carol"]);
    let group = done(hub.dc.create_group(new))?.to_string();
    done(hub.dc.send("alice", &group, "before"))?;
    names.push(group);
    Ok((hub, names))
}

async fn live(db: TestDb, place: Place) -> Result<(), Failure> {
    let (hub, names) = with_group(db).await?;
    for (n, name) in names.iter().enumerate() {
        let since = Instant::now();
        poison(&hub.dc, name, place, true)?;
        hub.client
            .send("carol", "@alice", "sends meanwhile")
            .await?;
        told(&hub, n + 1, since).await?;
    }
    hub.stop().await?;
    Ok(())
}

async fn down(db: TestDb, place: Place) -> Result<(), Failure> {
    let (mut hub, names) = with_group(db).await?;
    for (n, name) in names.iter().enumerate() {
        let (db, dc, options) = hub.stop().await?;
        poison(&dc, name, place, false)?;
        hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("carol", "online").await?;
        let since = Instant::now();
        hub.client
            .send("carol", "@alice", "sends meanwhile")
            .await?;
        told(&hub, n + 1, since).await?;
    }
    hub.stop().await?;
    Ok(())
}

contract! {
    async fn an_unreadable_message_in_a_push(db: TestDb) {
        live(db, Place::Push).await?;
    }

    async fn an_unreadable_message_in_a_difference_after_lost_pushes(db: TestDb) {
        live(db, Place::Difference).await?;
    }

    async fn an_unreadable_message_in_a_difference_at_the_start(db: TestDb) {
        down(db, Place::Difference).await?;
    }

    async fn an_unreadable_message_in_history_while_online(db: TestDb) {
        live(db, Place::History).await?;
    }

    async fn an_unreadable_message_in_history_after_the_start(db: TestDb) {
        down(db, Place::History).await?;
    }

    async fn an_unreadable_message_at_the_top_of_a_dialog_while_online(db: TestDb) {
        live(db, Place::Top).await?;
    }

    async fn an_unreadable_message_at_the_top_of_a_dialog_at_the_start(db: TestDb) {
        down(db, Place::Top).await?;
    }
}
