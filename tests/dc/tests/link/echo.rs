//! A data centre whose service echoes, with requests that provoke every kind of reply.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use local_dc::clock::Clock;
use local_dc::link::{self, Links};
use local_dc::service::{Call, Reply, Service};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const ECHO: u32 = 0xe000_0001;
pub(crate) const FAIL: u32 = 0xe000_0002;
pub(crate) const LATE: u32 = 0xe000_0003;
pub(crate) const SILENT: u32 = 0xe000_0004;
pub(crate) const CLOSE: u32 = 0xe000_0005;
pub(crate) const FLOOD: u32 = 0xe000_0006;
pub(crate) const LARGE: u32 = 0xe000_0007;
pub(crate) const PANIC: u32 = 0xe000_0008;

/// A request of the echo service: its kind and a number that makes it its own.
pub(crate) fn request(kind: u32, number: u32) -> Vec<u8> {
    [kind.to_le_bytes(), number.to_le_bytes()].concat()
}

#[derive(Default)]
pub(crate) struct Echo {
    pub(crate) calls: AtomicUsize,
    pub(crate) opened: Mutex<Vec<(i64, i64)>>,
    pub(crate) last: Mutex<HashMap<i64, Call>>,
    pub(crate) refuse: AtomicI32,
}

impl Echo {
    fn remember(&self, call: &Call) {
        let mut last = self.last.lock().expect("lock");
        last.insert(call.session_id, call.clone());
    }
}

impl Service for Echo {
    fn call(&self, call: &Call, body: &[u8]) -> Reply {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.remember(call);
        let echo = Reply::Result(body.to_vec());
        match u32::from_le_bytes(body[..4].try_into().expect("a constructor")) {
            FAIL => Reply::Error {
                code: 420,
                message: "FLOOD_WAIT_31".to_owned(),
            },
            LATE => Reply::After(Duration::from_millis(100), Box::new(echo)),
            SILENT => Reply::Silence,
            PANIC => panic!("asked to"),
            CLOSE => Reply::Close,
            FLOOD => Reply::TransportError(-429),
            LARGE => Reply::Result(body.repeat(20_000)),
            _ => echo,
        }
    }

    fn session_opened(&self, key_id: i64, session_id: i64) {
        let mut opened = self.opened.lock().expect("lock");
        opened.push((key_id, session_id));
    }

    fn refuses(&self, _key_id: i64) -> Option<i32> {
        Some(self.refuse.load(Ordering::SeqCst)).filter(|code| *code != 0)
    }

    fn duplicated(&self, _key_id: i64) -> bool {
        true
    }
}

pub(crate) struct TestDc {
    pub(crate) addr: SocketAddr,
    pub(crate) echo: Arc<Echo>,
    pub(crate) links: Arc<Links>,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl TestDc {
    pub(crate) fn start() -> Self {
        let listener = link::listen(([127, 0, 0, 1], 0).into()).expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let (echo, links) = (
            Arc::new(Echo::default()),
            Arc::new(Links::new(Clock::default())),
        );
        let stop = CancellationToken::new();
        let service: Arc<dyn Service> = Arc::clone(&echo) as _;
        let server = link::serve(listener, service, Arc::clone(&links), stop.clone());
        Self {
            addr,
            echo,
            links,
            stop,
            server: tokio::spawn(server),
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.echo.calls.load(Ordering::SeqCst)
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.server)
            .await
            .expect("the server stops in time")
            .expect("the server does not panic");
        assert_eq!(self.links.counts().open, 0);
    }
}

/// Waits for a condition, five seconds at most.
pub(crate) async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    while !condition() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
