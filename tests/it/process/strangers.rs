//! What strangers can do to a hub as it is run: fill its log, guess its key.

#![expect(
    clippy::print_stdout,
    reason = "how much was written is what is measured"
)]

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::http::eventually;
use crate::support::process::{HubProcess, environment};
use crate::support::raw::raw;
use futures_util::StreamExt as _;
use local_dc::dc::{Dc, DcOptions};
use std::time::Instant;

const KEY: &str = "kGm3x-Zq9_wB7tRv";
/// Close to what a request line may hold.
const LONG: usize = 60_000;
/// What the log may say of a flood in a second: ten lines of each of some kinds.
const BYTES_A_SECOND: u64 = 50_000;
const FLOOD: usize = 1_000;

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_flood_of_long_paths_hardly_shows_in_the_log() -> TestResult {
    for format in ["human", "json"] {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let mut env = environment(&db, &dc);
        env.insert("HUB_LOG_FORMAT", format.to_owned());
        env.insert("HUB_API_KEY", KEY.to_owned());
        let hub = HubProcess::start_with(&db, &env).await?;
        let (before, started) = (hub.stderr().len(), Instant::now());
        let endless = "x".repeat(LONG);
        let lines = [
            format!("GET /{endless}"),
            format!("GET /session/{endless}/status"),
            format!("GET /api/{endless}"),
            format!("GET /docs/{endless}"),
            format!("{endless} /health"),
            format!("GET /{}", "%0a".repeat(LONG / 3)),
            "GET /health".to_owned(),
            "not HTTP".to_owned(),
        ];
        let ask = |line, headers: &'static [(&str, &str)]| {
            let client = &hub.client;
            // A server that has refused the head may have stopped reading.
            async move { drop(raw(client, line, headers, b"").await) }
        };
        for _ in 0..20 {
            ask(
                "GET /sessions",
                &[("Host", "localhost"), ("X-API-Key", "wrong")],
            )
            .await;
        }
        let requests = lines.iter().cycle().take(FLOOD);
        let requests = requests.map(|line| ask(line, &[("Host", "localhost")]));
        let flood = futures_util::stream::iter(requests).buffer_unordered(8);
        flood.collect::<Vec<()>>().await;
        eventually(|| {
            let told = hub.stderr().contains("lines out about requests answered");
            async move { Ok(told.then_some(())) }
        })
        .await?;
        let log = hub.stderr();
        let seconds = started.elapsed().as_secs() + 1;
        hub.terminate().await?;
        let written = log.len() - before;
        println!("{written} bytes of log for {FLOOD} long requests in {seconds} s, {format}");
        let bound = usize::try_from(seconds * BYTES_A_SECOND)?;
        assert!(written < bound, "{written} bytes in {seconds} s");
        let longest = log.lines().map(str::len).max().unwrap_or_default();
        assert!(longest < 1000, "a line of {longest} bytes");
        let guessed = log
            .lines()
            .filter(|line| line.contains("a wrong key was shown by 127.0.0.1"));
        assert_eq!(guessed.count(), 1, "{log}");
    }
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn what_whoever_starts_the_hub_should_know_is_in_its_log() -> TestResult {
    for (name, value, said) in [
        ("HUB_LOG_FORMAT", "human", "HUB_API_KEY is not set"),
        ("HUB_API_KEY", "", "HUB_API_KEY is set but blank"),
        ("HUB_API_KEY", "changeme", "HUB_API_KEY is made of words"),
        (
            "HUB_ALLOWED_HOSTS",
            "hub.example",
            "HUB_ALLOWED_HOSTS is set and no HUB_API_KEY",
        ),
    ] {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let mut env = environment(&db, &dc);
        env.insert(name, value.to_owned());
        let hub = HubProcess::start_with(&db, &env).await?;
        let log = hub.stderr();
        hub.terminate().await?;
        let lines: Vec<_> = log.lines().filter(|line| line.contains(said)).collect();
        assert!(
            lines.len() == 1 && lines[0].contains("WARN"),
            "{name}={value}: {log}"
        );
    }
    Ok(())
}

#[test]
fn keygen_prints_a_good_key_and_nothing_else() -> TestResult {
    let key = || -> Result<String, Box<dyn std::error::Error>> {
        let program = env!("CARGO_BIN_EXE_telegram-hub");
        let made = std::process::Command::new(program)
            .arg("keygen")
            .env_clear()
            .output()?;
        assert!(made.status.success() && made.stderr.is_empty(), "{made:?}");
        Ok(String::from_utf8(made.stdout)?)
    };
    let (one, other) = (key()?, key()?);
    assert_ne!(one, other);
    for key in [one, other] {
        let bare = key.strip_suffix('\n').ok_or("no line")?;
        assert!(bare.len() == 47 && bare.starts_with("thk_"), "{bare}");
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        assert!(bare.bytes().all(safe), "{bare}");
    }
    Ok(())
}
