//! Channels that an account comes back to.

use super::{channel, closed, start};
use crate::support::contract;
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};

contract! {
    async fn what_a_group_hides_from_who_comes_back_is_not_taken_for_deleted(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        let sent = done(hub.dc.send_many("alice", &name, "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.leave(&name, "carol"))?;
        done(dc.hide_history(&name, true))?;
        dc.skew_clock(30);
        done(dc.add_members(&name, &["carol"]))?;
        done(dc.send_many("alice", &name, "after {n}", 5))?;
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        let gap = closed(&hub.client, "channel_difference_too_long").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let last = sent.last().map(|ids| ids.sender);
        assert_eq!(gap["not_compared_up_to_message_id"].as_i64(), last.map(i64::from), "{gap}");
        hub.stop().await?;
    }

    async fn what_changes_while_the_account_is_away_is_found_where_nothing_is_hidden(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.leave(&name, "carol"))?;
        done(dc.edit_in(&name, "alice", 4, "changed"))?;
        done(dc.delete_in(&name, "alice", &[5, 6]))?;
        dc.skew_clock(30);
        done(dc.add_members(&name, &["carol"]))?;
        done(dc.send_many("alice", &name, "after {n}", 5))?;
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        let gap = closed(&hub.client, "channel_difference_too_long").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        assert_eq!(gap["changed"], 3, "{gap}");
        hub.stop().await?;
    }
}
