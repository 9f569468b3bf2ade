//! Encrypted messages: sessions, salts, clocks, numbers, containers, compression, wrappers.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use grammers_tl_types::{self as tl, Serializable, functions as f, types as t};

use crate::client::{Client, Frame, Incoming, NoPacket};
use crate::echo::{ECHO, FAIL, LARGE, TestDc, request};
use crate::exchange::logged_in;

fn container(messages: &[(i64, i32, Vec<u8>)]) -> Vec<u8> {
    let mut body = 0x73f1_f8dc_u32.to_bytes();
    i32::try_from(messages.len())
        .expect("few")
        .serialize(&mut body);
    for (msg_id, seqno, inner) in messages {
        msg_id.serialize(&mut body);
        seqno.serialize(&mut body);
        i32::try_from(inner.len())
            .expect("short")
            .serialize(&mut body);
        body.extend(inner);
    }
    body
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("in memory");
    let packed = encoder.finish().expect("in memory");
    [0x3072_cfa1_u32.to_bytes(), packed.to_bytes()].concat()
}

/// Sends one message as it is and returns the code it is refused with.
async fn refusal(client: &mut Client, msg_id: i64, seqno: i32, body: &[u8]) -> i32 {
    client.send(msg_id, seqno, body).await;
    client
        .until(|message| {
            let bad: t::BadMsgNotification = message.parse()?;
            (bad.bad_msg_id == msg_id && bad.bad_msg_seqno == seqno).then_some(bad.error_code)
        })
        .await
}

#[tokio::test]
async fn a_new_session_is_announced_once_before_its_first_answer() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let first = client.request(&request(ECHO, 1)).await;
    let messages = client.receive().await.expect("messages");
    let created: t::NewSessionCreated = messages[0].parse().expect("new_session_created");
    assert_eq!(created.first_msg_id, first);
    assert_eq!(created.server_salt, client.salt);
    assert!(messages[1].result_of(first).is_some());
    client.invoke(&request(ECHO, 2)).await;
    let opened = dc.echo.opened.lock().expect("lock").clone();
    assert_eq!(opened, [(client.key_id(), client.session)]);
    dc.stop().await;
}

#[tokio::test]
async fn a_wrong_salt_is_answered_with_the_right_one_and_nothing_runs() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let right = std::mem::replace(&mut client.salt, 12);
    let id = client.request(&request(ECHO, 1)).await;
    let bad: t::BadServerSalt = client.expect().await;
    assert_eq!((bad.bad_msg_id, bad.error_code), (id, 48));
    assert_eq!(bad.new_server_salt, right);
    assert_eq!(dc.calls(), 0);
    client.salt = bad.new_server_salt;
    client.invoke(&request(ECHO, 1)).await;
    assert_eq!(dc.calls(), 1);
    dc.stop().await;
}

#[tokio::test]
async fn ids_and_numbers_that_cannot_be_are_refused_with_their_codes() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let echo = request(ECHO, 1);
    client.invoke(&echo).await;
    let now = client.next_id();
    let ack = tl::enums::MsgsAck::Ack(t::MsgsAck { msg_ids: vec![] }).to_bytes();
    assert_eq!(refusal(&mut client, now - (400 << 32), 3, &echo).await, 16);
    assert_eq!(refusal(&mut client, now + (60 << 32), 3, &echo).await, 17);
    assert_eq!(refusal(&mut client, now + 1, 3, &echo).await, 18);
    assert_eq!(refusal(&mut client, now + 4, 1, &echo).await, 32);
    assert_eq!(refusal(&mut client, now - (200 << 32), 5, &echo).await, 33);
    assert_eq!(refusal(&mut client, now + 4, 3, &ack).await, 34);
    assert_eq!(refusal(&mut client, now + 8, 4, &echo).await, 35);
    assert_eq!(dc.calls(), 1);
    dc.stop().await;
}

#[tokio::test]
async fn a_container_is_taken_apart_and_answers_name_the_inner_messages() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let mut inner = Vec::new();
    for number in 0..1020 {
        let kind = if number % 2 == 0 { ECHO } else { FAIL };
        inner.push((client.next_id(), client.next_seqno(), request(kind, number)));
    }
    let outer = client.next_id();
    client
        .send(outer, client.content * 2, &container(&inner))
        .await;
    for (id, _, body) in inner {
        let result = client.until(|message| message.result_of(id)).await;
        let error = t::RpcError {
            error_code: 420,
            error_message: "FLOOD_WAIT_31".to_owned(),
        };
        let error = tl::enums::RpcError::Error(error).to_bytes();
        assert!(result == body || result == error);
    }
    assert_eq!(dc.calls(), 1020);
    dc.stop().await;
}

