//! Cutting a listing into pages: one row more than asked for tells that there is a next page.

use crate::model::{Cursor, Page};

/// Keeps `limit` rows of `limit + 1` and makes the cursor of the last one kept.
pub(super) fn cut<T>(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}
