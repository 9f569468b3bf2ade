//! What Telegram says that cannot be ends no account, and nothing but itself.

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

    async fn whatever_name_a_refusal_of_one_channel_has_it_is_that_channels(db: TestDb) {
        let (hub, group) = start(db).await?;
        let peer = done(hub.dc.peer(&group))?;
        for (code, name) in [
            (401, "SESSION_PASSWORD_NEEDED"),
            (401, "ACTIVE_USER_REQUIRED"),
            (401, "AUTH_KEY_PERM_EMPTY"),
            (303, "USER_MIGRATE_77"),
            (400, "CONNECTION_NOT_INITED"),
        ] {
            hub.dc.fault(Fault::error("*", code, name).in_chat(peer).for_ever());
            done(hub.dc.push_channel_too_long(&group, false))?;
            goes_on(&hub, &["carol"]).await?;
            let status = hub.client.get("/session/carol/status").await?.expect(200);
            assert_eq!(status["state"], "online", "{code} {name}: {status}");
            hub.dc.clear_faults();
        }
        let healing = hub.client.get("/session/carol/status").await?.expect(200);
        assert_eq!(healing["healing"]["rebuild"], 0, "{healing}");
        hub.stop().await?;
    }

    async fn a_difference_that_is_refused_for_ever_keeps_nobody_offline(db: TestDb) {
        let (hub, group) = start(db).await?;
        for (code, name) in [(406, "UPDATE_APP_TO_LOGIN"), (400, "INPUT_FETCH_ERROR"), (500, "OOPS")] {
            hub.dc.fault(Fault::error("updates.getDifference", code, name).for_ever());
            done(hub.dc.push_too_long("carol"))?;
            done(hub.dc.send("alice", "carol", "meanwhile"))?;
            goes_on(&hub, &["carol", &group]).await?;
            hub.dc.clear_faults();
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        all_closed(&hub).await?;
        let status = hub.client.get("/session/carol/status").await?.expect(200);
        assert_eq!(status["healing"]["rebuild"], 0, "{status}");
        hub.stop().await?;
    }

    async fn one_answer_about_somebody_else_logs_nobody_out(db: TestDb) {
        let (mut hub, group) = start(db).await?;
        // Merely another one, and one that is said to be the account itself.
        for flags in [0, 1 << 10] {
            let (db, dc, options) = hub.stop().await?;
            let constructor = <types::User as grammers_tl_types::Identifiable>::CONSTRUCTOR_ID;
            let user = words(&[VECTOR, 1, constructor, flags, 0, 77, 0]);
            dc.fault(Fault::new("users.getUsers", raw(user)));
            hub = TestHub::start_with(db, dc, options).await?;
            goes_on(&hub, &["carol", &group]).await?;
        }
        assert_eq!(hub.dc.calls("auth.logOut"), 0);
        hub.stop().await?;
    }

    async fn an_absurd_number_in_a_list_of_dialogs_spoils_no_log(db: TestDb) {
        let (hub, group) = start(db).await?;
        let alice = done(hub.dc.user("alice"))?;
        let dialog: enums::Dialog = types::Dialog {
            pinned: false,
            unread_mark: false,
            view_forum_as_messages: false,
            peer: types::PeerUser { user_id: alice.0 }.into(),
            top_message: i32::MAX,
            read_inbox_max_id: 0,
            read_outbox_max_id: 0,
            unread_count: 0,
            unread_mentions_count: 0,
            unread_reactions_count: 0,
            unread_poll_votes_count: 0,
            notify_settings: types::PeerNotifySettings {
                show_previews: None, silent: None, mute_until: None, ios_sound: None,
                android_sound: None, other_sound: None, stories_muted: None,
                stories_hide_sender: None, stories_ios_sound: None,
                stories_android_sound: None, stories_other_sound: None,
            }.into(),
            pts: None,
            draft: None,
            folder_id: None,
            ttl_period: None,
        }.into();
        let list: enums::messages::Dialogs = types::messages::Dialogs {
            dialogs: vec![dialog],
            messages: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
        }.into();
        let before = hub.dc.calls("messages.getDialogs");
        hub.dc.fault(Fault::new("messages.getDialogs", raw(list.to_bytes())));
        eventually(|| async {
            Ok((hub.dc.calls("messages.getDialogs") > before + 1).then_some(()))
        })
        .await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", "carol", "while down {n}", 3))?;
        done(dc.too_long("carol", 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        goes_on(&hub, &["carol", &group]).await?;
        all_closed(&hub).await?;
        hub.stop().await?;
    }

    async fn a_silent_channel_keeps_nobody_waiting(db: TestDb) {
        let mut options = Options::default();
        options.timing.call_timeout = Duration::from_mins(2);
        let (hub, group) = start_with(db, options).await?;
        let new = NewChat::new("alice", "other").with(&["carol"]);
        let other = done(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
        goes_on(&hub, &[&other]).await?;
        let peer = done(hub.dc.peer(&group))?;
        let silence = Fault::new("updates.getChannelDifference", FaultKind::Silence);
        hub.dc.fault(silence.in_chat(peer).for_ever());
        let asked = hub.dc.calls("updates.getChannelDifference");
        // Nothing but pushes can bring anything.
        hub.dc.fault(Fault::error("messages.getDialogs", 420, "FLOOD_WAIT_600").for_ever());
        done(hub.dc.push_channel_too_long(&group, false))?;
        eventually(|| async {
            Ok((hub.dc.calls("updates.getChannelDifference") > asked).then_some(()))
        })
        .await?;
        done(hub.dc.send("alice", "carol", "at once"))?;
        done(hub.dc.send("alice", &other, "at once too"))?;
        eventually(|| async {
            let rows = captured(&hub.client, "carol").await?;
            let there = |text: &str| rows.iter().any(|row| row.text == text);
            Ok((there("at once") && there("at once too")).then_some(()))
        })
        .await?;
        // Still the first question: nothing had to wait for its end.
        assert_eq!(hub.dc.calls("updates.getChannelDifference"), asked + 1);
        hub.dc.clear_faults();
        hub.stop().await?;
    }

    async fn a_flooded_difference_keeps_no_message_back(db: TestDb) {
        let (hub, _) = start(db).await?;
        hub.dc.fault(Fault::error("updates.getDifference", 420, "FLOOD_WAIT_600"));
        let asked = hub.dc.calls("updates.getDifference");
        done(hub.dc.push_too_long("carol"))?;
        eventually(|| async {
            Ok((hub.dc.calls("updates.getDifference") > asked).then_some(()))
        })
        .await?;
        let listed = hub.dc.calls("messages.getMessages");
        done(hub.dc.send("alice", "carol", "all the same"))?;
        eventually(|| async {
            let rows = captured(&hub.client, "carol").await?;
            Ok(rows.iter().any(|row| row.text == "all the same").then_some(()))
        })
        .await?;
        assert_eq!(hub.dc.calls("messages.getMessages"), listed);
        hub.stop().await?;
    }
}
