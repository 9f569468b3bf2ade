//! Searching the log of messages, some rows at a time.
//!
//! A search may have to look at every row there is. Owns how many it looks at in one call of the
//! database, so that a call stays short whatever the rows hold, others get connections in between,
//! and a search ends when its time is over or nobody waits for it any more. It must not know
//! which rows match: that is the business of [`crate::store::messages`].

use crate::model::{CapturedMessage, Cursor, Page};
use crate::store::messages::{self, MessageFilter};
use crate::store::{AnyConnection, Error, Store};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How many rows the first call looks at.
const FIRST: u32 = 64;

/// The most rows that a call looks at.
const MOST: u32 = 16_000;

/// How long a call should take.
const CALL: Duration = Duration::from_millis(50);

/// What a search has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// What was found. When the search was broken off, it goes on at the page's end.
    pub page: Page<CapturedMessage>,
    /// Whether it was broken off before the page was full.
    pub broken_off: bool,
}

/// A page of messages like that of [`messages::page`], looked for until then at most, and only
/// while somebody waits for it.
pub async fn search(
    store: &Store,
    mut filter: MessageFilter,
    until: Instant,
    gone: &CancellationToken,
) -> Result<Searched, Error> {
    let limit = filter.limit.clamp(1, 500) as usize;
    let mut items = Vec::new();
    let mut rows = FIRST;
    while Instant::now() < until && !gone.is_cancelled() {
        let mut look = filter.clone();
        look.limit = u32::try_from(limit - items.len()).unwrap_or(filter.limit);
        let (found, end, took) = store.read(move |conn| timed(conn, &look, rows)).await?;
        items.extend(found);
        if items.len() > limit {
            items.truncate(limit);
            let next = items.last().map(place);
            return Ok(ended(items, next));
        }
        let Some(end) = end else {
            return Ok(ended(items, None));
        };
        filter.before = Some(end);
        rows = next_rows(rows, took);
    }
    let page = Page {
        items,
        next: filter.before,
    };
    Ok(Searched {
        page,
        broken_off: true,
    })
}

const fn ended(items: Vec<CapturedMessage>, next: Option<Cursor>) -> Searched {
    Searched {
        page: Page { items, next },
        broken_off: false,
    }
}

const fn place(message: &CapturedMessage) -> Cursor {
    Cursor {
        time: message.content.sent_at,
        id: message.id,
    }
}

type Look = (Vec<CapturedMessage>, Option<Cursor>, Duration);

fn timed(conn: &mut AnyConnection, filter: &MessageFilter, rows: u32) -> Result<Look, Error> {
    let started = Instant::now();
    let (found, end) = messages::look(conn, filter, rows)?;
    Ok((found, end, started.elapsed()))
}

/// Twice as many rows after a short call, and far fewer after a long one: long texts that nearly
/// match take a thousand times as long as others.
fn next_rows(rows: u32, took: Duration) -> u32 {
    if took < CALL / 2 {
        (rows * 2).min(MOST)
    } else if took > CALL {
        let share = CALL.as_secs_f64() / took.as_secs_f64();
        let fewer = (f64::from(rows) * share).max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the number before"
        )]
        let fewer = fewer as u32;
        fewer
    } else {
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_become_as_long_as_they_should_be() {
        assert_eq!(next_rows(1_000, Duration::from_millis(1)), 2_000);
        assert_eq!(next_rows(MOST, Duration::from_millis(1)), MOST);
        assert_eq!(next_rows(1_000, Duration::from_millis(40)), 1_000);
        assert_eq!(next_rows(1_000, Duration::from_secs(50)), 1);
    }
}
