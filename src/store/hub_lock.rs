//! The lock on the whole database: which hub holds it.
//!
//! It owns the one row with the holder, its sign of life and a number that grows with every
//! holder. Whether a process of this host is alive is told by the caller; the rule what follows
//! from that is [`may_take`].

use crate::model::UtcTime;
use crate::store::schema::hub_lock as t;
use crate::store::tx::{self, Lock};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use std::time::Duration;

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
pub struct HolderRow {
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
    /// The lock is held, under this number.
    Held(i64),
    /// Another hub holds it.
    Refused {
        /// Which one.
        by: HolderRow,
    },
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

/// Whether the lock may be taken from its holder.
///
/// On the same host the process decides, whatever the clock says. A holder on another host is
/// given up when its last sign of life is `ttl` old.
pub fn may_take(
    holder: &HolderRow,
    asking: &Instance,
    now: UtcTime,
    ttl: Duration,
    is_alive: impl FnOnce(&HolderRow) -> bool,
) -> bool {
    if holder.instance.instance == asking.instance {
        true
    } else if holder.instance.host_id == asking.host_id {
        !is_alive(holder)
    } else {
        now >= holder.heartbeat_at.after(ttl)
    }
}

/// Takes the lock if it is free or may be taken. To be called in a write transaction.
pub fn try_acquire(
    conn: &mut AnyConnection,
    asking: &Instance,
    now: UtcTime,
    ttl: Duration,
    is_alive: impl FnOnce(&HolderRow) -> bool,
) -> Result<Acquire, Error> {
    tx::lock(conn, Lock::Hub)?;
    let row = load(conn)?;
    let fence = row.fence + 1;
    if let Some(by) = row.holder()
        && !may_take(&by, asking, now, ttl, is_alive)
    {
        return Ok(Acquire::Refused { by });
    }
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
    Ok(Acquire::Held(fence))
}

/// The hub that holds the database, if any.
pub fn holder(conn: &mut AnyConnection) -> Result<Option<HolderRow>, Error> {
    Ok(load(conn)?.holder())
}

/// Gives a sign of life. `false` means that the lock was lost to another hub.
pub fn heartbeat(
    conn: &mut AnyConnection,
    held_by: &Instance,
    fence: i64,
    now: UtcTime,
) -> Result<bool, Error> {
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
    fn holder(self) -> Option<HolderRow> {
        Some(HolderRow {
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
