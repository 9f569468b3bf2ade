//! Reading an object, or a range of it, part by part.
//!
//! Each part is a request of its own that is made when the reader wants it, so that a reader who
//! takes nothing holds nothing open.

use crate::model::StoredObject;
use crate::objects::{Error, Objects, path};
use bytes::Bytes;
use futures_util::{Stream, stream};
use object_store::{GetOptions, GetRange, ObjectStoreExt as _};
use std::ops::Range;
use std::sync::Arc;

/// How many bytes are asked for at once, and held for each reader.
const PART_BYTES: u64 = 1024 * 1024;

impl Objects {
    /// The bytes of a range of an object, which must lie within it. The first part is there when
    /// this answers.
    ///
    /// # Errors
    /// [`Error::Missing`] when it is not there or has another size, [`Error::Away`].
    pub async fn read(
        self: &Arc<Self>,
        object: StoredObject,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + 'static, Error> {
        let first = self.part(object, &range).await?;
        let rest = range.start + first.len() as u64..range.end;
        let objects = Arc::clone(self);
        let parts = stream::try_unfold((objects, rest), move |(objects, rest)| async move {
            if rest.is_empty() {
                return Ok(None);
            }
            let part = objects.part(object, &rest).await?;
            let rest = rest.start + part.len() as u64..rest.end;
            Ok(Some((part, (objects, rest))))
        });
        let first = stream::iter((!first.is_empty()).then_some(Ok(first)));
        Ok(futures_util::StreamExt::chain(first, parts))
    }

    /// The first bytes of a range; an empty range only looks whether the object is there.
    async fn part(&self, object: StoredObject, range: &Range<u64>) -> Result<Bytes, Error> {
        let path = path(object.name);
        let complete = |size: u64| (size == object.size).then_some(()).ok_or(Error::Missing);
        if range.is_empty() {
            complete(self.store.head(&path).await?.size)?;
            return Ok(Bytes::new());
        }
        let end = range.end.min(range.start + PART_BYTES);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.start..end)),
            ..GetOptions::default()
        };
        let found = match self.store.get_opts(&path, options).await {
            Ok(found) => found,
            Err(error) => {
                // A range beyond an object that was cut is an error of each store's own.
                complete(self.store.head(&path).await?.size)?;
                return Err(error.into());
            }
        };
        complete(found.meta.size)?;
        let bytes = found.bytes().await?;
        // A store that answers less would be asked for ever.
        let wanted = end - range.start;
        (bytes.len() as u64 == wanted)
            .then_some(bytes)
            .ok_or(Error::Missing)
    }
}
