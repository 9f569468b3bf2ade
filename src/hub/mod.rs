//! The composition root: what the running hub holds, how it starts and how it stops.
//!
//! It owns the lives of everything below it and is handed to the operations. It knows nothing of
//! HTTP.

mod chat_lists;
mod dead_man;
mod exports;
mod housekeeping;
mod imports;
mod instance;
mod keyed;
mod lock;
mod lookups;
mod media;
mod opening;
mod pacer;
mod sends;
mod turns;

pub(crate) use chat_lists::ChatList;
pub use dead_man::DeadMan;
pub use exports::{ExportError, ExportSource, ExportTaken, import_export};
pub use imports::{ImportError, import_offline};
pub use lock::LockError;
pub(crate) use media::KeepError;
pub use opening::open_store;
pub(crate) use turns::{Holder, Turn};

use crate::config::{Config, GuestsConfig, LimitsConfig};
use crate::error::Error;
use crate::fetch::{FetchError, Fetcher};
use crate::guests::{Guests, Sharing};
use crate::objects;
use crate::session::{
    LogOuts, QrLogins, Registry, RestoreProgress, SessionContext, Timing, Writer, run_log_outs,
};
use crate::store::{self, DatabaseUrlError, Store};
use crate::telegram::{Budget, KeysInUse, Lease, LinkSettings, Server, ServerError};
use chat_lists::ChatLists;
use lock::DatabaseLock;
use lookups::Lookups;
use media::MediaKeeper;
use pacer::{Pace, Pacer};
use sends::SendLocks;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turns::Turns;

/// How many unread update packets an account may have before the client library drops some; what
/// it drops is found again as a hole in the account's sequence.
const UPDATES_CAPACITY: NonZeroUsize = NonZeroUsize::new(1000).unwrap();

/// How many files may pass through at once; each takes some mebibytes on its way.
const TRANSFERS: usize = 8;

/// How many of them may be an account's.
const TRANSFERS_OF_ACCOUNT: usize = 3;

/// How many of them may be a caller's.
const TRANSFERS_OF_CALLER: usize = 6;

/// How long a file waits for its turn.
const TRANSFER_PATIENCE: Duration = Duration::from_secs(30);

/// How many database connections there are for each search of the log that may go on.
const CONNECTIONS_OF_SEARCH: u32 = 4;

/// How long a search waits for its turn.
const SEARCH_PATIENCE: Duration = Duration::from_secs(5);

/// How many accounts may be comparing their logs at once. Most of it is waiting: for Telegram, and
/// between two calls.
const RECONCILES: usize = 128;

/// The running hub.
pub struct Hub {
    /// The database.
    pub store: Store,
    /// The sessions.
    pub registry: Arc<Registry>,
    /// The logins by QR code.
    pub qr_logins: QrLogins,
    /// How far the restore is.
    pub restore: Arc<RestoreProgress>,
    /// The accounts of callers who bring their session strings.
    pub(crate) guests: Guests,
    /// Sends under an idempotency key, one at a time for each key.
    pub(crate) sends: SendLocks,
    /// Changes of the archive's settings, one at a time: each is added to what it finds.
    pub(crate) archive_changes: Mutex<()>,
    /// Lists of all chats of accounts that asked a moment ago.
    pub(crate) chat_lists: ChatLists,
    /// Chats that were looked up a moment ago.
    pub(crate) lookups: Lookups,
    /// How fast accounts send.
    pub(crate) pacer: Pacer,
    /// What reads files from URLs.
    pub(crate) fetcher: Fetcher,
    /// Files that pass through.
    pub(crate) transfers: Arc<Turns>,
    /// Searches of the whole log.
    pub(crate) searches: Arc<Turns>,
    /// The kept bytes of files.
    pub(crate) media: Arc<MediaKeeper>,
    /// What a client may cost.
    pub(crate) limits: LimitsConfig,
    lock: Arc<DatabaseLock>,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// Ends the keeping of the lock, which outlasts everything else.
    let_go: CancellationToken,
}

