//! One run: two hubs, one fault, and what came of it.

use super::Fault;
use super::audit;
use super::relay::Relay;
use crate::Failure;
use crate::database::Database;
use crate::fleet::{self, Member};
use crate::hub::{Hub, HubSettings};
use crate::postgres::Server;
use crate::process;
use local_dc::dc::{Dc, DcOptions};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// Where the data centre sees the two hubs.
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const SECOND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

/// The accounts of a run.
const ACCOUNTS: usize = 3;

/// How long the second hub may take to have all accounts online.
const PATIENCE: Duration = Duration::from_secs(90);

/// How soon the second hub is started again when it was refused.
const RESTART: Duration = Duration::from_secs(1);

/// How long a stopped hub is stopped.
const STOPPED: Duration = Duration::from_secs(30);

/// Where a run takes place.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The hub's binary.
    pub binary: PathBuf,
    /// The server for the run's database.
    pub server: Server,
    /// The library that gives a process another time of day.
    pub faketime: PathBuf,
}

/// What a run has shown.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What happened to the first hub.
    pub fault: Fault,
    /// Moments at which one key had open links from both addresses.
    pub overlaps: usize,
    /// Authorisations that the data centre has ended for it.
    pub duplicated: usize,
    /// Rows that the first hub wrote once the second held the lock.
    pub stale: i64,
    /// Rows that the first hub wrote before.
    pub rows: i64,
    /// From the fault until the second hub had every account online; `None` when a key was used
    /// twice before, which ends the run.
    pub takeover: Option<Duration>,
    /// The least time, of all keys, from the first hub's last byte to the second's first one;
    /// negative when they spoke at once.
    pub silence: f64,
    /// How the first hub ended.
    pub end: String,
}

impl Outcome {
    /// Whether no key was used twice and no stale row was written.
    pub fn passed(&self) -> bool {
        self.overlaps == 0 && self.duplicated == 0 && self.stale == 0
    }
}

/// Everything of one run.
struct Scene {
    dc: Dc,
    members: Vec<Member>,
    /// The first hub's ways, which live as long as it does.
    to_database: Relay,
    _ways: [Relay; 2],
    url: String,
    first: HubSettings,
    second: HubSettings,
}

/// Carries a run through.
pub async fn run(setting: &Setting, fault: Fault) -> Result<Outcome, Failure> {
    let folder = tempfile::Builder::new().prefix("hub-fence-").tempdir()?;
    let url = setting.server.create_database()?;
    let scene = Scene::prepare(setting, fault, folder.path(), &url).await?;
    let outcome = tokio::select! {
        outcome = scene.play(fault) => outcome,
        () = scene.used_twice() => scene.outcome(fault, None, "both were connected".to_owned()),
    };
    scene.dc.stop().await;
    setting.server.drop_database(&url)?;
    outcome
}

impl Scene {
    async fn prepare(
        setting: &Setting,
        fault: Fault,
        folder: &Path,
        url: &str,
    ) -> Result<Self, Failure> {
        let dc = Dc::start(DcOptions::default())?;
        let database = Database::postgres(folder, url.to_owned());
        let store = database.open().await?;
        let members = fleet::enrol(&dc, &store, ACCOUNTS).await?;
        store.close().await;
        audit::install(url)?;
        let to_database = Relay::start(server_of(url)?, Ipv4Addr::LOCALHOST).await?;
        let ways = [
            Relay::start(dc.addr(), FIRST).await?,
            Relay::start(dc.addr(), SECOND).await?,
        ];
        let by_relay = url.replace(
            &server_of(url)?.to_string(),
            &to_database.address().to_string(),
        );
        let settings = |name: &str, url: &str, way: &Relay| -> Result<HubSettings, Failure> {
            let dir = folder.join(name);
            std::fs::create_dir(&dir)?;
            let database = Database::postgres(&dir, audit::named(url, name));
            let mut settings = HubSettings::new(&setting.binary, &database, &dc);
            settings.server = way.address().to_string();
            let host = [
                "/usr/bin/unshare",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
            ];
            settings.wrapper = host.map(str::to_owned).to_vec();
            settings.variables.push(("HUB_POOL_SIZE", "4".to_owned()));
            Ok(settings)
        };
        let first = settings("a", &by_relay, &ways[0])?;
        let mut second = settings("b", url, &ways[1])?;
        if let Some(skew) = fault.skew() {
            second.variables.extend([
                ("LD_PRELOAD", setting.faketime.display().to_string()),
                ("FAKETIME", skew.to_owned()),
                // The time of day alone is wrong, as on a machine without a time server.
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
                ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            ]);
        }
        Ok(Self {
            dc,
            members,
            to_database,
            _ways: ways,
            url: url.to_owned(),
            first,
            second,
        })
    }

