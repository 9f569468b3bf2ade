//! Edits that cannot be read, and lists of dialogs with something unknown in them.

use super::{ALIEN, CAROL, start, start_with, told, watchful};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use local_dc::dc::chats::NewChat;
use local_dc::dc::raw::RawPart;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::raw::Raw;
use std::time::Duration;

contract! {
    async fn an_edit_that_cannot_be_read_marks_its_message_and_the_next_one_heals_it(db: TestDb) {
        let (hub, names) = start(db).await?;
        let mut edited = Vec::new();
        for name in &names {
            let id = done(hub.dc.send("alice", name, "old"))?.sender;
            edited.push((name, id));
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        for (name, id) in &edited {
            let part = RawPart::Media(ALIEN.to_vec());
            done(hub.dc.edit_raw(name, "alice", *id, "new", part))?;
            // What is pushed cannot be read, and the next push shows what is missing.
            done(hub.dc.send("alice", name, "after"))?;
        }
        told(&hub, 3).await?;
        done(hub.dc.edit_in(&names[1], "alice", edited[1].1, "readable again"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        eventually(|| async {
            let rows = hub.client.messages("carol").await?;
            let marked = rows.iter().filter(|row| row["media"]["type"] == "unreadable");
            Ok((marked.count() == 2).then_some(()))
        })
        .await?;
        hub.stop().await?;
    }

    async fn an_edit_that_cannot_be_read_and_that_history_tells_marks_its_message(db: TestDb) {
        let (hub, names) = start_with(db, watchful()).await?;
        let mut edited = Vec::new();
        for name in &names {
            edited.push((name, done(hub.dc.send("alice", name, "old"))?.sender));
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.too_long("carol", 1))?;
        for name in &names[1..] {
            done(dc.channel_too_long(name, Some("carol"), 1))?;
        }
        for (name, id) in &edited {
            let part = RawPart::Media(ALIEN.to_vec());
            done(dc.edit_raw(name, "alice", *id, "new", part))?;
        }
        let hub = TestHub::start_with(db, dc, options).await?;
        told(&hub, 3).await?;
        hub.stop().await?;
    }

    async fn dialogs_after_those_that_tell_no_place_are_listed_all_the_same(db: TestDb) {
        let mut options = watchful();
        options.timing.reconcile_every = Duration::from_hours(1);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let new = NewChat::new("alice", "group").with(&["carol"]);
        let name = done(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
        done(hub.dc.send("alice", &name, "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", &name, "lost"))?;
        // Two next to each other, which nobody can tell apart, and neither says when it was sent.
        for from in ["alice", "bob"] {
            let whole = RawPart::Message(Raw::new(ALIEN));
            done(hub.dc.send_raw(from, "carol", "", whole))?;
        }
        eventually(|| async {
            let rows = hub.client.messages("carol").await?;
            Ok(rows.iter().any(|row| row["text"] == "lost").then_some(()))
        })
        .await?;
        hub.stop().await?;
    }

    async fn something_unknown_in_a_list_of_dialogs_stops_no_look_at_the_log(db: TestDb) {
        let mut options = Options::default();
        options.timing.reconcile_after = Duration::from_millis(300);
        options.timing.reconcile_every = Duration::from_secs(1);
        options.timing.reconcile_pace = Duration::ZERO;
        options.timing.dialogs_pace = Duration::from_millis(50);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let new = NewChat::new("alice", "group").with(&["carol", "bob"]);
        let name = done(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
        done(hub.dc.send("bob", &name, "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        // The top of one dialog, and somebody whom another one shows.
        done(hub.dc.send_raw("alice", "carol", "two", RawPart::Media(ALIEN.to_vec())))?;
        // The difference that it takes is over before the other one gets lost.
        told(&hub, 1).await?;
        done(hub.dc.raw_object("bob", Some(&ALIEN)))?;
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("bob", &name, "lost"))?;
        told(&hub, 1).await?;
        hub.stop().await?;
    }
}