#[tokio::test]
async fn impossible_containers_are_refused() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let echo = request(ECHO, 1);
    let message = (client.next_id(), 1, echo.clone());
    let outer = client.next_id();
    let nested = container(&[(message.0, 0, container(&[]))]);
    let later = container(&[(outer + 800, 1, echo.clone())]);
    let mut cut = container(std::slice::from_ref(&message));
    cut.truncate(cut.len() - 4);
    let mut crowded = container(&[]);
    crowded[4..8].copy_from_slice(&1021_i32.to_le_bytes());
    for (n, body) in (0..).zip([nested, later, cut, crowded]) {
        assert_eq!(refusal(&mut client, outer + n * 8, 0, &body).await, 64);
    }
    let good = container(&[message]);
    assert_eq!(refusal(&mut client, outer + 80, 1, &good).await, 34);
    client.send(outer + 80, 2, &good).await;
    assert_eq!(refusal(&mut client, outer + 80, 2, &good).await, 19);
    assert_eq!(dc.calls(), 1);
    dc.stop().await;
}

#[tokio::test]
async fn requests_may_be_compressed_and_large_results_are() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let echo = request(ECHO, 1);
    assert_eq!(client.invoke(&gzip(&echo)).await, echo);
    let wrapped = [
        f::InvokeWithLayer::<i32>::CONSTRUCTOR.to_bytes(),
        230.to_bytes(),
    ];
    let wrapped = [wrapped.concat(), gzip(&echo)].concat();
    assert_eq!(client.invoke(&wrapped).await, echo);
    let large = client.invoke(&request(LARGE, 2)).await;
    assert_eq!(large[..4], 0x3072_cfa1_u32.to_le_bytes());
    assert!(large.len() < 20_000);
    let broken = [0x3072_cfa1_u32.to_bytes(), b"not gzip".to_vec().to_bytes()].concat();
    let error = client.invoke(&broken).await;
    assert_eq!(error[..4], 0x2144_ca19_u32.to_le_bytes());
    dc.stop().await;
}

trait Constructor {
    const CONSTRUCTOR: u32;
}

impl<T: tl::Identifiable> Constructor for T {
    const CONSTRUCTOR: u32 = T::CONSTRUCTOR_ID;
}

#[tokio::test]
async fn the_layer_sticks_to_the_key() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let layer_of = |session: i64| dc.echo.last.lock().expect("lock")[&session].layer;
    client.invoke(&request(ECHO, 1)).await;
    assert_eq!(layer_of(client.session), 0);
    let wrapped = f::InvokeWithLayer {
        layer: 229,
        query: f::InvokeWithoutUpdates {
            query: f::help::GetConfig {},
        },
    };
    let result = client.invoke(&wrapped.to_bytes()).await;
    assert_eq!(result, f::help::GetConfig {}.to_bytes());
    assert!(dc.echo.last.lock().expect("lock")[&client.session].without_updates);
    client.session += 1;
    client.content = 0;
    client.invoke(&request(ECHO, 2)).await;
    assert_eq!(layer_of(client.session), 229);
    dc.stop().await;
}

#[tokio::test]
async fn a_message_that_does_not_decrypt_closes_the_link_and_an_unknown_key_is_404() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let mut packet = client.seal(client.content.into(), 1, &request(ECHO, 1));
    packet[30] ^= 1;
    client.write_packet(&packet).await;
    assert_eq!(client.until_closed().await, NoPacket::Closed);

    for frame in [Frame::Full, Frame::Abridged, Frame::Padded] {
        let mut client = logged_in(dc.addr, frame).await;
        client.key = Some([7; 256]);
        client.request(&request(ECHO, 1)).await;
        assert_eq!(client.until_closed().await, NoPacket::Transport(-404));
    }
    assert_eq!(dc.calls(), 0);
    dc.stop().await;
}

#[tokio::test]
async fn server_ids_grow_and_only_answers_are_1_mod_4() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 0)).await;
    let mut last: Option<Incoming> = None;
    for number in 0..20 {
        let id = client.request(&request(ECHO, number)).await;
        dc.links.push(client.key_id(), None, request(ECHO, number));
        let (mut answered, mut pushed) = (false, false);
        while !(answered && pushed) {
            for message in client.receive().await.expect("messages") {
                let is_answer = message.result_of(id).is_some();
                let is_push = message.body == request(ECHO, number);
                assert!(!is_answer || message.msg_id & 3 == 1);
                assert!(!is_push || message.msg_id & 3 == 3);
                answered |= is_answer;
                pushed |= is_push;
                if let Some(last) = &last {
                    assert!(message.msg_id > last.msg_id && message.seqno >= last.seqno);
                }
                last = Some(message);
            }
        }
    }
    dc.stop().await;
}
