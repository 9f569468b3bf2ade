//! The hub as its users run it: a child process, seen over HTTP.
//!
//! Owns the start, the end and the life of that process; it is killed when its owner goes. Its
//! settings are all given: no `.env` and no variable of the caller reaches it.

use crate::Failure;
use crate::database::Database;
use local_dc::dc::Dc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long a start may take until HTTP answers.
const START: Duration = Duration::from_secs(30);

/// How long it may take to bring all accounts online.
const ONLINE: Duration = Duration::from_mins(3);

/// How a run starts its hub, again and again.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// The hub's binary.
    pub binary: PathBuf,
    /// Where its data is.
    pub database: Database,
    /// The data centre's address.
    pub server: String,
    /// The data centre's public key, as PKCS#1 PEM.
    pub server_key: String,
    /// A program and its arguments that the hub's command line is added to, if any.
    pub wrapper: Vec<String>,
    /// Further variables.
    pub variables: Vec<(&'static str, String)>,
}

impl HubSettings {
    /// A hub on a database, connected to a data centre.
    pub fn new(binary: &Path, database: &Database, dc: &Dc) -> Self {
        Self {
            binary: binary.to_owned(),
            database: database.clone(),
            server: dc.addr().to_string(),
            server_key: dc.public_key_pem(),
            wrapper: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Where the hub's log goes, one start after the other.
    pub fn log_path(&self) -> PathBuf {
        self.database.dir().join("hub.log")
    }

    /// The hub's key, if it has one.
    fn key(&self) -> Option<&str> {
        let key = self
            .variables
            .iter()
            .find(|(name, _)| *name == "HUB_API_KEY");
        key.map(|(_, key)| key.as_str())
    }

    /// Starts the hub and waits until HTTP answers.
    pub async fn start(&self) -> Result<Hub, Failure> {
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())?;
        let started = Instant::now();
        let mut command = match self.wrapper.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        let child = command
            .env_clear()
            .env("HUB_LISTEN", listen.to_string())
            .env("HUB_DATA_DIR", self.database.dir())
            .env("DATABASE_URL", self.database.url())
            .env("HUB_MASTER_KEY", self.database.master_key())
            .env("TELEGRAM_API_ID", "1")
            .env("TELEGRAM_API_HASH", "0123456789abcdef0123456789abcdef")
            // What the hub can do is measured, not what Telegram lets an account do.
            .env("HUB_SEND_INTERVAL", "0")
            .env("HUB_CHAT_SEND_INTERVAL", "0")
            .env("HUB_LOOKUPS_PER_MINUTE", "0")
            .env("TELEGRAM_SERVER", &self.server)
            .env("TELEGRAM_SERVER_KEY", &self.server_key)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.database.dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().ok_or("the hub has ended at once")?;
        let mut hub = Hub {
            child,
            pid,
            client: HubClient::new(&format!("http://{listen}"), self.key())?,
            answered_after: Duration::ZERO,
        };
        hub.wait_for_http(started).await?;
        Ok(hub)
    }
}

/// A running hub.
#[derive(Debug)]
pub struct Hub {
    child: Child,
    /// Its process.
    pub pid: u32,
    /// How to speak to it.
    pub client: HubClient,
    /// From its start to its first answer over HTTP.
    pub answered_after: Duration,
}

impl Hub {
    async fn wait_for_http(&mut self, started: Instant) -> Result<(), Failure> {
        while started.elapsed() < START {
            if self.client.get("/").await.is_ok() {
                self.answered_after = started.elapsed();
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the hub ended at its start: {status}").into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Err("the hub does not answer over HTTP".into())
    }

    /// Waits until so many accounts are online.
    ///
    /// # Errors
    /// When they are not within three minutes.
    pub async fn wait_until_online(&self, accounts: usize) -> Result<(), Failure> {
        let started = Instant::now();
        while self.client.online().await? < accounts {
            if started.elapsed() > ONLINE {
                return Err(format!("not all of {accounts} accounts come online").into());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Ends it without warning, as `kill -9` does, and waits until it is gone.
    pub async fn kill(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop, and answers how it ended and how long that took.
    ///
    /// # Errors
    /// When it is still there after 30 seconds; it is killed then.
    pub async fn terminate(mut self) -> Result<(ExitStatus, Duration), Failure> {
        let asked = Instant::now();
        kill(Pid::from_raw(i32::try_from(self.pid)?), Signal::SIGTERM)?;
        let ended = timeout(Duration::from_secs(30), self.child.wait()).await;
        match ended {
            Ok(status) => Ok((status?, asked.elapsed())),
            Err(_elapsed) => Err("the hub does not stop within 30 s of SIGTERM".into()),
        }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        Ok(self.child.try_wait()?)
    }
}

/// Speaks to a hub over HTTP. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct HubClient {
    base: String,
    http: reqwest::Client,
}

impl HubClient {
    /// A client of the hub at `base`, such as `http://127.0.0.1:8000`, with its key.
    pub fn new(base: &str, key: Option<&str>) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            headers.insert("x-api-key", key.parse()?);
        }
        Ok(Self {
            base: base.to_owned(),
            http: reqwest::Client::builder()
                .default_headers(headers)
                .timeout(Duration::from_secs(10))
                .no_proxy()
                .build()?,
        })
    }

    /// Its address, as `host:port`.
    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The JSON answer of a path.
    ///
    /// # Errors
    /// When there is no answer, or its status is not 2xx.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}{path}", self.base));
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// The JSON answer to a JSON body.
    ///
    /// # Errors
    /// As [`HubClient::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// How many accounts are online.
    pub async fn online(&self) -> Result<usize, Failure> {
        let health = self.get("/health").await?;
        let online = health["sessions_by_state"]["online"].as_u64();
        Ok(usize::try_from(online.unwrap_or(0))?)
    }

    /// The sum of a metric over all its labels; 0 when it is not there.
    pub async fn metric(&self, name: &str) -> Result<f64, Failure> {
        let request = self.http.get(format!("{}/metrics", self.base));
        let text = request.send().await?.error_for_status()?.text().await?;
        Ok(sum(&text, name))
    }
}

/// The sum of a metric's samples in Prometheus' text form.
fn sum(text: &str, name: &str) -> f64 {
    let samples = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let sample = rest.starts_with([' ', '{']).then_some(rest)?;
        sample.rsplit(' ').next()?.parse::<f64>().ok()
    });
    // Not `sum`, which is -0 without samples.
    samples.fold(0.0, |all, sample| all + sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_its_labels_and_not_over_longer_names() {
        let text = "# TYPE gaps gauge\ngaps{cause=\"a b\"} 2\ngaps{cause=\"c\"} 3\ngaps_total 9\n";
        assert!((sum(text, "gaps") - 5.0).abs() < f64::EPSILON);
        assert!(sum(text, "lag").abs() < f64::EPSILON);
    }
}
