//! Giving kept files out.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::hub::KeepError;
use crate::model::{FileUuid, Media, MediaState, SessionId, SessionName, StoredObject};
use crate::objects;
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::media;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use std::ops::Range;

/// Looks at a kept file of an account.
///
/// # Errors
/// `session_not_authorized`, `file_not_found`, `file_not_kept`, `file_gone`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ShowFile {
    /// The account.
    pub session: SessionName,
    /// What clients call the file by.
    pub file: String,
}

/// A kept file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileView {
    /// What is known of it.
    pub media: Media,
    /// Its bytes.
    pub object: StoredObject,
    /// Where they are: the path of a file, or a URL.
    pub location: String,
}

impl Operation for ShowFile {
    const NAME: &'static str = "media.show";
    const SCOPE: Scope = Scope::Read;
    type Output = FileView;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session = session(ctx, &self.session).await?;
        let media = find(ctx, session, &self.file).await?;
        let Some(object) = media.object else {
            return Err(match media.state {
                MediaState::Gone => gone(),
                MediaState::Skipped | MediaState::Stored => {
                    Error::new(Code::FileNotKept, "The file has not been downloaded")
                }
                MediaState::Failed => {
                    Error::new(Code::FileNotKept, "The file could not be downloaded")
                }
            });
        };
        Ok(FileView {
            location: ctx.hub.media.objects.location(object.name),
            media,
            object,
        })
    }
}

/// Reads bytes of a kept file, which [`ShowFile`] has shown.
///
/// # Errors
/// `file_gone`, `unavailable` while the store of media cannot be read.
#[derive(Clone, Debug)]
pub struct ReadFile {
    /// The account.
    pub session: SessionName,
    /// The file.
    pub file: FileView,
    /// Which of its bytes; they must be within it.
    pub range: Range<u64>,
}

/// The bytes of a file, in order.
pub struct FileBytes(pub BoxStream<'static, Result<Bytes, Error>>);

impl Operation for ReadFile {
    const NAME: &'static str = "media.read";
    const SCOPE: Scope = Scope::Read;
    type Output = FileBytes;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (keeper, object) = (&ctx.hub.media, self.file.object);
        let read = keeper.objects.read(object, self.range).await;
        match read {
            Ok(bytes) => {
                if let Err(error) = keeper.note_use(object.name).await {
                    log::debug!("the use of a file is not noted: {error}");
                }
                Ok(FileBytes(bytes.map_err(unreadable).boxed()))
            }
            Err(objects::Error::Missing) => {
                keeper.note_lost(object).await.map_err(refused)?;
                Err(gone())
            }
            Err(error) => Err(unreadable(error)),
        }
    }
}

/// Lets the bytes of a file stay when others have to make room, or no longer.
///
/// # Errors
/// `session_not_authorized`, `file_not_found`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct PinFile {
    /// The account.
    pub session: SessionName,
    /// What clients call the file by.
    pub file: String,
    /// Whether they stay.
    pub pinned: bool,
}

impl Operation for PinFile {
    const NAME: &'static str = "media.pin";
    const SCOPE: Scope = Scope::Manage;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session = session(ctx, &self.session).await?;
        let uuid = FileUuid::parse(&self.file).ok_or_else(not_found)?;
        let pin = move |conn: &mut _| media::pin(conn, session, uuid, self.pinned);
        let found = ctx.hub.store.write(pin).await?;
        found.then_some(()).ok_or_else(not_found)
    }
}

/// The account, also while Telegram refuses its key.
async fn session(ctx: &Ctx, name: &SessionName) -> Result<SessionId, Error> {
    accounts::logged_in(&ctx.hub, name).await
}

async fn find(ctx: &Ctx, session: SessionId, file: &str) -> Result<Media, Error> {
    let uuid = FileUuid::parse(file).ok_or_else(not_found)?;
    let read = move |conn: &mut _| media::get(conn, session, uuid);
    ctx.hub.store.read(read).await?.ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::new(Code::FileNotFound, "The account has no such file")
}

fn gone() -> Error {
    Error::new(Code::FileGone, "The file is kept no more")
}

fn unreadable(error: objects::Error) -> Error {
    Error::new(Code::Unavailable, "The file cannot be read at present").because(error)
}

fn refused(error: KeepError) -> Error {
    match error {
        KeepError::Store(error) => error.into(),
        error => Error::new(Code::Unavailable, "The file cannot be read at present").because(error),
    }
}
