//! `/api/v3/files`: kept files, whole, in parts, under conditions, and by whom.

use super::{Failure, SESSION, get, request, request_of, start};
use crate::media::{document, given_as, kept};
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use telegram_hub::model::Media;

/// The SHA-256 of `contents`.
const SHA256: &str = "d1b2a59fbea7e20077af9f91b27e95e865061b270be03ff539ab3b73587882e8";

async fn a_file(hub: &TestHub) -> Result<Media, Failure> {
    let id = given_as(hub, "alice", SESSION, &document("notes.txt", b"contents")).await?;
    kept(hub, SESSION, id).await
}

/// The answer to a request with headers: status, headers, body.
async fn asked(
    hub: &TestHub,
    line: &str,
    headers: &[(&str, &str)],
) -> Result<(u16, HeaderMap, String), Failure> {
    let request = headers
        .iter()
        .fold(request(hub, line)?, |request, (name, value)| {
            request.header(*name, *value)
        });
    let answer = request.send().await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Ok((status, headers, answer.text().await?))
}

contract! {
    async fn a_kept_file_is_served_whole_in_parts_and_under_conditions(db: TestDb) {
        let hub = start(db).await?;
        let file = a_file(&hub).await?;
        let path = format!("GET /files/{}", file.uuid);
        let (status, headers, body) = asked(&hub, &path, &[]).await?;
        assert_eq!((status, body.as_str()), (200, "contents"));
        let name = format!("attachment; filename=\"{}-notes.txt\"", file.message_id);
        let etag = format!("\"{SHA256}\"");
        for (header, value) in [
            ("content-type", "text/plain"),
            ("content-length", "8"),
            ("content-disposition", &name),
            ("accept-ranges", "bytes"),
            ("etag", &etag),
            ("cache-control", "private, no-cache"),
        ] {
            assert_eq!(headers[header], value, "{header}");
        }
        let modified = headers["last-modified"].to_str()?.to_owned();

        let (status, headers, body) = asked(&hub, &path, &[("range", "bytes=1-3")]).await?;
        assert_eq!((status, body.as_str()), (206, "ont"));
        assert_eq!(headers["content-range"], "bytes 1-3/8");
        let current = [("range", "bytes=-2"), ("if-range", etag.as_str())];
        assert_eq!(asked(&hub, &path, &current).await?.2, "ts");
        let other = [("range", "bytes=-2"), ("if-range", "\"other\"")];
        let (status, _, body) = asked(&hub, &path, &other).await?;
        assert_eq!((status, body.as_str()), (200, "contents"));
        let (status, headers, body) = asked(&hub, &path, &[("range", "bytes=8-")]).await?;
        assert_eq!((status, &headers["content-range"]), (416, &"bytes */8".parse()?));
        assert!(body.contains("detail"), "{body}");

        for condition in [("if-none-match", etag.as_str()), ("if-modified-since", &modified)] {
            let (status, headers, body) = asked(&hub, &path, &[condition]).await?;
            assert_eq!((status, body.as_str()), (304, ""), "{condition:?}");
            assert_eq!(headers["etag"], etag);
        }
        let (status, _, body) = asked(&hub, &path, &[("if-match", "\"other\"")]).await?;
        assert_eq!(status, 412);
        assert!(body.contains("detail"), "{body}");
        hub.stop().await?;
    }

    async fn a_head_has_all_but_the_bytes_and_metadata_tell_where_they_are(db: TestDb) {
        let hub = start(db).await?;
        let file = a_file(&hub).await?;
        let path = format!("/files/{}", file.uuid);
        let (status, headers, body) = asked(&hub, &format!("HEAD {path}"), &[]).await?;
        assert_eq!((status, body.as_str()), (200, ""));
        assert_eq!(headers["content-length"], "8");
        let known = get(&hub, &format!("{path}?metadata_only=true")).await?.expect(200);
        assert_eq!((&known["original_filename"], &known["size"]), (&json!("notes.txt"), &json!(8)));
        let place = known["file_path"].as_str().ok_or("a path")?;
        assert_eq!(std::fs::read(place)?, b"contents");
        hub.stop().await?;
    }

    async fn what_is_not_there_is_told_apart_and_nobody_reads_anothers(db: TestDb) {
        let hub = start(db).await?;
        let file = a_file(&hub).await?;
        let unknown = "00000000-0000-4000-8000-000000000000";
        for name in [unknown, "..%2Fmaster.key", "nonsense"] {
            drop(get(&hub, &format!("/files/{name}")).await?.refused(404, "file_not_found"));
        }
        hub.log_in("other", "+15550000003").await?;
        let path = format!("GET /files/{}", file.uuid);
        let others = read(request_of(&hub, &path, "other")?).await?;
        drop(others.refused(404, "file_not_found"));
        drop(read(request_of(&hub, &path, "nobody")?).await?.refused(401, "session_not_authorized"));

        let known = get(&hub, &format!("/files/{}?metadata_only=1", file.uuid)).await?.expect(200);
        std::fs::remove_file(known["file_path"].as_str().ok_or("a path")?)?;
        for _ in 0..2 {
            drop(get(&hub, &format!("/files/{}", file.uuid)).await?.refused(404, "file_gone"));
        }
        hub.stop().await?;
    }

    async fn a_file_is_pinned_and_let_go(db: TestDb) {
        let hub = start(db).await?;
        let file = a_file(&hub).await?;
        for (method, pinned) in [("PUT", true), ("DELETE", false)] {
            let line = format!("{method} /files/{}/pin", file.uuid);
            let answer: Value = read(request(&hub, &line)?).await?.expect(200);
            assert_eq!(answer, json!({ "pinned": pinned }));
        }
        let line = "PUT /files/nonsense/pin";
        drop(read(request(&hub, line)?).await?.refused(404, "file_not_found"));
        hub.stop().await?;
    }
}
