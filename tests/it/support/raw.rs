//! Requests byte by byte, as no client library would write them.

use crate::support::http::{Answer, Client};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error>;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends a request line with headers and a body on a connection of its own and reads the answer.
///
/// `Connection: close` is added and nothing else, not even `Host`.
pub(crate) async fn raw(
    client: &Client,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, Failure> {
    let address = client.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    // A server that has refused the head may have stopped reading.
    drop(stream.write_all(body).await);
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await?;
    if let Err(error) = read
        && bytes.is_empty()
    {
        return Err(error.into());
    }
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Result<Answer, Failure> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no head")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("no header")?;
        headers.append(
            HeaderName::from_bytes(name.as_bytes())?,
            HeaderValue::from_str(value)?,
        );
    }
    Ok(Answer {
        status: status.ok_or("no status")?.parse()?,
        headers,
        body: serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)),
    })
}
