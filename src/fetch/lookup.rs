//! From a name to addresses, once.
//!
//! Owns the look-up and the way in which checked addresses reach the HTTP client: the client's
//! resolver knows only what the request that it serves was given, so a name that answers
//! differently a moment later changes nothing. It must not know which addresses are permitted.

use futures_util::future::{self, BoxFuture};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// Where names are looked up.
pub trait Lookup: Send + Sync {
    /// All addresses of a name, in the order in which they should be tried.
    ///
    /// # Errors
    /// The name does not exist, or no name server answers.
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's look-up: its hosts file and its name servers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name and the addresses that it was checked to have.
#[derive(Clone, Debug)]
pub(super) struct Pinned {
    /// The name as the URL has it.
    pub(super) name: String,
    /// Every address that may be connected to, with its port.
    pub(super) addresses: Vec<SocketAddr>,
}

tokio::task_local! {
    /// The one name that the request of this task may connect to.
    static PINNED: Pinned;
}

/// Runs a request whose connections go to these addresses and to no others.
pub(super) async fn pinned<F: Future>(pinned: Pinned, request: F) -> F::Output {
    PINNED.scope(pinned, request).await
}

/// The HTTP client's resolver. It looks nothing up.
#[derive(Clone, Copy, Debug)]
pub(super) struct PinnedResolver;

impl Resolve for PinnedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = PINNED.try_with(|pinned| {
            (pinned.name == name.as_str()).then(|| pinned.addresses.clone().into_iter())
        });
        let answer = match addresses {
            Ok(Some(addresses)) => Ok(Box::new(addresses) as Addrs),
            // Without a checked address there is no connection, whatever asks for one.
            Ok(None) | Err(_) => Err(io::Error::from(io::ErrorKind::PermissionDenied).into()),
        };
        Box::pin(future::ready(answer))
    }
}
