//! How what is missing is asked for: channels by pages of their history where these bring more.

use super::{channel, closed, start};
use crate::support::contract;
use crate::support::hub::TestHub;
use crate::support::ledger::{captured, complete, done, held};
use local_dc::world::faults::{Fault, FaultKind};
use std::time::Duration;

/// `messages.messages` without anything in it.
const NOTHING: [u32; 9] = [0x1d73_e7ea, VECTOR, 0, VECTOR, 0, VECTOR, 0, VECTOR, 0];
const VECTOR: u32 = 0x1cb5_c415;

type Failure = Box<dyn std::error::Error>;

/// Everything that Carol holds is in her log, but for what came and went while nobody listened.
async fn whole(hub: &TestHub, unheard: &[i32]) -> Result<(), Failure> {
    let mut expected = held(&hub.dc, "carol")?;
    let unheard = |id: i64| unheard.iter().any(|gone| i64::from(*gone) == id);
    // The first of a channel tells that it was made, before anybody was in it.
    expected.retain(|row| row.message_id > 1 && !unheard(row.message_id));
    let mut found = captured(&hub.client, "carol").await?;
    found.retain(|row| row.message_id > 1);
    assert!(
        found == expected,
        "{} captured of {}",
        found.len(),
        expected.len()
    );
    Ok(())
}

contract! {
    async fn a_channel_that_misses_many_is_read_by_pages_whose_holes_tell_what_is_gone(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 20))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let (db, dc, options) = hub.stop().await?;
        let sent = done(dc.send_many("alice", &name, "away {n}", 300))?;
        let gone: Vec<i32> = sent[30..230].iter().map(|ids| ids.sender).collect();
        for some in gone.chunks(100) {
            done(dc.delete_in(&name, "alice", some))?;
        }
        done(dc.edit_in(&name, "alice", 4, "changed"))?;
        done(dc.delete_in(&name, "alice", &[6]))?;
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let before = dc.calls("messages.getHistory");
        let hub = TestHub::start_with(db, dc, options).await?;
        let gap = closed(&hub.client, "channel_difference_too_long").await?;
        whole(&hub, &gone).await?;
        assert_eq!((&gap["found"], &gap["absent"]), (&100.into(), &200.into()), "{gap}");
        assert_eq!(gap["changed"], 2, "{gap}");
        assert_eq!(hub.dc.calls("channels.getMessages"), 0);
        // One page for what is missing, one for what may have changed.
        assert_eq!(hub.dc.calls("messages.getHistory"), before + 2);
        hub.stop().await?;
    }

    async fn an_empty_page_of_a_history_proves_nothing_deleted_and_nothing_absent(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 20))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", &name, "away {n}", 30))?;
        done(dc.delete_in(&name, "alice", &[6]))?;
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let kind = FaultKind::Raw {
            bytes: NOTHING.iter().flat_map(|word| word.to_le_bytes()).collect(),
            run: false,
        };
        dc.fault(Fault::new("messages.getHistory", kind).for_ever());
        let hub = TestHub::start_with(db, dc, options).await?;
        closed(&hub.client, "channel_difference_too_long").await?;
        whole(&hub, &[]).await?;
        hub.stop().await?;
    }

    async fn a_refused_page_of_a_history_undoes_nothing_of_the_pages_before_it(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let carol = done(hub.dc.user("carol"))?;
        let (db, dc, options) = hub.stop().await?;
        let sent = done(dc.send_many("alice", &name, "away {n}", 400))?;
        let gone: Vec<i32> = sent[210..390].iter().map(|ids| ids.sender).collect();
        for some in gone.chunks(100) {
            done(dc.delete_in(&name, "alice", some))?;
        }
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let before = dc.calls("messages.getHistory");
        // The first page comes, the second is refused.
        let page = |kind| Fault::new("messages.getHistory", kind).of(carol);
        dc.fault(page(FaultKind::Delay(Duration::ZERO)));
        dc.fault(Fault::error("messages.getHistory", 400, "MSG_ID_INVALID").of(carol));
        let hub = TestHub::start_with(db, dc, options).await?;
        let gap = closed(&hub.client, "channel_difference_too_long").await?;
        whole(&hub, &gone).await?;
        assert_eq!((&gap["found"], &gap["absent"]), (&220.into(), &180.into()), "{gap}");
        // Three pages of what is missing, one of them twice, and one of what may have changed.
        assert_eq!(hub.dc.calls("messages.getHistory"), before + 5);
        hub.stop().await?;
    }

    async fn a_flood_between_two_pages_of_a_history_loses_nothing(db: TestDb) {
        let hub = start(db).await?;
        let (_, name) = channel(&hub.dc, &["carol"])?;
        done(hub.dc.send_many("alice", &name, "before {n}", 5))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        closed(&hub.client, "first_seen").await?;
        let carol = done(hub.dc.user("carol"))?;
        let (db, dc, options) = hub.stop().await?;
        let sent = done(dc.send_many("alice", &name, "away {n}", 350))?;
        let gone = [100, 300, 349].map(|n| sent[n].sender);
        done(dc.delete_in(&name, "alice", &gone))?;
        done(dc.channel_too_long(&name, Some("carol"), 1))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_messages("carol", 7).await?;
        let flood = Fault::error("messages.getHistory", 420, "FLOOD_WAIT_1");
        hub.dc.fault(flood.of(carol).times(1));
        closed(&hub.client, "channel_difference_too_long").await?;
        whole(&hub, &gone).await?;
        hub.stop().await?;
    }
}
