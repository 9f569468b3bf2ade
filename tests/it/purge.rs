//! What is purged is gone from the files, not only from the tables.

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const CANARY: &str = "canary-7f3a";

/// How often a text stands in the files of a folder.
fn copies(folder: &Path, needle: &str) -> std::io::Result<usize> {
    let mut found = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found += copies(&path, needle)?;
            continue;
        }
        let bytes = std::fs::read(path)?.to_ascii_lowercase();
        let needle = needle.as_bytes();
        found += bytes
            .windows(needle.len())
            .filter(|at| *at == needle)
            .count();
    }
    Ok(found)
}

#[tokio::test]
async fn no_copy_of_a_purged_text_is_left_in_the_files_while_others_read() -> TestResult {
    let hub = TestHub::start(TestDb::sqlite()?).await?;
    hub.log_in("alice", "+15550000001").await?;
    hub.log_in("carol", "+15550000003").await?;
    // Rows of both grow and move among each other.
    let mut sent = Vec::new();
    for round in 0..6 {
        let text = format!("{CANARY} {} {{n}}", "x".repeat(300 * round));
        let messages = done(hub.dc.send_many("bob", "alice", &text, 60))?;
        sent.extend(messages.iter().map(|message| message.sender));
        let text = format!("stays {} {{n}}", "y".repeat(200 * round));
        done(hub.dc.send_many("bob", "carol", &text, 60))?;
    }
    hub.client.wait_for_messages("alice", 360).await?;
    for id in sent.iter().step_by(5) {
        let text = format!("{CANARY} edited {}", "z".repeat(2000));
        done(hub.dc.edit("bob", *id, &text))?;
    }
    complete(&hub.dc, &hub.client, "alice").await?;
    complete(&hub.dc, &hub.client, "carol").await?;
    assert!(
        copies(hub.db.dir(), CANARY)? > 360,
        "the search finds what is there"
    );

    let reading = Arc::new(AtomicBool::new(true));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (client, reading) = (hub.client.clone(), Arc::clone(&reading));
            tokio::spawn(async move {
                while reading.load(Ordering::Relaxed) {
                    drop(
                        client
                            .messages("carol")
                            .await
                            .map_err(|error| error.to_string()),
                    );
                }
            })
        })
        .collect();
    let answer = hub
        .client
        .delete("/session/alice?purge=true")
        .await?
        .expect(200);
    assert_eq!(answer["logged_out"], true);
    assert_eq!(copies(hub.db.dir(), CANARY)?, 0);
    reading.store(false, Ordering::Relaxed);
    for reader in readers {
        reader.await?;
    }
    assert_eq!(hub.client.messages("carol").await?.len(), 360);
    complete(&hub.dc, &hub.client, "carol").await?;
    hub.stop().await?;
    Ok(())
}
