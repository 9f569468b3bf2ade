//! Fetching files from servers that are real, local and often hostile.
//!
//! Owns the fetchers under test and the names that they know. It must not know what the hub does
//! with a file.

mod addresses;
mod limits;
mod plain;
mod redirects;
pub(crate) mod server;

use crate::support::TestResult;
use futures_util::future::BoxFuture;
use server::Server;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use telegram_hub::config::FetchConfig;
use telegram_hub::fetch::{Download, FetchError, FetchSettings, Fetcher, Lookup};

/// Long enough for every step on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A name service whose answers are written down: each look-up of a name takes the next one, and
/// the last one stays.
#[derive(Default)]
struct Names {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Names {
    fn of(names: &[(&str, &[&[&str]])]) -> Result<Arc<Self>, std::net::AddrParseError> {
        let mut answers = HashMap::new();
        for (name, rounds) in names {
            let rounds = rounds
                .iter()
                .map(|round| round.iter().map(|ip| ip.parse()).collect());
            let rounds: Result<Vec<Vec<IpAddr>>, _> = rounds.collect();
            answers.insert((*name).to_owned(), rounds?);
        }
        Ok(Arc::new(Self {
            answers: Mutex::new(answers),
            asked: AtomicUsize::new(0),
        }))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answer(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let rounds = answers.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        if rounds.len() > 1 {
            return Ok(rounds.remove(0));
        }
        Ok(rounds.first().cloned().unwrap_or_default())
    }
}

impl Lookup for Names {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(std::future::ready(self.answer(&name)))
    }
}

/// Settings that permit these addresses beside the public ones.
fn allowing(addresses: &[SocketAddr]) -> Result<FetchSettings, Box<dyn std::error::Error>> {
    let mut config = FetchConfig {
        timeout: PATIENCE,
        ..FetchConfig::default()
    };
    for address in addresses {
        config.allow.push(address.to_string().parse()?);
    }
    Ok(FetchSettings::from(config))
}

/// A fetcher that may use one server beside the public ones.
fn fetcher(server: &Server) -> Result<Fetcher, Box<dyn std::error::Error>> {
    Ok(Fetcher::new(allowing(&[server.address()])?)?)
}

/// The whole file.
async fn read(mut download: Download) -> Result<Vec<u8>, FetchError> {
    let mut file = Vec::new();
    while let Some(chunk) = download.chunk().await? {
        file.extend_from_slice(&chunk);
    }
    Ok(file)
}

/// Opens and reads, for tests in which either may fail.
async fn fetch(fetcher: &Fetcher, url: &str, max_bytes: u64) -> Result<Vec<u8>, FetchError> {
    read(fetcher.open(url, max_bytes).await?).await
}

/// The failure of an attempt that must fail.
fn failure<T>(result: Result<T, FetchError>) -> Result<FetchError, &'static str> {
    result.err().ok_or("fetched what must be refused")
}

/// Asserts that a URL is refused for one reason.
macro_rules! refused {
    ($fetch:expr, $reason:pat $(if $guard:expr)?) => {{
        let error = crate::fetch::failure($fetch)?;
        assert!(matches!(&error, $reason $(if $guard)?), "{error:?}");
        error
    }};
}
use refused;
