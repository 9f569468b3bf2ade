//! The levers that spoil a link: closing, stalling, refusing, transport errors.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::client::{Client, Frame, NoPacket};
use crate::echo::{CLOSE, ECHO, FLOOD, PANIC, TestDc, eventually, request};
use crate::exchange::logged_in;

#[tokio::test]
async fn a_request_can_close_its_link_with_or_without_an_error() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.request(&request(CLOSE, 1)).await;
    assert_eq!(client.until_closed().await, NoPacket::Closed);
    client.reconnect(dc.addr).await;
    client.request(&request(FLOOD, 2)).await;
    assert_eq!(client.until_closed().await, NoPacket::Transport(-429));
    dc.stop().await;
}

#[tokio::test]
async fn a_key_can_be_refused() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Intermediate).await;
    dc.echo.refuse.store(-429, Ordering::SeqCst);
    client.request(&request(ECHO, 1)).await;
    assert_eq!(client.until_closed().await, NoPacket::Transport(-429));
    dc.echo.refuse.store(0, Ordering::SeqCst);
    client.reconnect(dc.addr).await;
    client.invoke(&request(ECHO, 2)).await;
    assert_eq!(dc.calls(), 1);
    dc.stop().await;
}

#[tokio::test]
async fn closing_a_key_closes_its_links_alone_and_keeps_it_known() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let mut other = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 1)).await;
    other.invoke(&request(ECHO, 1)).await;
    let key = client.key_id();
    assert_eq!(dc.links.links_of(key), 1);
    dc.links.close_key(key);
    assert_eq!(client.until_closed().await, NoPacket::Closed);
    eventually("the link is gone", || dc.links.links_of(key) == 0).await;
    other.invoke(&request(ECHO, 2)).await;
    client.reconnect(dc.addr).await;
    client.invoke(&request(ECHO, 2)).await;
    dc.links.forget_key(key);
    assert_eq!(client.until_closed().await, NoPacket::Closed);
    client.reconnect(dc.addr).await;
    client.request(&request(ECHO, 3)).await;
    assert_eq!(client.until_closed().await, NoPacket::Transport(-404));
    dc.links.close_all();
    assert_eq!(other.until_closed().await, NoPacket::Closed);
    dc.stop().await;
}

#[tokio::test]
async fn a_stalled_link_stays_open_and_answers_when_it_is_let_go() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 1)).await;
    dc.links.stall_key(client.key_id(), true);
    let held = client.request(&request(ECHO, 2)).await;
    let mut later = Client::connect(dc.addr, Frame::Full).await;
    (later.key, later.salt) = (client.key, client.salt);
    let held_too = later.request(&request(ECHO, 3)).await;
    eventually("both are here", || dc.links.links_of(client.key_id()) == 2).await;
    let silence = tokio::time::timeout(Duration::from_millis(50), client.receive()).await;
    assert!(silence.is_err());
    assert_eq!(dc.calls(), 1);
    dc.links.stall_key(client.key_id(), false);
    client.until(|message| message.result_of(held)).await;
    later.until(|message| message.result_of(held_too)).await;
    dc.stop().await;
}

#[tokio::test]
async fn a_link_that_opens_sessions_without_end_is_closed() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    for session in 1..=64 {
        (client.session, client.content) = (session, 0);
        client.invoke(&request(ECHO, 1)).await;
    }
    client.session = 65;
    client.request(&request(ECHO, 2)).await;
    assert_eq!(client.until_closed().await, NoPacket::Closed);
    dc.stop().await;
}

#[tokio::test]
async fn a_panic_in_the_service_ends_one_link_and_leaves_nothing_behind() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.request(&request(PANIC, 1)).await;
    assert_eq!(client.until_closed().await, NoPacket::Closed);
    eventually("the link is gone", || dc.links.counts().open == 0).await;
    client.reconnect(dc.addr).await;
    client.invoke(&request(ECHO, 2)).await;
    dc.stop().await;
}

#[tokio::test]
async fn stopping_ends_every_link_and_late_answer() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.request(&request(crate::echo::LATE, 1)).await;
    eventually("the call is running", || dc.calls() == 1).await;
    dc.stop().await;
    assert_eq!(client.until_closed().await, NoPacket::Closed);
}
