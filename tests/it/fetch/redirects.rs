//! Redirects, each of which is a new URL from somebody who is trusted even less.

use super::*;
use tokio::io::AsyncWriteExt as _;

/// A server that redirects everything to one place.
async fn redirecting(location: &str) -> io::Result<Server> {
    let head = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    Server::answering(head).await
}

/// A server at which `/n` redirects to `/n-1`, and `/0` is the file.
async fn stairs(status: u16) -> io::Result<Server> {
    Server::start(move |path, mut stream| async move {
        let answer = match path.trim_start_matches('/').parse::<u32>() {
            Ok(0) | Err(_) => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(),
            Ok(step) => format!("HTTP/1.1 {status} X\r\nLocation: ./{}\r\n\r\n", step - 1),
        };
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    })
    .await
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() -> TestResult {
    for status in [301, 302, 303, 307, 308] {
        let server = stairs(status).await?;
        let fetcher = fetcher(&server)?;
        let download = fetcher.open(&server.url("/5"), 9).await?;
        assert_eq!(download.file_name(), "0");
        assert_eq!(read(download).await?, b"ok");
        assert_eq!(server.heads().len(), 6);
        let opened = fetcher.open(&server.url("/6"), 9).await;
        refused!(opened, FetchError::TooManyRedirects { limit: 5 });
        assert_eq!(server.heads().len(), 12);
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_in_a_circle_ends() -> TestResult {
    let server = redirecting("/again").await?;
    let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
    refused!(opened, FetchError::TooManyRedirects { .. });
    assert_eq!(server.heads().len(), 6);
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_a_forbidden_address_is_refused() -> TestResult {
    let inner = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?;
    let port = inner.address().port();
    let names = Names::of(&[("private.test", &[&["127.0.0.1"]])])?;
    for host in [
        "127.0.0.1",
        "2130706433",
        "0177.1",
        "[::ffff:7f00:1]",
        "private.test",
    ] {
        for start in ["http:", ""] {
            let server = redirecting(&format!("{start}//{host}:{port}/")).await?;
            let fetcher = Fetcher::new(FetchSettings {
                lookup: Arc::<Names>::clone(&names),
                ..allowing(&[server.address()])?
            })?;
            let opened = fetcher.open(&server.url("/"), 9).await;
            refused!(opened, FetchError::ForbiddenAddress { .. });
        }
    }
    let server = redirecting("http://169.254.169.254/latest/meta-data/").await?;
    let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
    refused!(opened, FetchError::ForbiddenAddress { .. });
    assert_eq!(inner.heads().len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_the_same_name_is_looked_up_and_checked_anew() -> TestResult {
    let server = redirecting("/next").await?;
    let port = server.address().port();
    let inner = Server::start_at(&format!("127.0.0.2:{port}"), |_, _| async { Ok(()) }).await?;
    let names = Names::of(&[("rebinding.test", &[&["127.0.0.1"], &["127.0.0.2"]])])?;
    let fetcher = Fetcher::new(FetchSettings {
        lookup: Arc::<Names>::clone(&names),
        ..allowing(&[server.address()])?
    })?;
    let opened = fetcher
        .open(&format!("http://rebinding.test:{port}/"), 9)
        .await;
    refused!(opened, FetchError::ForbiddenAddress { .. });
    assert_eq!(
        (server.heads().len(), inner.heads().len(), names.asked()),
        (1, 0, 2)
    );
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_another_kind_of_url_is_refused() -> TestResult {
    for location in [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://x:1/_x",
        "data:,x",
    ] {
        let server = redirecting(location).await?;
        let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
        refused!(opened, FetchError::Scheme(_));
    }
    let server = redirecting("http://user:password@example.org/").await?;
    let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
    refused!(opened, FetchError::Credentials);
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_refused() -> TestResult {
    for location in ["http://", "http://[::1", "//a b/"] {
        let server = redirecting(location).await?;
        let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
        refused!(opened, FetchError::InvalidRedirect);
    }
    for answer in [
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\n\r\n".to_vec(),
        format!(
            "HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n",
            "a".repeat(9000)
        )
        .into_bytes(),
    ] {
        let server = Server::answering(answer).await?;
        let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
        refused!(opened, FetchError::InvalidRedirect);
    }
    Ok(())
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_read() -> TestResult {
    let server = Server::start(|path, mut stream| async move {
        if path == "/file" {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                .await?;
            return stream.shutdown().await;
        }
        stream
            .write_all(b"HTTP/1.1 302 Found\r\nLocation: /file\r\n\r\n")
            .await?;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        Ok(())
    })
    .await?;
    assert_eq!(fetch(&fetcher(&server)?, &server.url("/"), 2).await?, b"ok");
    Ok(())
}
