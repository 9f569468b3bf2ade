//! Servers that send too much, too little or too slowly.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Short enough for a test, long enough for a connection on a busy machine.
const SHORT: Duration = Duration::from_secs(2);

/// A fetcher with these limits of time.
fn hasty(
    server: &Server,
    timeout: Duration,
    stall: Duration,
) -> Result<Fetcher, Box<dyn std::error::Error>> {
    let mut settings = allowing(&[server.address()])?;
    settings.config.timeout = timeout;
    settings.stall = stall;
    Ok(Fetcher::new(settings)?)
}

/// Waits until the other side has closed the connection.
async fn silent(mut stream: TcpStream) -> io::Result<()> {
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// Sends a piece every tenth of a second for as long as it is taken.
async fn drip(mut stream: TcpStream, piece: &[u8]) -> io::Result<()> {
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tick.tick().await;
        stream.write_all(piece).await?;
    }
}

#[tokio::test]
async fn a_file_that_says_it_is_too_large_is_not_begun() -> TestResult {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfriend").await?;
    let fetcher = fetcher(&server)?;
    assert_eq!(fetch(&fetcher, &server.url("/"), 6).await?, b"friend");
    let opened = fetcher.open(&server.url("/"), 5).await;
    let error = refused!(opened, FetchError::TooLarge { limit: 5 });
    assert_eq!(error.to_string(), "the file is larger than 5 bytes");
    Ok(())
}

#[tokio::test]
async fn a_file_without_an_end_is_cut_off_at_the_limit() -> TestResult {
    const LIMIT: u64 = 100_000;
    for head in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
    ] {
        let server = Server::start(move |_, mut stream| async move {
            stream.write_all(head.as_bytes()).await?;
            while stream.write_all(b"5\r\nhello\r\n").await.is_ok() {}
            Ok(())
        })
        .await?;
        let mut download = fetcher(&server)?.open(&server.url("/"), LIMIT).await?;
        let mut taken = 0;
        let error = loop {
            match download.chunk().await {
                Ok(Some(chunk)) => taken += chunk.len() as u64,
                Ok(None) => return Err("a file without an end has ended".into()),
                Err(error) => break error,
            }
        };
        assert!(
            matches!(error, FetchError::TooLarge { limit: LIMIT }),
            "{error:?}"
        );
        assert!(taken <= LIMIT, "{taken}");
        assert!(
            download.chunk().await?.is_none(),
            "the connection is closed"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_file_longer_than_it_says_is_as_long_as_it_says() -> TestResult {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay").await?;
    assert_eq!(fetch(&fetcher(&server)?, &server.url("/"), 2).await?, b"ok");
    Ok(())
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_taken_for_complete() -> TestResult {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n",
    ] {
        let server = Server::answering(answer).await?;
        let fetched = fetch(&fetcher(&server)?, &server.url("/"), 99).await;
        refused!(fetched, FetchError::Interrupted(_));
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() -> TestResult {
    for begin in [
        "",
        "HTTP/1.1 200 OK\r\nContent-",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    ] {
        let server = Server::start(move |_, mut stream| async move {
            stream.write_all(begin.as_bytes()).await?;
            silent(stream).await
        })
        .await?;
        let fetcher = hasty(&server, PATIENCE, SHORT)?;
        let result = fetch(&fetcher, &server.url("/"), 99).await;
        refused!(result, FetchError::Stalled { limit: SHORT });
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_drips_is_ended_by_the_total_time() -> TestResult {
    let server = Server::start(|_, mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
            .await?;
        drip(stream, b"x").await
    })
    .await?;
    let begun = Instant::now();
    let fetched = fetch(&hasty(&server, SHORT, PATIENCE)?, &server.url("/"), 99_999).await;
    let error = refused!(fetched, FetchError::Timeout { limit: SHORT });
    assert_eq!(error.to_string(), "the file did not arrive within 2 s");
    assert!(begun.elapsed() < PATIENCE);
    Ok(())
}

#[tokio::test]
async fn a_head_that_drips_and_slow_redirects_are_ended_too() -> TestResult {
    let server = Server::start(|path, mut stream| async move {
        if path == "/head" {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await?;
            return drip(stream, b"x").await;
        }
        tokio::time::sleep(SHORT / 3).await;
        stream
            .write_all(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")
            .await
    })
    .await?;
    for path in ["/head", "/"] {
        let opened = hasty(&server, SHORT, PATIENCE)?
            .open(&server.url(path), 9)
            .await;
        refused!(opened, FetchError::Timeout { limit: SHORT });
    }
    Ok(())
}

#[tokio::test]
async fn a_name_service_without_an_answer_is_given_up() -> TestResult {
    struct Mute;
    impl Lookup for Mute {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            Box::pin(std::future::pending())
        }
    }
    let settings = FetchSettings {
        lookup: Arc::new(Mute),
        stall: Duration::from_millis(50),
        ..allowing(&[])?
    };
    let opened = Fetcher::new(settings)?
        .open("http://example.test/", 9)
        .await;
    refused!(opened, FetchError::Stalled { .. });
    Ok(())
}

#[tokio::test]
async fn time_that_the_receiver_takes_is_not_the_servers() -> TestResult {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await?;
    let limit = Duration::from_millis(500);
    let download = hasty(&server, limit, limit)?
        .open(&server.url("/"), 9)
        .await?;
    tokio::time::sleep(limit * 2).await;
    assert_eq!(read(download).await?, b"hello");
    Ok(())
}

#[tokio::test]
async fn a_head_without_an_end_is_refused() -> TestResult {
    let server = Server::start(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
        while stream.write_all(b"X-Header: more\r\n").await.is_ok() {}
        Ok(())
    })
    .await?;
    let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
    refused!(opened, FetchError::Unreachable { .. });
    Ok(())
}
