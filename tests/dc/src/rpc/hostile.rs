//! Requests that no honest client sends are refused, whatever they hold.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use grammers_tl_types::{Identifiable, Serializable, functions, types};

use super::{Api, MAX_BODY, Outlet};
use crate::clock::Clock;
use crate::service::{Call, Reply, Service};
use crate::world::World;
use crate::world::ids::KeyId;
use crate::world::people::fixed;
use crate::world::random::random;

struct Nowhere;

impl Outlet for Nowhere {
    fn push(&self, _: KeyId, _: Option<i64>, _: Bytes) {}
}

fn api() -> Api {
    let mut world = World::new(fixed(), Clock::default());
    let alice = world.user_by_name("alice").unwrap();
    world.authorise(KeyId(1), alice, false);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    Api::new(world, Arc::new(Nowhere), address)
}

fn call(layer: i32) -> Call {
    Call {
        key_id: 1,
        session_id: 1,
        link: 1,
        layer,
        without_updates: false,
    }
}

fn refused(reply: &Reply) -> &str {
    match reply {
        Reply::Error { code: 400, message } => message,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

#[test]
fn a_request_nested_as_deeply_as_its_size_allows_is_refused() {
    let method = functions::messages::GetHistory::CONSTRUCTOR_ID;
    let nested = types::InputPeerUserFromMessage::CONSTRUCTOR_ID;
    for size in [2000, 2100, MAX_BODY - 4, MAX_BODY + 4] {
        let mut body = method.to_bytes();
        for _ in 0..size / 4 {
            nested.serialize(&mut body);
        }
        let reply = api().call(&call(230), &body);
        assert!(refused(&reply).starts_with("INPUT_"), "{size}");
    }
}

#[test]
fn only_a_part_of_a_file_may_be_as_long_as_one() {
    let part = |len| functions::upload::SaveFilePart {
        file_id: 1,
        file_part: 0,
        bytes: vec![7; len],
    };
    let api = api();
    let longest = part(crate::storage::MAX_PART).to_bytes();
    assert!(matches!(api.call(&call(230), &longest), Reply::Result(_)));
    let longer = part(crate::storage::MAX_PART + 4).to_bytes();
    assert_eq!(refused(&api.call(&call(230), &longer)), "FILE_PART_TOO_BIG");
    let far_longer = part(crate::storage::MAX_PART + 2048).to_bytes();
    let reply = api.call(&call(230), &far_longer);
    assert_eq!(refused(&reply), "INPUT_REQUEST_TOO_LONG");
}

#[test]
fn a_nested_request_that_is_whole_is_read_and_dropped_safely() {
    let levels = 8000;
    let mut body = functions::messages::GetHistory::CONSTRUCTOR_ID.to_bytes();
    for _ in 0..levels {
        types::InputPeerUserFromMessage::CONSTRUCTOR_ID.serialize(&mut body);
    }
    types::InputPeerSelf::CONSTRUCTOR_ID.serialize(&mut body);
    body.extend(std::iter::repeat_n(0, levels * 12 + 36));
    assert_eq!(refused(&api().call(&call(230), &body)), "MSG_ID_INVALID");
}

#[test]
fn noise_after_any_method_never_panics() {
    let api = api();
    let methods = [
        functions::auth::SignIn::CONSTRUCTOR_ID,
        functions::messages::SendMessage::CONSTRUCTOR_ID,
        functions::messages::GetDialogs::CONSTRUCTOR_ID,
        functions::messages::DeleteMessages::CONSTRUCTOR_ID,
        functions::contacts::ImportContacts::CONSTRUCTOR_ID,
        functions::updates::GetDifference::CONSTRUCTOR_ID,
        functions::updates::GetChannelDifference::CONSTRUCTOR_ID,
        functions::messages::CreateChat::CONSTRUCTOR_ID,
        functions::channels::GetParticipants::CONSTRUCTOR_ID,
        functions::channels::InviteToChannel::CONSTRUCTOR_ID,
        functions::users::GetUsers::CONSTRUCTOR_ID,
        functions::messages::ForwardMessages::CONSTRUCTOR_ID,
        functions::messages::Search::CONSTRUCTOR_ID,
        functions::messages::UpdatePinnedMessage::CONSTRUCTOR_ID,
        functions::messages::SendReaction::CONSTRUCTOR_ID,
        functions::messages::SendScheduledMessages::CONSTRUCTOR_ID,
        functions::messages::ReorderPinnedDialogs::CONSTRUCTOR_ID,
        functions::messages::ImportChatInvite::CONSTRUCTOR_ID,
        functions::folders::EditPeerFolders::CONSTRUCTOR_ID,
        functions::upload::GetFile::CONSTRUCTOR_ID,
        functions::upload::SaveBigFilePart::CONSTRUCTOR_ID,
        functions::messages::SendMedia::CONSTRUCTOR_ID,
        functions::messages::SendMultiMedia::CONSTRUCTOR_ID,
        functions::messages::CreateForumTopic::CONSTRUCTOR_ID,
        functions::messages::GetForumTopics::CONSTRUCTOR_ID,
        functions::messages::GetReplies::CONSTRUCTOR_ID,
        functions::messages::SendVote::CONSTRUCTOR_ID,
        functions::messages::GetPollVotes::CONSTRUCTOR_ID,
        functions::channels::EditAdmin::CONSTRUCTOR_ID,
        functions::channels::EditBanned::CONSTRUCTOR_ID,
        functions::channels::GetAdminLog::CONSTRUCTOR_ID,
    ];
    for method in methods {
        for _ in 0..200 {
            let mut body = method.to_bytes();
            body.extend(random::<200>());
            api.call(&call(230), &body);
        }
    }
    for short in [&[][..], &[1], &[1, 2, 3]] {
        assert_eq!(refused(&api.call(&call(230), short)), "INPUT_FETCH_ERROR");
    }
}

#[test]
fn a_client_of_an_old_layer_is_told_so() {
    let body = functions::help::GetConfig {}.to_bytes();
    let api = api();
    assert_eq!(refused(&api.call(&call(0), &body)), "CONNECTION_NOT_INITED");
    assert_eq!(
        refused(&api.call(&call(201), &body)),
        "CONNECTION_LAYER_INVALID"
    );
    assert!(matches!(api.call(&call(229), &body), Reply::Result(_)));
}
