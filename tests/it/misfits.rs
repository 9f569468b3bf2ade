//! What Telegram says that cannot be ends no account, and nothing but itself.

mod refused;

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{captured, complete, done};
use grammers_tl_types::{Serializable as _, enums, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::raw::RawPart;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::Value;
use std::time::Duration;

const CAROL: &str = "+15550000003";
const VECTOR: u32 = 0x1cb5_c415;

type Failure = Box<dyn std::error::Error>;

/// A hub with Carol's account and a group with her, and the group's name.
async fn start(db: TestDb) -> Result<(TestHub, String), Failure> {
    start_with(db, Options::default()).await
}

async fn start_with(db: TestDb, mut options: Options) -> Result<(TestHub, String), Failure> {
    options.timing.reconcile_after = Duration::from_millis(300);
    options.timing.reconcile_every = Duration::from_secs(2);
    options.timing.reconcile_pace = Duration::ZERO;
    options.timing.dialogs_pace = Duration::from_millis(50);
    // Whoever is behind is given time.
    options.timing.recheck_after = Duration::from_secs(10);
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    hub.log_in("carol", CAROL).await?;
    let new = NewChat::new("alice", "group").with(&["carol"]);
    let name = done(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
    for chat in ["carol", &name] {
        done(hub.dc.send("alice", chat, "before"))?;
    }
    complete(&hub.dc, &hub.client, "carol").await?;
    Ok((hub, name))
}

/// What is written from now on to Carol and in the chats arrives, and she is online.
async fn goes_on(hub: &TestHub, chats: &[&str]) -> Result<(), Failure> {
    for chat in chats {
        done(hub.dc.send("alice", chat, &format!("later in {chat}")))?;
    }
    for chat in chats {
        let text = format!("later in {chat}");
        eventually(|| async {
            let rows = captured(&hub.client, "carol").await?;
            Ok(rows.into_iter().any(|row| row.text == text).then_some(()))
        })
        .await
        .map_err(|error| format!("{text:?} is missing: {error}"))?;
    }
    eventually(|| async {
        let state = hub.client.get("/session/carol/status").await?.expect(200);
        Ok((state["state"] == "online").then_some(()))
    })
    .await
}

async fn gaps(client: &Client) -> Result<Vec<Value>, Failure> {
    let page = client.get("/session/carol/gaps").await?.expect(200);
    Ok(page["gaps"].as_array().cloned().unwrap_or_default())
}

/// Waits until no gap is open.
async fn all_closed(hub: &TestHub) -> Result<(), Failure> {
    eventually(|| async {
        let gaps = gaps(&hub.client).await?;
        let open = gaps.iter().any(|gap| gap["closed_at"].is_null());
        Ok((!open).then_some(()))
    })
    .await
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn raw(bytes: Vec<u8>) -> FaultKind {
    FaultKind::Raw { bytes, run: false }
}

fn in_channel(channel_id: i64) -> enums::Peer {
    types::PeerChannel { channel_id }.into()
}

fn message(peer_id: enums::Peer, id: i32) -> enums::Message {
    types::MessageService {
        out: false,
        mentioned: false,
        media_unread: false,
        reactions_are_possible: false,
        silent: false,
        post: false,
        legacy: false,
        id,
        from_id: None,
        peer_id,
        saved_peer_id: None,
        reply_to: None,
        date: 1_700_000_000,
        action: enums::MessageAction::PinMessage,
        reactions: None,
        ttl_period: None,
    }
    .into()
}

/// Carol's place.
fn pts(dc: &Dc) -> Result<i32, Failure> {
    Ok(done(dc.account("carol"))?.pts)
}

contract! {
    async fn an_update_of_the_account_that_names_a_channel_costs_nothing_else(db: TestDb) {
        let (hub, group) = start(db).await?;
        let bare = group.parse::<i64>()?;
        let bare = -bare - 1_000_000_000_000;
        let updates: [fn(i64, i32) -> enums::Update; 4] = [
            |channel, pts| types::UpdateNewMessage {
                message: message(in_channel(channel), 900), pts, pts_count: 1,
            }.into(),
            |channel, pts| types::UpdateEditMessage {
                message: message(in_channel(channel), 901), pts, pts_count: 1,
            }.into(),
            |channel, pts| types::UpdateReadHistoryOutbox {
                peer: in_channel(channel), max_id: 1, pts, pts_count: 1,
            }.into(),
            |channel, pts| types::UpdatePinnedMessages {
                pinned: true, peer: in_channel(channel), messages: vec![1], pts, pts_count: 1,
            }.into(),
        ];
        for update in updates {
            let update = update(bare, pts(&hub.dc)? + 1).to_bytes();
            done(hub.dc.raw_update("carol", &update, 1))?;
            goes_on(&hub, &["carol", &group]).await?;
        }
        let (db, dc, options) = hub.stop().await?;
        let update = updates[0](bare, pts(&dc)? + 1);
        done(dc.raw_update("carol", &update.to_bytes(), 1))?;
        done(dc.send("alice", "carol", "while down"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        goes_on(&hub, &["carol", &group]).await?;
        all_closed(&hub).await?;
        hub.stop().await?;
    }

    async fn a_message_of_a_channel_that_names_a_person_takes_no_number_of_the_accounts(
        db: TestDb
    ) {
        let (hub, group) = start(db).await?;
        let alice = done(hub.dc.user("alice"))?;
        let lie = |id| message(types::PeerUser { user_id: alice.0 }.into(), id);
        let next = done(hub.dc.send("alice", "carol", "first"))?.receiver + 1;
        let raw = RawPart::Message(local_dc::world::raw::Raw::new(lie(next).to_bytes()));
        done(hub.dc.send_raw("alice", &group, "a lie", raw))?;
        goes_on(&hub, &[&group, "carol"]).await?;
        let rows = captured(&hub.client, "carol").await?;
        let own: Vec<_> = rows.iter().filter(|row| row.message_id == i64::from(next)).collect();
        assert!(own.iter().any(|row| row.text == "later in carol" && !row.deleted), "{own:?}");
        all_closed(&hub).await?;
        hub.stop().await?;
    }

    async fn a_channels_difference_that_leads_nowhere_is_not_asked_for_without_end(db: TestDb) {
        let (hub, group) = start(db).await?;
        let peer = done(hub.dc.peer(&group))?;
        let empty = words(&[0x3e11_affb, 0, 1]);
        let no_pts: enums::updates::ChannelDifference = types::updates::ChannelDifferenceTooLong {
            r#final: true,
            timeout: None,
            dialog: types::DialogFolder {
                pinned: false,
                folder: types::Folder {
                    autofill_new_broadcasts: false,
                    autofill_public_groups: false,
                    autofill_new_correspondents: false,
                    id: 1,
                    title: String::new(),
                    photo: None,
                }.into(),
                peer: in_channel(1),
                top_message: 1,
                unread_muted_peers_count: 0,
                unread_unmuted_peers_count: 0,
                unread_muted_messages_count: 0,
                unread_unmuted_messages_count: 0,
            }.into(),
            messages: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
        }.into();
        for answer in [empty, no_pts.to_bytes()] {
            let before = hub.dc.calls("updates.getChannelDifference");
            let fault = Fault::new("updates.getChannelDifference", raw(answer));
            hub.dc.fault(fault.in_chat(peer).for_ever());
            done(hub.dc.push_channel_too_long(&group, false))?;
            eventually(|| async {
                Ok((hub.dc.calls("updates.getChannelDifference") > before).then_some(()))
            })
            .await?;
            goes_on(&hub, &["carol", &group]).await?;
            hub.dc.clear_faults();
            let calls = hub.dc.calls("updates.getChannelDifference") - before;
            assert!(calls < 20, "{calls} calls");
        }
        all_closed(&hub).await?;
        hub.stop().await?;
    }

    async fn an_accounts_difference_that_leads_nowhere_is_not_asked_for_without_end(db: TestDb) {
        let (hub, group) = start(db).await?;
        let at = |pts| types::updates::State { pts, qts: 0, date: 1, seq: 0, unread_count: 0 };
        let stays: enums::updates::Difference = types::updates::DifferenceSlice {
            new_messages: Vec::new(),
            new_encrypted_messages: Vec::new(),
            other_updates: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
            intermediate_state: at(1).into(),
        }.into();
        let below: enums::updates::Difference = types::updates::Difference {
            new_messages: Vec::new(),
            new_encrypted_messages: Vec::new(),
            other_updates: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
            state: at(-1).into(),
        }.into();
        for answer in [stays, below] {
            let before = hub.dc.calls("updates.getDifference");
            let fault = Fault::new("updates.getDifference", raw(answer.to_bytes()));
            hub.dc.fault(fault.for_ever());
            done(hub.dc.push_too_long("carol"))?;
            eventually(|| async {
                Ok((hub.dc.calls("updates.getDifference") > before).then_some(()))
            })
            .await?;
            goes_on(&hub, &["carol", &group]).await?;
            let calls = hub.dc.calls("updates.getDifference") - before;
            assert!(calls < 20, "{calls} calls");
            hub.dc.clear_faults();
        }
        all_closed(&hub).await?;
        hub.stop().await?;
    }
}
