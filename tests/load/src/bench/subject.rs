//! Whoever takes messages in: the hub on a database, or the bare library.
//!
//! Owns a subject's process, its database and the data centre it is connected to. What has
//! arrived is counted where it counts: for the hub that is a committed row, seen from outside.

use super::series::Subject;
use crate::Failure;
use crate::bare::{Accounts, Bare, Order};
use crate::database::{Database, count_messages, last_row};
use crate::fleet::{self, Member};
use crate::hub::{Hub, HubSettings};
use crate::postgres::Server;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::rules::Rules;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use telegram_hub::store::Store;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often the database is looked at while messages are counted.
const LOOK_EVERY: Duration = Duration::from_millis(4);

/// What measurements are made with.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The hub's binary.
    pub binary: PathBuf,
    /// The server for the hub's databases, if PostgreSQL is measured.
    pub server: Option<Server>,
    /// Who is to be measured.
    pub subjects: Vec<Subject>,
}

impl Tools {
    /// Who is measured: PostgreSQL only where there is a server.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let measured = |subject: &Subject| *subject != Subject::Postgres || self.server.is_some();
        self.subjects.iter().copied().filter(measured).collect()
    }
}

/// A fresh data centre with a hub's database for it.
pub(super) struct Ground {
    pub(super) dc: Dc,
    pub(super) dir: TempDir,
    server: Option<Server>,
    pub(super) database: Database,
}

impl Ground {
    /// For a hub on that database; the bare library needs only the data centre and the folder.
    pub(super) fn new(tools: &Tools, subject: Subject) -> Result<Self, Failure> {
        Self::ruled(tools, subject, DcOptions::default().rules)
    }

    /// The same with a data centre of these rules.
    pub(super) fn ruled(tools: &Tools, subject: Subject, rules: Rules) -> Result<Self, Failure> {
        let dir = tempfile::Builder::new().prefix("hub-bench-").tempdir()?;
        let server = tools
            .server
            .clone()
            .filter(|_| subject == Subject::Postgres);
        let database = match &server {
            Some(server) => Database::postgres(dir.path(), server.create_database()?),
            None => Database::sqlite(dir.path()),
        };
        Ok(Self {
            dc: Dc::start(DcOptions {
                rules,
                ..DcOptions::default()
            })?,
            dir,
            server,
            database,
        })
    }

    /// Ends the data centre and drops the database.
    pub(super) async fn clear(self) -> Result<(), Failure> {
        self.dc.stop().await;
        if let Some(server) = &self.server {
            server.drop_database(self.database.url())?;
        }
        Ok(())
    }
}

/// A subject that is online and counts.
pub(super) struct Taker {
    kind: Kind,
    /// What has arrived since it came online.
    pub(super) arrived: Arc<AtomicU64>,
    /// The numbers of its accounts.
    pub(super) phones: Vec<String>,
}

enum Kind {
    Bare(Box<Bare>),
    Hub {
        hub: Box<Hub>,
        store: Store,
        looking: JoinHandle<()>,
    },
}

impl Taker {
    pub(super) async fn start(
        tools: &Tools,
        ground: &Ground,
        subject: Subject,
        accounts: usize,
    ) -> Result<Self, Failure> {
        if subject == Subject::Bare {
            let (phones, accounts) = fleet::strangers(&ground.dc, 0..accounts)?;
            let bare = Bare::start(&accounts, ground.dir.path(), &Order::Listen).await?;
            return Ok(Self {
                arrived: Arc::clone(&bare.count),
                kind: Kind::Bare(Box::new(bare)),
                phones,
            });
        }
        let (hub, store, members) = start_hub(tools, ground, accounts).await?;
        let arrived = Arc::new(AtomicU64::new(0));
        Ok(Self {
            kind: Kind::Hub {
                hub: Box::new(hub),
                store: store.clone(),
                looking: tokio::spawn(look(store, Arc::clone(&arrived))),
            },
            arrived,
            phones: members.into_iter().map(|member| member.phone).collect(),
        })
    }

    /// The subject's process.
    pub(super) fn pid(&self) -> u32 {
        match &self.kind {
            Kind::Bare(bare) => bare.pid,
            Kind::Hub { hub, .. } => hub.pid,
        }
    }

    /// The hub's database, if it is the hub.
    pub(super) fn store(&self) -> Option<&Store> {
        match &self.kind {
            Kind::Bare(_) => None,
            Kind::Hub { store, .. } => Some(store),
        }
    }

    /// Whether it has taken in this many messages exactly; the count that is kept beside a flood
    /// goes by the rows' numbers, and PostgreSQL numbers rows before they are committed.
    pub(super) async fn has(&self, messages: usize) -> Result<bool, Failure> {
        match self.store() {
            None => Ok(true),
            Some(store) => Ok(count_messages(store).await? >= i64::try_from(messages)?),
        }
    }

    /// The bare process, if it is that.
    pub(super) fn bare(&mut self) -> Option<&mut Bare> {
        match &mut self.kind {
            Kind::Bare(bare) => Some(bare),
            Kind::Hub { .. } => None,
        }
    }

    pub(super) async fn stop(self) -> Result<(), Failure> {
        match self.kind {
            Kind::Bare(bare) => bare.stop().await,
            Kind::Hub {
                hub,
                store,
                looking,
            } => {
                looking.abort();
                hub.terminate().await?;
                store.close().await;
                Ok(())
            }
        }
    }
}

/// A hub with so many accounts online, and its database from outside.
pub(super) async fn start_hub(
    tools: &Tools,
    ground: &Ground,
    accounts: usize,
) -> Result<(Hub, Store, Vec<Member>), Failure> {
    start_hub_with(tools, ground, accounts, &[]).await
}

/// The same with further settings.
pub(super) async fn start_hub_with(
    tools: &Tools,
    ground: &Ground,
    accounts: usize,
    variables: &[(&'static str, String)],
) -> Result<(Hub, Store, Vec<Member>), Failure> {
    let store = ground.database.open().await?;
    let members = fleet::enrol(&ground.dc, &store, accounts).await?;
    let mut settings = HubSettings::new(&tools.binary, &ground.database, &ground.dc);
    settings.variables.extend_from_slice(variables);
    let hub = settings.start().await?;
    hub.wait_until_online(accounts).await?;
    Ok((hub, store, members))
}

async fn look(store: Store, arrived: Arc<AtomicU64>) {
    loop {
        // Rows are numbered almost without gaps here: nothing arrives twice.
        match last_row(&store).await {
            Ok(last) => arrived.store(u64::try_from(last).unwrap_or(0), Ordering::Relaxed),
            Err(error) => log::warn!("the rows cannot be counted: {error}"),
        }
        sleep(LOOK_EVERY).await;
    }
}

/// The name of a process' arguments for the bare library.
pub(super) fn accounts_of(ground: &Ground, count: usize) -> Result<Accounts, Failure> {
    fleet::strangers(&ground.dc, 0..count).map(|(_, accounts)| accounts)
}
