//! A hub of the test's own: real HTTP on a free port, a real database, a real data centre.

use crate::support::db::TestDb;
use crate::support::http::Client;
use local_dc::dc::{Dc, DcOptions};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use telegram_hub::config::Config;
use telegram_hub::http::{self, HttpSettings};
use telegram_hub::hub::Hub;
use telegram_hub::session::{BackoffPolicy, Timing};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error>;

/// A running hub in this process, with a data centre and a database that outlive its restarts.
pub(crate) struct TestHub {
    pub(crate) dc: Dc,
    pub(crate) db: TestDb,
    pub(crate) hub: Arc<Hub>,
    pub(crate) client: Client,
    options: Options,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

/// What a test may choose.
#[derive(Clone)]
pub(crate) struct Options {
    /// The hub's key; without one it answers on loopback alone.
    pub(crate) api_key: Option<&'static str>,
    /// Where the hub finds the data centre; at its own address without this.
    pub(crate) way: Option<SocketAddr>,
    /// How patient the hub is.
    pub(crate) timing: Timing,
    /// Further settings, such as `--pool-size=2`.
    pub(crate) flags: Vec<String>,
}

impl Options {
    /// A hub that never compares its logs with Telegram's.
    pub(crate) fn trusting() -> Self {
        let mut options = Self::default();
        options.timing.reconcile_after = Duration::from_hours(1);
        options.timing.reconcile_every = Duration::from_hours(1);
        options
    }
}

impl Default for Options {
    /// The usual times are for accounts that live for months; these fit a test.
    fn default() -> Self {
        let timing = Timing {
            backoff: BackoffPolicy {
                base: Duration::from_millis(50),
                cap: Duration::from_millis(500),
            },
            call_timeout: Duration::from_secs(5),
            probe_every: Duration::from_millis(300),
            probe_timeout: Duration::from_millis(300),
            recheck_after: Duration::from_millis(300),
            // Every look asks for the place, so that nothing lost waits for a silence.
            state_after: Duration::ZERO,
            state_every: Duration::ZERO,
            key_doubts: [100, 200, 300, 400].map(Duration::from_millis),
            ..Timing::default()
        };
        Self {
            api_key: None,
            way: None,
            timing,
            flags: Vec::new(),
        }
    }
}

impl TestHub {
    /// A hub on a database, with a data centre of its own.
    pub(crate) async fn start(db: TestDb) -> Result<Self, Failure> {
        Self::start_with(db, Dc::start(DcOptions::default())?, Options::default()).await
    }

    /// A hub on a database and a data centre that may have seen hubs before.
    pub(crate) async fn start_with(db: TestDb, dc: Dc, options: Options) -> Result<Self, Failure> {
        let config = config(&db, &dc, &options)?;
        let hub = Hub::start(&config, options.timing).await?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let client = Client::new(
            &format!("http://{}", listener.local_addr()?),
            options.api_key,
        )?;
        let stop = CancellationToken::new();
        let settings = HttpSettings::new(&config)?;
        let server = tokio::spawn(http::serve(
            listener,
            Arc::clone(&hub),
            settings,
            stop.clone(),
        ));
        Ok(Self {
            dc,
            db,
            hub,
            client,
            options,
            stop,
            server,
        })
    }

    /// Stops in good order and hands back what outlives the hub.
    pub(crate) async fn stop(self) -> Result<(TestDb, Dc, Options), Failure> {
        self.stop.cancel();
        self.server.await??;
        self.hub.stop().await;
        Ok((self.db, self.dc, self.options))
    }

    /// Stops and starts again.
    pub(crate) async fn restart(self) -> Result<Self, Failure> {
        let (db, dc, options) = self.stop().await?;
        Self::start_with(db, dc, options).await
    }

    /// Logs an account of the data centre in, with its password if it has one.
    pub(crate) async fn log_in(&self, session: &str, phone: &str) -> Result<(), Failure> {
        self.client.log_in(session, phone).await
    }
}

/// The settings of a hub on a test's database and data centre.
pub(crate) fn config(db: &TestDb, dc: &Dc, options: &Options) -> Result<Config, Failure> {
    let mut args = vec![
        "telegram-hub".to_owned(),
        format!("--data-dir={}", db.dir().display()),
        format!("--database-url={}", db.url_text()),
        format!(
            "--telegram-server={}",
            options.way.unwrap_or_else(|| dc.addr())
        ),
        format!("--telegram-server-key={}", dc.public_key_pem()),
        "--telegram-api-id=1".to_owned(),
        "--telegram-api-hash=0123456789abcdef0123456789abcdef".to_owned(),
    ];
    for unpaced in [
        "--send-interval",
        "--chat-send-interval",
        "--lookups-per-minute",
    ] {
        if !options.flags.iter().any(|flag| flag.starts_with(unpaced)) {
            args.push(format!("{unpaced}=0"));
        }
    }
    // A test's fleet logs in in a moment.
    if !options
        .flags
        .iter()
        .any(|flag| flag.starts_with("--logins"))
    {
        args.push("--logins-per-minute=100000".to_owned());
    }
    args.extend(options.api_key.map(|key| format!("--api-key={key}")));
    args.extend(options.flags.iter().cloned());
    Ok(Config::load(args, http::of_doors())?)
}
