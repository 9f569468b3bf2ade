//! Answers in which the unreadable cannot be told from what follows it.

use super::{ALIEN, AMBIGUOUS, Failure, start_with, told, told_together, watchful};
use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::hub::TestHub;
use crate::support::ledger::done;
use local_dc::dc::Dc;
use local_dc::dc::chats::NewChat;
use local_dc::dc::raw::RawPart;
use local_dc::world::raw::Raw;

/// Messages of a chat of which parts cannot be read, after one that can. What follows on the last
/// one of a list is another list, which these parts look like.
fn poison(dc: &Dc, chat: &str, parts: Vec<RawPart>) -> Result<(), Failure> {
    done(dc.send("alice", chat, "one"))?;
    for (n, part) in parts.into_iter().enumerate() {
        let text = match &part {
            RawPart::Media(_) => format!("unreadable {n}"),
            RawPart::Message(_) => String::new(),
        };
        done(dc.send_raw("alice", chat, &text, part))?;
    }
    Ok(())
}

fn media() -> Vec<RawPart> {
    vec![RawPart::Media(AMBIGUOUS.to_vec())]
}

fn whole() -> Vec<RawPart> {
    vec![RawPart::Message(Raw::new(AMBIGUOUS))]
}

/// In each chat, while the hub is down.
async fn down(db: TestDb, parts: impl Fn() -> Vec<RawPart>) -> Result<(), Failure> {
    let (mut hub, mut names) = with_group(db).await?;
    names.reverse();
    for (n, name) in names.iter().enumerate() {
        let (db, dc, options) = hub.stop().await?;
        poison(&dc, name, parts())?;
        hub = TestHub::start_with(db, dc, options).await?;
        told_together(&hub, (n + 1) * parts().len(), n + 1).await?;
    }
    hub.client.send("carol", "@alice", "still sends").await?;
    hub.stop().await?;
    Ok(())
}

/// In each chat, while the hub listens.
async fn live(db: TestDb, parts: impl Fn() -> Vec<RawPart>) -> Result<(), Failure> {
    let (hub, names) = with_group(db).await?;
    for (n, name) in names.iter().enumerate() {
        poison(&hub.dc, name, parts())?;
        told(&hub, n + 1).await?;
    }
    hub.client.send("carol", "@alice", "still sends").await?;
    hub.stop().await?;
    Ok(())
}

async fn with_group(db: TestDb) -> Result<(TestHub, Vec<String>), Failure> {
    let (hub, names) = start_with(db, watchful()).await?;
    let mut names = names.to_vec();
    let new = NewChat::new("alice", "basic").with(&["carol"]);
    names.push(done(hub.dc.create_group(new))?.to_string());
    Ok((hub, names))
}

contract! {
    async fn a_message_with_something_that_may_end_anywhere_is_found_while_down(db: TestDb) {
        down(db, media).await?;
    }

    async fn a_message_with_something_that_may_end_anywhere_is_found_live(db: TestDb) {
        live(db, media).await?;
    }

    async fn a_message_of_which_nothing_can_be_read_is_found_while_down(db: TestDb) {
        down(db, whole).await?;
    }

    async fn a_message_of_which_nothing_can_be_read_is_found_live(db: TestDb) {
        live(db, whole).await?;
    }

    async fn messages_that_cannot_be_told_apart_are_found_one_by_one(db: TestDb) {
        let alien = || RawPart::Message(Raw::new(ALIEN));
        down(db, || vec![alien(), alien()]).await?;
    }
}
