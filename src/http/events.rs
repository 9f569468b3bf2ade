//! Answers that go on: server-sent events.
//!
//! It owns their form (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), the sign of
//! life of an answer that has nothing to say, and its end when the hub stops. It must not know what
//! an event tells.

use crate::error::Error;
use crate::http::context::Context;
use actix_web::HttpResponse;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use utoipa::ToSchema;

/// How often a silent answer shows that it lives; proxies close what is silent for a minute.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// A comment, which clients leave out.
const COMMENT: &[u8] = b": \n\n";

/// What keeps proxies from collecting events before they pass them on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// One event as clients read it, for the document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) struct StreamedEvent {
    /// What the event is called; `message` where nothing else is said.
    event: Option<String>,
    /// What it tells, as JSON.
    data: String,
}

/// One event.
pub(crate) struct Event(Bytes);

impl Event {
    /// An event with a name of its own, a number that grows, and what it tells.
    pub(crate) fn new(name: &str, id: u64, data: &impl Serialize) -> Self {
        // The answers of a door are maps with names for keys, which can always be written.
        let data = serde_json::to_string(data).unwrap_or_default();
        Self(format!("event: {name}\nid: {id}\ndata: {data}\n\n").into())
    }
}

/// Whether a client asks for events and not for a single answer.
pub(crate) fn prefers_events(headers: &HeaderMap) -> bool {
    let lines = headers
        .get_all(ACCEPT)
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|essence| essence.eq_ignore_ascii_case("text/event-stream"));
        let refused = parts.any(|part| {
            let weight = part.to_ascii_lowercase();
            let weight = weight.strip_prefix("q=").map(str::parse::<f32>);
            weight.is_some_and(|weight| weight.is_ok_and(|weight| weight <= 0.0))
        });
        named && !refused
    })
}

/// Tells a state and each that follows on it, up to the last one. A client that is gone ends it.
pub(crate) fn stream<S, N, F>(
    context: Context,
    first: S,
    next: N,
    is_last: fn(&S) -> bool,
    event: fn(S) -> Event,
) -> HttpResponse
where
    S: Clone + 'static,
    N: Fn(Context, S, Duration) -> F + 'static,
    F: Future<Output = Result<Option<S>, Error>> + 'static,
{
    let stopping = context.stopping();
    let told = stream::unfold(Told::Nothing(first), move |told| {
        let (context, stopping) = (context.clone(), stopping.clone());
        let asked = match told {
            Told::Nothing(first) => Ok(first),
            Told::Seen(seen) if is_last(&seen) => Err(None),
            Told::Seen(seen) => Err(Some((next(context, seen.clone(), SIGN_OF_LIFE), seen))),
        };
        async move {
            let (asking, seen) = match asked {
                Ok(state) => return Some(piece(state, event)),
                Err(asked) => asked?,
            };
            let answer = tokio::select! {
                answer = asking => answer,
                () = stopping.cancelled() => return None,
            };
            // What has failed in between is told when the client asks again.
            match answer.ok()? {
                Some(state) => Some(piece(state, event)),
                None => Some((Ok(Bytes::from_static(COMMENT)), Told::Seen(seen))),
            }
        }
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_ACCEL_BUFFERING, "no"))
        .streaming(told)
}

enum Told<S> {
    Nothing(S),
    Seen(S),
}

fn piece<S: Clone>(state: S, event: fn(S) -> Event) -> (Result<Bytes, Infallible>, Told<S>) {
    (Ok(event(state.clone()).0), Told::Seen(state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn events_are_sent_to_those_who_ask_for_them() {
        for (accept, wanted) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream; q=0.5", true),
            ("text/event-stream;q=0", false),
            ("application/json", false),
            ("*/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(prefers_events(&headers), wanted, "{accept}");
        }
        assert!(!prefers_events(&HeaderMap::new()));
    }

    #[test]
    fn an_event_is_three_lines_and_an_empty_one() {
        let event = Event::new("pending", 3, &serde_json::json!({ "a": "b\nc" }));
        assert_eq!(
            event.0,
            "event: pending\nid: 3\ndata: {\"a\":\"b\\nc\"}\n\n"
        );
    }
}
