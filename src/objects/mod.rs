//! The store of objects: the bytes of files, in a folder or in a bucket that speaks S3.
//!
//! Bytes are named by their SHA-256, so that equal ones are kept once and no client names any.
//! They are written to a temporary object and put in place when they are whole, which a crash
//! leaves undone or done. This room alone names `object_store`; it must not know whose bytes they
//! are, nor how many there may be.

mod error;
mod incoming;
mod leftovers;
mod place;
mod reading;
mod trouble;

pub use error::Error;
pub use incoming::{Arrived, Incoming};

use crate::config::MediaPlace;
use crate::model::ObjectName;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use leftovers::Leftovers;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use place::Place;
use std::fmt;
use std::sync::Arc;
use trouble::Trouble;
use uuid::Uuid;

/// Below this stand the whole objects.
const OBJECTS: &str = "objects";

/// Below this stand those that are being written, each run's in a folder of its own.
const INCOMING: &str = "incoming";

/// The store of objects.
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    place: Place,
    /// Of this run.
    incoming: Path,
    trouble: Trouble,
    leftovers: Leftovers,
}

impl Objects {
    /// Opens the store. A bucket that cannot be reached is no failure: it may come back.
    ///
    /// # Errors
    /// When the folder cannot be made, or the settings of the bucket cannot be used.
    pub fn open(place: &MediaPlace) -> Result<Arc<Self>, Error> {
        let (store, place) = Place::open(place)?;
        let run = Uuid::new_v4().simple().to_string();
        Ok(Arc::new(Self {
            store,
            place,
            incoming: Path::from_iter([INCOMING, &run]),
            trouble: Trouble::default(),
            leftovers: Leftovers::default(),
        }))
    }

    /// Where an object is, for people: the path of its file, or its URL.
    pub fn location(&self, name: ObjectName) -> String {
        self.place.location(&path(name))
    }

    /// Begins to write an object.
    ///
    /// # Errors
    /// [`Error::Away`] while the store is known not to take any.
    pub fn begin(self: &Arc<Self>) -> Result<Incoming, Error> {
        self.trouble.refuse()?;
        Ok(Incoming::new(Arc::clone(self)))
    }

    /// Puts a written object in place, whole and under its name.
    pub async fn put(&self, arrived: Arrived) -> Result<(), Error> {
        let to = path(arrived.object().name);
        self.trouble.note(arrived.put(&to).await)
    }

    /// Deletes an object; one that is not there counts as deleted.
    pub async fn delete(&self, name: ObjectName) -> Result<(), Error> {
        match self.store.delete(&path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// All objects that are there; what else lies in their place is left alone.
    pub fn list(&self) -> impl Stream<Item = Result<ObjectName, Error>> + Send + 'static {
        let all = self.store.list(Some(&Path::from(OBJECTS)));
        let named = |found: object_store::ObjectMeta| {
            let name = found.location.filename().and_then(ObjectName::parse);
            std::future::ready(Ok(name))
        };
        all.map_err(Error::from).try_filter_map(named)
    }

    /// Writes something and deletes it, to find out whether the store can be written.
    pub async fn probe(&self) -> Result<(), Error> {
        let path = self.incoming.clone().join("probe");
        let written = self.store.put(&path, "probe".into()).await;
        self.trouble.note(written.map(drop).map_err(Error::from))?;
        self.trouble
            .note(self.store.delete(&path).await.map_err(Error::from))
    }

    /// Whether the store cannot be written, as far as is known.
    pub fn is_away(&self) -> bool {
        self.trouble.is_there()
    }

    /// Deletes what this run has begun and given up.
    pub async fn clean(&self) {
        self.leftovers.clean(self.store.as_ref()).await;
    }

    /// Deletes what earlier runs have begun and not finished, and says how many objects that were.
    /// The parts of an upload to a bucket that was never finished are for the bucket's own rules.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let (incoming, own) = (Path::from(INCOMING), self.incoming.clone());
        let others = self.store.list(Some(&incoming)).map_err(Error::from);
        let others =
            others.try_filter(|found| std::future::ready(!found.location.prefix_matches(&own)));
        let others: Vec<Path> = others.map_ok(|found| found.location).try_collect().await?;
        let count = others.len();
        let mut gone = self
            .store
            .delete_stream(futures_util::stream::iter(others).map(Ok).boxed());
        while let Some(one) = gone.next().await {
            match one {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.place.sweep(INCOMING, &self.incoming).await?;
        Ok(count)
    }
}

/// Where an object stands: the first digits of its name are a folder, so that none holds too many.
fn path(name: ObjectName) -> Path {
    let name = name.to_string();
    Path::from_iter([OBJECTS, name.get(..2).unwrap_or_default(), &name])
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
