//! Telethon's clients, in a process of their own.
//!
//! Owns that process; it is killed when its owner goes. What the clients do is the program's.

use super::Setting;
use super::lives::Lives;
use crate::Failure;
use local_dc::dc::Dc;
use serde_json::json;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long it may take to connect all clients, or to stop them.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Telethon {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Telethon {
    /// Starts a client for each life, which goes on from where it has stopped, and waits until
    /// all are connected.
    pub(super) async fn start(
        setting: &Setting<'_>,
        dc: &Dc,
        lives: &Lives<'_>,
    ) -> Result<Self, Failure> {
        let mut process = Command::new(setting.python)
            .arg(setting.client)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let folder = setting.database.dir();
        let accounts = lives.keys.iter().enumerate();
        let accounts = accounts.map(|(at, account)| {
            let session = folder.join(format!("telethon-{at}"));
            json!({"key": account.key, "session": session})
        });
        let told = json!({
            "server": dc.addr().to_string(),
            "accounts": accounts.collect::<Vec<_>>(),
        });
        let stdin = process.stdin.as_mut().ok_or("no stdin")?;
        stdin.write_all(format!("{told}\n").as_bytes()).await?;
        let stdout = process.stdout.take().ok_or("no stdout")?;
        let mut said = BufReader::new(stdout).lines();
        match timeout(PATIENCE, said.next_line()).await?? {
            Some(ready) if ready == "ready" => Ok(Self { process, said }),
            other => Err(format!("Telethon does not connect: {other:?}").into()),
        }
    }

    /// Stops all clients; how many messages each has heard.
    pub(super) async fn stop(mut self) -> Result<Vec<u64>, Failure> {
        drop(self.process.stdin.take());
        let last = timeout(PATIENCE, self.said.next_line()).await??;
        let heard = serde_json::from_str(&last.ok_or("Telethon has ended early")?)?;
        timeout(PATIENCE, self.process.wait()).await??;
        Ok(heard)
    }
}
