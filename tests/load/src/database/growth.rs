//! The log as it grows: its rows, or a sample of them, once, as soon as they can be read from
//! outside.
//!
//! Owns the place of the reader. PostgreSQL numbers rows before they are committed, so that a row
//! may appear below one that was read before; numbers that were passed over are asked for again
//! for a while.

use super::TextRow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a number that was passed over may still appear.
const LATE: Duration = Duration::from_secs(10);

/// How many such numbers are remembered.
const REMEMBERED: usize = 5000;

/// Most that appear at all do so within this time. Older ones are looked for in each of so many
/// looks: a reader that asks for thousands of numbers again and again would take the machine's
/// time from what it looks at.
const SOON: Duration = Duration::from_millis(300);
const SELDOM: u32 = 5;

/// A reader of the rows that are added.
#[derive(Debug)]
pub struct Growth {
    last: i64,
    every: i64,
    missing: BTreeMap<i64, Instant>,
    looks: u32,
}

impl Growth {
    /// Of the rows after row `last`; of those, only the ones whose number `every` divides. A
    /// reader of every row would take the machine's time from what it looks at.
    pub fn after(last: i64, every: i64) -> Self {
        Self {
            last,
            every: every.max(1),
            missing: BTreeMap::new(),
            looks: 0,
        }
    }

    /// The rows that have appeared since the last look, by their numbers. `read` runs the query
    /// with its one parameter.
    ///
    /// # Errors
    /// As `read`; nothing is passed over then.
    pub fn look<E>(
        &mut self,
        read: impl FnOnce(&str, i64) -> Result<Vec<TextRow>, E>,
    ) -> Result<Vec<TextRow>, E> {
        let now = Instant::now();
        let rows = read(&self.sql(now), self.last)?;
        self.looks = self.looks.wrapping_add(1);
        self.note(rows.iter().map(|row| row.id), now);
        Ok(rows)
    }

    fn sql(&self, now: Instant) -> String {
        let all = self.looks.is_multiple_of(SELDOM);
        let numbers: Vec<String> = self
            .missing
            .iter()
            .filter(|(_, since)| all || now - **since < SOON)
            .map(|(id, _)| id.to_string())
            .collect();
        let every = self.every;
        let new = format!("SELECT id, text FROM messages WHERE id > $1 AND id % {every} = 0");
        if numbers.is_empty() {
            return format!("{new} ORDER BY id");
        }
        // One condition for both would have the whole table read.
        let numbers = numbers.join(", ");
        format!("{new} UNION ALL SELECT id, text FROM messages WHERE id IN ({numbers}) ORDER BY id")
    }

    fn note(&mut self, ids: impl Iterator<Item = i64>, now: Instant) {
        for id in ids {
            if id <= self.last {
                self.missing.remove(&id);
                continue;
            }
            // A table that was emptied or numbered anew would make this range endless.
            let first = self.last + self.every - self.last.rem_euclid(self.every);
            let passed_over = (first..id).step_by(usize::try_from(self.every).unwrap_or(1));
            let passed_over = passed_over.take(REMEMBERED);
            self.missing.extend(passed_over.map(|id| (id, now)));
            self.last = id;
        }
        self.missing.retain(|_, since| now - *since < LATE);
        while self.missing.len() > REMEMBERED {
            self.missing.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_passed_over_is_looked_for_until_it_comes_or_is_late() {
        let (mut growth, now) = (Growth::after(10, 1), Instant::now());
        growth.note([11, 14].into_iter(), now);
        assert_eq!((growth.last, growth.missing.len()), (14, 2));
        growth.note([13, 15].into_iter(), now);
        let missing: Vec<i64> = growth.missing.keys().copied().collect();
        assert_eq!((growth.last, missing), (15, vec![12]));
        growth.note([16].into_iter(), now + LATE);
        assert!(growth.missing.is_empty());
    }

    #[test]
    fn what_is_missing_for_long_is_asked_for_seldom() {
        let (mut growth, now) = (Growth::after(10, 1), Instant::now());
        growth.note([12].into_iter(), now);
        let asks = |growth: &Growth, at: Instant| growth.sql(at).contains("IN (11)");
        assert!(asks(&growth, now + SOON));
        growth.looks = 1;
        assert!(asks(&growth, now));
        assert!(!asks(&growth, now + SOON));
    }

    #[test]
    fn a_sample_misses_only_its_own_numbers() {
        let (mut growth, now) = (Growth::after(10, 8), Instant::now());
        growth.note([16, 40].into_iter(), now);
        let missing: Vec<i64> = growth.missing.keys().copied().collect();
        assert_eq!((growth.last, missing), (40, vec![24, 32]));
    }
}
