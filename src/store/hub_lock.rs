//! The lock on the whole database: which hub holds it.
//!
//! It owns the one row with the holder, its sign of life and a number that grows with every
//! holder, and the rule who may take it: [`try_acquire`]. What is seen of a process, and how long
//! a row has not changed, is told by the caller. The times in the row are the database's own.

use crate::model::UtcTime;
use crate::store::backend::on_backend;
use crate::store::schema::hub_lock as t;
use crate::store::tx::{self, Lock};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;

/// The hub that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// A random id of this run of the hub.
    pub instance: String,
    /// Where process numbers mean the same: machine, boot and process-id namespace together.
    pub host_id: String,
    /// The process.
    pub pid: i64,
    /// What tells it from another process of the same number, such as its start time.
    pub process_started: String,
}

/// The hub that holds the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// Who it is.
    pub instance: Instance,
    /// When it took the lock.
    pub acquired_at: UtcTime,
    /// Its last sign of life.
    pub heartbeat_at: UtcTime,
    /// The number of its holding, which grows with every holder.
    pub fence: i64,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquire {
    /// The lock is held.
    Held {
        /// The number of the holding.
        fence: i64,
        /// Whom it was taken from, if it was not given back.
        from: Option<LockHolder>,
    },
    /// Another hub holds it.
    Refused {
        /// Which one.
        by: LockHolder,
        /// What could be seen of it.
        seen: Sighting,
    },
}

/// What can be seen of a holder as a process of this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It has ended.
    Gone,
    /// It lives.
    Lives,
    /// It is on another host, or hidden: only its signs of life tell.
    Unseen,
}

/// The holding that every write of a hub is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    pub(super) instance: String,
    pub(super) number: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Row {
    instance: Option<String>,
    host_id: String,
    pid: i64,
    process_started: String,
    acquired_at: UtcTime,
    heartbeat_at: UtcTime,
    fence: i64,
}

/// Takes the lock if it is free or may be taken. To be called in a write transaction.
///
/// Only what is seen of the holder counts, and no clock. A process of the same host decides by
/// itself. Any other holder is given up when it is `silent`: its row, as the caller has watched it
/// for long enough, still stands as it was.
pub fn try_acquire(
    conn: &mut AnyConnection,
    asking: &Instance,
    silent: Option<&LockHolder>,
    look: impl FnOnce(&LockHolder) -> Sighting,
) -> Result<Acquire, Error> {
    tx::lock(conn, Lock::Hub)?;
    // A sign of life waits for this transaction, and so does a write of the holder's: what they
    // have committed is seen here, and what comes later finds the lock taken.
    on_backend!(conn, |c| c.hold_row())?;
    let row = load(conn)?;
    let (fence, by) = (row.fence + 1, row.holder());
    if let Some(by) = &by
        && by.instance.instance != asking.instance
    {
        let seen = look(by);
        let may_take = match seen {
            Sighting::Gone => true,
            Sighting::Lives => false,
            Sighting::Unseen => silent == Some(by),
        };
        if !may_take {
            let by = by.clone();
            return Ok(Acquire::Refused { by, seen });
        }
    }
    let now = on_backend!(conn, |c| c.now())?;
    diesel::update(t::table.find(1))
        .set((
            t::instance.eq(&asking.instance),
            t::host_id.eq(&asking.host_id),
            t::pid.eq(asking.pid),
            t::process_started.eq(&asking.process_started),
            t::acquired_at.eq(now),
            t::heartbeat_at.eq(now),
            t::fence.eq(fence),
        ))
        .execute(conn)?;
    Ok(Acquire::Held { fence, from: by })
}

/// Refuses the rest of a write transaction once another hub has the lock, and keeps others from
/// taking it until the transaction ends. Signs of life do not wait for it.
pub(super) fn check(conn: &mut AnyConnection, fence: &Fence) -> Result<(), Error> {
    if on_backend!(conn, |c| c.holds(fence))? {
        Ok(())
    } else {
        Err(Error::Fenced)
    }
}

/// The hub that holds the database, if any.
pub fn holder(conn: &mut AnyConnection) -> Result<Option<LockHolder>, Error> {
    Ok(load(conn)?.holder())
}

