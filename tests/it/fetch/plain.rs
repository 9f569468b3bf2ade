//! Files that arrive as they should.

use super::*;
use tokio::io::AsyncWriteExt as _;

#[tokio::test]
async fn a_file_arrives_with_its_name_type_and_length() -> TestResult {
    let server = Server::answering(
        "HTTP/1.1 200 OK\r\nContent-Type: Image/PNG; q=1\r\nContent-Length: 5\r\n\
         Content-Disposition: attachment; filename=\"a.png\"\r\n\r\nhello",
    )
    .await?;
    let download = fetcher(&server)?.open(&server.url("/x"), 5).await?;
    assert_eq!(download.file_name(), "a.png");
    assert_eq!(download.mime(), Some("image/png"));
    assert_eq!((download.len(), download.is_empty()), (Some(5), false));
    assert_eq!(read(download).await?, b"hello");
    Ok(())
}

#[tokio::test]
async fn a_file_without_a_length_arrives_too() -> TestResult {
    for answer in [
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ] {
        let server = Server::answering(answer).await?;
        let download = fetcher(&server)?
            .open(&server.url("/b%20c.txt?d"), 5)
            .await?;
        assert_eq!((download.len(), download.mime()), (None, None));
        assert_eq!(download.file_name(), "b c.txt");
        assert_eq!(read(download).await?, b"hello");
    }
    Ok(())
}

#[tokio::test]
async fn an_empty_file_arrives_and_stays_at_its_end() -> TestResult {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await?;
    let mut download = fetcher(&server)?.open(&server.url("/"), 1).await?;
    assert!(download.is_empty());
    assert_eq!(download.file_name(), "file");
    for _ in 0..3 {
        assert_eq!(download.chunk().await?, None);
    }
    Ok(())
}

#[tokio::test]
async fn a_request_tells_nothing_about_others() -> TestResult {
    let server = Server::start(|path, mut stream| async move {
        let answer: &[u8] = match path.as_str() {
            "/first" => b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: /second\r\n\r\n",
            _ => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        };
        stream.write_all(answer).await
    })
    .await?;
    let fetcher = fetcher(&server)?;
    assert_eq!(fetch(&fetcher, &server.url("/first#part"), 9).await?, b"ok");
    let heads = server.heads();
    assert_eq!(heads.len(), 2, "{heads:?}");
    for head in heads {
        let mut names: Vec<_> = head
            .lines()
            .filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase()))
            .collect();
        names.sort();
        assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
        assert!(
            head.contains("identity") && head.contains("telegram-hub/"),
            "{head}"
        );
        assert!(
            head.starts_with("GET /") && !head.contains("part"),
            "{head}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn each_file_has_a_connection_of_its_own() -> TestResult {
    // This server keeps connections open, but answers only the first request on each.
    let server = Server::start(|_, mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .await?;
        let mut rest = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest)
            .await
            .map(drop)
    })
    .await?;
    let fetcher = fetcher(&server)?;
    for _ in 0..3 {
        assert_eq!(fetch(&fetcher, &server.url("/"), 2).await?, b"ok");
    }
    assert_eq!(server.heads().len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_large_file_comes_in_small_pieces() -> TestResult {
    const LENGTH: usize = 64 << 20;
    let server = Server::start(|_, mut stream| async move {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let piece = vec![7; 1 << 20];
        for _ in 0..LENGTH / piece.len() {
            stream.write_all(&piece).await?;
        }
        stream.shutdown().await
    })
    .await?;
    let mut download = fetcher(&server)?
        .open(&server.url("/"), LENGTH as u64)
        .await?;
    let (mut received, mut largest) = (0, 0);
    while let Some(chunk) = download.chunk().await? {
        received += chunk.len();
        largest = largest.max(chunk.len());
    }
    assert_eq!(received, LENGTH);
    assert!(largest <= 512 << 10, "{largest}");
    Ok(())
}

#[tokio::test]
async fn dropping_a_download_closes_its_connection() -> TestResult {
    let (closed, mut seen) = tokio::sync::mpsc::channel::<()>(1);
    let server = Server::start(move |_, mut stream| {
        let closed = closed.clone();
        async move {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await?;
            while stream.write_all(b"5\r\nhello\r\n").await.is_ok() {}
            closed.send(()).await.map_err(io::Error::other)
        }
    })
    .await?;
    let mut download = fetcher(&server)?.open(&server.url("/"), u64::MAX).await?;
    assert!(download.chunk().await?.is_some());
    drop(download);
    assert!(tokio::time::timeout(PATIENCE, seen.recv()).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn what_is_no_file_is_refused_with_its_status() -> TestResult {
    for status in [201_u16, 204, 206, 300, 304, 400, 401, 404, 410, 500, 503] {
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        let server = Server::answering(head).await?;
        let opened = fetcher(&server)?.open(&server.url("/"), 9).await;
        if (200..206).contains(&status) {
            assert_eq!(read(opened?).await?, b"");
        } else {
            refused!(opened, FetchError::Status(found) if *found == status);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_speaks_no_http_or_none_at_all_is_unreachable() -> TestResult {
    for answer in [
        "",
        "SSH-2.0-x\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ] {
        let server = Server::answering(answer).await?;
        let opened = fetcher(&server)?
            .open(&server.url("/secret?token=1"), 9)
            .await;
        let error = refused!(opened, FetchError::Unreachable { .. });
        assert!(!format!("{error:?}").contains("token"), "{error:?}");
    }
    let server = Server::answering("").await?;
    let settings = allowing(&[server.address()])?;
    let secure = format!("https://{}/", server.address());
    refused!(
        Fetcher::new(settings.clone())?.open(&secure, 9).await,
        FetchError::Unreachable { .. }
    );
    let url = server.url("/");
    drop(server);
    refused!(
        Fetcher::new(settings)?.open(&url, 9).await,
        FetchError::Unreachable { .. }
    );
    Ok(())
}
