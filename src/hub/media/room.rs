//! How many bytes are kept, and how many more may be.

use crate::model::StoredObject;
use crate::store::{self, Store, media_objects};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The room for bytes.
pub(super) struct Room {
    /// 0 for as many as there are.
    most: u64,
    taken: Mutex<Taken>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    /// What the database counts: bytes and objects. `None` until it was asked.
    kept: Option<(u64, u64)>,
    /// What is on its way.
    reserved: u64,
}

/// Room for bytes on their way; dropping it gives it back.
pub(super) struct Reserved<'a> {
    room: &'a Room,
    bytes: u64,
}

impl Room {
    pub(super) const fn of(most: u64) -> Self {
        let taken = Taken {
            kept: None,
            reserved: 0,
        };
        Self {
            most,
            taken: Mutex::new(taken),
        }
    }

    /// Room for so many bytes, if there is as much.
    pub(super) async fn reserve(
        &self,
        bytes: u64,
        store: &Store,
    ) -> Result<Option<Reserved<'_>>, store::Error> {
        self.count(store).await?;
        if self.lacks(bytes) > 0 {
            return Ok(None);
        }
        self.lock().reserved += bytes;
        Ok(Some(Reserved { room: self, bytes }))
    }

    /// Asks the database, once, how much is kept: bytes and objects.
    pub(super) async fn count(&self, store: &Store) -> Result<(u64, u64), store::Error> {
        if let Some(kept) = self.lock().kept {
            return Ok(kept);
        }
        let counted = store.read(media_objects::totals).await?;
        Ok(*self.lock().kept.get_or_insert(counted))
    }

    /// How many bytes have to leave before so many can come.
    pub(super) fn lacks(&self, bytes: u64) -> u64 {
        if self.most == 0 {
            return 0;
        }
        let taken = *self.lock();
        let kept = taken.kept.map_or(0, |(bytes, _)| bytes);
        (kept + taken.reserved + bytes).saturating_sub(self.most)
    }

    /// Whether so many bytes would fit if all others left.
    pub(super) const fn could_hold(&self, bytes: u64) -> bool {
        self.most == 0 || bytes <= self.most
    }

    pub(super) fn came(&self, bytes: u64) {
        if let Some((kept, objects)) = &mut self.lock().kept {
            *kept += bytes;
            *objects += 1;
        }
    }

    pub(super) fn left(&self, gone: &[StoredObject]) {
        if let Some((kept, objects)) = &mut self.lock().kept {
            let bytes: u64 = gone.iter().map(|object| object.size).sum();
            *kept = kept.saturating_sub(bytes);
            *objects = objects.saturating_sub(gone.len() as u64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        let mut taken = self.room.lock();
        taken.reserved = taken.reserved.saturating_sub(self.bytes);
    }
}