/// Gives a sign of life. `false` means that the lock was lost to another hub.
pub fn heartbeat(conn: &mut AnyConnection, held_by: &Instance, fence: i64) -> Result<bool, Error> {
    let now = on_backend!(conn, |c| c.now())?;
    let rows = diesel::update(
        t::table
            .find(1)
            .filter(t::instance.eq(&held_by.instance))
            .filter(t::fence.eq(fence)),
    )
    .set(t::heartbeat_at.eq(now))
    .execute(conn)?;
    Ok(rows == 1)
}

/// Writes another time for the last sign of life, as a database whose clock is wrong would have.
/// Nothing but a change of the row is ever seen in it.
pub fn date(conn: &mut AnyConnection, at: UtcTime) -> Result<(), Error> {
    diesel::update(t::table.find(1))
        .set(t::heartbeat_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Writes what stands there already, to find out whether writes succeed.
pub(super) fn touch(conn: &mut AnyConnection) -> Result<(), Error> {
    diesel::update(t::table.find(1))
        .set(t::fence.eq(t::fence))
        .execute(conn)?;
    Ok(())
}

/// Gives the lock back. `false` when it was lost before.
pub fn release(conn: &mut AnyConnection, held_by: &Instance, fence: i64) -> Result<bool, Error> {
    let rows = diesel::update(
        t::table
            .find(1)
            .filter(t::instance.eq(&held_by.instance))
            .filter(t::fence.eq(fence)),
    )
    .set(t::instance.eq(None::<String>))
    .execute(conn)?;
    Ok(rows == 1)
}

fn load(conn: &mut AnyConnection) -> Result<Row, Error> {
    Ok(t::table.find(1).select(Row::as_select()).first(conn)?)
}

impl Row {
    fn holder(self) -> Option<LockHolder> {
        Some(LockHolder {
            instance: Instance {
                instance: self.instance?,
                host_id: self.host_id,
                pid: self.pid,
                process_started: self.process_started,
            },
            acquired_at: self.acquired_at,
            heartbeat_at: self.heartbeat_at,
            fence: self.fence,
        })
    }
}

/// What each database does in its own way.
trait LockRow {
    /// Keeps everybody else from the row until the transaction ends.
    fn hold_row(&mut self) -> Result<(), Error>;

    /// Whether the row names this holding, which nobody can take until the transaction ends.
    fn holds(&mut self, fence: &Fence) -> Result<bool, Error>;

    /// The database's time at this moment, and not at the transaction's start.
    fn now(&mut self) -> Result<UtcTime, Error>;
}

#[cfg(feature = "postgres-system")]
impl LockRow for PgConnection {
    fn hold_row(&mut self) -> Result<(), Error> {
        let row = t::table.find(1).select(t::id).for_update();
        row.first::<i32>(self)?;
        Ok(())
    }

    /// Many transactions share this lock, and neither they nor a sign of life, which changes no
    /// key, wait for each other; a taker, who wants the row alone, waits for all of them.
    fn holds(&mut self, fence: &Fence) -> Result<bool, Error> {
        let row = t::table
            .find(1)
            .filter(t::instance.eq(&fence.instance))
            .filter(t::fence.eq(fence.number))
            .select(t::id)
            .for_key_share();
        Ok(row.first::<i32>(self).optional()?.is_some())
    }

    fn now(&mut self) -> Result<UtcTime, Error> {
        use diesel::dsl::sql;
        use diesel::sql_types::Timestamp;
        let now = diesel::select(sql::<Timestamp>("clock_timestamp() AT TIME ZONE 'UTC'"));
        Ok(now.get_result(self)?)
    }
}

/// The transaction holds the one write lock from its start, and the database has no clock but its
/// host's.
#[cfg(feature = "sqlite")]
impl LockRow for SqliteConnection {
    fn hold_row(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn holds(&mut self, fence: &Fence) -> Result<bool, Error> {
        let row = t::table
            .find(1)
            .filter(t::instance.eq(&fence.instance))
            .filter(t::fence.eq(fence.number))
            .select(t::id);
        Ok(row.first::<i32>(self).optional()?.is_some())
    }

    fn now(&mut self) -> Result<UtcTime, Error> {
        Ok(UtcTime::now())
    }
}
