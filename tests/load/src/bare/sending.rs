//! Sending on grammers alone: raw `messages.sendMessage`, one call after the other.
//!
//! Owns the loop and its figures. Source: <https://core.telegram.org/method/messages.sendMessage>.

use super::Phone;
use crate::Failure;
use crate::figures::quantile;
use grammers_client::{Client, tl};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How sending went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sending {
    /// Messages that were sent.
    pub count: u64,
    /// Messages in a second, all clients together.
    pub per_second: f64,
    /// Microseconds of the middle call.
    pub p50: i64,
    /// Microseconds that all but one of a hundred calls stay within.
    pub p99: i64,
}

impl Sending {
    /// From the microseconds of every call and the time they took together.
    pub fn of(mut calls: Vec<i64>, took: Duration) -> Self {
        calls.sort_unstable();
        let count = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        Self {
            count: count.into(),
            per_second: f64::from(count) / took.as_secs_f64().max(1e-9),
            p50: quantile(&calls, 0.5),
            p99: quantile(&calls, 0.99),
        }
    }
}

/// Lets every phone send to `username` for so long, all at the same time.
pub async fn send(phones: &[Phone], username: &str, time: Duration) -> Result<Sending, Failure> {
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for phone in phones {
        let (client, username) = (phone.client.clone(), username.to_owned());
        tasks.spawn(async move { send_alone(&client, &username, started, time).await });
    }
    let mut calls = Vec::new();
    while let Some(done) = tasks.join_next().await {
        calls.append(&mut done??);
    }
    Ok(Sending::of(calls, started.elapsed()))
}

async fn send_alone(
    client: &Client,
    username: &str,
    started: Instant,
    time: Duration,
) -> Result<Vec<i64>, Failure> {
    let peer = resolve(client, username).await?;
    let mut calls = Vec::new();
    while started.elapsed() < time {
        let called = Instant::now();
        client
            .invoke(&message(peer.clone(), fastrand::i64(..)))
            .await?;
        calls.push(i64::try_from(called.elapsed().as_micros())?);
    }
    Ok(calls)
}

async fn resolve(client: &Client, username: &str) -> Result<tl::enums::InputPeer, Failure> {
    let request = tl::functions::contacts::ResolveUsername {
        username: username.to_owned(),
        referer: None,
    };
    let tl::enums::contacts::ResolvedPeer::Peer(found) = client.invoke(&request).await?;
    let user = found.users.into_iter().find_map(|user| match user {
        tl::enums::User::User(user) => Some(user),
        tl::enums::User::Empty(_) => None,
    });
    let user = user.ok_or("nobody has that username")?;
    Ok(tl::types::InputPeerUser {
        user_id: user.id,
        access_hash: user.access_hash.unwrap_or(0),
    }
    .into())
}

fn message(peer: tl::enums::InputPeer, random_id: i64) -> tl::functions::messages::SendMessage {
    tl::functions::messages::SendMessage {
        no_webpage: true,
        silent: false,
        background: false,
        clear_draft: false,
        noforwards: false,
        update_stickersets_order: false,
        invert_media: false,
        allow_paid_floodskip: false,
        peer,
        reply_to: None,
        message: super::TEXT.to_owned(),
        random_id,
        reply_markup: None,
        entities: None,
        schedule_date: None,
        schedule_repeat_period: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        allow_paid_stars: None,
        suggested_post: None,
        rich_message: None,
    }
}
