//! The files of messages: noted, downloaded as they are wanted, kept once, and let go.

mod bound;
mod crash;
mod kinds;
mod objects;
mod s3;

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::ledger::done;
use futures_util::TryStreamExt as _;
use local_dc::dc::files::NewFile;
use local_dc::world::faults::Fault;
use local_dc::world::send::Draft;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use telegram_hub::auth::{Caller, Origin};
use telegram_hub::error::{Code, Error};
use telegram_hub::model::{ChatId, FileKind, Media, MediaState, MessageId, SessionName};
use telegram_hub::ops::media::{KeepFiles, KeptFiles, ReadFile, ShowFile, Wanted};
use telegram_hub::ops::{self, Ctx, RequestId};

type Failure = Box<dyn std::error::Error>;

fn ctx(hub: &TestHub) -> Ctx {
    let caller = Caller::new(Origin::Loopback);
    Ctx::new(Arc::clone(&hub.hub), caller, RequestId::generate())
}

/// Every file, whatever was tried before.
fn all() -> Wanted {
    Wanted {
        kinds: FileKind::ALL.iter().copied().collect::<BTreeSet<_>>(),
        refresh: true,
        ..Wanted::default()
    }
}

pub(crate) fn document(name: &str, bytes: &[u8]) -> NewFile {
    NewFile {
        name: name.to_owned(),
        mime: "text/plain".to_owned(),
        bytes: bytes.to_vec(),
        photo: false,
    }
}

/// So many bytes that repeat themselves at no power of two.
fn pattern(len: usize) -> Vec<u8> {
    (0..=250).cycle().take(len).collect()
}

/// Bob sends an account a file; answers its number there, once it is in the log.
async fn given(hub: &TestHub, to: &str, file: &NewFile) -> Result<MessageId, Failure> {
    given_as(hub, to, to, file).await
}

/// The same to an account whose session has another name.
pub(crate) async fn given_as(
    hub: &TestHub,
    to: &str,
    session: &str,
    file: &NewFile,
) -> Result<MessageId, Failure> {
    let sent = done(hub.dc.send_file("bob", to, file, Draft::default()))?;
    let id = i64::from(sent.receiver);
    eventually(|| async {
        let messages = hub.client.messages(session).await?;
        let is_there = messages.iter().any(|message| message["message_id"] == id);
        Ok(is_there.then_some(()))
    })
    .await?;
    Ok(MessageId(sent.receiver))
}

async fn keep(
    hub: &TestHub,
    account: &str,
    ids: &[MessageId],
    wanted: Wanted,
) -> Result<KeptFiles, Failure> {
    let op = KeepFiles {
        session: SessionName::parse(account)?,
        chat: ChatId::user(done(hub.dc.user("bob"))?.0),
        message_ids: ids.to_vec(),
        wanted,
    };
    Ok(ops::call(op, &ctx(hub)).await?)
}

/// The only file of the only message.
pub(crate) async fn kept(hub: &TestHub, account: &str, id: MessageId) -> Result<Media, Failure> {
    let mut files = keep(hub, account, &[id], all()).await?.files;
    Ok(files.remove(&id).ok_or("the message has no file")?)
}

async fn read(hub: &TestHub, account: &str, file: &Media) -> Result<Vec<u8>, Error> {
    let name = || SessionName::parse(account).map_err(Error::unfit_name);
    let show = ShowFile {
        session: name()?,
        file: file.uuid.to_string(),
    };
    let shown = ops::call(show, &ctx(hub)).await?;
    let read = ReadFile {
        session: name()?,
        range: 0..shown.object.size,
        file: shown,
    };
    let bytes = ops::call(read, &ctx(hub)).await?;
    let parts: Vec<_> = bytes.0.try_collect().await?;
    Ok(parts.concat())
}

async fn refusal(hub: &TestHub, account: &str, file: &Media) -> Option<Code> {
    read(hub, account, file).await.err().map(|error| error.code)
}

