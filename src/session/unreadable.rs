//! Messages that could not be read, tried again when the hub knows another schema than then.

use crate::model::{CapturedBatch, UtcTime};
use crate::session::capture::store_batch;
use crate::session::writer::Writer;
use crate::store::{self, Store, unreadable};
use crate::telegram::{self, AccountRef, Vitals};
use log::info;
use std::sync::Arc;

/// How many are tried together.
const TOGETHER: i64 = 100;

/// Tries an account's unreadable messages from their raw bytes, each once for every schema.
pub(super) async fn read_again(
    writer: &Writer,
    store: &Store,
    account: AccountRef,
    vitals: &Vitals,
) -> Result<(), store::Error> {
    let (id, layer) = (account.session_id, telegram::LAYER);
    loop {
        let rows = store
            .read(move |conn| unreadable::untried(conn, id, layer, TOGETHER))
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let read = rows.iter();
        let messages: Vec<_> = read
            .filter_map(|(_, raw)| telegram::read_again(account.own, raw))
            .collect();
        if !messages.is_empty() {
            info!(
                "{} messages that could not be read can be now",
                messages.len()
            );
            let batch = CapturedBatch {
                session_id: id,
                peers: Vec::new(),
                links: Vec::new(),
                messages,
                unreadable: Vec::new(),
                deletions: Vec::new(),
                position: None,
                gaps: Vec::new(),
                captured_at: UtcTime::now(),
                from_history: true,
                coverage: None,
            };
            store_batch(writer, Arc::new(batch), vitals).await?;
        }
        let tried: Vec<i64> = rows.into_iter().map(|(row, _)| row).collect();
        store
            .write(move |conn| unreadable::tried(conn, &tried, layer))
            .await?;
    }
}
