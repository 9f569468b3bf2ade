//! Refusals, false answers, floods and silence that strike one question.

use super::{VECTOR, all_closed, goes_on, raw, start, start_with, words};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{captured, complete, done};
use grammers_tl_types::{Serializable as _, enums, types};
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use std::time::Duration;

contract! {
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
