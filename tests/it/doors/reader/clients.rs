//! One live connection for each string: when it is made, shared, and given up.

use super::{API_HASH, flags, get, scripted, string_for, written};
use crate::support::contract;
use crate::support::http::{eventually, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use reqwest::Method;
use std::collections::BTreeMap;
use std::time::Duration;

const BOB: i64 = 5_550_000_002;

/// What was called since then.
fn since(hub: &TestHub, before: &BTreeMap<&'static str, u64>) -> BTreeMap<&'static str, u64> {
    let mut calls = hub.dc.all_calls();
    calls.retain(|method, count| {
        *count -= before.get(method).copied().unwrap_or(0);
        // The connection's own.
        *count > 0 && !matches!(*method, "ping" | "ping_delay_disconnect" | "help.getConfig")
    });
    calls
}

contract! {
    async fn of_two_hundred_requests_at_once_one_connects(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        scripted(hub.dc.send("bob", "alice", "hello"))?;
        let late = FaultKind::Delay(Duration::from_millis(500));
        hub.dc.fault(Fault::new("users.getUsers", late).times(1));
        let (links, before) = (hub.dc.link_counts().accepted, hub.dc.all_calls());
        let path = format!("/messages?chat_id={BOB}&limit=5");
        let asked = (0..200).map(|_| get(&hub, &path, &string));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer?.expect(200)[0]["text"], "hello");
        }
        assert_eq!(hub.dc.link_counts().accepted - links, 1);
        let calls = since(&hub, &before);
        assert_eq!(calls.get("users.getUsers"), Some(&1), "{calls:?}");
        assert_eq!(calls.get("messages.getDialogs"), Some(&1), "{calls:?}");
        assert_eq!(calls.get("messages.getHistory"), Some(&200), "{calls:?}");
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["guests"], 1);
        hub.stop().await?;
    }

    async fn a_warm_read_is_one_call(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        let chat = NewChat::new("bob", "Team").with(&["alice"]);
        let group = scripted(hub.dc.create_channel(ChannelKind::Supergroup, chat))?;
        scripted(hub.dc.send("bob", &group.to_string(), "hello"))?;
        let path = format!("/messages?chat_id={group}&limit=50");
        drop(get(&hub, &path, &string).await?.expect(200));
        let before = hub.dc.all_calls();
        drop(get(&hub, &path, &string).await?.expect(200));
        assert_eq!(since(&hub, &before), BTreeMap::from([("messages.getHistory", 1)]));
        // What nothing knows costs the list once, and then nothing for a while.
        for _ in 0..2 {
            let unknown = get(&hub, "/messages?chat_id=-1009999999999", &string).await?;
            drop(unknown.refused(404, "chat_not_found"));
        }
        let calls = since(&hub, &before);
        assert!(calls.get("messages.getDialogs").is_none_or(|count| *count <= 1), "{calls:?}");
        hub.stop().await?;
    }

    async fn who_is_idle_is_disconnected(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = TestHub::start_with(db, dc, flags(&["--reader-idle=1"])).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        assert_eq!(hub.dc.link_counts().open, 1);
        eventually(|| async { Ok((hub.dc.link_counts().open == 0).then_some(())) }).await?;
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["guests"], 0);
        drop(get(&hub, "/me", &string).await?.expect(200));
        assert_eq!(hub.dc.link_counts().open, 1);
        hub.stop().await?;
    }

    async fn the_longest_unused_goes_when_there_are_too_many(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = TestHub::start_with(db, dc, flags(&["--reader-clients=2"])).await?;
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| string_for(&hub.dc, name));
        let (alice, bob, carol) = (alice?, bob?, carol?);
        for string in [&alice, &bob, &alice, &carol] {
            drop(get(&hub, "/me", string).await?.expect(200));
        }
        eventually(|| async { Ok((hub.dc.link_counts().open == 2).then_some(())) }).await?;
        let links = hub.dc.link_counts().accepted;
        for string in [&alice, &carol] {
            drop(get(&hub, "/me", string).await?.expect(200));
        }
        assert_eq!(hub.dc.link_counts().accepted, links, "these two are still connected");
        // Bob's place is Alice's by now, whose request goes on.
        let late = FaultKind::Delay(Duration::from_secs(1));
        for name in ["alice", "carol"] {
            let user = scripted(hub.dc.user(name))?;
            hub.dc.fault(Fault::new("users.getUsers", late.clone()).of(user).times(1));
        }
        let (first, second, third) = futures_util::future::join3(
            get(&hub, "/me", &alice),
            get(&hub, "/me", &carol),
            async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                get(&hub, "/me", &bob).await
            },
        ).await;
        drop((first?.expect(200), second?.expect(200)));
        let refused = third?;
        assert!(refused.header("retry-after").parse::<u64>().is_ok());
        drop(refused.refused(429, "rate_limited"));
        hub.stop().await?;
    }

    async fn a_key_is_connected_once_whatever_application_calls_with_it(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        for api_id in ["1", "2"] {
            let request = hub.client.request(Method::GET, "/me");
            let request = request.header("X-Api-Id", api_id).header("X-Api-Hash", API_HASH);
            drop(read(request.header("X-Session-String", &string)).await?.expect(200));
            eventually(|| async { Ok((hub.dc.link_counts().open == 1).then_some(())) }).await?;
        }
        hub.stop().await?;
    }

    async fn a_string_with_an_ipv6_address_is_the_same_account(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let key = scripted(hub.dc.log_in("alice"))?;
        let (four, six) = (written(key, hub.dc.addr())?, written(key, "[2001:67c:4e8:f002::a]:443".parse()?)?);
        assert_ne!(four.len(), six.len());
        for string in [&six, &four] {
            let me = get(&hub, "/me", string).await?.expect(200);
            assert_eq!(me["username"], "alice");
        }
        assert_eq!(hub.dc.link_counts().open, 1);
        hub.stop().await?;
    }

    async fn a_string_outlives_a_restart_and_a_cut_connection(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        hub.dc.fault(Fault::new("users.getUsers", FaultKind::Close).times(1));
        drop(get(&hub, "/me", &string).await?.expect(200));
        let hub = hub.restart().await?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        assert_eq!(hub.dc.link_counts().open, 1);
        hub.stop().await?;
    }

    async fn a_connection_that_does_not_answer_is_made_anew(db: TestDb) {
        let mut options = Options::default();
        options.timing.call_timeout = Duration::from_millis(500);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        let silent = FaultKind::Delay(Duration::from_hours(1));
        hub.dc.fault(Fault::new("users.getUsers", silent).times(5));
        let failed = get(&hub, "/me", &string).await?;
        drop(failed.refused(502, "telegram_unreachable"));
        let links = hub.dc.link_counts().accepted;
        drop(get(&hub, "/me", &string).await?.expect(200));
        assert_eq!(hub.dc.link_counts().accepted, links + 1);
        hub.stop().await?;
    }
}
