//! The process of the bare library, as the one who measures holds it.
//!
//! Owns the process and the reading of its lines; it ends with its owner.

use super::{Accounts, Line, Sending};
use crate::Failure;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// How long the process may take for anything that is asked of it.
const PATIENCE: Duration = Duration::from_mins(3);

/// Lines that wait to be read; counts do not wait, and the process waits when this is full.
const LINES: usize = 16;

/// What the process is to do once all its accounts are online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Count updates.
    Listen,
    /// Send to this username for so many milliseconds.
    Send(String, u64),
    /// Read all of the channel of this username.
    Read(String),
}

/// A running process.
#[derive(Debug)]
pub struct Bare {
    child: Child,
    orders: ChildStdin,
    lines: mpsc::Receiver<Line>,
    reader: JoinHandle<()>,
    /// Messages that have come in.
    pub count: Arc<AtomicU64>,
    /// Its process.
    pub pid: u32,
    /// From its start until every account was answered.
    pub online_after: Duration,
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Bare {
    /// Starts this program anew with these accounts, and waits until all are online.
    pub async fn start(accounts: &Accounts, dir: &Path, order: &Order) -> Result<Self, Failure> {
        let file = dir.join("accounts.json");
        accounts.write(&file)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg(&file);
        match order {
            Order::Listen => command.arg("listen"),
            Order::Send(to, millis) => command.args(["send", to, &millis.to_string()]),
            Order::Read(from) => command.args(["read", from]),
        };
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().ok_or("the bare process has ended at once")?;
        let orders = child.stdin.take().ok_or("no pipe to the bare process")?;
        let out = child.stdout.take().ok_or("no pipe from the bare process")?;
        let (sender, lines) = mpsc::channel(LINES);
        let count = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&count);
        let reader = tokio::spawn(async move {
            let mut out = BufReader::new(out).lines();
            while let Ok(Some(text)) = out.next_line().await {
                match serde_json::from_str(&text) {
                    Ok(Line::Count(now)) => counter.store(now, Ordering::Relaxed),
                    Ok(line) => drop(sender.send(line).await),
                    Err(error) => log::warn!("the bare process says `{text}`: {error}"),
                }
            }
        });
        let mut bare = Self {
            child,
            orders,
            lines,
            reader,
            count,
            pid,
            online_after: Duration::ZERO,
        };
        match bare.line().await? {
            Line::Online => bare.online_after = started.elapsed(),
            other => return Err(format!("the bare process says {other:?}").into()),
        }
        Ok(bare)
    }

    async fn line(&mut self) -> Result<Line, Failure> {
        let line = timeout(PATIENCE, self.lines.recv()).await?;
        line.ok_or_else(|| "the bare process has ended".into())
    }

    /// The delays of every message since the last call.
    pub async fn delays(&mut self) -> Result<Vec<i64>, Failure> {
        self.orders.write_all(b"delays\n").await?;
        match self.line().await? {
            Line::Delays(delays) => Ok(delays),
            other => Err(format!("the bare process says {other:?}").into()),
        }
    }

    /// How sending or reading went, once it is over.
    pub async fn sent(&mut self) -> Result<Sending, Failure> {
        match self.line().await? {
            Line::Sent(sending) => Ok(sending),
            other => Err(format!("the bare process says {other:?}").into()),
        }
    }

    /// Ends it.
    pub async fn stop(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }
}
