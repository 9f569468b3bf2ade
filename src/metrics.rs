//! The names of all metrics, and the recorder that keeps them.
//!
//! Owns every metric name with its description, so that what `/metrics` shows can be read in one
//! place. It must not know who records: each layer records its own figures under these names.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Counter of answered HTTP requests, by `door`, `method`, `route` and `status`.
pub const HTTP_REQUESTS: &str = "telegram_hub_http_requests_total";
/// Histogram of the seconds from request to answer, by `door`, `method` and `route`.
pub const HTTP_SECONDS: &str = "telegram_hub_http_request_seconds";
/// Gauge of open HTTP connections.
pub const HTTP_CONNECTIONS: &str = "telegram_hub_http_connections";
/// Counter of HTTP connections that were refused because there were too many.
pub const HTTP_CONNECTIONS_REFUSED: &str = "telegram_hub_http_connections_refused_total";
/// Histogram of the seconds an operation took, by `operation` and `outcome`.
pub const OPERATION_SECONDS: &str = "telegram_hub_operation_seconds";
/// Gauge of sessions in the registry, by `state`.
pub const SESSIONS: &str = "telegram_hub_sessions";
/// Counter of messages written to the log for the first time.
pub const MESSAGES_CAPTURED: &str = "telegram_hub_messages_captured_total";
/// Counter of captured edits that changed a stored message.
pub const MESSAGES_EDITED: &str = "telegram_hub_messages_edited_total";
/// Counter of stored messages marked as deleted.
pub const MESSAGES_DELETED: &str = "telegram_hub_messages_deleted_total";
/// Counter of messages that arrived again and changed nothing.
pub const MESSAGES_DUPLICATE: &str = "telegram_hub_messages_duplicate_total";
/// Counter of messages written to the log out of downloaded history.
pub const HISTORY_STORED: &str = "telegram_hub_history_messages_total";
/// Counter of capture transactions tried again because the database was away.
pub const CAPTURE_RETRIES: &str = "telegram_hub_capture_retries_total";
/// Histogram of the seconds one capture transaction took.
pub const CAPTURE_SECONDS: &str = "telegram_hub_capture_seconds";
/// Histogram of the batches that shared one capture transaction.
pub const CAPTURE_BATCHES: &str = "telegram_hub_capture_batches";
/// Gauge that is 1 while the database is out of reach or takes no writes.
pub const DATABASE_AWAY: &str = "telegram_hub_database_away";
/// Counter of attempts to connect an account, by `outcome`.
pub const CONNECTS: &str = "telegram_hub_connects_total";
/// Counter of steps taken to heal a session, by `step`.
pub const HEALS: &str = "telegram_hub_heals_total";
/// Gauge of sessions whose updates arrive.
pub const RECEIVING: &str = "telegram_hub_sessions_receiving";
/// Gauge of sessions whose key Telegram says it does not know, which is not believed yet.
pub const DOUBTED: &str = "telegram_hub_sessions_doubted";
/// Gauge of sessions that may not call every method, because Telegram has asked them to wait.
pub const HELD_DOWN: &str = "telegram_hub_sessions_held_down";
/// Gauge of accounts that are connected for callers who bring their session strings.
pub const GUESTS: &str = "telegram_hub_guests";
/// Counter of calls that were made again after they had failed in passing.
pub const CALLS_REPEATED: &str = "telegram_hub_calls_repeated_total";
/// Counter of the seconds that Telegram asked the hub to wait.
pub const FLOOD_WAIT_SECONDS: &str = "telegram_hub_flood_wait_seconds_total";
/// Counter of gaps that were opened, by `cause`.
pub const GAPS_OPENED: &str = "telegram_hub_gaps_opened_total";
/// Counter of gaps that were closed, by `cause`.
pub const GAPS_CLOSED: &str = "telegram_hub_gaps_closed_total";
/// Gauge of the gaps that are open.
pub const GAPS_OPEN: &str = "telegram_hub_gaps_open";
/// Gauge of the chats of all sessions from which something could not be fetched.
pub const CHATS_KEPT_OUT: &str = "telegram_hub_chats_kept_out";
/// Gauge of the stored messages of which only a part can be read.
pub const MESSAGES_UNREADABLE: &str = "telegram_hub_messages_unreadable";
/// Gauge of the keys that Telegram is still to log out.
pub const LOG_OUTS_PENDING: &str = "telegram_hub_log_outs_pending";
/// Counter of what came of log-outs, by `outcome`.
pub const LOG_OUTS: &str = "telegram_hub_log_outs_total";
/// Gauge of the bytes of files that are kept.
pub const MEDIA_BYTES: &str = "telegram_hub_media_bytes";
/// Gauge of the objects that they are.
pub const MEDIA_OBJECTS: &str = "telegram_hub_media_objects";
/// Counter of objects that had to leave because there was no room.
pub const MEDIA_EVICTIONS: &str = "telegram_hub_media_evictions_total";
/// Counter of files that were to be kept, by `outcome`.
pub const MEDIA_DOWNLOADS: &str = "telegram_hub_media_downloads_total";
/// Gauge that is 1 while the media store cannot be written.
pub const MEDIA_AWAY: &str = "telegram_hub_media_away";
/// Gauge that is always 1 and carries the `version`.
pub const BUILD: &str = "telegram_hub_build_info";

