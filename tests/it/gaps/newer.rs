//! Gaps that open while a round is under way: what the round has listed is older than they are.

use super::{channel, closed, gaps, start};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};
use local_dc::world::faults::{Fault, FaultKind};
use std::time::Duration;

contract! {
    async fn a_channel_that_became_too_long_after_the_list_is_filled_as_far_as_telegram_told(
        db: TestDb
    ) {
        let hub = start(db).await?;
        let (_, slow) = channel(&hub.dc, &["carol"])?;
        let (_, late) = channel(&hub.dc, &["carol"])?;
        for name in [&slow, &late] {
            done(hub.dc.send_many("alice", name, "before {n}", 3))?;
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let (db, dc, options) = hub.stop().await?;
        for name in [&slow, &late] {
            done(dc.send_many("alice", name, "away {n}", 20))?;
            done(dc.channel_too_long(name, Some("carol"), 1))?;
        }
        let refusal = Fault::error("updates.getChannelDifference", 500, "WORKER_BUSY");
        dc.fault(refusal.in_chat(done(dc.peer(&late))?));
        // The round has its list by then, and is still on its way.
        dc.fault(Fault::new("messages.getHistory", FaultKind::Delay(Duration::from_secs(2))));
        let (listed, asked) = (dc.calls("messages.getDialogs"), dc.calls("messages.getHistory"));
        let hub = TestHub::start_with(db, dc, options).await?;
        eventually(|| async { Ok((hub.dc.calls("messages.getHistory") > asked).then_some(())) })
            .await?;
        done(hub.dc.send_many("alice", &late, "meanwhile {n}", 20))?;
        let newest = i64::from(done(hub.dc.send("alice", &late, "newest"))?.sender);
        closed(&hub.client, "channel_difference_too_long").await?;
        assert_eq!(hub.dc.calls("messages.getDialogs"), listed + 1);
        let all = gaps(&hub.client, "carol").await?;
        let id: i64 = late.parse()?;
        let gap = all.iter().find(|gap| {
            gap["cause"] == "channel_difference_too_long" && gap["chat_id"] == id
        });
        let gap = gap.ok_or("the later channel has no gap")?;
        assert_eq!(gap["up_to_message_id"], newest, "{gap}");
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }
}
