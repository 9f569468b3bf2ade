//! Pushed updates: which sessions and links get them.

use grammers_tl_types::{Serializable, functions as f, types};

use crate::client::{Client, Frame, Incoming};
use crate::echo::{ECHO, TestDc, eventually, request};
use crate::exchange::logged_in;

fn update(number: u32) -> Vec<u8> {
    request(0xabcd_0000, number)
}

fn number_of(message: &Incoming) -> Option<u32> {
    (message.body.len() == 8 && message.constructor() == 0xabcd_0000)
        .then(|| u32::from_le_bytes(message.body[4..].try_into().expect("4 bytes")))
}

/// Another session of the same key.
async fn sibling(dc: &TestDc, of: &Client) -> Client {
    let mut client = Client::connect(dc.addr, Frame::Full).await;
    (client.key, client.salt) = (of.key, of.salt);
    client.invoke(&request(ECHO, 0)).await;
    client
}

#[tokio::test]
async fn updates_reach_every_session_that_wants_them_but_the_excepted() {
    let dc = TestDc::start();
    let mut first = logged_in(dc.addr, Frame::Full).await;
    first.invoke(&request(ECHO, 0)).await;
    let mut second = sibling(&dc, &first).await;
    let mut third = sibling(&dc, &first).await;
    let mut stranger = logged_in(dc.addr, Frame::Full).await;
    stranger.invoke(&request(ECHO, 0)).await;
    let opt_out = f::InvokeWithoutUpdates {
        query: f::help::GetConfig {},
    };
    third.invoke(&opt_out.to_bytes()).await;

    dc.links
        .push(first.key_id(), Some(first.session), update(1));
    dc.links.push(first.key_id(), None, update(2));
    dc.links.push(stranger.key_id(), None, update(3));
    dc.links.push(12_345, None, update(4));
    assert_eq!(first.until(number_of).await, 2);
    assert_eq!(second.until(number_of).await, 1);
    assert_eq!(second.until(number_of).await, 2);
    assert_eq!(stranger.until(number_of).await, 3);
    let id = third.request(&request(ECHO, 1)).await;
    let found = third.until(|message| {
        let answer = message.result_of(id).map(|_| None);
        answer.or_else(|| number_of(message).map(Some))
    });
    assert_eq!(found.await, None);
    dc.stop().await;
}

#[tokio::test]
async fn updates_go_to_the_link_last_used() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 0)).await;
    let mut newer = Client::connect(dc.addr, Frame::Full).await;
    (newer.key, newer.salt) = (client.key, client.salt);
    (newer.session, newer.content) = (client.session, client.content);
    newer.invoke(&request(ECHO, 1)).await;
    dc.links.push(client.key_id(), None, update(1));
    assert_eq!(newer.until(number_of).await, 1);
    dc.stop().await;
}

#[tokio::test]
async fn a_burst_of_updates_arrives_whole_and_in_order() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 0)).await;
    let key = client.key_id();
    for burst in 0..10 {
        for number in 0..1000 {
            dc.links.push(key, None, update(burst * 1000 + number));
        }
        for number in 0..1000 {
            assert_eq!(client.until(number_of).await, burst * 1000 + number);
        }
    }
    eventually("all is sent", || dc.links.backlog(key) == 0).await;
    dc.stop().await;
}

#[tokio::test]
async fn a_session_that_is_lost_loses_its_updates_and_is_told_of_a_new_one() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 0)).await;
    let key = client.key_id();
    dc.links.stall_key(key, true);
    dc.links.push(key, None, update(1));
    dc.links.renew_sessions(key);
    dc.links.push(key, None, update(2));
    dc.links.stall_key(key, false);
    let created = client.expect::<types::NewSessionCreated>().await;
    assert_eq!(created.server_salt, client.salt);
    assert_eq!(client.until(number_of).await, 2);
    dc.stop().await;
}

#[tokio::test]
async fn a_stalled_client_loses_the_oldest_updates_not_the_newest() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 0)).await;
    let key = client.key_id();
    dc.links.stall_key(key, true);
    for number in 0..10_000 {
        dc.links.push(key, None, update(number));
    }
    assert_eq!(dc.links.backlog(key), 8192);
    dc.links.stall_key(key, false);
    for number in 10_000 - 8192..10_000 {
        assert_eq!(client.until(number_of).await, number);
    }
    dc.stop().await;
}
