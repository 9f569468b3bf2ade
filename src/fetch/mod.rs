//! Fetching what a URL of a client names, without becoming the client's way into this network.
//!
//! Owns the HTTP client, the check of every URL and address before a connection, and the limits
//! of size and time while a file streams. It must not know what the file is for: no chat, no
//! account, no answer to the client.

mod address;
mod content;
mod download;
mod error;
mod file_name;
mod lookup;
mod patience;
mod target;

pub use download::Download;
pub use error::{FetchError, Source};
pub use lookup::{Lookup, SystemLookup};

use crate::config::FetchConfig;
use lookup::PinnedResolver;
use patience::Patience;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, ClientBuilder, Response, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use target::{Guard, Target};

/// How many redirects of one file are followed.
const REDIRECTS: u8 = 5;

/// How long a server may be silent: long enough for one that makes the file first.
const STALL: Duration = Duration::from_secs(30);

const USER_AGENT: &str = concat!("telegram-hub/", env!("CARGO_PKG_VERSION"));

/// How files are fetched.
#[derive(Clone)]
pub struct FetchSettings {
    /// Exceptions from the guard, and the time limit of a file.
    pub config: FetchConfig,
    /// How long a server may send nothing, at most what the time limit leaves.
    pub stall: Duration,
    /// Where names are looked up.
    pub lookup: Arc<dyn Lookup>,
}

impl From<FetchConfig> for FetchSettings {
    fn from(config: FetchConfig) -> Self {
        Self {
            config,
            stall: STALL,
            lookup: Arc::new(SystemLookup),
        }
    }
}

/// Fetches files from URLs. One serves the whole hub; it keeps no connection open.
pub struct Fetcher {
    client: Client,
    guard: Guard,
    timeout: Duration,
    stall: Duration,
}

impl Fetcher {
    /// Sets up the HTTP client. On a machine without root certificates https cannot be fetched,
    /// which is logged.
    ///
    /// # Errors
    /// [`FetchError::Client`] if the client cannot be set up at all.
    pub fn new(settings: FetchSettings) -> Result<Self, FetchError> {
        Ok(Self {
            client: client()?,
            guard: Guard::new(settings.config.allow, settings.lookup),
            timeout: settings.config.timeout,
            stall: settings.stall,
        })
    }

    /// Opens a URL for reading, over redirects if need be.
    ///
    /// Returns once the head of the answer is there. A file that says that it is larger than
    /// `max_bytes` is refused at once, any other when it exceeds them.
    ///
    /// # Errors
    /// Any but [`FetchError::Interrupted`] and [`FetchError::Client`].
    pub async fn open(&self, url: &str, max_bytes: u64) -> Result<Download, FetchError> {
        let mut patience = Patience::new(self.timeout, self.stall);
        let mut url = target::parse(url)?;
        for _ in 0..=REDIRECTS {
            let target = patience.wait(self.guard.admit(url)).await??;
            let response = patience.wait(self.request(&target)).await??;
            if !is_redirect(response.status()) {
                return Download::begin(response, &target.url, max_bytes, patience);
            }
            let location = response.headers().get(LOCATION);
            let location = location.ok_or(FetchError::InvalidRedirect)?;
            url = target::redirected(&target.url, location.as_bytes())?;
        }
        Err(FetchError::TooManyRedirects { limit: REDIRECTS })
    }

    async fn request(&self, target: &Target) -> Result<Response, FetchError> {
        // Boxed, because the client's future would make every caller's a large one.
        let request = Box::pin(self.client.get(target.url.clone()).send());
        let answer = lookup::pinned(target.pinned.clone(), request).await;
        answer.map_err(|error| FetchError::Unreachable {
            host: target::shown_host(&target.url),
            source: described(error),
        })
    }
}

/// The statuses that point elsewhere with `Location` (RFC 9110, section 15.4).
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The client's error without the URL, which may hold a token.
fn described(error: reqwest::Error) -> Source {
    error.without_url().into()
}

fn client() -> Result<Client, FetchError> {
    let with_roots = builder().build();
    let client = with_roots.or_else(|error| {
        log::warn!(error:% = described(error); "https files cannot be fetched: no root certificates");
        builder().tls_certs_only([]).build()
    });
    client.map_err(|error| FetchError::Client(described(error)))
}

fn builder() -> ClientBuilder {
    // What is counted, offered as the length and passed on are the bytes on the wire.
    let plain = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(plain)
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .referer(false)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .dns_resolver(PinnedResolver)
        // A kept connection would serve a later request without a check of its address.
        .pool_max_idle_per_host(0)
}
