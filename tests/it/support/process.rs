//! The hub as operators run it: the program itself, as a child of the test.
//!
//! It owns the child, what it writes to standard error, and its end. A child that a test leaves
//! behind is killed.

use crate::support::db::TestDb;
use crate::support::http::{Client, DEADLINE, eventually_within};
use local_dc::dc::Dc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

/// The master key of [`crate::support::db::vault`]`(7)`.
pub(crate) const MASTER_KEY: &str =
    "0707070707070707070707070707070707070707070707070707070707070707";

const PROGRAM: &str = env!("CARGO_BIN_EXE_telegram-hub");

/// The environment of a hub; nothing else of the test's own reaches it.
pub(crate) type Environment = BTreeMap<&'static str, String>;

/// The settings of a hub on a test's database and data centre, on a free port.
pub(crate) fn environment(db: &TestDb, dc: &Dc) -> Environment {
    BTreeMap::from([
        ("HUB_LISTEN", "127.0.0.1:0".to_owned()),
        ("HUB_DATA_DIR", db.dir().join("data").display().to_string()),
        ("DATABASE_URL", db.url_text().to_owned()),
        ("HUB_MASTER_KEY", MASTER_KEY.to_owned()),
        ("TELEGRAM_SERVER", dc.addr().to_string()),
        ("TELEGRAM_SERVER_KEY", dc.public_key_pem()),
        ("HUB_SEND_INTERVAL", "0".to_owned()),
        ("HUB_CHAT_SEND_INTERVAL", "0".to_owned()),
        ("HUB_LOOKUPS_PER_MINUTE", "0".to_owned()),
        ("TELEGRAM_API_ID", "1".to_owned()),
        (
            "TELEGRAM_API_HASH",
            "0123456789abcdef0123456789abcdef".to_owned(),
        ),
    ])
}

/// A hub that runs and answers.
pub(crate) struct HubProcess {
    pub(crate) client: Client,
    child: Running,
}

/// A hub that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// From the wish to end to the end.
    pub(crate) after: Duration,
    /// Everything it has written to standard error.
    pub(crate) stderr: String,
}

impl HubProcess {
    /// Starts the program on a database and a data centre, and waits until it answers.
    pub(crate) async fn start(db: &TestDb, dc: &Dc) -> Result<Self, Failure> {
        Self::start_with(db, &environment(db, dc)).await
    }

    /// The same with an environment of the test's own.
    pub(crate) async fn start_with(db: &TestDb, env: &Environment) -> Result<Self, Failure> {
        Self::answering(Running::spawn(db, env)?, env).await
    }

    /// The same for a program whose files are to meet a limit of their size. The signal that goes
    /// with it would end the program before the write could fail.
    pub(crate) async fn start_with_room(db: &TestDb, env: &Environment) -> Result<Self, Failure> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", r#"trap "" XFSZ; exec "$0""#, PROGRAM]);
        Self::answering(Running::spawn_by(shell, db, env)?, env).await
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process.id()
    }

    async fn answering(mut child: Running, env: &Environment) -> Result<Self, Failure> {
        // A lock that lapses takes its time.
        let base = eventually_within(DEADLINE * 2, || {
            let found = child.address();
            async { found }
        })
        .await?;
        let key = env.get("HUB_API_KEY").cloned().map(|key| &*key.leak());
        let client = Client::new(&base, key)?;
        drop(client.get("/health").await?.expect(200));
        Ok(Self { client, child })
    }

    /// Everything it has written to standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.child.text()
    }

    /// The memory that it holds at this moment, in KiB.
    pub(crate) fn rss_kib(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|rest| rest.split_whitespace().next());
        Ok(number.ok_or("no VmRSS")?.parse()?)
    }

    /// Kills it without a warning, and waits until it is gone.
    pub(crate) fn kill(mut self) -> Result<Ended, Failure> {
        let asked = Instant::now();
        self.child.process.kill()?;
        let status = self.child.process.wait()?;
        self.child.ended(status, asked)
    }

    /// Sends a signal and waits until it has ended.
    pub(crate) async fn signal(mut self, signal: Signal) -> Result<Ended, Failure> {
        let asked = Instant::now();
        kill(Pid::from_raw(self.child.process.id().try_into()?), signal)?;
        self.child.wait(asked).await
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn wait(mut self) -> Result<Ended, Failure> {
        self.child.wait(Instant::now()).await
    }

    /// Ends it in good order.
    pub(crate) async fn terminate(self) -> Result<(), Failure> {
        let ended = self.signal(Signal::SIGTERM).await?;
        assert!(ended.status.success(), "{ended:?}");
        Ok(())
    }
}

/// Runs the program until it ends by itself.
pub(crate) async fn run(db: &TestDb, env: &Environment) -> Result<Ended, Failure> {
    let asked = Instant::now();
    Running::spawn(db, env)?.wait(asked).await
}

struct Running {
    process: Child,
    written: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Running {
    fn spawn(db: &TestDb, env: &Environment) -> Result<Self, Failure> {
        Self::spawn_by(Command::new(PROGRAM), db, env)
    }

    fn spawn_by(mut command: Command, db: &TestDb, env: &Environment) -> Result<Self, Failure> {
        let mut process = command
            .env_clear()
            .envs(env)
            // No `.env` of the developer's is read.
            .current_dir(db.dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let written = Arc::new(Mutex::new(String::new()));
        let stderr = process.stderr.take().ok_or("no standard error")?;
        let copy = Arc::clone(&written);
        let reader = std::thread::spawn(move || collect(stderr, &copy));
        Ok(Self {
            process,
            written,
            reader: Some(reader),
        })
    }

    fn text(&self) -> String {
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Where it says that it listens.
    fn address(&mut self) -> Result<Option<String>, Failure> {
        if let Some(status) = self.process.try_wait()? {
            return Err(format!("the hub ended with {status}: {}", self.text()).into());
        }
        let text = self.text();
        let said = text.split("listening on http://").nth(1);
        // A blank ends it, or a quotation mark in a line of JSON.
        let address = said.and_then(|rest| rest.split([' ', '\n', '"']).next());
        Ok(address.map(|address| format!("http://{address}")))
    }

    async fn wait(&mut self, asked: Instant) -> Result<Ended, Failure> {
        loop {
            if let Some(status) = self.process.try_wait()? {
                return self.ended(status, asked);
            }
            if asked.elapsed() > DEADLINE * 2 {
                return Err(format!("the hub does not end: {}", self.text()).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn ended(&mut self, status: ExitStatus, asked: Instant) -> Result<Ended, Failure> {
        let after = asked.elapsed();
        if let Some(reader) = self.reader.take() {
            reader.join().map_err(|_panic| "the reader panicked")?;
        }
        Ok(Ended {
            status,
            after,
            stderr: self.text(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn collect(stderr: ChildStderr, into: &Mutex<String>) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        let mut text = into.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&line);
        text.push('\n');
    }
}
