//! A PostgreSQL server of the test's own, which the test may stop and start.
//!
//! The script that starts servers for the tests starts this one too, and ends it when its
//! standard input is closed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

type Failure = Box<dyn std::error::Error>;

/// A running server. It goes away with this value.
pub(crate) struct Server {
    script: Child,
    url: String,
    /// The program and its arguments, to which `stop` or `start` is added.
    control: Vec<String>,
}

impl Server {
    /// Starts a server. `None` where tests on PostgreSQL are skipped.
    pub(crate) fn start() -> Result<Option<Self>, Failure> {
        // The same condition as for every other test on PostgreSQL.
        if crate::support::db::TestDb::postgres()?.is_none() {
            return Ok(None);
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/with-postgres");
        let tell = r#"echo "$HUB_TEST_POSTGRES_URL"; echo "$HUB_TEST_POSTGRES_CTL"; read -r _"#;
        let mut script = Command::new(script)
            .args(["bash", "-c", tell])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = script.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let mut server = Self {
            script,
            url: String::new(),
            control: Vec::new(),
        };
        server.url = lines.next().ok_or("no URL")??;
        let control = lines.next().ok_or("no command")??;
        server.control = control.split_whitespace().map(str::to_owned).collect();
        Ok(Some(server))
    }

    /// The URL of its one database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops it in good order, with its clients still connected.
    pub(crate) fn stop_serving(&self) -> Result<(), Failure> {
        self.control(&["stop", "--mode=fast"])
    }

    /// Starts it again with its data.
    pub(crate) fn serve_again(&self) -> Result<(), Failure> {
        self.control(&["start"])
    }

    fn control(&self, order: &[&str]) -> Result<(), Failure> {
        let (program, arguments) = self.control.split_first().ok_or("no command")?;
        let status = Command::new(program)
            .args(arguments)
            .args(order)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| format!("{order:?}: {status}").into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its end of file ends the script's command, and that the server.
        drop(self.script.stdin.take());
        drop(self.script.wait());
    }
}
