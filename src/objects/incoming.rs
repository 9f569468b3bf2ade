//! An object while it is written.
//!
//! A small one is held until its name is known, and written whole under that. A larger one goes to
//! a temporary object part by part.

use crate::model::{ObjectName, StoredObject};
use crate::objects::leftovers::Leftover;
use crate::objects::{Error, Objects};
use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// The size of a part; S3 takes no smaller ones, but for the last.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.
pub(super) const PART_BYTES: usize = 5 * 1024 * 1024;

/// An object that is being written. Dropping it gives it up.
pub struct Incoming {
    objects: Arc<Objects>,
    hash: Sha256,
    taken: u64,
    pending: BytesMut,
    upload: Option<Upload>,
}

struct Upload {
    path: Path,
    parts: Box<dyn MultipartUpload>,
}

impl Incoming {
    pub(super) fn new(objects: Arc<Objects>) -> Self {
        Self {
            objects,
            hash: Sha256::new(),
            taken: 0,
            pending: BytesMut::new(),
            upload: None,
        }
    }

    /// How many bytes it has.
    pub const fn len(&self) -> u64 {
        self.taken
    }

    /// Whether it has none yet.
    pub const fn is_empty(&self) -> bool {
        self.taken == 0
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hash.update(bytes);
        self.taken += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        while self.pending.len() > PART_BYTES {
            let part = self.pending.split_to(PART_BYTES).freeze();
            self.send(part).await?;
        }
        Ok(())
    }

    async fn send(&mut self, part: Bytes) -> Result<(), Error> {
        let trouble = &self.objects.trouble;
        if self.upload.is_none() {
            let name = Uuid::new_v4().simple().to_string();
            let path = self.objects.incoming.clone().join(name);
            let begun = self.objects.store.put_multipart(&path).await;
            let parts = trouble.note(begun.map_err(Error::from))?;
            self.upload = Some(Upload { path, parts });
        }
        if let Some(upload) = &mut self.upload {
            let sent = upload.parts.put_part(part.into()).await;
            trouble.note(sent.map_err(Error::from))?;
        }
        Ok(())
    }

    /// The bytes are all there.
    pub async fn finish(mut self) -> Result<Arrived, Error> {
        let last = self.pending.split().freeze();
        let mut held = Held::Bytes(last.clone());
        if self.upload.is_some() {
            self.send(last).await?;
        }
        if let Some(upload) = &mut self.upload {
            let finished = upload.parts.complete().await.map_err(Error::from);
            self.objects.trouble.note(finished)?;
        }
        if let Some(upload) = self.upload.take() {
            held = Held::Temporary(upload.path);
        }
        Ok(Arrived {
            objects: Arc::clone(&self.objects),
            object: StoredObject {
                name: ObjectName::of(std::mem::take(&mut self.hash).finalize().into()),
                size: self.taken,
            },
            held,
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take() {
            self.objects.leftovers.push(Leftover::Upload(upload.parts));
        }
    }
}

/// An object that is whole and not in its place yet. Dropping it gives it up.
pub struct Arrived {
    objects: Arc<Objects>,
    object: StoredObject,
    held: Held,
}

enum Held {
    Bytes(Bytes),
    Temporary(Path),
    Nothing,
}

impl Arrived {
    /// What it is.
    pub const fn object(&self) -> StoredObject {
        self.object
    }

    pub(super) async fn put(mut self, to: &Path) -> Result<(), Error> {
        let store = Arc::clone(&self.objects.store);
        match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Bytes(bytes) => store.put(to, bytes.into()).await.map(drop)?,
            Held::Temporary(from) => {
                let moved = store.rename(&from, to).await;
                if moved.is_err() {
                    self.held = Held::Temporary(from);
                }
                moved?;
            }
            Held::Nothing => {}
        }
        Ok(())
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        if let Held::Temporary(path) = std::mem::replace(&mut self.held, Held::Nothing) {
            self.objects.leftovers.push(Leftover::Object(path));
        }
    }
}
