use super::capturing::{batch, but, message};
use super::{at, session_id};
use crate::support::contract;
use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use telegram_hub::model::{
    CapturedBatch, ChatId, Coverage, Direction, Interval, MessageBox, MessageId, SessionId,
};
use telegram_hub::store::history::{self, HistoryRange, Senders};
use telegram_hub::store::history_intervals::{Stretch, cover, stretch};
use telegram_hub::store::sessions::{self, Purge};
use telegram_hub::store::{AnyConnection, Error, capture, peers, sequences};

const CHANNEL: ChatId = ChatId::channel(77);
const BOB: ChatId = ChatId::user(2);

fn coverage(chat_id: ChatId, from: i32, to: i32) -> Coverage {
    Coverage {
        chat_id,
        numbers: Interval::new(from, to),
        history_to: MessageId(i32::MAX),
    }
}

/// The numbers that a plain set of them says are read, from one on and without a hole.
fn run(read: &BTreeSet<i32>, number: i32) -> Option<Interval> {
    let mut edges = (number, number);
    if !read.contains(&number) {
        return None;
    }
    while read.contains(&(edges.0 - 1)) {
        edges.0 -= 1;
    }
    while read.contains(&(edges.1 + 1)) {
        edges.1 += 1;
    }
    Some(Interval::new(edges.0, edges.1))
}

fn expected(read: &BTreeSet<i32>, number: i32, direction: Direction) -> Stretch {
    if let Some(interval) = run(read, number) {
        return Stretch::Covered(interval);
    }
    let next = match direction {
        Direction::Up => read.range(number..).next(),
        Direction::Down => read.range(..number).next_back(),
    };
    Stretch::Open(next.and_then(|next| run(read, *next)))
}

/// The numbers of a range in pages of so many messages.
fn pages(c: &mut AnyConnection, mut range: HistoryRange, limit: i64) -> Result<Vec<i32>, Error> {
    let (mut numbers, mut senders) = (Vec::new(), Senders::default());
    loop {
        let page = history::page(c, &range, limit, &mut senders)?;
        numbers.extend(page.iter().map(|message| message.message_id.0));
        match page.last() {
            Some(last) => range.after = Some((last.sent_at, last.message_id)),
            None => return Ok(numbers),
        }
    }
}

fn whole(session_id: SessionId, direction: Direction) -> HistoryRange {
    HistoryRange {
        session_id,
        chat_id: CHANNEL,
        direction,
        numbers: Interval::new(1, i32::MAX),
        since: at(-1_000),
        until: at(1_000_000),
        after: None,
    }
}

