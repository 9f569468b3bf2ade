//! Channels are asked for when there is a reason, and one that is refused costs nobody else.

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use std::time::Duration;
use telegram_hub::session::Timing;

const CAROL: &str = "+15550000003";
const DIFFERENCE: &str = "updates.getChannelDifference";

type Failure = Box<dyn std::error::Error>;

fn with(reconcile_after: Duration, reconcile_every: Duration) -> Options {
    let options = Options::default();
    Options {
        timing: Timing {
            reconcile_after,
            reconcile_every,
            reconcile_pace: Duration::ZERO,
            ..options.timing
        },
        ..options
    }
}

async fn start(db: TestDb, options: Options) -> Result<TestHub, Failure> {
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    hub.log_in("carol", CAROL).await?;
    Ok(hub)
}

fn channel(dc: &Dc, title: &str) -> Result<String, Failure> {
    let new = NewChat::new("alice", title).with(&["carol"]);
    Ok(done(dc.create_channel(ChannelKind::Broadcast, new))?.to_string())
}

contract! {
    async fn quiet_channels_are_not_asked_for_at_a_restart_and_one_that_moved_is(db: TestDb) {
        let never = with(Duration::from_hours(1), Duration::from_hours(1));
        let hub = start(db, never).await?;
        let names = (0..5).map(|n| channel(&hub.dc, &format!("quiet{n}"))).collect::<Result<Vec<_>, _>>()?;
        for name in &names {
            done(hub.dc.send("alice", name, "before"))?;
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        // Their last change and the account's place are not of one second any more.
        hub.dc.skew_clock(30);
        done(hub.dc.send("alice", "carol", "later"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let asked = hub.dc.calls(DIFFERENCE);
        let hub = hub.restart().await?;
        done(hub.dc.send("alice", "carol", "after it"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        assert_eq!(hub.dc.calls(DIFFERENCE), asked);
        let (db, dc, options) = hub.stop().await?;
        done(dc.send("alice", &names[2], "unheard"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        assert_eq!(hub.dc.calls(DIFFERENCE), asked + 1);
        hub.stop().await?;
    }

    async fn a_channel_that_was_told_of_and_not_yet_asked_for_is_told_of_again_at_the_next_start(db: TestDb) {
        let never = with(Duration::from_hours(1), Duration::from_hours(1));
        let hub = start(db, never).await?;
        let name = channel(&hub.dc, "news")?;
        done(hub.dc.send("alice", &name, "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let (db, dc, options) = hub.stop().await?;
        dc.skew_clock(30);
        done(dc.send("alice", &name, "unheard"))?;
        // The account's place goes far behind the channel's last change.
        dc.skew_clock(60);
        done(dc.send("alice", "carol", "later"))?;
        dc.fault(Fault::new(DIFFERENCE, FaultKind::Silence).times(1));
        let asked = dc.calls(DIFFERENCE);
        let hub = TestHub::start_with(db, dc, options).await?;
        eventually(|| async { Ok((hub.dc.calls(DIFFERENCE) > asked).then_some(())) }).await?;
        hub.client.wait_for_messages("carol", 2).await?;
        let hub = hub.restart().await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_channel_with_a_reason_to_be_asked_keeps_it_over_a_restart(db: TestDb) {
        let never = with(Duration::from_hours(1), Duration::from_hours(1));
        let mut hub = start(db, never).await?;
        let name = channel(&hub.dc, "news")?;
        done(hub.dc.send("alice", &name, "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        for (told, time) in [(true, 30), (false, 130)] {
            hub.dc.skew_clock(time);
            done(hub.dc.lose_pushes(Some("carol"), 1))?;
            done(hub.dc.send("alice", &name, "unheard"))?;
            hub.dc.fault(Fault::new(DIFFERENCE, FaultKind::Silence).times(1));
            let asked = hub.dc.calls(DIFFERENCE);
            if told {
                done(hub.dc.push_channel_too_long(&name, false))?;
            } else {
                // What is pushed shows that something is missing before it.
                done(hub.dc.send("alice", &name, "heard too early"))?;
            }
            eventually(|| async { Ok((hub.dc.calls(DIFFERENCE) > asked).then_some(())) })
                .await
                .map_err(|error| format!("{error}: told {told}"))?;
            // The account's place goes far behind the channel's last change.
            hub.dc.skew_clock(time + 60);
            let later = format!("later, {time}");
            done(hub.dc.send("alice", "carol", &later))?;
            eventually(|| async {
                let rows = hub.client.messages("carol").await?;
                Ok(rows.iter().any(|row| row["text"] == later).then_some(()))
            })
            .await?;
            hub = hub.restart().await?;
            complete(&hub.dc, &hub.client, "carol").await?;
        }
        hub.stop().await?;
    }

    async fn whatever_a_channel_is_refused_with_the_account_stays_online_and_misses_nothing(db: TestDb) {
        let hub = start(db, with(Duration::from_millis(300), Duration::from_secs(2))).await?;
        let carol = done(hub.dc.user("carol"))?;
        let refusals = [(403, "CHAT_WRITE_FORBIDDEN"), (400, "MSG_ID_INVALID"), (-500, "NO_SUCH_THING"), (400, "CHANNEL_INVALID"), (500, "INTERNAL")];
        // The link asks once, when it begins.
        eventually(|| async { Ok((hub.dc.calls("updates.getDifference") > 0).then_some(())) }).await?;
        let differences = hub.dc.calls("updates.getDifference");
        for (n, (code, name)) in refusals.into_iter().enumerate() {
            let chat = channel(&hub.dc, &format!("refused{n}"))?;
            done(hub.dc.send("alice", &chat, "before"))?;
            complete(&hub.dc, &hub.client, "carol").await?;
            hub.dc.fault(Fault::error(DIFFERENCE, code, name).of(carol).times(1_000));
            done(hub.dc.lose_pushes(Some("carol"), 1))?;
            done(hub.dc.send("alice", &chat, "unheard"))?;
            done(hub.dc.push_channel_too_long(&chat, false))?;
            let struck = hub.dc.faults_struck().len();
            eventually(|| async { Ok((hub.dc.faults_struck().len() > struck || struck > 0).then_some(())) }).await?;
            done(hub.dc.send("alice", &chat, "heard"))?;
            done(hub.dc.send("alice", "carol", "beside it"))?;
            complete(&hub.dc, &hub.client, "carol").await?;
            hub.dc.clear_faults();
        }
        assert_eq!(hub.dc.calls("updates.getDifference"), differences);
        let gaps = hub.client.get("/session/carol/gaps").await?.expect(200);
        let refused = |gap: &serde_json::Value| gap["cause"] == "channel_refused";
        let gaps = gaps["gaps"].as_array().cloned().unwrap_or_default();
        assert!(gaps.iter().any(refused), "{gaps:?}");
        hub.stop().await?;
    }
}
