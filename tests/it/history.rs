//! A chat's history: downloaded once, kept in the log, and shown from there.

mod backfills;
mod changes;
mod ranges;

use crate::support::db::TestDb;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::done;
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use std::sync::Arc;
use telegram_hub::auth::{Caller, Origin};
use telegram_hub::error::Error;
use telegram_hub::model::{Direction, HistoryMessage, HistoryPart, SessionName, UtcTime};
use telegram_hub::ops::chat_history::{HistoryStream, StreamHistory};
use telegram_hub::ops::{self, Ctx, RequestId};

const CAROL: &str = "+15550000003";
const DAY: i64 = 86_400;

type Failure = Box<dyn std::error::Error>;

/// A data centre with a supergroup in which Alice has written so many messages on each of some days
/// before today; its first message tells that it was made. Carol is a member if she is asked.
fn days(ago: &[(i64, u32)], member: bool) -> Result<(Dc, String), Failure> {
    let dc = Dc::start(DcOptions::default())?;
    dc.skew_clock(-400 * DAY);
    let members: &[&str] = if member { &["carol"] } else { &[] };
    let new = NewChat::new("alice", "news")
        .with(members)
        .named("newsroom");
    let id = done(dc.create_channel(ChannelKind::Supergroup, new))?;
    for (ago, count) in ago {
        dc.skew_clock(-ago * DAY);
        done(dc.send_many(
            "alice",
            &id.to_string(),
            &format!("{ago} days ago {{n}}"),
            *count,
        ))?;
    }
    dc.skew_clock(0);
    let name = if member {
        id.to_string()
    } else {
        "newsroom".to_owned()
    };
    Ok((dc, name))
}

/// A hub that reads no history by itself, and Carol logged in.
async fn start(db: TestDb, dc: Dc) -> Result<TestHub, Failure> {
    let hub = TestHub::start_with(db, dc, Options::trusting()).await?;
    hub.log_in("carol", CAROL).await?;
    Ok(hub)
}

/// All of a chat, from the oldest message on.
fn all(chat: &str) -> Result<StreamHistory, Failure> {
    Ok(StreamHistory {
        session: SessionName::parse("carol")?,
        chat: chat.to_owned(),
        since: UtcTime::from_unix(0).ok_or("no time")?,
        until: UtcTime::now().after(std::time::Duration::from_mins(1)),
        direction: Direction::Up,
        refresh: false,
    })
}

/// So many days ago.
fn ago(days: i64) -> UtcTime {
    let now = UtcTime::now().as_datetime().timestamp();
    UtcTime::from_unix(now - days * DAY).unwrap_or_else(UtcTime::now)
}

async fn stream(hub: &TestHub, op: StreamHistory) -> Result<HistoryStream, Error> {
    let caller = Caller::new(Origin::Operator);
    let ctx = Ctx::new(Arc::clone(&hub.hub), caller, RequestId::generate());
    ops::call(op, &ctx).await
}

async fn parts(hub: &TestHub, op: StreamHistory) -> Result<Vec<HistoryPart>, Failure> {
    let mut stream = stream(hub, op).await?;
    let mut parts = Vec::new();
    while let Some(part) = stream.parts.recv().await {
        parts.push(part?);
    }
    Ok(parts)
}

async fn read(hub: &TestHub, op: StreamHistory) -> Result<Vec<HistoryMessage>, Failure> {
    let parts = parts(hub, op).await?;
    Ok(parts.into_iter().flat_map(|part| part.messages).collect())
}

fn numbers(messages: &[HistoryMessage]) -> Vec<i32> {
    messages.iter().map(|one| one.message_id.0).collect()
}

fn calls(hub: &TestHub) -> u64 {
    hub.dc.calls("messages.getHistory")
}