    async fn play(&self, fault: Fault) -> Result<Outcome, Failure> {
        let mut first = self.first.start().await?;
        first.wait_until_online(ACCOUNTS).await?;
        let traffic = self.traffic();
        let second = tokio::spawn(supervise(self.second.clone()));
        // Somewhere between two signs of life, and with the second hub refused at least once.
        sleep(Duration::from_millis(6000 + fastrand::u64(..3000))).await;
        if second.is_finished() {
            // It has taken the lock of a living hub. What comes of that ends the run.
            sleep(PATIENCE).await;
            return Err("the second hub runs beside the first".into());
        }
        let began = Instant::now();
        let pid = Pid::from_raw(i32::try_from(process::innermost(first.pid))?);
        // While this is open no later namespace gets its number, and so passes for the same host:
        // the second hub would see at once that the first has ended.
        let _host = File::open(format!("/proc/{pid}/ns/pid"))?;
        self.strike(fault, pid, &first)?;
        let mut second = timeout(PATIENCE, second)
            .await
            .map_err(|_elapsed| "no takeover")???;
        second.wait_until_online(ACCOUNTS).await?;
        let takeover = began.elapsed();
        let end = self.aftermath(fault, pid, began, &mut first).await?;
        traffic.abort();
        drop(first);
        stop(&mut second).await?;
        self.outcome(fault, Some(takeover), end)
    }

    /// Waits until the data centre has ended a key, and a while for what comes of it.
    async fn used_twice(&self) {
        while self.dc.overlaps().is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
        sleep(Duration::from_secs(5)).await;
    }

    fn strike(&self, fault: Fault, pid: Pid, first: &Hub) -> Result<(), Failure> {
        match fault {
            Fault::Cut => self.to_database.cut(),
            Fault::Frozen => self.to_database.freeze(),
            Fault::Stopped => {
                kill(pid, Signal::SIGSTOP)?;
                let (client, to) = (first.client.clone(), fleet::outsider_username(0));
                let session = self.members[0].name.as_str().to_owned();
                // It waits in the stopped hub's socket.
                tokio::spawn(async move {
                    let body = json!({
                        "session_id": session, "chat_id": format!("@{to}"), "message": "late",
                    });
                    client.post("/message/send", &body).await.ok();
                });
            }
            Fault::Ahead | Fault::Behind | Fault::Killed => kill(pid, Signal::SIGKILL)?,
        }
        Ok(())
    }

    /// What may wake the first hub again, and a while in which it could do harm.
    async fn aftermath(
        &self,
        fault: Fault,
        pid: Pid,
        began: Instant,
        first: &mut Hub,
    ) -> Result<String, Failure> {
        match fault {
            Fault::Stopped => {
                tokio::time::sleep_until(began + STOPPED).await;
                // It has ended, or goes on now.
                kill(pid, Signal::SIGCONT).ok();
            }
            Fault::Cut | Fault::Frozen => {
                sleep(Duration::from_secs(3)).await;
                self.to_database.heal();
            }
            Fault::Ahead | Fault::Behind | Fault::Killed => {}
        }
        sleep(Duration::from_secs(6)).await;
        Ok(match first.has_ended()? {
            Some(status) => status.to_string(),
            None => "still running".to_owned(),
        })
    }

    /// Messages for every account, so that the hubs have rows to write.
    fn traffic(&self) -> JoinHandle<()> {
        let dc = self.dc.clone();
        let phones: Vec<String> = self.members.iter().map(|one| one.phone.clone()).collect();
        tokio::spawn(async move {
            for number in 0_u64.. {
                for phone in &phones {
                    dc.send(&fleet::outsider(0), phone, &format!("number {number}"))
                        .ok();
                }
                sleep(Duration::from_millis(200)).await;
            }
        })
    }

    fn outcome(
        &self,
        fault: Fault,
        takeover: Option<Duration>,
        end: String,
    ) -> Result<Outcome, Failure> {
        let seen = audit::read(&self.url)?;
        if seen.before == 0 || seen.next == 0 {
            return Err(format!("a hub wrote nothing, so nothing is proved: {seen:?}").into());
        }
        let overlaps = self.dc.overlaps();
        Ok(Outcome {
            fault,
            duplicated: overlaps.iter().filter(|one| one.duplicated).count(),
            overlaps: overlaps.len(),
            stale: seen.stale,
            rows: seen.before,
            takeover,
            silence: self.silence(),
            end,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of one run")]
    fn silence(&self) -> f64 {
        let uses = self.dc.key_uses();
        let from = |address: Ipv4Addr| uses.iter().filter(move |one| one.address == address);
        let pairs = from(FIRST).filter_map(|former| {
            let latter = from(SECOND).find(|one| one.key_id == former.key_id)?;
            Some((latter.first - former.last) as f64 / 1e6)
        });
        pairs.fold(f64::INFINITY, f64::min)
    }
}

/// Asks a hub to stop, past its wrapper, which does not pass signals on.
async fn stop(hub: &mut Hub) -> Result<(), Failure> {
    let pid = Pid::from_raw(i32::try_from(process::innermost(hub.pid))?);
    kill(pid, Signal::SIGTERM)?;
    let until = Instant::now() + Duration::from_secs(20);
    while hub.has_ended()?.is_none() {
        if Instant::now() > until {
            return Err("the second hub does not stop".into());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Starts a hub until it stays, as a supervisor does.
async fn supervise(settings: HubSettings) -> Result<Hub, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        match settings.start().await {
            Ok(hub) => return Ok(hub),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => sleep(RESTART).await,
        }
    }
}

fn server_of(url: &str) -> Result<SocketAddr, Failure> {
    let (_, rest) = url.split_once('@').ok_or("the URL has no user")?;
    let (server, _) = rest.split_once('/').ok_or("the URL has no path")?;
    Ok(server.parse()?)
}
