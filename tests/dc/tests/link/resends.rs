//! What happens when messages or links get lost.

use grammers_tl_types::{self as tl, Serializable, types as t};

use crate::client::Frame;
use crate::echo::{ECHO, LATE, TestDc, eventually, request};
use crate::exchange::logged_in;

#[tokio::test]
async fn a_repeated_request_is_answered_again_and_not_run_again() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let (id, seqno) = (client.next_id(), client.next_seqno());
    let mut answers = Vec::new();
    for _ in 0..3 {
        client.send(id, seqno, &request(ECHO, 1)).await;
        let answer = client.until(|message| message.result_of(id).map(|_| message.clone()));
        answers.push(answer.await);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(dc.calls(), 1);
    dc.stop().await;
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_over_the_sessions_next_link() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let kept = client.request(&request(ECHO, 1)).await;
    let kept = client
        .until(|message| message.result_of(kept).map(|_| message.clone()))
        .await;
    let acked = client.request(&request(ECHO, 2)).await;
    let acked = client
        .until(|message| message.result_of(acked).map(|_| message.msg_id))
        .await;
    client.ack(vec![acked]).await;
    client.invoke(&request(ECHO, 3)).await;
    client.reconnect(dc.addr).await;
    let last = client.request(&request(ECHO, 4)).await;
    let (mut seen, mut last_seen) = (Vec::new(), false);
    while !last_seen {
        let messages = client.receive().await.expect("messages");
        last_seen = messages
            .iter()
            .any(|message| message.result_of(last).is_some());
        seen.extend(messages);
    }
    assert!(seen.contains(&kept));
    assert!(seen.iter().all(|message| message.msg_id != acked));
    assert_eq!(dc.calls(), 4);
    dc.stop().await;
}

#[tokio::test]
async fn a_late_answer_finds_the_sessions_new_link() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let late = client.request(&request(LATE, 1)).await;
    client.expect::<t::MsgsAck>().await;
    client.reconnect(dc.addr).await;
    client.request(&request(ECHO, 2)).await;
    let result = client.until(|message| message.result_of(late)).await;
    assert_eq!(result, request(LATE, 1));
    dc.stop().await;
}

#[tokio::test]
async fn other_requests_go_on_while_one_waits() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    let late = client.request(&request(LATE, 1)).await;
    let quick = client.request(&request(ECHO, 2)).await;
    let mut order = Vec::new();
    while order.len() < 2 {
        let answered = client.until(|message| {
            let ids = [late, quick];
            ids.into_iter().find(|id| message.result_of(*id).is_some())
        });
        order.push(answered.await);
    }
    assert_eq!(order, [quick, late]);
    dc.stop().await;
}

#[tokio::test]
async fn a_client_can_ask_for_a_message_again() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    client.invoke(&request(ECHO, 1)).await;
    dc.links.push(client.key_id(), None, request(ECHO, 9));
    let is_push = |message: &crate::client::Incoming| {
        (message.body == request(ECHO, 9)).then(|| message.clone())
    };
    let pushed = client.until(is_push).await;
    let again = tl::enums::MsgResendReq::Req(t::MsgResendReq {
        msg_ids: vec![pushed.msg_id, 12_345],
    });
    let asked = client.request(&again.to_bytes()).await;
    assert_eq!(client.until(is_push).await, pushed);
    let unknown: t::MsgsStateInfo = client.expect().await;
    assert_eq!((unknown.req_msg_id, unknown.info.len()), (asked, 1));
    dc.stop().await;
}

#[tokio::test]
async fn sessions_without_a_link_are_not_kept_without_end() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Full).await;
    for session in 1..=40 {
        client.reconnect(dc.addr).await;
        (client.session, client.content) = (session, 0);
        client.invoke(&request(ECHO, 1)).await;
    }
    eventually("old links end", || dc.links.counts().open == 1).await;
    let destroy = tl::functions::DestroySession { session_id: 1 };
    client.request(&destroy.to_bytes()).await;
    client.expect::<t::DestroySessionNone>().await;
    let destroy = tl::functions::DestroySession { session_id: 39 };
    client.request(&destroy.to_bytes()).await;
    client.expect::<t::DestroySessionOk>().await;
    dc.stop().await;
}