/// Upper bounds of all `_seconds` histograms, in seconds.
const SECONDS_BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0,
];

/// Upper bounds of the histogram of batches in a transaction.
const BATCHES_BUCKETS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0, 2048.0];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The process-wide recorder, installed at the first call.
///
/// `None` when another recorder holds the place. The `metrics` crate allows one recorder in a
/// process, so several hubs in one process (as in tests) share it.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
                .and_then(|builder| {
                    let batches = Matcher::Full(CAPTURE_BATCHES.to_owned());
                    builder.set_buckets_for_metric(batches, &BATCHES_BUCKETS)
                })
                .ok()?
                .install_recorder()
                .ok()?;
            describe();
            Some(handle)
        })
        .as_ref()
}

fn describe() {
    describe_counter!(HTTP_REQUESTS, "Answered HTTP requests");
    describe_histogram!(HTTP_SECONDS, Unit::Seconds, "Time from request to answer");
    describe_gauge!(HTTP_CONNECTIONS, "Open HTTP connections");
    describe_counter!(HTTP_CONNECTIONS_REFUSED, "Connections refused by a limit");
    describe_histogram!(OPERATION_SECONDS, Unit::Seconds, "Time an operation took");
    describe_gauge!(SESSIONS, "Sessions in the registry");
    describe_counter!(MESSAGES_CAPTURED, "Messages written for the first time");
    describe_counter!(MESSAGES_EDITED, "Edits that changed a stored message");
    describe_counter!(MESSAGES_DELETED, "Stored messages marked as deleted");
    describe_counter!(
        MESSAGES_DUPLICATE,
        "Messages that arrived again and changed nothing"
    );
    describe_counter!(HISTORY_STORED, "Messages stored out of downloaded history");
    describe_counter!(CAPTURE_RETRIES, "Capture transactions tried again");
    describe_histogram!(
        CAPTURE_SECONDS,
        Unit::Seconds,
        "Time of one capture transaction"
    );
    describe_histogram!(CAPTURE_BATCHES, "Batches in one capture transaction");
    describe_gauge!(DATABASE_AWAY, "1 while the database cannot be used");
    describe_counter!(CONNECTS, "Attempts to connect an account");
    describe_counter!(HEALS, "Steps taken to heal a session");
    describe_gauge!(RECEIVING, "Sessions whose updates arrive");
    describe_gauge!(DOUBTED, "Sessions whose key Telegram seems not to know");
    describe_gauge!(HELD_DOWN, "Sessions that Telegram has asked to wait");
    describe_gauge!(GUESTS, "Accounts connected for their session strings");
    describe_counter!(CALLS_REPEATED, "Calls made again after a passing failure");
    describe_counter!(FLOOD_WAIT_SECONDS, "Seconds that Telegram asked to wait");
    describe_counter!(GAPS_OPENED, "Gaps in logs that were noticed");
    describe_counter!(GAPS_CLOSED, "Gaps in logs that were filled");
    describe_gauge!(GAPS_OPEN, "Gaps in logs that are open");
    describe_gauge!(CHATS_KEPT_OUT, "Chats that something is not fetched from");
    describe_gauge!(MESSAGES_UNREADABLE, "Stored messages that cannot be read");
    describe_gauge!(LOG_OUTS_PENDING, "Keys that Telegram is still to log out");
    describe_counter!(LOG_OUTS, "What came of asking for log-outs");
    describe_gauge!(MEDIA_BYTES, Unit::Bytes, "Bytes of files that are kept");
    describe_gauge!(MEDIA_OBJECTS, "Objects that they are");
    describe_counter!(MEDIA_EVICTIONS, "Objects that left because of the bound");
    describe_counter!(MEDIA_DOWNLOADS, "Files that were to be kept");
    describe_gauge!(MEDIA_AWAY, "1 while the media store cannot be written");
    describe_gauge!(BUILD, "Always 1; the version is a label");
    metrics::gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_figures_are_rendered_with_their_descriptions() {
        let recorder = recorder().expect("no other recorder in this process");
        metrics::histogram!(OPERATION_SECONDS, "operation" => "test", "outcome" => "ok")
            .record(0.003);
        let text = recorder.render();
        assert!(
            text.contains("# HELP telegram_hub_operation_seconds"),
            "{text}"
        );
        assert!(
            text.contains(r#"operation="test",outcome="ok",le="0.005"} 1"#),
            "{text}"
        );
        assert!(text.contains("telegram_hub_build_info"), "{text}");
    }
}
