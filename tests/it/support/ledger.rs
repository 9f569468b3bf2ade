//! The data centre's own ledger beside the hub's log.
//!
//! It owns what counts as complete: every message that an account holds, with its text and
//! whether it is deleted, stands in the log exactly once, and nothing else does.

use crate::support::http::{Client, DEADLINE};
use local_dc::dc::Dc;
use local_dc::world::refusal::Refusal;
use serde_json::Value;
use std::collections::BTreeSet;
use telegram_hub::model::SessionName;
use telegram_hub::store::auth_keys::{self, DcKey};
use telegram_hub::store::revisions;
use telegram_hub::store::{Error, Store, sessions};
use tokio::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// One message as one account has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) message_id: i64,
    pub(crate) chat_id: i64,
    pub(crate) outgoing: bool,
    pub(crate) deleted: bool,
    pub(crate) text: String,
}

/// What the data centre answered, with its refusals as failures of the test.
pub(crate) fn done<T>(answer: Result<T, Refusal>) -> Result<T, Failure> {
    answer.map_err(|refusal| format!("the data centre refuses: {refusal:?}").into())
}

/// Every message that an account of the data centre holds or held, by number.
pub(crate) fn held(dc: &Dc, account: &str) -> Result<Vec<Row>, Failure> {
    let user = done(dc.user(account))?.0;
    let mut rows: Vec<Row> = Vec::new();
    for entry in dc.ledger() {
        for witness in entry.accounts.iter().filter(|side| side.user_id == user) {
            rows.push(Row {
                message_id: witness.message_id.into(),
                chat_id: witness.peer_id,
                outgoing: witness.out,
                deleted: witness.deleted,
                text: entry.text.clone(),
            });
        }
        let (Some(audience), Some(number), Some(&chat)) =
            (entry.audience, entry.message_id, entry.chat.first())
        else {
            continue;
        };
        if dc.audience(audience).contains(&user) {
            rows.push(Row {
                message_id: number.into(),
                chat_id: chat,
                outgoing: entry.sender == user,
                deleted: entry.deleted_at.is_some(),
                text: entry.text.clone(),
            });
        }
    }
    rows.sort();
    Ok(rows)
}

/// Every message in a session's log, by number; one that is there twice appears twice.
pub(crate) async fn captured(client: &Client, session: &str) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut path = format!("/session/{session}/messages?limit=500");
    loop {
        let page = client.get(&path).await?.expect(200);
        let messages = page["messages"].as_array().ok_or("no messages")?;
        for message in messages {
            rows.push(row(message).ok_or_else(|| format!("not a message: {message}"))?);
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/session/{session}/messages?limit=500&cursor={cursor}");
    }
    rows.sort();
    Ok(rows)
}

fn row(message: &Value) -> Option<Row> {
    Some(Row {
        message_id: message["message_id"].as_i64()?,
        chat_id: message["chat_id"].as_i64()?,
        outgoing: message["outgoing"].as_bool()?,
        deleted: !message["deleted_at"].is_null(),
        text: message["text"].as_str()?.to_owned(),
    })
}

/// Waits until a session's log holds what the account of the same name holds, each message once.
pub(crate) async fn complete(dc: &Dc, client: &Client, account: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + DEADLINE * 3;
    loop {
        let (expected, found) = both(dc, client, account).await?;
        if expected == found {
            return Ok(());
        }
        if Instant::now() >= deadline {
            let missing = expected.iter().filter(|row| !found.contains(row));
            let (first, missing) = (missing.clone().next(), missing.count());
            let extra = found.iter().filter(|row| !expected.contains(row)).count();
            return Err(format!(
                "{account}: {} held, {} captured; {missing} missing or different, {extra} too many; \
                 {first:?}",
                expected.len(),
                found.len()
            )
            .into());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Whether a session's log holds that now.
pub(crate) async fn is_complete(dc: &Dc, client: &Client, account: &str) -> Result<bool, Failure> {
    let (expected, found) = both(dc, client, account).await?;
    Ok(expected == found)
}

/// What an account holds, and what its log does, without what the account need not hold.
async fn both(dc: &Dc, client: &Client, account: &str) -> Result<(Vec<Row>, Vec<Row>), Failure> {
    let (expected, mut found) = (held(dc, account)?, captured(client, account).await?);
    let earlier = before_joining(dc, account)?;
    found.retain(|row| !earlier.contains(&(row.chat_id, row.message_id)));
    Ok((expected, found))
}

/// The places of channel messages from before an account joined, which it may read too.
fn before_joining(dc: &Dc, account: &str) -> Result<BTreeSet<(i64, i64)>, Failure> {
    let user = done(dc.user(account))?.0;
    let mut places = BTreeSet::new();
    for entry in dc.ledger() {
        if let (Some(audience), Some(number), Some(&chat)) =
            (entry.audience, entry.message_id, entry.chat.first())
            && !dc.audience(audience).contains(&user)
        {
            places.insert((chat, i64::from(number)));
        }
    }
    Ok(places)
}

/// The earlier texts of a message, oldest first.
pub(crate) async fn earlier_texts(
    store: &Store,
    session: &str,
    message: &Value,
) -> Result<Vec<String>, Failure> {
    use telegram_hub::model::{ChatId, MessageId};
    let name = SessionName::parse(session)?;
    let chat = ChatId(message["chat_id"].as_i64().ok_or("no chat_id")?);
    let number = message["message_id"].as_i64().ok_or("no message_id")?;
    let number = MessageId(i32::try_from(number)?);
    let kept = store
        .read(move |conn| match sessions::id_of_name(conn, &name)? {
            Some(id) => revisions::list(conn, id, chat, number),
            None => Ok(Vec::new()),
        })
        .await?;
    Ok(kept.into_iter().map(|version| version.text).collect())
}

/// The auth keys that are stored for a session.
pub(crate) async fn stored_keys(store: &Store, session: &str) -> Result<Vec<DcKey>, Failure> {
    let (name, vault) = (SessionName::parse(session)?, store.vault().clone());
    let keys: Result<_, Error> = store
        .read(move |conn| match sessions::id_of_name(conn, &name)? {
            Some(id) => auth_keys::load(conn, &vault, id),
            None => Ok(Vec::new()),
        })
        .await;
    Ok(keys?)
}
