//! Pushed updates: without holes while the link keeps up, made whole by a difference when it
//! does not.

use std::collections::BTreeSet;
use std::time::Duration;

use grammers_tl_types::enums;
use local_dc::dc::{Dc, DcOptions};
use tokio::time::timeout;

use super::phone::Phone;

fn id_and_pts(update: &enums::Update) -> (i32, i32) {
    match update {
        enums::Update::NewMessage(update) => (update.message.id(), update.pts),
        other => panic!("a new message was expected, not {other:?}"),
    }
}

/// A phone of Bob's that has heard its first update, so that the next ones are pushed to it.
async fn listening(dc: &Dc) -> Phone {
    let mut bob = Phone::of(dc, "bob").await;
    bob.state().await.unwrap();
    dc.send("alice", "bob", "first").unwrap();
    bob.hear(1).await;
    bob
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_senders_leave_no_hole_in_the_pts() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let mut bob = listening(&dc).await;
    let asked = dc.calls("updates.getDifference");
    let senders: Vec<_> = (10..14)
        .map(|n| {
            let dc = dc.clone();
            std::thread::spawn(move || {
                let from = format!("+1555000{n:04}");
                dc.send_many(&from, "bob", "message {n}", 25).unwrap();
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    let heard: Vec<_> = bob.hear(100).await.iter().map(id_and_pts).collect();
    let expected: Vec<_> = (2..102).map(|id| (id, id + 1)).collect();
    assert_eq!(heard, expected);
    assert_eq!(dc.calls("updates.getDifference"), asked);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_that_no_queue_holds_still_arrives_whole() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let mut bob = listening(&dc).await;
    dc.send_many("alice", "bob", "message {n}", 5000).unwrap();
    let mut ids = BTreeSet::new();
    while !(2..5002).all(|id| ids.contains(&id)) {
        let Ok(heard) = timeout(Duration::from_secs(1), bob.hear(1)).await else {
            // If the last ones were lost, nothing tells of it but what comes after them.
            dc.send("alice", "bob", "later").unwrap();
            continue;
        };
        ids.extend(heard.iter().map(|update| id_and_pts(update).0));
    }
    bob.stop().await;
    dc.stop().await;
}
