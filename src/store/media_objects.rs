//! The table of kept bytes: their names, their sizes, and when they were last used.
//!
//! How often they are used is how many files name them; nothing else counts it. It must not know
//! where the bytes are.

use crate::model::{MediaState, ObjectName, StoredObject, UtcTime};
use crate::store::backend::on_backend;
use crate::store::schema::{media, media_objects as t};
use crate::store::{AnyConnection, Error};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::time::Duration;

/// How long the time of use is good.
const USE_LASTS: Duration = Duration::from_hours(1);

/// Notes kept bytes. `true` when they are new.
pub fn put(conn: &mut AnyConnection, object: StoredObject, now: UtcTime) -> Result<bool, Error> {
    let size = i64::try_from(object.size).unwrap_or(i64::MAX);
    let inserted: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::name.eq(object.name),
            t::size.eq(size),
            t::used_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    if inserted == 0 {
        touch(conn, object.name, now)?;
    }
    Ok(inserted == 1)
}

/// Notes that bytes were used, unless that was noted within the hour.
pub fn touch(conn: &mut AnyConnection, name: ObjectName, now: UtcTime) -> Result<(), Error> {
    let stale = t::table
        .find(name)
        .filter(t::used_at.lt(now.before(USE_LASTS)));
    diesel::update(stale)
        .set(t::used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Whether the use of bytes was last noted more than an hour ago.
pub fn is_stale(conn: &mut AnyConnection, name: ObjectName, now: UtcTime) -> Result<bool, Error> {
    let used_at: Option<UtcTime> = t::table
        .find(name)
        .select(t::used_at)
        .first(conn)
        .optional()?;
    Ok(used_at.is_some_and(|used_at| used_at < now.before(USE_LASTS)))
}

/// All kept bytes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = BigInt)]
    objects: i64,
}

/// How many bytes are kept, and how many objects they are.
pub fn totals(conn: &mut AnyConnection) -> Result<(u64, u64), Error> {
    let sum: Sum = diesel::sql_query(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes, COUNT(*) AS objects \
         FROM media_objects",
    )
    .get_result(conn)?;
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok((count(sum.bytes), count(sum.objects)))
}

/// The bytes that nobody has used for longest and no file pins, so many objects at most.
///
/// Index: `media_objects_by_use`, `media_by_object`.
pub fn least_used(conn: &mut AnyConnection, limit: i64) -> Result<Vec<StoredObject>, Error> {
    let pins = media::table
        .filter(media::object.eq(t::name.nullable()))
        .filter(media::pinned.eq(true));
    let rows = t::table
        .filter(not(exists(pins)))
        .order((t::used_at, t::name))
        .limit(limit)
        .select((t::name, t::size))
        .load(conn)?;
    Ok(objects(rows))
}

/// The bytes that no file names, so many objects at most.
pub fn unused(conn: &mut AnyConnection, limit: i64) -> Result<Vec<StoredObject>, Error> {
    let users = media::table.filter(media::object.eq(t::name.nullable()));
    let rows = t::table
        .filter(not(exists(users)))
        .limit(limit)
        .select((t::name, t::size))
        .load(conn)?;
    Ok(objects(rows))
}

fn objects(rows: Vec<(ObjectName, i64)>) -> Vec<StoredObject> {
    let rows = rows.into_iter();
    rows.map(|(name, size)| StoredObject {
        name,
        size: u64::try_from(size).unwrap_or_default(),
    })
    .collect()
}

/// Those of these names that are kept.
pub fn known(conn: &mut AnyConnection, names: Vec<ObjectName>) -> Result<Vec<ObjectName>, Error> {
    Ok(t::table
        .filter(t::name.eq_any(names))
        .select(t::name)
        .load(conn)?)
}

/// Bytes are kept no more: the files that name them are gone. To be called in a write transaction.
/// Answers which of these objects there were.
pub fn forget(
    conn: &mut AnyConnection,
    gone: &[StoredObject],
    now: UtcTime,
) -> Result<Vec<StoredObject>, Error> {
    let mut forgotten = Vec::new();
    for object in gone {
        diesel::update(media::table.filter(media::object.eq(object.name)))
            .set((
                media::state.eq(MediaState::Gone),
                media::object.eq(None::<ObjectName>),
                media::updated_at.eq(now),
            ))
            .execute(conn)?;
        if diesel::delete(t::table.find(object.name)).execute(conn)? == 1 {
            forgotten.push(*object);
        }
    }
    Ok(forgotten)
}
