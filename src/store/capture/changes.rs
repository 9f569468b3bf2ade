//! What edits change in stored rows, gathered for many messages and written in few statements.

use crate::store::backend::on_backend;
use crate::store::capture::rows::NewRow;
use crate::store::values::placeholders;
use crate::store::{AnyConnection, Error, revisions};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamp};
use std::collections::BTreeMap;

/// What is still to be written, by row.
#[derive(Default)]
pub(super) struct Changes<'a> {
    /// The places of stored versions.
    places: BTreeMap<i64, i32>,
    edits: BTreeMap<i64, Edit<'a>>,
}

struct Edit<'a> {
    row: &'a NewRow<'a>,
    pts: Option<i32>,
    /// Whether what it replaces is kept.
    keep: bool,
}

impl<'a> Changes<'a> {
    /// Whether a stored row is about to be another one.
    pub(super) fn has_edit(&self, id: i64) -> bool {
        self.edits.contains_key(&id)
    }

    /// The version of a row that has no edit here was told at that place as well.
    pub(super) fn place(&mut self, id: i64, pts: i32) {
        self.places.insert(id, pts);
    }

    /// Another version takes the place of the stored one. One that was asked for comes after all
    /// that were told before, so that `pts` is the place of the last that was told.
    pub(super) fn edit(&mut self, id: i64, row: &'a NewRow<'a>, pts: Option<i32>, keep: bool) {
        self.edits.insert(id, Edit { row, pts, keep });
    }

    /// Writes everything.
    pub(super) fn write(&mut self, conn: &mut AnyConnection) -> Result<(), Error> {
        let (places, edits) = (
            std::mem::take(&mut self.places),
            std::mem::take(&mut self.edits),
        );
        // What is kept is what the row says, its place with it.
        write_places(conn, &places.into_iter().collect::<Vec<_>>())?;
        let kept = edits.iter().filter(|(_, edit)| edit.keep);
        let kept: Vec<_> = kept.map(|(id, edit)| (*id, edit.row.captured_at)).collect();
        revisions::keep(conn, &kept)?;
        overwrite(conn, &edits)
    }
}

/// Puts one version in the place of the stored one.
pub(super) fn put(
    conn: &mut AnyConnection,
    id: i64,
    row: &NewRow<'_>,
    pts: Option<i32>,
) -> Result<(), Error> {
    let keep = false;
    overwrite(conn, &BTreeMap::from([(id, Edit { row, pts, keep })]))
}

/// Whoever is told of a chat once more is told of many edited messages.
fn write_places(conn: &mut AnyConnection, places: &[(i64, i32)]) -> Result<(), Error> {
    if places.is_empty() {
        return Ok(());
    }
    let text = places_statement(places.len());
    let _: usize = on_backend!(conn, |c| {
        let mut query = diesel::sql_query(text).into_boxed();
        for (id, pts) in places {
            query = query.bind::<BigInt, _>(id).bind::<Integer, _>(pts);
        }
        query.execute(c)
    })?;
    Ok(())
}

/// Sources: `UPDATE … FROM` in <https://www.sqlite.org/lang_update.html> and PostgreSQL's manual.
pub(super) fn places_statement(rows: usize) -> String {
    format!(
        "WITH place (id, pts) AS (VALUES {}) \
         UPDATE messages SET pts = place.pts FROM place WHERE messages.id = place.id",
        placeholders(rows, 2)
    )
}

fn overwrite(conn: &mut AnyConnection, edits: &BTreeMap<i64, Edit<'_>>) -> Result<(), Error> {
    if edits.is_empty() {
        return Ok(());
    }
    let text = edits_statement(edits.len());
    let _: usize = on_backend!(conn, |c| {
        let mut query = diesel::sql_query(text).into_boxed();
        for (id, Edit { row, pts, .. }) in edits {
            query = query
                .bind::<BigInt, _>(id)
                .bind::<Text, _>(&row.text)
                .bind::<Text, _>(&row.text_folded)
                .bind::<Text, _>(&row.entities)
                .bind::<Nullable<Integer>, _>(row.reply_to)
                .bind::<Nullable<Text>, _>(&row.forward)
                .bind::<Nullable<Text>, _>(&row.media)
                .bind::<Nullable<Text>, _>(&row.service)
                .bind::<Nullable<Timestamp>, _>(row.edited_at)
                .bind::<Binary, _>(row.raw)
                .bind::<Nullable<Integer>, _>(pts);
        }
        query.execute(c)
    })?;
    Ok(())
}

pub(super) fn edits_statement(rows: usize) -> String {
    format!(
        "WITH edit (id, text, text_folded, entities, reply_to, forward, media, service, \
         edited_at, raw, pts) AS (VALUES {}) \
         UPDATE messages SET text = edit.text, text_folded = edit.text_folded, \
         entities = edit.entities, reply_to = edit.reply_to, forward = edit.forward, \
         media = edit.media, service = edit.service, edited_at = edit.edited_at, \
         raw = edit.raw, pts = edit.pts FROM edit WHERE messages.id = edit.id",
        placeholders(rows, 11)
    )
}
