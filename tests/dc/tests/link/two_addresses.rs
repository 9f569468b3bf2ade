//! One key over links from two addresses.

use std::net::IpAddr;

use crate::client::{Client, Frame, random};
use crate::echo::{ECHO, TestDc, eventually, request};

const HERE: [u8; 4] = [127, 0, 0, 1];
const THERE: [u8; 4] = [127, 0, 0, 2];

/// A client at an address of its own, who has used the key.
async fn at(dc: &TestDc, address: [u8; 4], key: [u8; 256]) -> Client {
    let mut client = Client::connect_from(address.into(), dc.addr, Frame::Full).await;
    (client.key, client.salt) = (Some(key), 1);
    let echo = request(ECHO, 1);
    assert_eq!(client.invoke(&echo).await, echo);
    client
}

#[tokio::test]
async fn links_from_two_addresses_overlap_and_links_from_one_do_not() {
    let (dc, key) = (TestDc::start(), random());
    dc.links.insert_key(key, 1);
    let first = at(&dc, HERE, key).await;
    let second = at(&dc, HERE, key).await;
    let third = at(&dc, THERE, key).await;
    eventually("both former links are noted", || {
        dc.links.overlaps().len() == 2
    })
    .await;
    for overlap in dc.links.overlaps() {
        assert_eq!(overlap.key_id, first.key_id());
        assert_eq!(overlap.former, IpAddr::from(HERE));
        assert_eq!(overlap.latter, IpAddr::from(THERE));
    }
    let uses = dc.links.uses_of(first.key_id());
    assert_eq!(uses.len(), 2);
    assert!(uses.iter().all(|from| from.first <= from.last));
    drop((first, second, third));
    dc.stop().await;
}

#[tokio::test]
async fn a_link_that_its_client_has_closed_overlaps_with_nothing() {
    let (dc, key) = (TestDc::start(), random());
    dc.links.insert_key(key, 1);
    for address in [HERE, THERE, HERE] {
        drop(at(&dc, address, key).await);
    }
    let last = at(&dc, [127, 0, 0, 3], key).await;
    eventually("the others have ended", || dc.links.counts().open == 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(dc.links.overlaps(), []);
    assert_eq!(dc.links.uses_of(last.key_id()).len(), 3);
    drop(last);
    dc.stop().await;
}
