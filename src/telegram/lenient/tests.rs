use super::*;
use crate::model::ChatId;
use crate::telegram::convert;
use grammers_client::tl::{Identifiable as _, Serializable as _, enums, types};

const UNKNOWN: u32 = 0xdead_beef;

fn bytes_of(id: i32, text: &str, flags: u32) -> Vec<u8> {
    let peer = enums::Peer::User(types::PeerUser { user_id: 7 });
    [
        types::Message::CONSTRUCTOR_ID.to_bytes(),
        flags.to_bytes(),
        0_u32.to_bytes(),
        id.to_bytes(),
        peer.to_bytes(),
        1_700_000_000_i32.to_bytes(),
        text.to_owned().to_bytes(),
    ]
    .concat()
}

/// A message whose media is of an unknown kind with this content, and two numbers behind it.
fn alien(id: i32, content: &[u8]) -> Vec<u8> {
    let known = bytes_of(id, "readable", 1 << 9 | 1 << 10);
    let numbers = [1_i32.to_bytes(), 2_i32.to_bytes()].concat();
    [known, UNKNOWN.to_bytes(), content.to_vec(), numbers].concat()
}

fn plain(id: i32) -> Vec<u8> {
    bytes_of(id, "plain", 0)
}

fn list(elements: &[Vec<u8>]) -> Vec<u8> {
    let count = u32::try_from(elements.len()).expect("few");
    let head = [0x1cb5_c415_u32.to_le_bytes(), count.to_le_bytes()].concat();
    [head, elements.concat()].concat()
}

fn user(id: i64) -> Vec<u8> {
    enums::User::Empty(types::UserEmpty { id }).to_bytes()
}

fn difference(messages: &[Vec<u8>], updates: &[Vec<u8>], users: &[Vec<u8>]) -> Vec<u8> {
    let state = enums::updates::State::State(types::updates::State {
        pts: 5,
        qts: 6,
        date: 7,
        seq: 8,
        unread_count: 9,
    });
    [
        0x00f4_9ca0_u32.to_le_bytes().to_vec(),
        list(messages),
        list(&[]),
        list(updates),
        list(&[]),
        list(users),
        state.to_bytes(),
    ]
    .concat()
}

