//! The one way of batches into the database: many in one transaction, in order, and each for
//! itself when one of them is bad.

mod groups;
mod sharing;

use crate::support::db::TestDb;
use telegram_hub::model::{
    CapturedBatch, ChatId, Message, MessageId, NewMessage, SessionId, SessionName, UpdatesPosition,
    UtcTime,
};
use telegram_hub::store::sessions::{NewSession, create_or_get};
use telegram_hub::store::{Store, StoreSettings};

type Failure = Box<dyn std::error::Error>;

const BOB: ChatId = ChatId::user(2);

/// A fixed instant and some seconds.
fn at(seconds: i64) -> UtcTime {
    UtcTime::from_unix(1_800_000_000 + seconds).unwrap_or_else(UtcTime::now)
}

async fn session_id(store: &Store, name: &str) -> Result<SessionId, Failure> {
    let new = NewSession {
        name: SessionName::parse(name)?,
        owner: None,
        api_id: 12345,
        api_hash: "0123456789abcdef0123456789abcdef".into(),
        now: at(0),
    };
    let vault = store.vault().clone();
    let row = store
        .write(move |conn| create_or_get(conn, &vault, &new))
        .await?;
    Ok(row.id)
}

/// A store with one connection for writing, so that a test can hold all writers up.
async fn narrow(db: &TestDb) -> Result<Store, Failure> {
    let settings = StoreSettings {
        pool_size: 2,
        ..db.settings()?
    };
    Ok(Store::open(&settings, crate::support::db::vault(7)).await?)
}

fn message(chat_id: ChatId, message_id: i32, text: &str) -> NewMessage {
    let sent_at = at(i64::from(message_id));
    NewMessage {
        content: Message {
            sender_id: Some(BOB),
            text: text.to_owned(),
            ..Message::new(chat_id, MessageId(message_id), sent_at)
        },
        raw: text.as_bytes().to_vec(),
        pts: None,
    }
}

/// A batch of one message, with a position.
fn batch(session_id: SessionId, message: NewMessage) -> CapturedBatch {
    CapturedBatch {
        links: Vec::new(),
        session_id,
        peers: Vec::new(),
        position: Some(UpdatesPosition {
            pts: message.content.message_id.0,
            ..UpdatesPosition::default()
        }),
        messages: vec![message],
        unreadable: Vec::new(),
        deletions: Vec::new(),
        gaps: Vec::new(),
        from_history: false,
        coverage: None,
        captured_at: at(1_000),
    }
}