/// Why the hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error(
        "the data folder {path} cannot be made: {source}; set HUB_DATA_DIR to a folder that can be written"
    )]
    DataDir {
        /// Which folder.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// `DATABASE_URL` cannot be used.
    #[error("DATABASE_URL cannot be used: {0}")]
    DatabaseUrl(#[from] DatabaseUrlError),
    /// The database does not open.
    #[error("the database does not open: {0}")]
    Store(#[from] store::Error),
    /// The Telegram server is set wrongly.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The HTTP client that reads files from URLs cannot be set up.
    #[error("files cannot be fetched: {0}")]
    Fetch(#[from] FetchError),
    /// The store of media cannot be used as it is set.
    #[error(transparent)]
    Media(#[from] objects::Error),
    /// The session string of the settings cannot be read.
    #[error("TELETHON_SESSION cannot be used: {0}")]
    SessionString(Error),
    /// Another hub holds the database.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl Hub {
    /// Opens the database, takes its lock and starts to bring the accounts back.
    ///
    /// Nothing but the hub itself sees to it that it falls silent when it may no longer hold the
    /// database. That is enough where several hubs share a process.
    pub async fn start(config: &Config, timing: Timing) -> Result<Arc<Self>, StartError> {
        Self::start_with(config, timing, None).await
    }

    /// The same, with a switch by which the kernel ends this process when the hub may no longer
    /// hold the database and its links are not known to be closed.
    pub async fn start_with(
        config: &Config,
        timing: Timing,
        dead_man: Option<DeadMan>,
    ) -> Result<Arc<Self>, StartError> {
        // Before the database: a wrong setting leaves nothing behind.
        let first = imports::wanted(config)?;
        let hub = Self::open(config, &timing, dead_man).await?;
        hub.bring_back();
        if let Some((name, key)) = first {
            let owner = Arc::clone(&hub);
            hub.spawn(async move { imports::at_first_start(&owner, name, key).await });
        }
        Ok(hub)
    }

    /// A hub for one login, with that switch: it brings nobody back, and takes in no account that the
    /// settings bring.
    pub async fn start_for_login(config: &Config, timing: Timing) -> Result<Arc<Self>, StartError> {
        let dead_man = DeadMan::new().map_err(LockError::from)?;
        Self::open(config, &timing, Some(dead_man)).await
    }

    /// Opens the database, takes its lock and begins what a hub does whatever it is for.
    async fn open(
        config: &Config,
        timing: &Timing,
        dead_man: Option<DeadMan>,
    ) -> Result<Arc<Self>, StartError> {
        let link = link_settings(config, timing.call_timeout)?;
        let fetcher = Fetcher::new(config.fetch.clone().into())?;
        let store = open_store(&config.store).await?;
        let media = Arc::new(MediaKeeper::open(&config.media, store.clone())?);
        let lock = Arc::new(DatabaseLock::acquire(&store, &link.lease, dead_man).await?);
        let context = SessionContext {
            writer: Writer::start(&store),
            store: store.clone(),
            link,
            api_id: config.telegram.api_id,
            api_hash: config.telegram.api_hash.clone(),
            timing: *timing,
            connects: Semaphore::new(config.pace.restore_concurrency),
            logins: Arc::new(Budget::new(
                config.pace.logins_per_minute,
                Duration::from_mins(1),
                config.pace.logins_per_minute,
            )),
            reconciles: Semaphore::new(RECONCILES),
            log_outs: LogOuts::default(),
        };
        let guests = guests(config, &context);
        let registry = Arc::new(Registry::new(Arc::new(context)));
        let hub = Arc::new(Self {
            store,
            qr_logins: QrLogins::new(Arc::clone(&registry)),
            guests,
            registry,
            restore: Arc::default(),
            sends: SendLocks::default(),
            archive_changes: Mutex::default(),
            chat_lists: ChatLists::default(),
            lookups: Lookups::default(),
            pacer: Pacer::new(Pace {
                sends: config.pace.sends,
                chat_sends: config.pace.chat_sends,
                lookups: config.pace.lookups_per_minute,
            }),
            fetcher,
            transfers: Turns::new(
                TRANSFERS,
                TRANSFERS_OF_ACCOUNT,
                TRANSFERS_OF_CALLER,
                TRANSFER_PATIENCE,
            ),
            searches: searches(config.store.pool_size),
            media,
            limits: config.limits.clone(),
            lock,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            let_go: CancellationToken::new(),
        });
        hub.spawn_tasks();
        Ok(hub)
    }

    fn spawn_tasks(self: &Arc<Self>) {
        let (lock, store, let_go) = (
            Arc::clone(&self.lock),
            self.store.clone(),
            self.let_go.clone(),
        );
        self.tasks
            .spawn(async move { lock.keep(&store, &let_go).await });
        let context = Arc::clone(self.registry.context());
        self.spawn(async move { run_log_outs(&context).await });
        let media = Arc::clone(&self.media);
        self.spawn(async move { media::keep_house(&media).await });
        let hub = Arc::clone(self);
        self.spawn(async move { hub.guests.run().await });
        let hub = Arc::clone(self);
        self.tasks.spawn(async move {
            tokio::select! {
                () = housekeeping::prune(&hub.store) => {}
                () = hub.stop.cancelled() => {}
            }
        });
    }

    fn bring_back(self: &Arc<Self>) {
        let hub = Arc::clone(self);
        self.spawn(async move { housekeeping::restore(&hub).await });
    }

    /// Runs a task of the hub's own, which ends with the hub.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = work => {}
                () = stop.cancelled() => {}
            }
        });
    }

    /// Waits until another hub has taken the database; this one must stop then.
    pub async fn lock_lost(&self) {
        self.lock.lost().await;
    }

    /// Stops every session, gives the lock back and closes the database.
    pub async fn stop(&self) {
        self.stop.cancel();
        tokio::join!(self.qr_logins.stop(), self.guests.stop());
        self.registry.stop().await;
        // After the accounts, which hand in their last batches until they end.
        self.registry.context().writer.stop().await;
        self.let_go.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.lock.release(&self.store).await;
        self.store.clone().close().await;
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("sessions", &self.registry.len())
            .finish_non_exhaustive()
    }
}

