//! Files in other data centres, and locations that go out of date.

use super::{Failure, ask, get};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::dc::files::NewFile;
use local_dc::world::foreign::Death;
use local_dc::world::send::Draft;
use serde_json::json;

/// Alice gets a file in the data centre where new files are; answers its message's number.
fn given(hub: &TestHub, text: &str) -> Result<i32, Failure> {
    let file = NewFile {
        name: "a.txt".to_owned(),
        mime: "text/plain".to_owned(),
        bytes: text.into(),
        photo: false,
    };
    let sent = scripted(hub.dc.send_file("bob", "alice", &file, Draft::default()))?;
    Ok(sent.receiver)
}

async fn contents(hub: &TestHub, id: i32) -> Result<String, Failure> {
    let answer = get(hub, &format!("/api/messages/{id}/media?chat=@bob")).await?;
    let body = answer.expect(200);
    Ok(body
        .as_str()
        .map_or_else(|| body.to_string(), str::to_owned))
}

contract! {
    async fn a_file_of_another_data_centre_is_downloaded_from_there(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let near = given(&hub, "near by")?;
        scripted(hub.dc.new_files_in(Some(4)))?;
        let far = given(&hub, "far away")?;
        for _ in 0..2 {
            assert_eq!(contents(&hub, far).await?, "far away");
            assert_eq!(contents(&hub, near).await?, "near by");
        }
        hub.client.send("alice", "me", "home is where it was").await?;
        let hub = hub.restart().await?;
        assert_eq!(contents(&hub, far).await?, "far away", "the key was kept");
        hub.stop().await?;
    }

    async fn an_authorisation_that_ends_in_another_data_centre_ends_there_alone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        scripted(hub.dc.new_files_in(Some(4)))?;
        let far = given(&hub, "far away")?;
        assert_eq!(contents(&hub, far).await?, "far away");
        scripted(hub.dc.end_foreign("alice", 4, Death::Unregistered, false))?;
        assert_eq!(contents(&hub, far).await?, "far away", "the account was shown there again");

        scripted(hub.dc.end_foreign("alice", 4, Death::Unregistered, true))?;
        let answer = get(&hub, &format!("/api/messages/{far}/media?chat=@bob")).await;
        // The head of the answer is gone when the file turns out to be out of reach.
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == 502));
        hub.client.send("alice", "me", "home goes on").await?;
        assert_eq!(hub.client.state("alice").await?, "online");
        hub.stop().await?;
    }

    async fn a_location_that_is_out_of_date_is_asked_for_again(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = given(&hub, "still here")?;
        assert_eq!(contents(&hub, id).await?, "still here");
        hub.dc.expire_file_references();
        assert_eq!(contents(&hub, id).await?, "still here");
        hub.stop().await?;
    }

    async fn what_the_account_deletes_itself_is_marked_in_the_log(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = hub.client.send("alice", "@bob", "soon gone").await?;
        hub.client.wait_for_messages("alice", 1).await?;
        let body = json!({ "chat": "@bob", "message_ids": [id] });
        drop(ask(&hub, "DELETE /api/messages", &body).await?.expect(200));
        let messages = hub.client.messages("alice").await?;
        assert!(messages[0]["deleted_at"].is_string(), "{messages:?}");
        hub.stop().await?;
    }
}
