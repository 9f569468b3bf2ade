//! Kept bytes of files: which objects there are, for which rows, and how many bytes at most.
//!
//! Owns the order in which an object and its row come and go: an object is in place before a row
//! names it, and no row names it when it is deleted. What a crash leaves between the two is an
//! object without a row, which the sweep finds. It must not know how bytes are had from Telegram.

mod housekeeping;
mod room;

pub(super) use housekeeping::keep_house;

use crate::config::MediaConfig;
use crate::hub::keyed::KeyedLocks;
use crate::metrics::MEDIA_EVICTIONS;
use crate::model::{Media, MediaClass, ObjectName, SessionId, StoredObject, UtcTime};
use crate::objects::{self, Arrived, Objects};
use crate::store::{self, Store, media, media_objects};
use room::{Reserved, Room};
use std::sync::Arc;
use tokio::sync::RwLock;

/// How many objects leave at once.
const EVICTED_AT_ONCE: i64 = 16;

/// What tells one of an account's files from all others.
type FileKey = (SessionId, MediaClass, i64);

/// The kept bytes.
pub(crate) struct MediaKeeper {
    /// Where they are.
    pub(crate) objects: Arc<Objects>,
    /// One download at a time for each file of an account.
    pub(crate) downloads: KeyedLocks<FileKey>,
    store: Store,
    /// Shared while an object gets its place and its rows, alone while objects leave.
    gate: RwLock<()>,
    room: Room,
}

/// Why bytes are not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    /// The store of objects refuses.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// There is no room: the file is larger than all of it, or all else is pinned.
    #[error("there is no room for {0} bytes within HUB_MEDIA_MAX_BYTES")]
    NoRoom(u64),
    /// The message has another file by now.
    #[error("the message has another file by now")]
    Replaced,
}

impl MediaKeeper {
    /// Opens the store of objects.
    pub(super) fn open(config: &MediaConfig, store: Store) -> Result<Self, objects::Error> {
        Ok(Self {
            objects: Objects::open(&config.place)?,
            downloads: KeyedLocks::default(),
            store,
            gate: RwLock::new(()),
            room: Room::of(config.max_bytes),
        })
    }

    /// Keeps the bytes of a file.
    pub(crate) async fn keep(&self, file: &Media, arrived: Arrived) -> Result<(), KeepError> {
        let object = arrived.object();
        let _reserved = self.make_room(object.size).await?;
        let _shared = self.gate.read().await;
        let name = object.name;
        let known = self
            .store
            .read(move |conn| media_objects::known(conn, vec![name]))
            .await?;
        if known.is_empty() {
            self.objects.put(arrived).await?;
        }
        let (file, now) = (file.clone(), UtcTime::now());
        let (new, noted) = self
            .store
            .write(move |conn| {
                let new = media_objects::put(conn, object, now)?;
                Ok((new, media::stored(conn, &file, object.name, now)?))
            })
            .await?;
        if new {
            self.room.came(object.size);
        }
        noted.then_some(()).ok_or(KeepError::Replaced)
    }

    /// Lets a file have the bytes that the account has kept of the same file in another message.
    pub(crate) async fn share(&self, file: &Media) -> Result<bool, KeepError> {
        let _shared = self.gate.read().await;
        let (file, now) = (file.clone(), UtcTime::now());
        let share = move |conn: &mut _| match media::same_file(conn, &file)? {
            Some(object) => media::stored(conn, &file, object, now),
            None => Ok(false),
        };
        Ok(self.store.write(share).await?)
    }

    /// Notes that bytes are read, for the order in which they leave.
    pub(crate) async fn note_use(&self, name: ObjectName) -> Result<(), store::Error> {
        let now = UtcTime::now();
        let stale = move |conn: &mut _| media_objects::is_stale(conn, name, now);
        if self.store.read(stale).await? {
            let touch = move |conn: &mut _| media_objects::touch(conn, name, now);
            self.store.write(touch).await?;
        }
        Ok(())
    }

    /// An object was not found in its place, or not the whole of it.
    pub(crate) async fn note_lost(&self, object: StoredObject) -> Result<(), KeepError> {
        log::warn!("the bytes of the object {} are lost", object.name);
        let _alone = self.gate.write().await;
        self.forget(vec![object]).await?;
        Ok(self.objects.delete(object.name).await?)
    }

    /// Makes room for so many bytes: what nobody has used for longest leaves first, but for what is
    /// pinned.
    async fn make_room(&self, bytes: u64) -> Result<Reserved<'_>, KeepError> {
        loop {
            if let Some(reserved) = self.room.reserve(bytes, &self.store).await? {
                return Ok(reserved);
            }
            let _alone = self.gate.write().await;
            if self.room.could_hold(bytes) && self.evict(self.room.lacks(bytes)).await? {
                continue;
            }
            return Err(KeepError::NoRoom(bytes));
        }
    }

    /// Lets objects leave until so many bytes have; `false` when there is none that may.
    async fn evict(&self, lacking: u64) -> Result<bool, KeepError> {
        let now = UtcTime::now();
        let leave = move |conn: &mut _| {
            let mut freed = 0;
            let mut leaving = media_objects::least_used(conn, EVICTED_AT_ONCE)?;
            leaving.retain(|object| {
                let needed = freed < lacking;
                freed += object.size;
                needed
            });
            media_objects::forget(conn, &leaving, now)
        };
        let gone = self.store.write(leave).await?;
        metrics::counter!(MEDIA_EVICTIONS).increment(gone.len() as u64);
        self.room.left(&gone);
        let any = !gone.is_empty();
        self.delete(gone).await;
        Ok(any)
    }

    async fn forget(&self, objects: Vec<StoredObject>) -> Result<Vec<StoredObject>, store::Error> {
        let now = UtcTime::now();
        let forget = move |conn: &mut _| media_objects::forget(conn, &objects, now);
        let gone = self.store.write(forget).await?;
        self.room.left(&gone);
        Ok(gone)
    }

    /// Deletes objects that no row names any more. One that stays is the sweep's.
    async fn delete(&self, gone: Vec<StoredObject>) {
        for object in gone {
            if let Err(error) = self.objects.delete(object.name).await {
                log::warn!("the object {} cannot be deleted yet: {error}", object.name);
            }
        }
    }
}
