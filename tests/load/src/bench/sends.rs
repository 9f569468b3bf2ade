//! How many messages a second are sent, through the hub and by raw calls.
//!
//! Owns the clients: each has an account of its own and sends one message after the other.

use super::cost::{Meter, Spent};
use super::rounds::Size;
use super::series::{Figures, Subject};
use super::subject::{Ground, Tools, accounts_of, start_hub};
use super::targets::sending;
use super::wire::Wire;
use crate::Failure;
use crate::bare::{Bare, Order, Sending, TEXT};
use crate::figures::milliseconds;
use crate::fleet::outsider_username;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many clients send at the same time, and how long the data centre takes to answer: not at
/// all, so that only processors count, and as long as a near one of Telegram's does.
const CASES: [(usize, Duration); 4] = [
    (1, Duration::ZERO),
    (32, Duration::ZERO),
    (1, DISTANCE),
    (32, DISTANCE),
];

const DISTANCE: Duration = Duration::from_millis(20);

/// Measures one subject with one client and with many.
pub(super) async fn measure(
    tools: &Tools,
    size: &Size,
    subject: Subject,
    figures: &mut Figures,
) -> Result<(), Failure> {
    for (clients, distance) in CASES {
        let ground = Ground::new(tools, subject)?;
        if !distance.is_zero() {
            let late = Fault::new("messages.sendMessage", FaultKind::Delay(distance));
            ground.dc.fault(late.times(u32::MAX));
        }
        let name = |what| sending(clients, distance, what);
        let (done, cost) = if subject == Subject::Bare {
            bare(&ground, clients, size.sending).await?
        } else {
            through_hub(tools, &ground, clients, size.sending).await?
        };
        ground.clear().await?;
        let mut add = |name: &str, unit, value| figures.add(name, unit, subject, value);
        add(&name(""), "/s", done.per_second);
        add(&name(", p50"), "ms", milliseconds(done.p50));
        add(&name(", p99"), "ms", milliseconds(done.p99));
        if distance.is_zero() {
            cost.note(&name(""), subject, done.count, figures);
        }
    }
    Ok(())
}

/// The id of who reads the messages, who exists from the first mention on.
fn reader(ground: &Ground) -> Result<String, Failure> {
    let user = ground.dc.user(&outsider_username(0));
    let user = user.map_err(|refusal| crate::fleet::refused(&refusal))?;
    Ok(user.0.to_string())
}

async fn bare(
    ground: &Ground,
    clients: usize,
    time: Duration,
) -> Result<(Sending, Spent), Failure> {
    let accounts = accounts_of(ground, clients)?;
    reader(ground)?;
    let millis = u64::try_from(time.as_millis())?;
    let order = Order::Send(outsider_username(0), millis);
    let mut bare = Bare::start(&accounts, ground.dir.path(), &order).await?;
    let meter = Meter::start(bare.pid)?;
    let sent = bare.sent().await?;
    let cost = meter.stop()?;
    bare.stop().await?;
    Ok((sent, cost))
}

async fn through_hub(
    tools: &Tools,
    ground: &Ground,
    clients: usize,
    time: Duration,
) -> Result<(Sending, Spent), Failure> {
    let (hub, store, members) = start_hub(tools, ground, clients).await?;
    let mut senders = Vec::with_capacity(clients);
    let id = reader(ground)?;
    for member in members {
        let host = hub.client.host().to_owned();
        let mut wire = Wire::connect(&host).await?;
        let body = |chat_id: String| {
            json!({ "session_id": member.name, "chat_id": chat_id, "message": TEXT }).to_string()
        };
        // The first send of an account looks its reader up. The others name the reader by id, as
        // the bare library does; a username is confirmed each time, which is a call more.
        let first = body(format!("@{}", outsider_username(0)));
        wire.post("/message/send", &first).await?;
        senders.push((wire, body(id.clone())));
    }
    let (meter, started) = (Meter::start(hub.pid)?, Instant::now());
    let mut tasks = JoinSet::new();
    for (wire, body) in senders {
        tasks.spawn(async move { send_alone(wire, &body, time).await });
    }
    let mut calls = Vec::new();
    while let Some(done) = tasks.join_next().await {
        calls.append(&mut done??);
    }
    let sent = Sending::of(calls, started.elapsed());
    let cost = meter.stop()?;
    hub.terminate().await?;
    store.close().await;
    Ok((sent, cost))
}

async fn send_alone(mut wire: Wire, body: &str, time: Duration) -> Result<Vec<i64>, Failure> {
    let started = Instant::now();
    let mut calls = Vec::new();
    while started.elapsed() < time {
        let called = Instant::now();
        wire.post("/message/send", body).await?;
        calls.push(i64::try_from(called.elapsed().as_micros())?);
    }
    Ok(calls)
}
