//! A database of its own for every test: a file for SQLite, a schema for PostgreSQL.

use std::path::Path;
use std::time::Duration;
use telegram_hub::store::{DatabaseUrl, Store, StoreSettings, Vault};
use zeroize::Zeroizing;

/// A database that nobody else uses. It goes away with this value.
pub(crate) struct TestDb {
    url: String,
    dir: tempfile::TempDir,
    /// Dropped with this value; `None` for SQLite.
    #[cfg(feature = "postgres-system")]
    schema: Option<Schema>,
}

impl TestDb {
    /// A fresh SQLite file.
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite() -> Result<Self, Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        Ok(Self {
            url: format!("sqlite:{}", dir.path().join("hub.db").display()),
            dir,
            #[cfg(feature = "postgres-system")]
            schema: None,
        })
    }

    /// A fresh schema on the server of `HUB_TEST_POSTGRES_URL`.
    ///
    /// `None` without that variable, unless `HUB_TEST_REQUIRE_POSTGRES=1` makes this a failure.
    #[cfg(feature = "postgres-system")]
    #[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
    pub(crate) fn postgres() -> Result<Option<Self>, Box<dyn std::error::Error>> {
        let Ok(server) = std::env::var("HUB_TEST_POSTGRES_URL") else {
            let required = std::env::var("HUB_TEST_REQUIRE_POSTGRES").is_ok_and(|v| v == "1");
            assert!(!required, "HUB_TEST_POSTGRES_URL is not set");
            eprintln!("SKIPPED: HUB_TEST_POSTGRES_URL is not set");
            return Ok(None);
        };
        let schema = Schema::create(&server)?;
        let joint = if server.contains('?') { '&' } else { '?' };
        Ok(Some(Self {
            url: format!("{server}{joint}options=-csearch_path%3D{}", schema.name),
            dir: tempfile::tempdir()?,
            schema: Some(schema),
        }))
    }

    /// A fresh database of the same kind.
    pub(crate) fn another(&self) -> Result<Self, Box<dyn std::error::Error>> {
        #[cfg(feature = "postgres-system")]
        if self.schema.is_some() {
            return Self::postgres()?.ok_or_else(|| "PostgreSQL went away".into());
        }
        #[cfg(feature = "sqlite")]
        return Self::sqlite();
        #[cfg(not(feature = "sqlite"))]
        Err("there is no other kind".into())
    }

    /// A database that the test has made itself, and that is to be empty.
    #[cfg(feature = "postgres-system")]
    pub(crate) fn at(url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            url: url.to_owned(),
            dir: tempfile::tempdir()?,
            schema: None,
        })
    }

    /// The database's URL as a user would configure it.
    pub(crate) fn url_text(&self) -> &str {
        &self.url
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> Result<DatabaseUrl, Box<dyn std::error::Error>> {
        Ok(DatabaseUrl::parse(&self.url)?)
    }

    /// A folder for the test's files; SQLite's file is `hub.db` in it.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Settings with a small pool.
    pub(crate) fn settings(&self) -> Result<StoreSettings, Box<dyn std::error::Error>> {
        Ok(StoreSettings {
            url: self.url()?,
            pool_size: 4,
            acquire_timeout: Duration::from_secs(10),
        })
    }

    /// The same, with a parameter of the server set for the hub's connections.
    #[cfg(feature = "postgres-system")]
    pub(crate) fn settings_with(
        &self,
        parameter: &str,
        value: &str,
    ) -> Result<StoreSettings, Box<dyn std::error::Error>> {
        let url = format!("{}%20-c{parameter}%3D{value}", self.url);
        Ok(StoreSettings {
            url: DatabaseUrl::parse(&url)?,
            ..self.settings()?
        })
    }

    /// The store, opened with [`vault`].
    pub(crate) async fn open(&self) -> Result<Store, Box<dyn std::error::Error>> {
        Ok(Store::open(&self.settings()?, vault(7)).await?)
    }
}

/// A vault whose key is one byte repeated.
pub(crate) fn vault(byte: u8) -> Vault {
    Vault::from_key(&Zeroizing::new([byte; 32]))
}

#[cfg(feature = "postgres-system")]
struct Schema {
    server: String,
    name: String,
}

#[cfg(feature = "postgres-system")]
impl Schema {
    fn create(server: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        run(server, &format!("CREATE SCHEMA {name}"))?;
        Ok(Self {
            server: server.to_owned(),
            name,
        })
    }
}

#[cfg(feature = "postgres-system")]
impl Drop for Schema {
    #[expect(clippy::print_stderr, reason = "a schema that stays must be seen")]
    fn drop(&mut self) {
        let dropped = run(
            &self.server,
            &format!(
                "SET client_min_messages = error; DROP SCHEMA {} CASCADE",
                self.name
            ),
        );
        if let Err(error) = dropped {
            eprintln!("the schema {} stays: {error}", self.name);
        }
    }
}

#[cfg(feature = "postgres-system")]
fn run(server: &str, sql: &str) -> Result<(), Box<dyn std::error::Error>> {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    Ok(diesel::PgConnection::establish(server)?.batch_execute(sql)?)
}
