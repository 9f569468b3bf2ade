//! What fails in passing: repeated where that does nothing twice, and told otherwise.

use super::{Failure, ask, get};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::observe::session;
use local_dc::dc::files::NewFile;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use local_dc::world::send::Draft;
use serde_json::json;
use std::time::{Duration, Instant};

contract! {
    async fn a_read_that_fails_in_passing_is_repeated(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.client.send("alice", "@bob", "hello").await?;
        for kind in [
            Fault::error("messages.getHistory", 500, "RPC_CALL_FAIL").kind,
            Fault::error("messages.getHistory", -503, "Timeout").kind,
            FaultKind::Close,
        ] {
            hub.dc.fault(Fault::new("messages.getHistory", kind.clone()).times(2));
            let answer = get(&hub, "/api/messages?chat=@bob").await?.expect(200);
            assert_eq!(answer["result"][0]["text"], "hello", "{kind:?}: {answer}");
            hub.dc.clear_faults();
        }
        hub.dc.fault(Fault::error("messages.getHistory", 500, "RPC_CALL_FAIL").times(1_000));
        let answer = get(&hub, "/api/messages?chat=@bob").await?;
        assert_eq!(answer.status, 502);
        assert!(!answer.header("retry-after").is_empty());
        hub.stop().await?;
    }

    async fn a_read_without_an_answer_is_repeated_over_the_link_that_is_there_by_then(db: TestDb) {
        let mut options = Options::default();
        options.timing.call_timeout = Duration::from_secs(2);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.client.send("alice", "@bob", "hello").await?;
        let method = "messages.getHistory";
        for cut in [true, false] {
            let calls = hub.dc.calls(method);
            hub.dc.fault(Fault::new(method, FaultKind::Silence));
            let cutting = async {
                eventually(|| async { Ok((hub.dc.calls(method) > calls).then_some(())) }).await?;
                if cut {
                    scripted(hub.dc.drop_links("alice"))?;
                }
                Ok::<_, Failure>(())
            };
            let (answer, cutting) = tokio::join!(get(&hub, "/api/messages?chat=@bob"), cutting);
            cutting?;
            assert_eq!(answer?.expect(200)["result"][0]["text"], "hello", "{cut}");
        }
        hub.stop().await?;
    }

    async fn a_part_of_a_file_that_fails_in_passing_is_repeated_wherever_it_lives(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        for place in [None, Some(4)] {
            scripted(hub.dc.new_files_in(place))?;
            let file = NewFile {
                name: "a.txt".to_owned(),
                mime: "text/plain".to_owned(),
                bytes: "contents".into(),
                photo: false,
            };
            let id = scripted(hub.dc.send_file("bob", "alice", &file, Draft::default()))?.receiver;
            let path = format!("/api/messages/{id}/media?chat=@bob");
            for (code, name) in [(500, "RPC_CALL_FAIL"), (-503, "Timeout")] {
                hub.dc.fault(Fault::error("upload.getFile", code, name).times(2));
                assert_eq!(get(&hub, &path).await?.expect(200), "contents", "{place:?} {name}");
            }
        }
        hub.stop().await?;
    }

    async fn a_wait_and_a_refusal_are_no_failures_in_passing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let method = "messages.getHistory";
        for (code, name) in [(400, "SOMETHING_NEW"), (420, "FLOOD_WAIT_600")] {
            let calls = hub.dc.calls(method);
            hub.dc.fault(Fault::error(method, code, name));
            assert_eq!(get(&hub, "/api/messages?chat=@bob").await?.status, 502, "{name}");
            assert_eq!(hub.dc.calls(method), calls + 1);
        }
        hub.stop().await?;
    }

    async fn what_would_be_done_twice_is_not_repeated(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let id = hub.client.send("alice", "@bob", "hello").await?;
        let method = "messages.editMessage";
        hub.dc.fault(Fault::error(method, 500, "RPC_CALL_FAIL"));
        let body = json!({ "chat": "@bob", "text": "again" });
        let answer = ask(&hub, &format!("PATCH /api/messages/{id}"), &body).await?;
        assert_eq!(answer.status, 502);
        assert!(!answer.header("retry-after").is_empty());
        assert_eq!(hub.dc.calls(method), 1);
        hub.stop().await?;
    }

    async fn a_data_centre_that_is_silent_holds_up_only_its_files(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let mut gate = Gate::before(dc.addr())?;
        gate.open().await?;
        let mut options = Options { way: Some(gate.address()), ..Options::default() };
        options.timing.probe_timeout = Duration::from_mins(1);
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.log_in("alice", "+15550000001").await?;
        scripted(hub.dc.new_files_in(Some(4)))?;
        let file = NewFile {
            name: "a.txt".to_owned(),
            mime: "text/plain".to_owned(),
            bytes: "far away".into(),
            photo: false,
        };
        let id = scripted(hub.dc.send_file("bob", "alice", &file, Draft::default()))?.receiver;
        hub.client.wait_for_messages("alice", 1).await?;
        // The account has a key there, so that the client library is what connects.
        let path = format!("/api/messages/{id}/media?chat=@bob");
        assert_eq!(get(&hub, &path).await?.expect(200), "far away");
        let hub = hub.restart().await?;
        eventually(|| async {
            let told = session(&hub.client, "alice").await?;
            Ok((told["state"] == "online" && told["is_receiving"] == true).then_some(()))
        })
        .await?;
        // The home connection is there; every further one is taken and hears nothing.
        gate.hold().await?;
        let begun = Instant::now();
        let (download, others) = tokio::join!(get(&hub, &path), async {
            for n in 0..20 {
                let asked = Instant::now();
                hub.client.send("alice", "me", &format!("note {n}")).await?;
                assert!(asked.elapsed() < Duration::from_secs(4), "{n}: {:?}", asked.elapsed());
            }
            Ok::<_, Failure>(())
        });
        others?;
        assert!(download.is_err() || download.is_ok_and(|answer| answer.status == 502));
        assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
        assert_eq!(hub.client.state("alice").await?, "online");
        gate.open().await?;
        let found = eventually(|| async {
            let answer = get(&hub, &path).await;
            Ok(answer.ok().filter(|answer| answer.status == 200))
        })
        .await?;
        assert_eq!(found.expect(200), "far away");
        hub.stop().await?;
    }
}
