//! What Telegram or the client library keep back is noticed, written down and fetched.

mod history;
mod newer;
mod rejoined;
mod troubles;

use crate::support::contract;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::change::Reach;
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::Value;
use std::time::Duration;
use telegram_hub::session::Timing;

const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// A hub that compares its logs soon and often.
fn watchful() -> Options {
    let options = Options::default();
    Options {
        timing: Timing {
            reconcile_after: Duration::from_millis(300),
            reconcile_every: Duration::from_secs(2),
            reconcile_pace: Duration::ZERO,
            dialogs_pace: Duration::from_millis(200),
            ..options.timing
        },
        ..options
    }
}

async fn start(db: crate::support::db::TestDb) -> Result<TestHub, Failure> {
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, watchful()).await?;
    hub.log_in("carol", CAROL).await?;
    Ok(hub)
}

async fn gaps(client: &Client, name: &str) -> Result<Vec<Value>, Failure> {
    let page = client
        .get(&format!("/session/{name}/gaps"))
        .await?
        .expect(200);
    Ok(page["gaps"].as_array().cloned().unwrap_or_default())
}

/// Waits until there is a closed gap of a cause and none is open, and answers it.
async fn closed(client: &Client, cause: &str) -> Result<Value, Failure> {
    eventually(|| async {
        let all = gaps(client, "carol").await?;
        let open = all.iter().any(|gap| gap["closed_at"].is_null());
        let found = all.into_iter().find(|gap| gap["cause"] == cause);
        Ok(found.filter(|_| !open))
    })
    .await
}

/// Waits for the second look, which the opening of a gap has asked for. What is answered after it
/// shows that it is over.
async fn looked_again(hub: &TestHub) -> Result<(), Failure> {
    let looked = hub.dc.calls("messages.getDialogs");
    eventually(|| async { Ok((hub.dc.calls("messages.getDialogs") > looked).then_some(())) })
        .await?;
    done(hub.dc.send("alice", "carol", "later"))?;
    complete(&hub.dc, &hub.client, "carol").await
}

fn channel(dc: &Dc, members: &[&str]) -> Result<(i64, String), Failure> {
    let new = NewChat::new("alice", "news").with(members);
    let id = done(dc.create_channel(ChannelKind::Supergroup, new))?;
    Ok((id, id.to_string()))
}

