//! A client that behaves, and how long it waits.

use super::Seen;
use crate::Failure;
use crate::figures::quantile;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// The pause between two requests of a route.
const PAUSE: Duration = Duration::from_millis(40);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Health,
    Sessions,
    Page,
    Send,
    Upload,
}

impl Route {
    pub(super) const ALL: [Self; 5] = [
        Self::Health,
        Self::Sessions,
        Self::Page,
        Self::Send,
        Self::Upload,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Sessions => "sessions",
            Self::Page => "page",
            Self::Send => "send",
            Self::Upload => "upload",
        }
    }
}

/// The client. It knows the key.
#[derive(Clone, Debug)]
pub(super) struct Good {
    base: String,
    key: &'static str,
    http: reqwest::Client,
}

impl Good {
    pub(super) fn new(address: &str, key: &'static str) -> Result<Self, Failure> {
        Ok(Self {
            base: format!("http://{address}"),
            key,
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(30))
                .no_proxy()
                .build()?,
        })
    }

    /// Asks again and again, and tells how long the answers took.
    pub(super) async fn ask_until(self, route: Route, over: CancellationToken) -> Seen {
        let (mut took, mut failures) = (Vec::new(), 0);
        while !over.is_cancelled() {
            let asked = Instant::now();
            if self.ask(route).await.is_err() {
                failures += 1;
            }
            took.push(i64::try_from(asked.elapsed().as_micros()).unwrap_or(i64::MAX));
            sleep(PAUSE).await;
        }
        took.sort_unstable();
        Seen {
            route: route.name(),
            p50: quantile(&took, 0.5),
            p99: quantile(&took, 0.99),
            answers: took.len(),
            failures,
        }
    }

    async fn ask(&self, route: Route) -> Result<(), reqwest::Error> {
        let at = |path: &str| format!("{}{path}", self.base);
        let request = match route {
            Route::Health => self.http.get(at("/health")),
            Route::Sessions => self.http.get(at("/sessions")),
            Route::Page => self.http.get(at("/session/account-0000/messages?limit=50")),
            Route::Send => self.http.post(at("/message/send")).json(&json!({
                "session_id": "account-0001", "chat_id": "me", "message": "good",
            })),
            Route::Upload => self
                .http
                .post(at("/api/files/upload?chat=me&filename=good.txt"))
                .header("x-session-id", "account-0001")
                .body(vec![b'x'; 100_000]),
        };
        let answer = request.header("x-api-key", self.key).send().await?;
        answer.error_for_status()?.bytes().await.map(drop)
    }
}