contract! {
    async fn intervals_are_what_a_plain_set_of_numbers_is(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let interval = (1..60_i32, 0..15_i32);
        let cases = vec(vec(interval, 0..9), 24).new_tree(&mut TestRunner::deterministic());
        let cases = cases.map_err(|why| why.to_string())?.current();
        store.write(move |c| {
            for (number, case) in (1..).zip(cases) {
                let chat = ChatId::user(number);
                let mut read = BTreeSet::new();
                for (from, length) in case {
                    cover(c, id, &coverage(chat, from, from + length))?;
                    read.extend(from..=from + length);
                }
                for number in 1..76 {
                    for direction in [Direction::Up, Direction::Down] {
                        let found = stretch(c, id, chat, MessageId(number), direction)?;
                        assert_eq!(found, expected(&read, number, direction), "{read:?} {number}");
                    }
                }
            }
            Ok(())
        }).await?;
    }

    async fn the_ends_of_all_numbers_are_numbers_like_others(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            cover(c, id, &coverage(BOB, i32::MAX - 3, i32::MAX))?;
            cover(c, id, &coverage(BOB, 1, 2))?;
            cover(c, id, &coverage(BOB, 3, i32::MAX - 4))?;
            let all = Stretch::Covered(Interval::new(1, i32::MAX));
            assert_eq!(stretch(c, id, BOB, MessageId(5), Direction::Up)?, all);
            assert_eq!(stretch(c, id, BOB, MessageId(i32::MAX), Direction::Down)?, all);
            Ok(())
        }).await?;
    }

    async fn a_history_is_in_the_order_of_its_numbers_whatever_the_order_of_its_rows(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let numbered = |n: i32| but(message(CHANNEL, n, &format!("{n}")), |message| {
            // Three messages a second.
            message.sent_at = at(i64::from(n / 3));
        });
        // The newest were captured before the others were downloaded.
        let live = batch(id, (20..=30).map(numbered).collect());
        let older = batch(id, (1..20).rev().map(numbered).collect());
        let elsewhere = batch(id, vec![message(BOB, 7, "elsewhere")]);
        store.write(move |c| {
            for batch in [&live, &older, &elsewhere] {
                capture::commit(c, batch)?;
            }
            let mut gone = batch(id, Vec::new());
            gone.deletions.push(telegram_hub::model::Deletion {
                channel: Some(CHANNEL),
                message_ids: vec![MessageId(9)],
            });
            capture::commit(c, &gone)?;
            let up: Vec<i32> = (1..=30).filter(|n| *n != 9).collect();
            let down: Vec<i32> = up.iter().rev().copied().collect();
            for limit in [1, 4, 7, 100] {
                assert_eq!(pages(c, whole(id, Direction::Up), limit)?, up);
                assert_eq!(pages(c, whole(id, Direction::Down), limit)?, down);
            }
            let mut some = whole(id, Direction::Up);
            (some.since, some.until) = (at(2), at(4));
            assert_eq!(pages(c, some, 2)?, [6, 7, 8, 10, 11]);
            some.numbers = Interval::new(7, 10);
            assert_eq!(pages(c, some, 2)?, [7, 8, 10]);
            some.direction = Direction::Down;
            assert_eq!(pages(c, some, 2)?, [10, 8, 7]);
            Ok(())
        }).await?;
    }

    async fn the_log_tells_a_bound_only_inside_of_an_interval(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let covered = |from: i32, to: i32| CapturedBatch {
            coverage: Some(coverage(CHANNEL, from, to)),
            from_history: true,
            ..batch(id, (from..=to).map(|n| message(CHANNEL, n, "x")).collect())
        };
        let (low, high) = (covered(10, 20), covered(40, 50));
        let live = batch(id, vec![message(CHANNEL, 60, "live")]);
        let first = covered(1, 3);
        store.write(move |c| {
            for batch in [&low, &high, &live] {
                capture::commit(c, batch)?;
            }
            let mut before = |seconds| history::last_before(c, id, CHANNEL, at(seconds));
            assert_eq!(before(15)?, Some(MessageId(14)));
            assert_eq!(before(30)?, None, "between two intervals");
            assert_eq!(before(10)?, None, "something may be before the first");
            assert_eq!(before(55)?, None, "the next one is in no interval");
            assert_eq!(before(70)?, None, "something may be after the last");
            capture::commit(c, &first)?;
            assert_eq!(history::last_before(c, id, CHANNEL, at(1))?, Some(MessageId(0)));
            Ok(())
        }).await?;
    }

    async fn history_is_marked_and_is_no_beginning_of_a_log(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let mut page = batch(id, (1..=10).map(|n| message(CHANNEL, n, "x")).collect());
        page.coverage = Some(Coverage {
            history_to: MessageId(6),
            ..coverage(CHANNEL, 1, 10)
        });
        store.write(move |c| {
            capture::commit(c, &page)?;
            let place = MessageBox::of(CHANNEL);
            assert_eq!(sequences::oldest_captured(c, id, place)?, Some(MessageId(7)));
            Ok(())
        }).await?;
    }

    async fn what_is_purged_is_not_covered_any_more(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            cover(c, id, &coverage(CHANNEL, 1, 10))?;
            sessions::delete(c, id, Purge::KeepMessages)?;
            let covered = Stretch::Covered(Interval::new(1, 10));
            assert_eq!(stretch(c, id, CHANNEL, MessageId(5), Direction::Up)?, covered);
            sessions::delete(c, id, Purge::All)?;
            assert_eq!(stretch(c, id, CHANNEL, MessageId(5), Direction::Up)?, Stretch::Open(None));
            Ok(())
        }).await?;
    }

    async fn a_sender_is_shown_with_the_names_that_are_known(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let page = batch(id, vec![message(CHANNEL, 1, "x")]);
        let mut bob = telegram_hub::model::Peer::new(BOB);
        bob.first_name = Some("Bob".to_owned());
        store.write(move |c| {
            capture::commit(c, &page)?;
            peers::upsert_many(c, id, &[bob], at(5))?;
            let shown = history::page(c, &whole(id, Direction::Up), 5, &mut Senders::default())?;
            let names = shown[0].sender.as_deref().and_then(|names| names.first_name.as_deref());
            assert_eq!(names, Some("Bob"));
            Ok(())
        }).await?;
    }
}
