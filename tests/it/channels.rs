//! What a channel's own sequence tells is captured from it, without a look into the history.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};

const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// A channel with a few messages that Carol's log holds.
async fn start(db: crate::support::db::TestDb) -> Result<(TestHub, String), Failure> {
    let hub =
        TestHub::start_with(db, Dc::start(DcOptions::default())?, Options::trusting()).await?;
    hub.log_in("carol", CAROL).await?;
    let new = NewChat::new("alice", "news").with(&["carol"]);
    let name = done(hub.dc.create_channel(ChannelKind::Broadcast, new))?.to_string();
    done(hub.dc.send_many("alice", &name, "before {n}", 5))?;
    complete(&hub.dc, &hub.client, "carol").await?;
    Ok((hub, name))
}

contract! {
    async fn edits_and_deletions_of_a_channel_come_with_its_difference(db: TestDb) {
        let (hub, name) = start(db).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.edit_in(&name, "alice", 3, "changed"))?;
        done(dc.delete_in(&name, "alice", &[4]))?;
        done(dc.send("alice", &name, "away"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_channel_that_tells_how_far_it_is_is_not_skipped_to_there(db: TestDb) {
        let (hub, name) = start(db).await?;
        done(hub.dc.lose_pushes(Some("carol"), 3))?;
        done(hub.dc.send_many("alice", &name, "unheard {n}", 3))?;
        done(hub.dc.push_channel_too_long(&name, true))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_channel_whose_difference_is_never_answered_does_not_hold_up_the_account(db: TestDb) {
        let (hub, name) = start(db).await?;
        let carol = done(hub.dc.user("carol"))?;
        let differences = hub.dc.calls("updates.getDifference");
        let silence = Fault::new("updates.getChannelDifference", FaultKind::Silence);
        hub.dc.fault(silence.of(carol));
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", &name, "unheard"))?;
        done(hub.dc.push_channel_too_long(&name, false))?;
        done(hub.dc.send("alice", "carol", "beside it"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        // A new link would have asked for what the account has missed.
        assert_eq!(hub.dc.calls("updates.getDifference"), differences);
        hub.stop().await?;
    }

    async fn who_comes_back_to_a_channel_is_told_of_what_happened_before_leaving(db: TestDb) {
        let (hub, name) = start(db).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send("alice", &name, "unheard"))?;
        done(dc.remove_member(&name, "carol"))?;
        done(dc.edit_in(&name, "alice", 3, "changed"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        eventually(|| async {
            Ok((hub.dc.calls("updates.getChannelDifference") > 0).then_some(()))
        })
        .await?;
        done(hub.dc.pardon(&name, "carol"))?;
        done(hub.dc.add_members(&name, &["carol"]))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }
}
