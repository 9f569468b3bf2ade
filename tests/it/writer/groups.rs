//! A group leaves what its batches leave one by one, whatever they hold and however they are
//! split.

use super::{BOB, Failure, at, message, session_id};
use crate::support::contract;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use telegram_hub::model::{
    CapturedBatch, CapturedMessage, ChatId, Deletion, MessageId, NewMessage, Peer, Revision,
    SessionId, SessionName, UnreadableMessage, UpdatesPosition,
};
use telegram_hub::store::capture::{self, Committed};
use telegram_hub::store::messages;
use telegram_hub::store::peers;
use telegram_hub::store::revisions;
use telegram_hub::store::update_states;
use telegram_hub::store::{AnyConnection, Error, Store};

const ACCOUNTS: usize = 3;
const CASES: usize = 40;
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=4;
const CHATS: [ChatId; 4] = [
    BOB,
    ChatId::user(3),
    ChatId::channel(77),
    ChatId::channel(78),
];

/// A batch of one of the accounts, by its place among them.
type Draft = (usize, CapturedBatch);

fn a_message() -> impl Strategy<Value = NewMessage> {
    let edited = prop_oneof![Just(None), (0..4_i64).prop_map(Some)];
    let media = prop_oneof![3 => Just(None), 1 => Just(Some(json!("loaded")))];
    let pts = proptest::option::of(1..5_i32);
    (0..CHATS.len(), NUMBERS, 0..3_u8, edited, media, pts).prop_map(
        |(chat, number, text, edited, media, pts)| {
            let mut message = message(CHATS[chat], number, &format!("text {text}"));
            message.content.edited_at = edited.map(at);
            message.content.media = media;
            message.pts = pts;
            message
        },
    )
}

fn an_unreadable() -> impl Strategy<Value = UnreadableMessage> {
    (a_message(), any::<bool>()).prop_map(|(mut message, edited)| {
        message.content.media = Some(UnreadableMessage::media(0x1234_5678));
        message.raw = vec![u8::from(edited)];
        UnreadableMessage {
            message,
            constructor: 0x1234_5678,
            method: "updates.getDifference".to_owned(),
            layer: 200,
            edited,
        }
    })
}

fn a_deletion() -> impl Strategy<Value = Deletion> {
    let channel = prop_oneof![Just(None), Just(Some(CHATS[2])), Just(Some(CHATS[3]))];
    let numbers = vec(NUMBERS.prop_map(MessageId), 1..3);
    (channel, numbers).prop_map(|(channel, message_ids)| Deletion {
        channel,
        message_ids,
    })
}

fn a_peer() -> impl Strategy<Value = Peer> {
    let name = || proptest::option::of("[ab]");
    let hash = proptest::option::of(0..3_i64);
    let usernames = proptest::option::of(vec("[abc]", 0..3));
    let phone = proptest::option::of("[12]");
    (1..4_i64, hash, usernames, any::<bool>(), name(), phone).prop_map(
        |(id, access_hash, usernames, whole, name, phone)| Peer {
            access_hash,
            phone,
            username: usernames.as_ref().and_then(|names| names.first().cloned()),
            // Whole objects say which usernames there are.
            usernames: usernames.or_else(|| whole.then(Vec::new)),
            whole,
            name,
            ..Peer::new(ChatId::user(id))
        },
    )
}

fn a_position() -> impl Strategy<Value = UpdatesPosition> {
    (0..9, vec((1..3_i64, 0..9), 0..3)).prop_map(|(pts, channels)| UpdatesPosition {
        pts,
        channels,
        ..UpdatesPosition::default()
    })
}

fn a_batch(peers: Vec<Peer>) -> CapturedBatch {
    CapturedBatch {
        links: Vec::new(),
        session_id: SessionId(0),
        peers,
        messages: Vec::new(),
        unreadable: Vec::new(),
        deletions: Vec::new(),
        position: None,
        gaps: Vec::new(),
        from_history: false,
        coverage: None,
        captured_at: at(0),
    }
}

fn a_draft() -> impl Strategy<Value = Draft> {
    (
        0..ACCOUNTS,
        vec(a_peer(), 0..3),
        vec(a_message(), 0..4),
        vec(an_unreadable(), 0..2),
        vec(a_deletion(), 0..3),
        proptest::option::of(a_position()),
        any::<bool>(),
    )
        .prop_map(
            |(account, peers, messages, unreadable, deletions, position, asked)| {
                let batch = CapturedBatch {
                    from_history: asked,
                    coverage: None,
                    messages,
                    unreadable,
                    deletions,
                    position,
                    ..a_batch(peers)
                };
                (account, batch)
            },
        )
}

/// Everything that the batches of one account have left.
#[derive(Debug, PartialEq)]
struct Log {
    messages: Vec<(CapturedMessage, Vec<Revision>)>,
    peers: Vec<Peer>,
    by_name: Vec<Option<Peer>>,
    by_phone: Vec<Option<Peer>>,
    position: Option<UpdatesPosition>,
}

