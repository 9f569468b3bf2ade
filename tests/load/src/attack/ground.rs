//! A hub with a large log, at a data centre of its own.

use super::Plan;
use crate::Failure;
use crate::database::Database;
use crate::fleet;
use crate::hub::{Hub, HubSettings};
use crate::postgres::Server;
use crate::process;
use diesel::sql_types::BigInt;
use diesel::{RunQueryDsl as _, sql_query};
use local_dc::dc::{Dc, DcOptions};
use std::path::PathBuf;
use telegram_hub::store::{Engine, Store};
use tempfile::TempDir;

/// The hub's key, which only the good client and some attackers know.
pub(super) const KEY: &str = "a9Q2rT7xLw4Zb8Kc1Vn6Ym3Hd5Jf0Gs-attack";

/// How many accounts are online.
const ACCOUNTS: usize = 2;

/// A running hub and what is measured of it.
pub(super) struct Ground {
    pub(super) hub: Hub,
    pub(super) address: String,
    pub(super) engine: &'static str,
    log: PathBuf,
    dc: Dc,
    database: Database,
    server: Option<Server>,
    _dir: TempDir,
}

/// Figures of one moment.
pub(super) struct Moment {
    pub(super) rss: u64,
    pub(super) log: u64,
}

impl Ground {
    pub(super) async fn new(plan: &Plan, engine: Engine) -> Result<Self, Failure> {
        let dir = tempfile::Builder::new().prefix("hub-attack-").tempdir()?;
        let server = plan.server.clone().filter(|_| engine == Engine::Postgres);
        let database = match &server {
            Some(server) => Database::postgres(dir.path(), server.create_database()?),
            None => Database::sqlite(dir.path()),
        };
        let dc = Dc::start(DcOptions::default())?;
        let store = database.open().await?;
        let members = fleet::enrol(&dc, &store, ACCOUNTS).await?;
        let first = members.first().ok_or("no accounts")?;
        fill(&store, engine, first.session.0, plan.rows).await?;
        store.close().await;
        let mut settings = HubSettings::new(&plan.binary, &database, &dc);
        settings.variables.push(("HUB_API_KEY", KEY.to_owned()));
        let hub = settings.start().await?;
        hub.wait_until_online(ACCOUNTS).await?;
        Ok(Self {
            address: hub.client.host().to_owned(),
            hub,
            engine: match engine {
                Engine::Sqlite => "sqlite",
                Engine::Postgres => "postgres",
            },
            log: settings.log_path(),
            dc,
            database,
            server,
            _dir: dir,
        })
    }

    pub(super) fn figures(&self) -> Result<Moment, Failure> {
        let figures = process::figures(self.hub.pid).ok_or("the hub is gone")?;
        Ok(Moment {
            rss: figures.rss_kib,
            log: std::fs::metadata(&self.log)?.len(),
        })
    }

    pub(super) async fn clear(self) -> Result<(), Failure> {
        self.hub.terminate().await?;
        self.dc.stop().await;
        if let Some(server) = &self.server {
            server.drop_database(self.database.url())?;
        }
        Ok(())
    }
}

/// Writes a log by SQL, which is a thousand times faster than to receive it.
async fn fill(store: &Store, engine: Engine, session: i64, rows: i64) -> Result<(), Failure> {
    const COLUMNS: &str = "INSERT INTO messages (session_id, chat_id, message_id, sender_id, \
         outgoing, silent, text, text_folded, entities, sent_at, captured_at, raw)";
    let text = "'message ' || i || ' of a long log about the weather, the harvest and the sea'";
    let sql = match engine {
        Engine::Sqlite => format!(
            "{COLUMNS} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
             SELECT $2, 5550009000 + i % 100, i, 5550009000, FALSE, FALSE, {text}, {text}, '[]', \
             datetime(1700000000 + i, 'unixepoch'), datetime(1700000000 + i, 'unixepoch'), x'00' FROM n"
        ),
        Engine::Postgres => format!(
            "{COLUMNS} SELECT $2, 5550009000 + i % 100, i, 5550009000, FALSE, FALSE, {text}, {text}, \
             '[]', to_timestamp(1700000000 + i), to_timestamp(1700000000 + i), '\\x00' \
             FROM generate_series(1, $1) AS n (i)"
        ),
    };
    let filled = store.write(move |conn| {
        let query = sql_query(sql);
        let query = query.bind::<BigInt, _>(rows).bind::<BigInt, _>(session);
        Ok(query.execute(conn)?)
    });
    filled.await?;
    Ok(())
}
