//! The whole life of accounts, over HTTP, on both databases.

use crate::support::contract;
use crate::support::hub::TestHub;

contract! {
    async fn accounts_log_in_write_restart_and_miss_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.log_in("bob", "+1 (555) 000-0002").await?;
        hub.client.send("alice", "@bob", "hello\n**Bob**").await?;
        let first = hub.client.wait_for_messages("bob", 1).await?;
        assert_eq!(first[0]["text"], "hello\nBob");

        let (db, dc, options) = hub.stop().await?;
        dc.send_many("alice", "bob", "number {n}", 10).map_err(|refusal| format!("{refusal:?}"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("alice", "online").await?;
        hub.client.wait_for_state("bob", "online").await?;
        let all = hub.client.wait_for_messages("bob", 11).await?;
        let texts: Vec<_> = all.iter().map(|message| message["text"].as_str()).collect();
        let expected: Vec<_> = (1..=10).rev().map(|n| format!("number {n}")).collect();
        assert_eq!(texts[..10], expected.iter().map(|text| Some(text.as_str())).collect::<Vec<_>>());
        assert_eq!(hub.client.wait_for_messages("alice", 11).await?.len(), 11);
        hub.stop().await?;
    }
}