fn log(c: &mut AnyConnection, id: SessionId, name: &SessionName) -> Result<Log, Error> {
    let mut all = Vec::new();
    for chat in CHATS {
        for number in NUMBERS.map(MessageId) {
            if let Some(mut stored) = messages::get(c, id, chat, number)? {
                let revisions = revisions::list(c, id, chat, number)?;
                // The numbers of rows and sessions differ by nature.
                (stored.id, stored.session_id) = (0, SessionId(0));
                stored.session_name.clone_from(name);
                all.push((stored, revisions));
            }
        }
    }
    Ok(Log {
        messages: all,
        peers: peers::list(c, id)?,
        by_name: vec![
            peers::by_username(c, id, "a")?,
            peers::by_username(c, id, "b")?,
            peers::by_username(c, id, "c")?,
        ],
        by_phone: vec![peers::by_phone(c, id, "1")?, peers::by_phone(c, id, "2")?],
        position: update_states::load(c, id)?,
    })
}

/// Commits the drafts for these accounts, split into groups of these sizes.
async fn commit(
    store: &Store,
    accounts: &[SessionId],
    drafts: &[Draft],
    sizes: &[usize],
) -> Result<Vec<Committed>, Failure> {
    let batches = drafts
        .iter()
        .zip(0..)
        .map(|((account, batch), time)| CapturedBatch {
            session_id: accounts[*account],
            captured_at: at(1_000 + time),
            ..batch.clone()
        });
    let mut batches: std::collections::VecDeque<_> = batches.collect();
    let mut all = Vec::new();
    for &size in sizes.iter().cycle() {
        let group: Vec<_> = batches.drain(..size.min(batches.len())).collect();
        if group.is_empty() {
            break;
        }
        let done = store
            .write(move |conn| {
                let group: Vec<&CapturedBatch> = group.iter().collect();
                capture::commit_group(conn, &group)
            })
            .await?;
        all.extend(done);
    }
    Ok(all)
}

async fn accounts(store: &Store, prefix: &str) -> Result<Vec<SessionId>, Failure> {
    let mut ids = Vec::new();
    for number in 0..ACCOUNTS {
        ids.push(session_id(store, &format!("{prefix}-{number}")).await?);
    }
    Ok(ids)
}

/// Commits the drafts alone and in groups, for accounts of their own, and compares what is left.
async fn compare(
    store: &Store,
    case: &str,
    drafts: &[Draft],
    sizes: &[usize],
) -> Result<(), Failure> {
    let name = SessionName::parse("any")?;
    let alone = accounts(store, &format!("alone-{case}")).await?;
    let grouped = accounts(store, &format!("grouped-{case}")).await?;
    let one_by_one = commit(store, &alone, drafts, &[1]).await?;
    let in_groups = commit(store, &grouped, drafts, sizes).await?;
    assert_eq!(one_by_one, in_groups, "{drafts:#?} {sizes:?}");
    for (a, b) in alone.into_iter().zip(grouped) {
        let name = name.clone();
        let (a, b) = store
            .read(move |c| Ok((log(c, a, &name)?, log(c, b, &name)?)))
            .await?;
        assert_eq!(a, b, "{drafts:#?} {sizes:?}");
    }
    Ok(())
}

/// A batch of the first account that tells of users' names: all about them, or only the names.
fn told(peers: &[(i64, &[&str], bool)]) -> Draft {
    let peers = peers.iter().map(|&(id, usernames, whole)| Peer {
        usernames: Some(usernames.iter().map(|&name| name.to_owned()).collect()),
        whole,
        ..Peer::new(ChatId::user(id))
    });
    (0, a_batch(peers.collect()))
}

contract! {
    async fn groups_leave_what_their_batches_leave_one_by_one(db: TestDb) {
        let store = db.open().await?;
        let mut runner = TestRunner::new(Config::default());
        let cases = (vec(a_draft(), 1..14), vec(1..8_usize, 1..6));
        for case in 0..CASES {
            let (drafts, sizes) = cases.new_tree(&mut runner).map_err(|e| e.to_string())?.current();
            compare(&store, &case.to_string(), &drafts, &sizes).await?;
        }
        store.close().await;
    }

    async fn a_username_that_is_taken_within_a_group_leaves_none_to_show(db: TestDb) {
        let store = db.open().await?;
        // The one that was stored before is still its own, and so is not to come back.
        let kept = [
            told(&[(3, &["c"], true)]),
            told(&[(3, &["b", "c"], false)]),
            told(&[(1, &["a", "b"], false)]),
        ];
        compare(&store, "kept", &kept, &[1, 2]).await?;
        // Two of one batch, after a whole one of the same group or of an earlier one.
        let whole = [
            told(&[(1, &["a", "b"], true)]),
            told(&[(1, &["b", "a"], false), (2, &["c", "b"], false)]),
        ];
        compare(&store, "whole", &whole, &[2]).await?;
        store.close().await;
    }
}
