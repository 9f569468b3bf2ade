//! The framings, and bytes that belong to none.

use crate::client::{Client, Frame, NoPacket, random};
use crate::echo::{ECHO, LARGE, TestDc, request};
use crate::exchange::logged_in;

const ALL: [Frame; 5] = [
    Frame::Full,
    Frame::Abridged,
    Frame::Intermediate,
    Frame::Padded,
    Frame::Obfuscated,
];

#[tokio::test]
async fn every_framing_carries_short_and_long_packets_both_ways() {
    let dc = TestDc::start();
    for frame in ALL {
        let mut client = logged_in(dc.addr, frame).await;
        let short = request(ECHO, 1);
        assert_eq!(client.invoke(&short).await, short, "{frame:?}");
        let mut long = request(ECHO, 2);
        long.extend((0..250_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()));
        long.extend(random::<32>());
        assert!(client.invoke(&long).await == long, "{frame:?}");
        assert!(client.invoke(&request(LARGE, 3)).await.len() < 20_000);
    }
    dc.stop().await;
}

#[tokio::test]
async fn a_packet_may_arrive_byte_by_byte_and_two_at_once() {
    let dc = TestDc::start();
    let mut client = logged_in(dc.addr, Frame::Intermediate).await;
    let mut bytes = Vec::new();
    let mut ids = Vec::new();
    for number in 0..2 {
        let (id, seqno) = (client.next_id(), client.next_seqno());
        let packet = client.seal(id, seqno, &request(ECHO, number));
        bytes.extend(u32::try_from(packet.len()).expect("short").to_le_bytes());
        bytes.extend(packet);
        ids.push(id);
    }
    let (drip, rest) = bytes.split_at(40);
    for byte in drip {
        client.write_raw(&[*byte]).await;
        tokio::task::yield_now().await;
    }
    client.write_raw(rest).await;
    for (number, id) in (0..).zip(ids) {
        let result = client.until(|message| message.result_of(id)).await;
        assert_eq!(result, request(ECHO, number));
    }
    dc.stop().await;
}

#[tokio::test]
async fn damaged_frames_close_the_link() {
    let dc = TestDc::start();
    let mut wrong_sum = [40_u32.to_le_bytes(), [0; 4]].concat();
    wrong_sum.resize(40, 7);
    let mut wrong_number = [12_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    wrong_number.extend(crc32fast::hash(&wrong_number).to_le_bytes());
    let mut too_long = vec![0xee; 4];
    too_long.extend(0x7000_0000_u32.to_le_bytes());
    let too_short = [vec![0xdd; 4], vec![0; 4]].concat();
    let unknown_tag = vec![0x99; 64];
    for bytes in [wrong_sum, wrong_number, too_long, too_short, unknown_tag] {
        let mut client = Client::connect(dc.addr, Frame::Full).await;
        client.write_raw(&bytes).await;
        assert_eq!(client.until_closed().await, NoPacket::Closed);
    }
    dc.stop().await;
}

#[tokio::test]
async fn noise_of_any_length_harms_nobody_else() {
    let dc = TestDc::start();
    let mut good = logged_in(dc.addr, Frame::Full).await;
    for len in (0..256).step_by(5) {
        let mut noisy = Client::connect(dc.addr, Frame::Abridged).await;
        noisy.write_raw(&random::<256>()[..len]).await;
    }
    let echo = request(ECHO, 1);
    assert_eq!(good.invoke(&echo).await, echo);
    dc.stop().await;
}
