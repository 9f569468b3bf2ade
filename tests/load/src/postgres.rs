//! A PostgreSQL server that a run may stop and start, as `tests/with-postgres` provides it.
//!
//! Owns a database for each run on that server, and the command that controls it. Without the
//! command the server stays up; somebody else's server is never stopped.

use crate::Failure;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::process::Command;

/// The server of `HUB_TEST_POSTGRES_URL`.
#[derive(Clone, Debug)]
pub struct Server {
    url: String,
    /// The program and its arguments, to which `stop` or `start` is added.
    control: Vec<String>,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);

impl Server {
    /// The server that the environment names.
    ///
    /// # Errors
    /// When `HUB_TEST_POSTGRES_URL` is not set.
    pub fn from_environment() -> Result<Self, Failure> {
        let url = std::env::var("HUB_TEST_POSTGRES_URL").map_err(|error| {
            format!("HUB_TEST_POSTGRES_URL: {error}; start this by tests/with-postgres")
        })?;
        let control = std::env::var("HUB_TEST_POSTGRES_CTL").unwrap_or_default();
        let control = control.split_whitespace().map(str::to_owned).collect();
        Ok(Self { url, control })
    }

    /// Whether it may be stopped.
    pub fn can_stop(&self) -> bool {
        !self.control.is_empty()
    }

    /// Makes an empty database and answers its URL.
    pub fn create_database(&self) -> Result<String, Failure> {
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("load_{}_{number}", std::process::id());
        self.execute(&format!("CREATE DATABASE {name}"))?;
        let (server, _) = self.url.rsplit_once('/').ok_or("the URL has no path")?;
        Ok(format!("{server}/{name}"))
    }

    /// Drops a database of [`Server::create_database`].
    pub fn drop_database(&self, url: &str) -> Result<(), Failure> {
        let (_, name) = url.rsplit_once('/').ok_or("the URL has no path")?;
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    }

    fn execute(&self, sql: &str) -> Result<(), Failure> {
        Ok(PgConnection::establish(&self.url)?.batch_execute(sql)?)
    }

    /// Stops it at once, without a checkpoint, as a crash of the server does.
    pub async fn stop(&self) -> Result<(), Failure> {
        self.control(&["stop", "--mode=immediate"]).await
    }

    /// Starts it again and waits until it takes connections.
    pub async fn start(&self) -> Result<(), Failure> {
        self.control(&["start"]).await
    }

    async fn control(&self, action: &[&str]) -> Result<(), Failure> {
        let (program, arguments) = self
            .control
            .split_first()
            .ok_or("HUB_TEST_POSTGRES_CTL is not set, so the server cannot be stopped")?;
        // The server runs as another user, who may not enter this folder.
        let status = Command::new(program)
            .args(arguments)
            .args(action)
            .current_dir("/")
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .await?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the server's control command {action:?} failed: {status}").into())
        }
    }
}