/// The files of a hub's store of objects.
fn object_files(hub: &TestHub) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![hub.db.dir().join("media/objects")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

contract! {
    async fn a_file_is_noted_without_a_download_and_kept_when_it_is_wanted(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let text = given(&hub, "alice", &document("notes.txt", b"contents")).await?;
        let large = given(&hub, "alice", &document("large.txt", &[7; 9_000])).await?;
        let noted = keep(&hub, "alice", &[text, large], Wanted::default()).await?;
        assert_eq!((noted.files.len(), noted.downloaded), (2, 0));
        let file = &noted.files[&text];
        assert_eq!(file.state, MediaState::Skipped);
        assert_eq!((file.file.kind, file.file.size), (FileKind::Files, 8));
        assert_eq!(file.file.name.as_deref(), Some("notes.txt"));
        assert_eq!(hub.dc.calls("upload.getFile"), 0);
        assert_eq!(refusal(&hub, "alice", file).await, Some(Code::FileNotKept));

        let wanted = Wanted { max_bytes: Some(8), repair: true, refresh: false, ..all() };
        let repaired = keep(&hub, "alice", &[text, large], wanted).await?;
        assert_eq!(repaired.downloaded, 1);
        assert_eq!(repaired.files[&large].state, MediaState::Skipped);
        let again = &repaired.files[&text];
        assert_eq!((again.uuid, again.state), (file.uuid, MediaState::Stored));
        assert_eq!(read(&hub, "alice", again).await?, b"contents");
        hub.stop().await?;
    }

    async fn a_large_file_comes_whole_and_in_one_piece(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let bytes = pattern(11_000_000);
        let id = given(&hub, "alice", &document("large.bin", &bytes)).await?;
        let file = kept(&hub, "alice", id).await?;
        assert!(read(&hub, "alice", &file).await? == bytes);
        assert_eq!(object_files(&hub)?.len(), 1);
        hub.stop().await?;
    }

    async fn equal_bytes_are_kept_once_and_each_account_has_its_own_file(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.log_in("carol", "+15550000003").await?;
        let file = document("same.txt", b"the same");
        let mut files = Vec::new();
        for account in ["alice", "alice", "carol"] {
            let id = given(&hub, account, &file).await?;
            files.push(kept(&hub, account, id).await?);
        }
        assert_eq!(object_files(&hub)?.len(), 1);
        let uuids: BTreeSet<_> = files.iter().map(|file| file.uuid.to_string()).collect();
        assert_eq!(uuids.len(), 3);
        assert_eq!(refusal(&hub, "carol", &files[0]).await, Some(Code::FileNotFound));
        assert_eq!(read(&hub, "carol", &files[2]).await?, b"the same");
        // What one account gives up the other keeps.
        drop(hub.client.delete("/session/alice?purge=true").await?.expect(200));
        assert_eq!(read(&hub, "carol", &files[2]).await?, b"the same");
        drop(hub.client.delete("/session/carol?purge=true").await?.expect(200));
        assert_eq!(object_files(&hub)?.len(), 0, "what is purged is gone");
        hub.stop().await?;
    }

    async fn a_file_that_several_want_is_downloaded_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = given(&hub, "alice", &document("a.txt", b"contents")).await?;
        let ids = [id];
        let (one, other) = tokio::join!(
            keep(&hub, "alice", &ids, all()),
            keep(&hub, "alice", &ids, all())
        );
        assert_eq!(one?.files[&id].state, MediaState::Stored);
        assert_eq!(other?.files[&id].state, MediaState::Stored);
        assert_eq!(hub.dc.calls("upload.getFile"), 1);
        hub.stop().await?;
    }

    async fn waits_and_failures_in_passing_end_no_download(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        for (n, (code, name)) in [(420, "FLOOD_WAIT_1"), (400, "SOMETHING_NEW")].into_iter().enumerate() {
            let id = given(&hub, "alice", &document(&format!("{n}.txt"), name.as_bytes())).await?;
            hub.dc.fault(Fault::error("upload.getFile", code, name));
            assert_eq!(kept(&hub, "alice", id).await?.state, MediaState::Stored, "{name}");
        }
        let id = given(&hub, "alice", &document("old.txt", b"out of date")).await?;
        hub.dc.expire_file_references();
        assert_eq!(kept(&hub, "alice", id).await?.state, MediaState::Stored);
        hub.stop().await?;
    }

    async fn a_file_that_cannot_be_had_leaves_its_message_and_rests(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = given(&hub, "alice", &document("a.txt", b"contents")).await?;
        hub.dc.fault(Fault::error("upload.getFile", 400, "SOMETHING_NEW").times(3));
        let file = kept(&hub, "alice", id).await?;
        assert_eq!((file.state, file.attempts), (MediaState::Failed, 3));
        assert_eq!(hub.dc.calls("upload.getFile"), 3);
        let repair = Wanted { repair: true, refresh: false, ..all() };
        let rests = keep(&hub, "alice", &[id], repair).await?;
        assert_eq!((rests.files[&id].state, rests.downloaded), (MediaState::Failed, 0));
        assert_eq!(kept(&hub, "alice", id).await?.state, MediaState::Stored);
        hub.stop().await?;
    }
}
