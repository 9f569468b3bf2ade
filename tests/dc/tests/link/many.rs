//! Many connections at once.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::task::JoinSet;

use crate::client::{Client, Frame, random};
use crate::echo::{ECHO, TestDc, request};

const CLIENTS: usize = 1500;

/// A client with a key that was handed to the server: thousands of exchanges would take a minute.
async fn client_of(addr: std::net::SocketAddr, key: [u8; 256]) -> Client {
    let mut client = Client::connect(addr, Frame::Full).await;
    (client.key, client.salt) = (Some(key), 1);
    let echo = request(ECHO, 1);
    assert_eq!(client.invoke(&echo).await, echo);
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifteen_hundred_connections_are_served_at_once_and_all_reached() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("the limit is raised");
    let dc = TestDc::start();
    let mut connecting = JoinSet::new();
    for _ in 0..CLIENTS {
        let key = random();
        dc.links.insert_key(key, 1);
        connecting.spawn(client_of(dc.addr, key));
    }
    let connected = tokio::time::timeout(Duration::from_mins(1), connecting.join_all());
    let clients = connected.await.expect("all connect in time");
    assert_eq!(dc.links.counts().open, CLIENTS as u64);
    for client in &clients {
        dc.links
            .push(client.key_id(), None, request(0xabcd_0000, 2));
    }
    for mut client in clients {
        client
            .until(|message| (message.constructor() == 0xabcd_0000).then_some(()))
            .await;
    }
    dc.stop().await;
}
