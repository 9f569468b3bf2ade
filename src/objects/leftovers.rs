//! What was begun and given up, until it is deleted: a value that is dropped cannot wait for that.

use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many are remembered; beyond that they are for the sweep of a later run.
const MOST: usize = 1000;

#[derive(Default)]
pub(super) struct Leftovers(Mutex<Vec<Leftover>>);

pub(super) enum Leftover {
    /// An upload whose parts are there and that will not be finished.
    Upload(Box<dyn MultipartUpload>),
    /// A temporary object that will not be put in place.
    Object(Path),
}

impl Leftovers {
    pub(super) fn push(&self, leftover: Leftover) {
        let mut all = self.lock();
        if all.len() < MOST {
            all.push(leftover);
        }
    }

    /// Deletes them; what cannot be deleted is kept for the next time.
    pub(super) async fn clean(&self, store: &dyn ObjectStore) {
        let all = std::mem::take(&mut *self.lock());
        for mut leftover in all {
            let gone = match &mut leftover {
                Leftover::Upload(upload) => upload.abort().await,
                Leftover::Object(path) => store.delete(path).await,
            };
            match gone {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => {
                    log::debug!("an unfinished object cannot be deleted yet: {error}");
                    self.push(leftover);
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Leftover>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