async fn read_difference(
    bytes: Vec<u8>,
) -> Result<(types::updates::Difference, Vec<UnreadableObject>), Unread> {
    let read = read::<enums::updates::Difference>(bytes, "updates.getDifference").await?;
    match read.value {
        enums::updates::Difference::Difference(difference) => Ok((difference, read.unreadable)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn unreadable_elements_are_cut_out_wherever_they_stand() {
    for (messages, cut) in [
        (vec![alien(1, b"1234"), plain(2), plain(3)], vec![1]),
        (vec![plain(1), alien(2, b"12345678"), plain(3)], vec![2]),
        (vec![plain(1), plain(2), alien(3, b"")], vec![3]),
        (
            vec![alien(1, b"abcd"), plain(2), alien(3, b"efgh")],
            vec![1, 3],
        ),
        (vec![alien(1, b"abcd"), alien(2, b"efgh")], vec![1, 2]),
    ] {
        let all = messages.len();
        let expected = messages.clone();
        let answer = difference(&messages, &[], &[user(1), user(2)]);
        let (value, unreadable) = read_difference(answer).await.expect("readable");
        assert_eq!(value.new_messages.len() + cut.len(), all);
        assert_eq!(value.users.len(), 2);
        let ids = unreadable
            .iter()
            .map(|object| object.message.as_ref().expect("told").id);
        assert_eq!(ids.collect::<Vec<_>>(), cut);
        for object in &unreadable {
            let told = object.message.as_ref().expect("told");
            assert_eq!((object.part, object.constructor), (Part::Message, UNKNOWN));
            assert_eq!(told.text.as_deref(), Some("readable"));
            assert_eq!(told.date, Some(1_700_000_000));
            assert_eq!(convert::chat_id(&told.peer), ChatId::user(7));
            assert!(expected.contains(&object.raw));
        }
    }
}

#[tokio::test]
async fn an_unknown_kind_of_message_update_or_user_costs_itself() {
    let unknown = [UNKNOWN.to_le_bytes().to_vec(), b"whatever".to_vec()].concat();
    let answer = difference(&[unknown.clone(), plain(2)], &[], &[]);
    let (value, unreadable) = read_difference(answer).await.expect("readable");
    assert_eq!(
        (value.new_messages.len(), unreadable[0].message.is_none()),
        (1, true)
    );
    let answer = difference(&[plain(2)], std::slice::from_ref(&unknown), &[user(1)]);
    let (value, unreadable) = read_difference(answer).await.expect("readable");
    assert_eq!((value.users.len(), unreadable[0].part), (1, Part::Update));
    let answer = difference(&[plain(2)], &[], &[user(1), unknown.clone(), user(3)]);
    let (value, unreadable) = read_difference(answer).await.expect("readable");
    assert_eq!((value.users.len(), unreadable[0].part), (2, Part::Peer));
    let answer = difference(&[plain(2)], &[], &[user(1), unknown]);
    let (value, unreadable) = read_difference(answer).await.expect("readable");
    assert_eq!((value.users.len(), unreadable.len()), (1, 1));
}

#[tokio::test]
async fn a_message_in_an_update_tells_its_number() {
    let pts = [7_i32.to_le_bytes(), 1_i32.to_le_bytes()].concat();
    let new = [
        0x1f2b_0afd_u32.to_le_bytes().to_vec(),
        alien(4, b"1234"),
        pts,
    ]
    .concat();
    let answer = difference(&[], &[new], &[]);
    let (_, unreadable) = read_difference(answer).await.expect("readable");
    let told = unreadable[0].message.as_ref().expect("told");
    assert_eq!(
        (told.id, told.edited, &told.raw, told.pts),
        (4, false, &alien(4, b"1234"), Some(7))
    );
}

/// A text inside of the unknown may hold what looks like the rest of the answer. Nothing in it may
/// ever be taken for a message that Telegram has told.
#[tokio::test]
async fn what_can_be_read_in_two_ways_is_not_read() {
    // A forged message whose text swallows the true one that follows.
    let tail = [1_i32.to_bytes(), 2_i32.to_bytes(), plain(2)]
        .concat()
        .len();
    let swallowing = bytes_of(66, &"x".repeat(tail), 0);
    let at = swallowing.len() - tail;
    let answer = difference(&[alien(1, &swallowing[..at]), plain(2)], &[], &[]);
    if let Ok((value, _)) = read_difference(answer).await {
        let texts: Vec<_> = value
            .new_messages
            .iter()
            .map(enums::Message::to_bytes)
            .collect();
        assert_eq!(texts, [plain(2)]);
    }
    // One that stands there whole makes one message too many.
    let answer = difference(&[alien(1, &bytes_of(66, "forged", 0)), plain(2)], &[], &[]);
    let (value, _) = read_difference(answer).await.expect("one way");
    let texts: Vec<_> = value
        .new_messages
        .iter()
        .map(enums::Message::to_bytes)
        .collect();
    assert_eq!(texts, [plain(2)]);
    // A whole forged rest, whose last list says that it has one element more: the true rest.
    let mut fake = difference(&[], &[], &[]);
    fake.drain(..12);
    let answer = difference(&[alien(1, &fake)], &[], &[]);
    let (value, unreadable) = read_difference(answer).await.expect("one way");
    assert_eq!((value.new_messages.len(), unreadable.len()), (0, 1));
}

/// A deletion carries a list of numbers, which might be the next list of the answer, with an
/// unreadable element for each number.
#[tokio::test]
async fn numbers_and_known_kinds_are_not_taken_for_unknown_ones() {
    let deletion = |id| {
        let gone = types::UpdateDeleteChannelMessages {
            channel_id: 7,
            messages: vec![id],
            pts: 5,
            pts_count: 1,
        };
        enums::Update::from(gone).to_bytes()
    };
    let messages = [plain(1), alien(2, b"1234")];
    let deletions: Vec<_> = (44..50).map(deletion).collect();
    let answer = difference(&messages, &deletions, &[user(1)]);
    let (value, unreadable) = read_difference(answer).await.expect("one way");
    assert_eq!((value.new_messages.len(), unreadable.len()), (1, 1));
    assert_eq!((value.other_updates.len(), value.users.len()), (6, 1));
}

#[tokio::test]
async fn an_ambiguous_cut_is_refused() {
    // Two unknown messages of the same unknown kind: where the first one ends nobody can know.
    let unknown = [UNKNOWN.to_le_bytes().to_vec(), b"whatever".to_vec()].concat();
    let answer = difference(&[unknown.clone(), unknown], &[], &[]);
    let refused = read_difference(answer).await.expect_err("ambiguous");
    assert_eq!(refused.constructor, Some(UNKNOWN));
    // Its place can be told all the same.
    let state = types::updates::State {
        pts: 5,
        qts: 6,
        date: 7,
        seq: 8,
        unread_count: 9,
    };
    assert_eq!(refused.place, Some(Reached::Account(state, true)));
    let mut short = difference(&[plain(1)], &[], &[]);
    short.truncate(40);
    let refused = read_difference(short).await.expect_err("too short");
    assert_eq!(refused.constructor, None);
}

#[tokio::test]
async fn nested_nonsense_does_not_run_over_the_stack() {
    // textBold, thousands of times inside of itself, in a page that nobody has sent.
    let nested = 0x6724_abc4_u32.to_le_bytes().repeat(50_000);
    let answer = difference(&[alien(1, &nested), plain(2)], &[], &[]);
    let (value, _) = read_difference(answer).await.expect("one way");
    assert_eq!(value.new_messages.len(), 1);
}

#[tokio::test]
async fn unknown_users_next_to_each_other_cost_the_users_alone() {
    let unknown = [UNKNOWN.to_le_bytes().to_vec(), b"whatever".to_vec()].concat();
    let answer = difference(&[plain(1), plain(2)], &[], &[unknown.clone(), unknown]);
    let (value, unreadable) = read_difference(answer).await.expect("readable");
    assert_eq!((value.new_messages.len(), value.users.len()), (2, 0));
    let parts = unreadable
        .iter()
        .map(|object| (object.part, object.constructor));
    assert_eq!(parts.collect::<Vec<_>>(), [(Part::Peer, UNKNOWN)]);
    let enums::updates::State::State(state) = value.state;
    assert_eq!((state.pts, state.unread_count), (5, 9));
}

#[tokio::test]
async fn the_only_message_of_an_answer_is_told_though_nobody_knows_where_it_ends() {
    let messages = |elements: &[Vec<u8>]| {
        let lists = [list(elements), list(&[]), list(&[]), list(&[])].concat();
        let id = types::messages::Messages::CONSTRUCTOR_ID.to_le_bytes();
        [id.to_vec(), lists].concat()
    };
    // What stands in the unknown may be the list of topics, or not.
    let media = [0x1cb5_c415_u32, 1, 0xfeed_beef].map(u32::to_le_bytes);
    let message = alien(4, media.as_flattened());
    let read = |bytes| read::<enums::messages::Messages>(bytes, "messages.getMessages");
    let unread = read(messages(std::slice::from_ref(&message))).await;
    let only = unread.expect_err("ambiguous").only.expect("one");
    assert_eq!((only.part, only.constructor), (Part::Message, UNKNOWN));
    assert_eq!(only.message.expect("told").id, 4);
    assert!(only.raw.starts_with(&message));
    // Of one among others nobody can tell which part is whose.
    let unread = read(messages(&[plain(1), message])).await;
    assert!(unread.expect_err("ambiguous").only.is_none());
    let unread = read(UNKNOWN.to_le_bytes().to_vec()).await;
    let only = unread.expect_err("nothing known").only.expect("all of it");
    assert_eq!((only.part, only.message), (Part::Other, None));
}

#[tokio::test]
async fn an_edit_tells_when_it_was_made_unless_that_is_what_cannot_be_read() {
    let edited = |unknown_at: u32| {
        let date = 1_700_000_100_i32.to_bytes();
        let known = bytes_of(1, "new", 1 << 15 | 1 << unknown_at);
        let unknown = [UNKNOWN.to_bytes(), b"1234".to_vec()].concat();
        // Media stand before the date, reactions behind it.
        let rest = if unknown_at == 9 {
            [unknown, date]
        } else {
            [date, unknown]
        };
        [known, rest.concat()].concat()
    };
    for (unknown_at, date) in [(9, None), (20, Some(1_700_000_100))] {
        let answer = difference(&[edited(unknown_at)], &[], &[]);
        let (_, unreadable) = read_difference(answer).await.expect("readable");
        let told = unreadable[0].message.as_ref().expect("told");
        assert_eq!((told.edited, told.edit_date), (true, date));
    }
}
