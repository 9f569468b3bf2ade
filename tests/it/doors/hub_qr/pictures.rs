//! What is shown of a login by QR code: pictures, and events as they happen.

use super::{Begun, Failure, begin, quick};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::http::DEADLINE;
use crate::support::hub::TestHub;
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;

/// A picture's type and bytes.
async fn picture(hub: &TestHub, login: &Begun, query: &str) -> Result<(String, Vec<u8>), Failure> {
    let path = format!("{}/image{query}", login.path);
    let answer = hub.client.request(Method::GET, &path).send().await?;
    assert_eq!(answer.status().as_u16(), 200);
    let header = |name: &str| {
        let value = answer
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    assert_eq!(header("cache-control"), "no-store");
    let kind = header("content-type");
    Ok((kind, answer.bytes().await?.to_vec()))
}

/// The text of a code in a PNG.
fn read_png(bytes: Vec<u8>) -> Result<String, Failure> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("no size")?];
    let side = usize::try_from(reader.next_frame(&mut pixels)?.width)?;
    let grey = |x: usize, y: usize| pixels[y * side + x];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
    let grid = image.detect_grids().into_iter().next().ok_or("no code")?;
    Ok(grid.decode()?.1)
}

/// The events of a stream up to its end: names and data.
async fn events(hub: &TestHub, login: &Begun) -> Result<Vec<(String, Value)>, Failure> {
    let request = hub.client.request(Method::GET, &login.path);
    let answer = request.header("accept", "text/event-stream").send().await?;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let text = tokio::time::timeout(DEADLINE, answer.text()).await??;
    let mut events = Vec::new();
    for block in text
        .split("\n\n")
        .filter(|block| block.starts_with("event: "))
    {
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        let data = line("data: ").ok_or("an event without data")?;
        events.push((
            line("event: ").unwrap_or_default().to_owned(),
            serde_json::from_str(data)?,
        ));
    }
    Ok(events)
}

contract! {
    async fn a_code_is_drawn_in_three_ways(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "a").await?;
        let (kind, svg) = picture(&hub, &login, "").await?;
        assert_eq!(kind, "image/svg+xml");
        assert!(String::from_utf8(svg)?.contains("<svg"));
        let (kind, png) = picture(&hub, &login, "?format=png").await?;
        assert_eq!((kind.as_str(), read_png(png)?), ("image/png", login.url.clone()));
        let (kind, text) = picture(&hub, &login, "?format=txt").await?;
        assert_eq!(kind, "text/plain; charset=utf-8");
        assert!(String::from_utf8(text)?.lines().count() > 15);
        hub.stop().await?;
    }

    async fn events_tell_of_each_state_and_end_with_the_last(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "b").await?;
        let scanning = async {
            login.scan(&hub, "bob", "password_required").await?;
            let password = serde_json::json!({ "password": "bob-password" });
            let path = format!("{}/password", login.path);
            Ok::<_, Failure>(hub.client.post(&path, password).await?.expect(200))
        };
        let (told, scanned) = tokio::join!(events(&hub, &login), scanning);
        scanned?;
        let told = told?;
        let names: Vec<_> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["pending", "password_required", "success"]);
        assert_eq!(told[0].1["qr_url"], login.url);
        assert_eq!(told[2].1["user"]["username"], "bob");
        // One that is over tells so at once.
        assert_eq!(events(&hub, &login).await?.len(), 1);
        hub.stop().await?;
    }

    async fn events_end_with_the_hub_and_for_who_is_gone(db: TestDb) {
        let hub = quick(db, |_| {}).await?;
        let login = begin(&hub, "a").await?;
        let request = hub.client.request(Method::GET, &login.path);
        let gone = request.header("accept", "text/event-stream").send().await?;
        drop(gone);
        let request = hub.client.request(Method::GET, &login.path);
        let mut open = request.header("accept", "text/event-stream").send().await?;
        assert!(open.chunk().await?.is_some());
        let stopping = std::time::Instant::now();
        hub.stop().await?;
        assert!(stopping.elapsed() < Duration::from_secs(10), "{:?}", stopping.elapsed());
        assert!(open.chunk().await?.is_none());
    }

    async fn a_wrong_token_has_no_events(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let path = "/login/qr/0123456789abcdef0123456789abcdef";
        let request = hub.client.request(Method::GET, path).header("accept", "text/event-stream");
        let answer = crate::support::http::read(request).await?;
        drop(answer.refused(404, "login_not_found"));
        let login = begin(&hub, "a").await?;
        drop(hub.client.delete(&login.path).await?.expect(200));
        scripted(hub.dc.scan("alice", &login.url))?;
        hub.stop().await?;
    }
}
