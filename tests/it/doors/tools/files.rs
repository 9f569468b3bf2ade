//! Files: sent from URLs, uploaded, and downloaded in whole and in part.

use super::{Failure, ask, get, request, result, why};
use crate::doors::scripted;
use crate::fetch::server::Server;
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::files::NewFile;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::send::Draft;
use serde_json::{Value, json};

/// A server of a small text, and a hub that may fetch from it.
pub(super) fn options(server: &Server, more: &[&str]) -> Options {
    let mut flags = vec![format!("--fetch-allow={}", server.address())];
    flags.extend(more.iter().map(|flag| (*flag).to_owned()));
    Options {
        flags,
        ..Options::default()
    }
}

pub(super) fn serving(mime: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// The bytes of an answer, with its headers.
async fn bytes(
    request: reqwest::RequestBuilder,
) -> Result<(u16, reqwest::header::HeaderMap, Vec<u8>), Failure> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok((status, headers, response.bytes().await?.to_vec()))
}

fn document(name: &str, bytes: &[u8]) -> NewFile {
    NewFile {
        name: name.to_owned(),
        mime: "text/plain".to_owned(),
        bytes: bytes.to_vec(),
        photo: false,
    }
}

contract! {
    async fn a_file_is_fetched_and_sent(db: TestDb) {
        let server = Server::answering(serving("text/plain", "contents")).await?;
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(&server, &[])).await?;
        hub.log_in("a", "+15550000001").await?;
        let body = json!({
            "chat": "@bob", "file_url": server.url("/folder/notes.txt"), "caption": "**look**", "parse_mode": "md",
        });
        let sent = ask(&hub, "POST /api/files", &body).await?.expect(200);
        insta::assert_json_snapshot!("file", sent, { ".result.date" => "[date]" });
        let id = &sent["result"]["id"];
        let media = request(&hub, &format!("GET /api/messages/{id}/media?chat=@bob"))?;
        let (status, headers, contents) = bytes(media).await?;
        assert_eq!((status, contents.as_slice()), (200, &b"contents"[..]));
        assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''notes.txt");
        assert_eq!(headers["x-media-type"], "MessageMediaDocument");
        let large = json!({ "chat": "@bob", "file_url": server.url("/x"), "max_bytes": 7 });
        drop(why(ask(&hub, "POST /api/files", &large).await?, "file_too_large"));
        hub.stop().await?;
    }

    async fn a_caption_that_is_too_long_is_refused_before_its_file_is_fetched(db: TestDb) {
        let server = Server::answering(serving("text/plain", "contents")).await?;
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(&server, &[])).await?;
        hub.log_in("a", "+15550000001").await?;
        let sent = |caption: String| {
            json!({ "chat": "me", "file_url": server.url("/x.txt"), "caption": caption })
        };
        drop(ask(&hub, "POST /api/files", &sent("🦀".repeat(1025))).await?.refused(400, "message_invalid"));
        assert_eq!(hub.dc.calls("upload.saveFilePart"), 0);
        drop(ask(&hub, "POST /api/files", &sent("🦀".repeat(1024))).await?.expect(200));
        hub.stop().await?;
    }

    async fn a_url_that_is_not_fetched_is_refused(db: TestDb) {
        let server = Server::answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await?;
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(&server, &[])).await?;
        hub.log_in("a", "+15550000001").await?;
        for (url, code) in [
            ("ftp://example.org/x".to_owned(), "url_refused"),
            ("file:///etc/passwd".to_owned(), "url_refused"),
            ("no url".to_owned(), "url_refused"),
            ("http://127.0.0.1:1/x".to_owned(), "url_refused"),
            ("http://169.254.169.254/latest/meta-data".to_owned(), "url_refused"),
            (server.url("/missing"), "download_failed"),
        ] {
            let body = json!({ "chat": "me", "file_url": url });
            assert!(!why(ask(&hub, "POST /api/files", &body).await?, code).is_empty());
        }
        assert_eq!(hub.dc.ledger_len(), 0);
        hub.stop().await?;
    }

    async fn an_album_is_sent_in_its_order(db: TestDb) {
        let server = Server::answering(serving("text/plain", "contents")).await?;
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(&server, &[])).await?;
        hub.log_in("a", "+15550000001").await?;
        let body = json!({ "chat": "@bob", "urls": [server.url("/1.txt"), server.url("/2.txt")], "caption": "both" });
        let sent = result(ask(&hub, "POST /api/files/album", &body).await?);
        let sent = sent.as_array().cloned().unwrap_or_default();
        assert_eq!(sent.len(), 2);
        assert!(sent.iter().all(|one| one["media_type"] == "MessageMediaDocument"));
        assert_eq!(sent.iter().filter(|one| one["text"] == "both").count(), 1);
        hub.stop().await?;
    }

    async fn a_body_is_sent_as_a_file(db: TestDb) {
        let server = Server::answering("").await?;
        let options = options(&server, &["--tools-max-upload-bytes=1000"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        let upload = |query: &str, body: Vec<u8>| -> Result<_, Failure> {
            let line = format!("POST /api/files/upload?chat=@bob&{query}");
            Ok(request(&hub, &line)?.header("content-type", "text/plain").body(body))
        };
        let sent = result(read(upload("filename=..%2Fnotes.txt&caption=look&silent=1", b"contents".to_vec())?).await?);
        assert_eq!((&sent["text"], &sent["media_type"]), (&json!("look"), &json!("MessageMediaDocument")));
        let media = request(&hub, &format!("GET /api/messages/{}/media?chat=@bob", sent["id"]))?;
        let (_, headers, contents) = bytes(media).await?;
        assert_eq!(contents, b"contents");
        assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''notes.txt");
        drop(why(read(upload("filename=x", vec![0; 1001])?).await?, "file_too_large"));
        drop(read(upload("caption=x", b"x".to_vec())?).await?.refused(400, "invalid_request"));
        hub.stop().await?;
    }

    async fn a_file_is_downloaded_in_parts(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let contents: Vec<u8> = (0..=255).cycle().take(1_200_000).collect();
        let id = scripted(hub.dc.send_file("bob", "alice", &document("Ω.bin", &contents), Draft::default()))?.receiver;
        let line = format!("GET /api/messages/{id}/media?chat=@bob");
        let (status, headers, whole) = bytes(request(&hub, &line)?).await?;
        assert_eq!((status, whole == contents), (200, true));
        assert_eq!(headers["content-length"], "1200000");
        assert_eq!(headers["content-type"], "text/plain");
        assert_eq!(headers["accept-ranges"], "bytes");
        assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''%CE%A9.bin");
        for (range, first, last) in [
            ("bytes=0-0", 0, 0),
            ("bytes=524287-524288", 524_287, 524_288),
            ("bytes=1199999-", 1_199_999, 1_199_999),
            ("bytes=-600000", 600_000, 1_199_999),
            ("bytes=5-9999999999", 5, 1_199_999),
        ] {
            let (status, headers, part) = bytes(request(&hub, &line)?.header("range", range)).await?;
            assert_eq!((status, part == contents[first..=last]), (206, true), "{range}");
            assert_eq!(headers["content-range"], format!("bytes {first}-{last}/1200000"));
        }
        let beyond = read(request(&hub, &line)?.header("range", "bytes=1200000-")).await?;
        assert_eq!(beyond.header("content-range"), "bytes */1200000");
        drop(beyond.refused(416, "range_not_satisfiable"));
        let odd = read(request(&hub, &line)?.header("range", "bytes=1-2,4-5")).await?;
        assert_eq!(odd.status, 200);
        hub.stop().await?;
    }

    async fn a_message_without_a_file_has_none(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let id = scripted(hub.dc.send("bob", "alice", "hey"))?.receiver;
        let answer = get(&hub, &format!("/api/messages/{id}/media?chat=@bob")).await?;
        drop(why(answer, "media_not_found"));
        drop(why(get(&hub, "/api/messages/999/media?chat=@bob").await?, "message_not_found"));
        let seen: Value = result(get(&hub, &format!("/api/messages/{id}?chat=@bob")).await?);
        assert_eq!((&seen["media"], &seen["media_type"]), (&json!(false), &json!(null)));
        hub.stop().await?;
    }
}