contract! {
    async fn messages_that_telegram_declares_too_many_are_fetched_from_history(db: TestDb) {
        let hub = start(db).await?;
        done(hub.dc.send_many("alice", "carol", "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        let sent = done(dc.send_many("alice", "carol", "away {n}", 250))?;
        done(dc.delete("alice", &[sent[7].sender], Reach::Everybody))?;
        done(dc.too_long("carol", 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        let gap = closed(&hub.client, "difference_too_long").await?;
        assert_eq!((&gap["found"], &gap["absent"]), (&249.into(), &1.into()), "{gap}");
        assert_eq!(gap["up_to_message_id"], 255);
        assert!(gap["chat_id"].is_null() && gap["reason"].is_null());
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["open_gaps"], 0);
        hub.stop().await?;
    }

    async fn edits_and_deletions_that_fell_into_a_gap_are_found_again(db: TestDb) {
        let hub = start(db).await?;
        let sent = done(hub.dc.send_many("alice", "carol", "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.edit("alice", sent[1].sender, "changed"))?;
        done(dc.delete("alice", &[sent[3].sender], Reach::Everybody))?;
        done(dc.too_long("carol", 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let gap = closed(&hub.client, "difference_too_long").await?;
        assert_eq!(gap["changed"], 2, "{gap}");
        hub.stop().await?;
    }

    async fn a_channel_whose_difference_is_too_long_is_completed(db: TestDb) {
        let hub = start(db).await?;
        let (id, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", &name, "away {n}", 120))?;
        done(dc.edit_in(&name, "alice", 4, "changed"))?;
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let gap = closed(&hub.client, "channel_difference_too_long").await?;
        assert_eq!((&gap["chat_id"], &gap["found"]), (&id.into(), &120.into()), "{gap}");
        assert_eq!(gap["changed"], 1, "{gap}");
        hub.stop().await?;
    }

    async fn a_message_that_is_gone_before_a_difference_tells_of_it_is_in_the_log(db: TestDb) {
        let mut options = watchful();
        // What is kept back does not outlive the link that a watchdog would make anew.
        options.timing.probe_every = Duration::from_mins(1);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 3))?;
        done(hub.dc.send("alice", "carol", "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        // Behind a push that is lost, pushes are kept back until a difference has been asked for.
        done(hub.dc.lose_pushes(Some("carol"), 2))?;
        done(hub.dc.send("alice", &name, "lost"))?;
        done(hub.dc.send("alice", "carol", "lost"))?;
        let told = done(hub.dc.send("alice", &name, "told"))?;
        done(hub.dc.delete_in(&name, "alice", &[told.sender]))?;
        let told = done(hub.dc.send("alice", "carol", "told"))?;
        done(hub.dc.edit("alice", told.sender, "told and changed"))?;
        done(hub.dc.delete("alice", &[told.sender], Reach::Everybody))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        // The same while a difference is waited for.
        let carol = done(hub.dc.user("carol"))?;
        for method in ["updates.getDifference", "updates.getChannelDifference"] {
            hub.dc.fault(Fault::error(method, 500, "INTERNAL").of(carol).times(1));
        }
        done(hub.dc.push_too_long("carol"))?;
        done(hub.dc.push_channel_too_long(&name, false))?;
        let told = done(hub.dc.send("alice", &name, "told again"))?;
        done(hub.dc.edit_in(&name, "alice", told.sender, "told again and changed"))?;
        done(hub.dc.delete_in(&name, "alice", &[told.sender]))?;
        let told = done(hub.dc.send("alice", "carol", "told again"))?;
        done(hub.dc.delete("alice", &[told.sender], Reach::Everybody))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn pushes_that_get_lost_in_a_quiet_channel_are_missed(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        done(hub.dc.lose_pushes(Some("carol"), 2))?;
        done(hub.dc.send("alice", &name, "lost"))?;
        done(hub.dc.edit_in(&name, "alice", 4, "lost as well"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn pushes_that_get_lost_in_a_private_chat_have_the_rest_of_them_asked_for(db: TestDb) {
        let mut options = watchful();
        // Its silence is no reason to ask.
        options.timing.state_after = Duration::from_hours(1);
        options.timing.state_every = Duration::from_hours(1);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let sent = done(hub.dc.send_many("alice", "carol", "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let asked = hub.dc.calls("updates.getDifference");
        done(hub.dc.lose_pushes(Some("carol"), 2))?;
        done(hub.dc.send("alice", "carol", "lost"))?;
        done(hub.dc.edit("alice", sent[0].sender, "lost as well"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        eventually(|| async {
            Ok((hub.dc.calls("updates.getDifference") > asked).then_some(()))
        }).await?;
        hub.stop().await?;
    }

    async fn pushes_that_get_lost_after_the_first_look_are_found_by_one_soon_after(db: TestDb) {
        let mut options = watchful();
        options.timing.reconcile_every = Duration::from_hours(1);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send("alice", &name, "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        looked_again(&hub).await?;
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", &name, "lost"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_gap_of_a_channel_that_the_account_has_left_is_filled_when_it_comes_back(db: TestDb) {
        let mut options = watchful();
        // Between the rounds nobody looks but who has a reason.
        options.timing.reconcile_after = Duration::from_secs(4);
        options.timing.reconcile_every = Duration::from_hours(1);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "seen {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        done(hub.dc.remove_member(&name, "carol"))?;
        eventually(|| async {
            let all = gaps(&hub.client, "carol").await?;
            let left = all.iter().any(|gap| gap["reason"] == "the account is not in the channel");
            Ok(left.then_some(()))
        }).await?;
        done(hub.dc.pardon(&name, "carol"))?;
        done(hub.dc.add_members(&name, &["carol"]))?;
        eventually(|| async {
            let all = gaps(&hub.client, "carol").await?;
            let filled = |gap: &Value| !gap["closed_at"].is_null() && gap["given_up"] == false;
            Ok(all.iter().all(filled).then_some(()))
        }).await?;
        hub.stop().await?;
    }

    async fn a_channel_that_was_joined_while_the_hub_was_away_is_read_from_the_beginning(db: TestDb) {
        let hub = start(db).await?;
        let (db, dc, options) = hub.stop().await?;
        let (_, name) = channel(&dc, &["carol"])?;
        done(dc.send_many("alice", &name, "away {n}", 30))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        eventually(|| async {
            let found = hub.client.messages("carol").await?;
            Ok((found.len() >= 30).then_some(()))
        }).await?;
        done(hub.dc.send("alice", &name, "live"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_channel_that_was_left_and_joined_again_misses_nothing_of_either_time(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", &name, "away {n}", 3))?;
        done(dc.leave(&name, "carol"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        // The hub has learnt that it is shut out.
        eventually(|| async {
            Ok((hub.dc.calls("updates.getChannelDifference") > 0).then_some(()))
        })
        .await?;
        done(hub.dc.edit_in(&name, "alice", 3, "changed unseen"))?;
        done(hub.dc.delete_in(&name, "alice", &[4]))?;
        done(hub.dc.add_members(&name, &["carol"]))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn what_changed_while_the_account_was_out_is_told_when_it_comes_back_live(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 6))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        for (edited, deleted) in [(3, 4), (5, 6)] {
            let asked = hub.dc.calls("updates.getChannelDifference");
            done(hub.dc.leave(&name, "carol"))?;
            eventually(|| async {
                Ok((hub.dc.calls("updates.getChannelDifference") > asked).then_some(()))
            })
            .await?;
            done(hub.dc.edit_in(&name, "alice", edited, "changed unseen"))?;
            done(hub.dc.delete_in(&name, "alice", &[deleted]))?;
            done(hub.dc.send("alice", &name, "unseen"))?;
            // The first push after the return is a message.
            done(hub.dc.add_members(&name, &["carol"]))?;
            done(hub.dc.send_many("alice", &name, "after {n}", 3))?;
            complete(&hub.dc, &hub.client, "carol").await?;
        }
        hub.stop().await?;
    }

    async fn what_history_refuses_stays_open_with_the_reason_and_is_asked_for_again(db: TestDb) {
        let hub = start(db).await?;
        done(hub.dc.send_many("alice", "carol", "before {n}", 2))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", "carol", "away {n}", 10))?;
        done(dc.too_long("carol", 1))?;
        dc.fault(Fault::error("messages.getMessages", 400, "MSG_ID_INVALID").times(1));
        let hub = TestHub::start_with(db, dc, options).await?;
        let open = eventually(|| async {
            let all = gaps(&hub.client, "carol").await?;
            Ok(all.into_iter().find(|gap| !gap["reason"].is_null()))
        }).await?;
        let reason = open["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("MSG_ID_INVALID") && open["closed_at"].is_null(), "{open}");
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "difference_too_long").await?;
        hub.stop().await?;
    }

    async fn live_messages_are_captured_while_history_is_slow(db: TestDb) {
        let hub = start(db).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", "carol", "away {n}", 10))?;
        done(dc.too_long("carol", 1))?;
        dc.fault(Fault::new(
            "messages.getMessages",
            FaultKind::Delay(Duration::from_secs(4)),
        ));
        let hub = TestHub::start_with(db, dc, options).await?;
        eventually(|| async {
            Ok((hub.dc.calls("messages.getMessages") > 0).then_some(()))
        })
        .await?;
        done(hub.dc.send("alice", "carol", "live"))?;
        hub.client.wait_for_messages("carol", 1).await?;
        let found = hub.client.messages("carol").await?;
        assert_eq!(found.len(), 1, "history had not answered yet");
        let open = gaps(&hub.client, "carol").await?;
        assert!(open.iter().any(|gap| gap["closed_at"].is_null()));
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn gaps_are_listed_by_state_and_page_and_nonsense_is_refused(db: TestDb) {
        let hub = start(db).await?;
        let path = "/session/carol/gaps";
        let empty = hub.client.get(path).await?.expect(200);
        assert_eq!((&empty["open"], &empty["gaps"]), (&0.into(), &serde_json::json!([])));
        for state in ["open", "closed", "all"] {
            drop(hub.client.get(&format!("{path}?state={state}&limit=1")).await?.expect(200));
        }
        for query in ["state=new", "limit=0", "cursor=x"] {
            drop(hub.client.get(&format!("{path}?{query}")).await?.expect(422));
        }
        hub.client.get("/session/nobody/gaps").await?.refused(404, "session_not_found");
        hub.stop().await?;
    }
}