/// How the accounts of these settings are connected.
pub(crate) fn link_settings(
    config: &Config,
    call_timeout: Duration,
) -> Result<LinkSettings, ServerError> {
    Ok(LinkSettings {
        server: Server::resolve(&config.telegram.server)?,
        device: config.telegram.device.clone(),
        call_timeout,
        connects: Arc::new(connects(config.pace.connects_per_second)),
        updates_capacity: UPDATES_CAPACITY,
        lease: Lease::default(),
        keys: KeysInUse::default(),
    })
}

/// What callers bring shares its budgets with the sessions.
fn guests(config: &Config, context: &SessionContext) -> Guests {
    let sharing = Sharing {
        store: context.store.clone(),
        link: context.link.clone(),
        codes: Arc::clone(&context.logins),
        login_lifetime: context.timing.login_lifetime,
        dialogs_pace: context.timing.dialogs_pace,
        lookups_per_minute: config.pace.lookups_per_minute,
    };
    Guests::new(GuestsConfig::new(&config.values), sharing)
}

/// A caller holds all but one of the turns, if there are several.
fn searches(connections: u32) -> Arc<Turns> {
    let all = (connections / CONNECTIONS_OF_SEARCH).max(1) as usize;
    Turns::new(all, all, (all - 1).max(1), SEARCH_PATIENCE)
}

/// A tenth of a second's connections may be made in one moment.
fn connects(per_second: u32) -> Budget {
    Budget::new(per_second, Duration::from_secs(1), per_second / 10)
}
