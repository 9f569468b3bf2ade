//! No more bytes are kept than are allowed.

use super::{Failure, all, ctx, document, given, keep, kept, object_files, read, refusal};
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use telegram_hub::error::Code;
use telegram_hub::model::{Media, MediaState, SessionName};
use telegram_hub::ops;
use telegram_hub::ops::media::{PinFile, Wanted};

async fn pin(hub: &TestHub, file: &Media, pinned: bool) -> Result<(), Failure> {
    let op = PinFile {
        session: SessionName::parse("alice")?,
        file: file.uuid.to_string(),
        pinned,
    };
    Ok(ops::call(op, &ctx(hub)).await?)
}

contract! {
    async fn what_was_used_least_leaves_first_and_what_is_pinned_stays(db: TestDb) {
        let options = Options {
            flags: vec!["--media-max-bytes=2500".to_owned()],
            ..Options::default()
        };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("alice", "+15550000001").await?;
        let mut files = Vec::new();
        let mut ids = Vec::new();
        for n in 0..4 {
            let id = given(&hub, "alice", &document(&format!("{n}.bin"), &[n; 1_000])).await?;
            ids.push(id);
            files.push(kept(&hub, "alice", id).await?);
            if n == 0 {
                pin(&hub, &files[0], true).await?;
            }
        }
        // Of 2500 bytes the first file holds a thousand, and the last one the rest.
        let now = keep(&hub, "alice", &ids, Wanted::default()).await?;
        let states: Vec<_> = ids.iter().map(|id| now.files[id].state).collect();
        let (stored, gone) = (MediaState::Stored, MediaState::Gone);
        assert_eq!(states, [stored, gone, gone, stored]);
        assert_eq!(object_files(&hub)?.len(), 2);
        assert_eq!(read(&hub, "alice", &files[0]).await?, [0; 1_000]);
        assert_eq!(refusal(&hub, "alice", &files[1]).await, Some(Code::FileGone));

        // What has gone comes back under its name, when something else may leave.
        let back = kept(&hub, "alice", ids[1]).await?;
        assert_eq!((back.uuid, back.state), (files[1].uuid, stored));
        pin(&hub, &files[1], true).await?;
        let third = keep(&hub, "alice", &ids[2..3], all()).await?;
        assert_eq!(third.files[&ids[2]].state, MediaState::Failed, "all else is pinned");
        pin(&hub, &files[0], false).await?;
        assert_eq!(kept(&hub, "alice", ids[2]).await?.state, stored);
        assert_eq!(refusal(&hub, "alice", &files[0]).await, Some(Code::FileGone));

        let large = given(&hub, "alice", &document("large.bin", &[9; 2_501])).await?;
        assert_eq!(kept(&hub, "alice", large).await?.state, MediaState::Failed);
        assert_eq!(object_files(&hub)?.len(), 2, "nothing left for what would not fit");
        hub.stop().await?;
    }
}
