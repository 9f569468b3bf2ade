//! What one chat's trouble does not do to others, and how few dialogs are asked for.

use super::{CAROL, channel, closed, gaps, start, watchful};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::Fault;
use serde_json::{Value, json};
use std::time::Duration;

contract! {
    async fn a_channel_that_is_refused_again_keeps_its_place(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let carol = done(hub.dc.user("carol"))?;
        let method = "updates.getChannelDifference";
        let refusal = Fault::error(method, 400, "CHANNEL_MONOFORUM_UNSUPPORTED");
        hub.dc.fault(refusal.of(carol).for_ever());
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", &name, "lost"))?;
        done(hub.dc.send("alice", &name, "shows that one is missing"))?;
        closed(&hub.client, "channel_refused").await?;
        done(hub.dc.send("alice", &name, "begins the channel anew"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.delete_in(&name, "alice", &[3]))?;
        let asked = hub.dc.calls(method);
        eventually(|| async { Ok((hub.dc.calls(method) > asked).then_some(())) }).await?;
        done(hub.dc.send("alice", &name, "after it was tried again"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn what_is_refused_to_the_account_itself_is_no_channels_trouble(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let carol = done(hub.dc.user("carol"))?;
        for (code, name) in [(303, "USER_MIGRATE_1"), (401, "SESSION_PASSWORD_NEEDED")] {
            let method = "updates.getChannelDifference";
            hub.dc.fault(Fault::error(method, code, name).of(carol));
        }
        for _ in 0..2 {
            done(hub.dc.lose_pushes(Some("carol"), 1))?;
            done(hub.dc.send("alice", &name, "lost"))?;
            done(hub.dc.send("alice", &name, "shows that one is missing"))?;
            complete(&hub.dc, &hub.client, "carol").await?;
        }
        let all = gaps(&hub.client, "carol").await?;
        assert!(all.iter().all(|gap| gap["cause"] != "channel_refused"), "{all:?}");
        hub.stop().await?;
    }

    async fn a_new_chat_whose_history_is_refused_holds_up_no_other(db: TestDb) {
        let hub = start(db).await?;
        done(hub.dc.send_many("alice", "carol", "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        let (id, name) = channel(&dc, &["carol"])?;
        done(dc.send_many("alice", &name, "new {n}", 3))?;
        done(dc.send_many("alice", "carol", "away {n}", 5))?;
        done(dc.too_long("carol", 1))?;
        let carol = done(dc.user("carol"))?;
        let refusal = Fault::error("messages.getHistory", 400, "CHANNEL_PRIVATE");
        dc.fault(refusal.times(u32::MAX).of(carol));
        let hub = TestHub::start_with(db, dc, options).await?;
        eventually(|| async {
            let all = gaps(&hub.client, "carol").await?;
            let of_account = all.iter().find(|gap| gap["cause"] == "difference_too_long");
            let reason = |gap: &&Value| {
                let reason = gap["reason"].as_str().unwrap_or_default();
                gap["chat_id"] == id && reason.contains("CHANNEL_PRIVATE")
            };
            let closed = of_account.is_some_and(|gap| !gap["closed_at"].is_null());
            Ok((closed && all.iter().any(|gap| reason(&gap))).then_some(()))
        })
        .await?;
        hub.stop().await?;
    }

    async fn a_flood_at_the_third_page_of_dialogs_ends_the_round_all_the_same(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        for n in 0..350 {
            let title = format!("group {n}");
            done(dc.create_group(NewChat::new("alice", &title).with(&["carol"])))?;
        }
        let carol = done(dc.user("carol"))?;
        let mut options = watchful();
        options.timing.reconcile_every = Duration::from_hours(1);
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.log_in("carol", CAROL).await?;
        assert_eq!(hub.dc.calls("messages.getDialogs"), 1, "the page of the login");
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", "carol", "lost"))?;
        eventually(|| async {
            Ok((hub.dc.calls("messages.getDialogs") >= 3).then_some(()))
        })
        .await?;
        // The third page is refused three times; going on there costs 1 + 2 + 3 + 2 calls in all,
        // beginning anew each time 1 + 3 * 3 + 4.
        let flood = Fault::error("messages.getDialogs", 420, "FLOOD_WAIT_1");
        hub.dc.fault(flood.times(3).of(carol));
        eventually(|| async {
            Ok((hub.dc.calls("messages.getDialogs") >= 8).then_some(()))
        })
        .await?;
        hub.client.wait_for_messages("carol", 1).await?;
        eventually(|| async {
            let all = gaps(&hub.client, "carol").await?;
            let open = all.iter().any(|gap| gap["closed_at"].is_null());
            Ok((!open).then_some(()))
        })
        .await?;
        let pages = hub.dc.calls("messages.getDialogs");
        // Each look after that is one page.
        assert!(pages <= 12, "{pages} pages were asked for");
        hub.stop().await?;
    }

    async fn a_gap_of_a_channel_that_is_in_no_list_gets_an_end(db: TestDb) {
        let mut options = watchful();
        // The gap of the channel's first update is still open when the account is removed.
        options.timing.reconcile_after = Duration::from_secs(3);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "seen {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        done(hub.dc.remove_member(&name, "carol"))?;
        let given_up = |gap: &Value| {
            gap["reason"] == "the account is not in the channel" && gap["given_up"] == true
        };
        eventually(|| async {
            let all = gaps(&hub.client, "carol").await?;
            let ended = all.iter().any(given_up);
            let open = all.iter().any(|gap| gap["closed_at"].is_null());
            Ok((ended && !open).then_some(()))
        })
        .await?;
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!((&health["open_gaps"], &health["kept_out_chats"]), (&json!(0), &json!(1)));
        let told = hub.client.get("/session/carol/status").await?.expect(200);
        assert_eq!(told["kept_out_chats"], 1, "{told}");
        hub.stop().await?;
    }
}
