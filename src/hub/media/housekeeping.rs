//! What the hub does by itself for kept bytes: forgetting what nobody names, deleting what a crash
//! has left, and finding out whether bytes can be kept.

use super::{KeepError, MediaKeeper};
use crate::metrics::{MEDIA_AWAY, MEDIA_BYTES, MEDIA_OBJECTS};
use crate::model::{ObjectName, StoredObject};
use crate::objects;
use crate::store::media_objects;
use futures_util::StreamExt as _;
use std::time::Duration;

/// The pause between two rounds.
const ROUND: Duration = Duration::from_mins(1);

/// In every so many rounds the store is tried, although it has been well.
const PROBE_ROUNDS: u64 = 10;

/// In every so many rounds what nobody names is forgotten.
const COLLECT_ROUNDS: u64 = 60;

/// In every so many rounds all objects are compared with the rows.
const SWEEP_ROUNDS: u64 = 24 * 60;

/// How many objects are compared, or forgotten, at once.
const AT_ONCE: usize = 500;

/// Looks after the kept bytes until the hub stops.
pub(in crate::hub) async fn keep_house(keeper: &MediaKeeper) {
    for round in 0_u64.. {
        keeper.round(round).await;
        tokio::time::sleep(ROUND).await;
    }
}

impl MediaKeeper {
    async fn round(&self, round: u64) {
        if round.is_multiple_of(PROBE_ROUNDS) || self.objects.is_away() {
            // What it finds is logged, and shown as the store's health.
            let probed = self.objects.probe().await;
            let away = f64::from(u8::from(probed.is_err()));
            metrics::gauge!(MEDIA_AWAY).set(away);
            if probed.is_err() {
                return;
            }
        }
        self.objects.clean().await;
        if round.is_multiple_of(COLLECT_ROUNDS) {
            tell("bytes that nobody names", self.collect().await);
            tell("bytes beyond the bound", self.make_room(0).await.map(|_| 0));
        }
        if round.is_multiple_of(SWEEP_ROUNDS) {
            tell("objects that were never finished", self.sweep().await);
            tell("objects without a row", self.compare().await);
        }
        if let Err(error) = self.show().await {
            log::debug!("kept bytes cannot be counted: {error}");
        }
    }

    async fn show(&self) -> Result<(), KeepError> {
        let (bytes, objects) = self.room.count(&self.store).await?;
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!(MEDIA_BYTES).set(bytes as f64);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!(MEDIA_OBJECTS).set(objects as f64);
        Ok(())
    }

    /// Forgets bytes that no file names any more, and says how many objects they were.
    pub(crate) async fn collect(&self) -> Result<usize, KeepError> {
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let mut count = 0;
        loop {
            let _alone = self.gate.write().await;
            let unused = move |conn: &mut _| media_objects::unused(conn, limit);
            let unused = self.store.read(unused).await?;
            if unused.is_empty() {
                return Ok(count);
            }
            let gone = self.forget(unused).await?;
            count += gone.len();
            self.delete(gone).await;
        }
    }

    async fn sweep(&self) -> Result<usize, KeepError> {
        Ok(self.objects.sweep().await?)
    }

    /// Deletes objects that no row names, and says how many they were.
    async fn compare(&self) -> Result<usize, KeepError> {
        let mut all = self.objects.list().chunks(AT_ONCE).boxed();
        let mut count = 0;
        while let Some(some) = all.next().await {
            let names: Vec<ObjectName> = some.into_iter().collect::<Result<_, objects::Error>>()?;
            let _alone = self.gate.write().await;
            let asked = names.clone();
            let known = move |conn: &mut _| media_objects::known(conn, asked);
            let known = self.store.read(known).await?;
            let orphans = names.into_iter().filter(|name| !known.contains(name));
            let orphans: Vec<StoredObject> =
                orphans.map(|name| StoredObject { name, size: 0 }).collect();
            count += orphans.len();
            self.delete(orphans).await;
        }
        Ok(count)
    }
}

fn tell(what: &str, done: Result<usize, KeepError>) {
    match done {
        Ok(0) => {}
        Ok(count) => log::info!("deleted {count} {what}"),
        Err(error) => log::warn!("{what} cannot be deleted: {error}"),
    }
}
