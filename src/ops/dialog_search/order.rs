//! In which order found chats come.

use crate::model::ListedChat;
use std::cmp::Ordering;

/// What chats are sorted by. What is not known comes as if it were nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// When their newest message was sent.
    LastMessage,
    /// How many messages they have.
    Messages,
    /// Their title, whatever the case.
    Title,
    /// How many are in them.
    Participants,
    /// How many messages the account has not read.
    Unread,
}

/// In which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Ascending,
    /// The most first.
    Descending,
}

/// A chat that was found.
#[derive(Debug)]
pub(super) struct Scored<'a> {
    pub(super) chat: &'a ListedChat,
    pub(super) title: String,
    /// How well its title answers to what is looked for.
    pub(super) score: f64,
}

/// Sorts by a field. Equal ones stay in their order, whatever the direction.
pub(super) fn by_field(
    found: &mut [Scored<'_>],
    sort: SortBy,
    direction: Direction,
    count: impl Fn(&ListedChat) -> Option<u64>,
) {
    found.sort_by(|a, b| {
        let order = compare(sort, a, b, &count);
        match direction {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        }
    });
}

/// Sorts by the score, the best first, and those of one score by a field, ascending.
pub(super) fn by_score(
    found: &mut [Scored<'_>],
    sort: SortBy,
    count: impl Fn(&ListedChat) -> Option<u64>,
) {
    found.sort_by(|a, b| {
        let better = b.score.total_cmp(&a.score);
        better.then_with(|| compare(sort, a, b, &count))
    });
}

fn compare(
    sort: SortBy,
    a: &Scored<'_>,
    b: &Scored<'_>,
    count: &impl Fn(&ListedChat) -> Option<u64>,
) -> Ordering {
    let sent_at = |scored: &Scored<'_>| {
        let last = scored.chat.last_message.as_ref();
        last.map(|last| last.content.sent_at)
    };
    let participants = |scored: &Scored<'_>| scored.chat.traits.participants.unwrap_or_default();
    let messages = |scored: &Scored<'_>| count(scored.chat).unwrap_or_default();
    match sort {
        SortBy::LastMessage => sent_at(a).cmp(&sent_at(b)),
        SortBy::Messages => messages(a).cmp(&messages(b)),
        SortBy::Title => a.title.to_lowercase().cmp(&b.title.to_lowercase()),
        SortBy::Participants => participants(a).cmp(&participants(b)),
        SortBy::Unread => a.chat.unread_count.cmp(&b.chat.unread_count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChatId, LiveMessage, Message, MessageId, Peer, UtcTime};

    /// Title, score, when it spoke last, participants, unread.
    type Line = (&'static str, f64, Option<i64>, Option<i32>, i32);

    const LINES: [Line; 4] = [
        ("beta", 0.9, Some(50), None, 0),
        ("Alpha", 0.9, None, Some(7), 2),
        ("gamma", 1.0, Some(70), Some(0), 0),
        ("delta", 0.8, Some(60), Some(9), 5),
    ];

    fn chats() -> Vec<ListedChat> {
        let lines = LINES.iter().enumerate();
        lines
            .map(|(number, (_, _, sent_at, participants, unread_count))| {
                let peer_id = ChatId::chat(i64::try_from(number).expect("small") + 1);
                let last_message = sent_at.map(|at| LiveMessage {
                    content: Message::new(
                        peer_id,
                        MessageId(1),
                        UtcTime::from_unix(at).expect("a time"),
                    ),
                    media_class: None,
                    sender_name: None,
                });
                let mut chat = ListedChat::new(Peer::new(peer_id));
                chat.traits.participants = *participants;
                chat.unread_count = *unread_count;
                chat.last_message = last_message;
                chat
            })
            .collect()
    }

    fn scored(chats: &[ListedChat]) -> Vec<Scored<'_>> {
        let pairs = chats.iter().zip(LINES);
        pairs
            .map(|(chat, (title, score, ..))| Scored {
                chat,
                title: title.to_owned(),
                score,
            })
            .collect()
    }

    fn titles(found: &[Scored<'_>]) -> Vec<String> {
        found.iter().map(|scored| scored.title.clone()).collect()
    }

    /// The first is counted as 3, the last as 1, the others are not.
    fn count(chat: &ListedChat) -> Option<u64> {
        match chat.peer.peer_id.bare() {
            1 => Some(3),
            4 => Some(1),
            _ => None,
        }
    }

    #[test]
    fn what_is_not_known_comes_as_nothing_and_equals_keep_their_order() {
        let chats = chats();
        for (sort, ascending, descending) in [
            (
                SortBy::LastMessage,
                "Alpha beta delta gamma",
                "gamma delta beta Alpha",
            ),
            (
                SortBy::Messages,
                "Alpha gamma delta beta",
                "beta delta Alpha gamma",
            ),
            (
                SortBy::Title,
                "Alpha beta delta gamma",
                "gamma delta beta Alpha",
            ),
            (
                SortBy::Participants,
                "beta gamma Alpha delta",
                "delta Alpha beta gamma",
            ),
            (
                SortBy::Unread,
                "beta gamma Alpha delta",
                "delta Alpha beta gamma",
            ),
        ] {
            let mut found = scored(&chats);
            by_field(&mut found, sort, Direction::Ascending, count);
            assert_eq!(titles(&found).join(" "), ascending, "{sort:?}");
            let mut found = scored(&chats);
            by_field(&mut found, sort, Direction::Descending, count);
            assert_eq!(titles(&found).join(" "), descending, "{sort:?}");
        }
    }

    #[test]
    fn the_best_come_first_and_equally_good_ones_ascending() {
        let chats = chats();
        for (sort, expected) in [
            (SortBy::LastMessage, "gamma Alpha beta delta"),
            (SortBy::Title, "gamma Alpha beta delta"),
            (SortBy::Participants, "gamma beta Alpha delta"),
        ] {
            let mut found = scored(&chats);
            by_score(&mut found, sort, count);
            assert_eq!(titles(&found).join(" "), expected, "{sort:?}");
        }
    }
}
