//! What a crash leaves between the objects and the rows is found and mended.

use super::{document, given, kept, object_files, read, refusal};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use telegram_hub::error::Code;
use telegram_hub::model::MediaState;

contract! {
    async fn an_object_without_a_row_is_swept_at_the_next_start(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = given(&hub, "alice", &document("a.txt", b"contents")).await?;
        let file = kept(&hub, "alice", id).await?;
        let folder = hub.db.dir().join("media");
        let orphan = folder.join("objects/00").join("0".repeat(64));
        let unfinished = folder.join("incoming/run/part");
        for path in [&orphan, &unfinished] {
            std::fs::create_dir_all(path.parent().ok_or("a parent")?)?;
            std::fs::write(path, b"from before the crash")?;
        }
        let foreign = folder.join("objects/notes of the operator.txt");
        std::fs::write(&foreign, b"not the hub's")?;
        let hub = hub.restart().await?;
        eventually(|| async {
            Ok((!orphan.exists() && !unfinished.exists()).then_some(()))
        })
        .await?;
        assert_eq!(read(&hub, "alice", &file).await?, b"contents");
        assert!(foreign.exists());
        hub.stop().await?;
    }

    async fn bytes_that_are_lost_or_cut_are_gone_and_can_be_had_again(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = given(&hub, "alice", &document("a.txt", b"contents")).await?;
        for damage in ["lost", "cut"] {
            let file = kept(&hub, "alice", id).await?;
            assert_eq!(file.state, MediaState::Stored, "{damage}");
            for object in object_files(&hub)? {
                if damage == "lost" {
                    std::fs::remove_file(object)?;
                } else {
                    std::fs::write(object, b"cont")?;
                }
            }
            assert_eq!(refusal(&hub, "alice", &file).await, Some(Code::FileGone), "{damage}");
            let again = kept(&hub, "alice", id).await?;
            assert_eq!((again.state, again.uuid), (MediaState::Stored, file.uuid), "{damage}");
            assert_eq!(read(&hub, "alice", &again).await?, b"contents", "{damage}");
        }
        hub.stop().await?;
    }

    async fn a_store_that_cannot_be_written_stops_neither_messages_nor_their_files_for_good(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let folder = hub.db.dir().join("media/objects");
        std::fs::write(&folder, b"in the way")?;
        let id = given(&hub, "alice", &document("a.txt", b"contents")).await?;
        assert_eq!(kept(&hub, "alice", id).await?.state, MediaState::Skipped);
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["media_store"], "unavailable");
        std::fs::remove_file(&folder)?;
        let hub = hub.restart().await?;
        assert_eq!(kept(&hub, "alice", id).await?.state, MediaState::Stored);
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["media_store"], "ok");
        hub.stop().await?;
    }
}
