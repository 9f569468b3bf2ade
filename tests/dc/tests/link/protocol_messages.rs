//! Pings, salts, states, dropped answers, destroyed sessions and keys.

use std::time::{Duration, Instant};

use grammers_tl_types::{self as tl, Identifiable, Serializable, functions as f, types as t};

use crate::client::{Frame, NoPacket, random};
use crate::echo::{ECHO, SILENT, TestDc, request};
use crate::exchange::logged_in;

#[tokio::test]
async fn a_ping_is_answered_with_its_own_number() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let id = client.request(&f::Ping { ping_id: 77 }.to_bytes()).await;
    let pong: t::Pong = client.expect().await;
    assert_eq!((pong.msg_id, pong.ping_id), (id, 77));
    dc.stop().await;
}

#[tokio::test]
async fn without_the_promised_ping_the_link_is_closed() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let promise = f::PingDelayDisconnect {
        ping_id: 78,
        disconnect_delay: 1,
    };
    let begin = Instant::now();
    client.request(&promise.to_bytes()).await;
    let pong: t::Pong = client.expect().await;
    assert_eq!(pong.ping_id, 78);
    assert_eq!(client.until_closed().await, NoPacket::Closed);
    assert!(begin.elapsed() >= Duration::from_millis(990));
    dc.stop().await;
}

#[tokio::test]
async fn salts_are_told_in_advance() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let id = client
        .request(&f::GetFutureSalts { num: 64 }.to_bytes())
        .await;
    let salts: t::FutureSalts = client.expect().await;
    assert_eq!(salts.req_msg_id, id);
    assert_eq!(salts.salts.0.len(), 64);
    assert_eq!(salts.salts.0[0].salt, client.salt);
    assert!(salts.salts.0.is_sorted_by_key(|salt| salt.valid_since));
    dc.stop().await;
}

#[tokio::test]
async fn states_of_messages_are_told() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let unsent = client.next_id();
    let silent = client.request(&request(SILENT, 1)).await;
    let answered = client.request(&request(ECHO, 2)).await;
    client.until(|message| message.result_of(answered)).await;
    let ask = tl::enums::MsgsStateReq::Req(t::MsgsStateReq {
        msg_ids: vec![unsent, silent, answered, i64::MAX & !3],
    });
    let id = client.request(&ask.to_bytes()).await;
    let states: t::MsgsStateInfo = client.expect().await;
    assert_eq!(states.req_msg_id, id);
    assert_eq!(states.info, [2, 4 | 8 | 32, 4 | 8 | 64, 3]);
    dc.stop().await;
}

#[tokio::test]
async fn what_is_not_answered_at_once_is_acknowledged() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let silent = client.request(&request(SILENT, 1)).await;
    let ack: t::MsgsAck = client.expect().await;
    assert_eq!(ack.msg_ids, [silent]);
    dc.stop().await;
}

#[tokio::test]
async fn an_answer_can_be_dropped() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let silent = client.request(&request(SILENT, 1)).await;
    let sent = client.request(&request(ECHO, 2)).await;
    let (answer, len) = client
        .until(|message| {
            message
                .result_of(sent)
                .map(|_| (message.msg_id, message.body.len()))
        })
        .await;
    let drop = |req_msg_id| f::RpcDropAnswer { req_msg_id }.to_bytes();
    let unknown = client.invoke(&drop(4)).await;
    assert_eq!(unknown, 0x5e2a_d36e_u32.to_le_bytes());
    let running = client.invoke(&drop(silent)).await;
    assert_eq!(running, 0xcd78_e586_u32.to_le_bytes());
    let dropped = client.invoke(&drop(sent)).await;
    assert_eq!(dropped[..4], 0xa43a_d8b7_u32.to_le_bytes());
    assert_eq!(dropped[4..12], answer.to_le_bytes());
    assert_eq!(
        dropped[16..],
        i32::try_from(len).expect("short").to_le_bytes()
    );
    dc.stop().await;
}

#[tokio::test]
async fn another_session_can_be_destroyed_but_not_ones_own() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 1)).await;
    let first = client.session;
    (client.session, client.content) = (first + 1, 0);
    for session_id in [first + 1, 9999] {
        client
            .request(&f::DestroySession { session_id }.to_bytes())
            .await;
        let none: t::DestroySessionNone = client.expect().await;
        assert_eq!(none.session_id, session_id);
    }
    let destroy = f::DestroySession { session_id: first };
    client.request(&destroy.to_bytes()).await;
    let ok: t::DestroySessionOk = client.expect().await;
    assert_eq!(ok.session_id, first);
    dc.stop().await;
}

#[tokio::test]
async fn truncated_and_swollen_protocol_messages_harm_nobody() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let constructors = [
        t::MsgsAck::CONSTRUCTOR_ID,
        t::MsgsStateReq::CONSTRUCTOR_ID,
        t::MsgResendReq::CONSTRUCTOR_ID,
        t::MsgResendAnsReq::CONSTRUCTOR_ID,
        t::HttpWait::CONSTRUCTOR_ID,
        f::Ping::CONSTRUCTOR_ID,
        f::PingDelayDisconnect::CONSTRUCTOR_ID,
        f::GetFutureSalts::CONSTRUCTOR_ID,
        f::RpcDropAnswer::CONSTRUCTOR_ID,
        f::DestroySession::CONSTRUCTOR_ID,
        f::InvokeWithLayer::<i32>::CONSTRUCTOR_ID,
        f::InitConnection::<i32>::CONSTRUCTOR_ID,
        f::InvokeAfterMsgs::<i32>::CONSTRUCTOR_ID,
        0x3072_cfa1,
        0x73f1_f8dc,
    ];
    for constructor in constructors {
        for words in 0..6 {
            for filler in [[0x00; 4], [0xff; 4], [0x15, 0xc4, 0xb5, 0x1c], random()] {
                let body = [constructor.to_le_bytes().to_vec(), filler.repeat(words)].concat();
                client.request(&body).await;
            }
        }
    }
    client.request(&[]).await;
    client.content += 1;
    let echo = request(ECHO, 1);
    assert_eq!(client.invoke(&echo).await, echo);
    dc.stop().await;
}

#[tokio::test]
async fn a_destroyed_key_is_unknown_afterwards() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.request(&f::DestroyAuthKey {}.to_bytes()).await;
    client
        .until(|message| (message.constructor() == 0xf660_e1d4).then_some(()))
        .await;
    assert!(!dc.links.known_key(client.key_id()));
    client.request(&request(ECHO, 1)).await;
    assert_eq!(client.until_closed().await, NoPacket::Transport(-404));
    dc.stop().await;
}
