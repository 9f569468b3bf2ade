//! Whom a message reaches, whatever name it is sent by.

use super::scripted;
use super::tools::{ask, result, why};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::Fault;
use serde_json::{Value, json};
use std::time::Duration;
use telegram_hub::model::{ChatId, Peer, SessionId, SessionName, UtcTime};
use telegram_hub::store::peers;
use telegram_hub::store::{Store, load_or_create_master_key, sessions};

type Failure = Box<dyn std::error::Error>;

const BOB: i64 = 5_550_000_002;
const CAROL: i64 = 5_550_000_003;

fn to(chat: &str, text: &str) -> Value {
    json!({ "session_id": "a", "chat_id": chat, "message": text })
}

/// Sends through the hub's door: the status and the name of the error.
async fn send(hub: &TestHub, chat: &str, text: &str) -> Result<(u16, String), Failure> {
    let answer = hub.client.post("/message/send", to(chat, text)).await?;
    Ok((answer.status, answer.header("x-error-code").to_owned()))
}

/// Sends, and says whom it has reached: the chat as Alice names it.
async fn reached(hub: &TestHub, chat: &str) -> Result<Option<i64>, Failure> {
    let before = hub.dc.ledger_len();
    let (status, _) = send(hub, chat, "x").await?;
    let new = hub.dc.ledger_part(before, 10);
    assert_eq!(new.len(), usize::from(status == 200), "{chat}: {status}");
    let alice = scripted(hub.dc.user("alice"))?.0;
    Ok(new.first().and_then(|entry| {
        let own = entry.accounts.iter().find(|side| side.user_id == alice);
        own.map(|side| side.peer_id).or(entry.chat.first().copied())
    }))
}

/// Two channels that Alice may write in.
fn shops(hub: &TestHub) -> Result<[i64; 2], Failure> {
    let shop = |title| {
        let new = NewChat::new("bob", title).with(&["alice"]);
        scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))
    };
    Ok([shop("One")?, shop("Two")?])
}

/// Puts a peer into the log's database as if Telegram had shown it at that time.
async fn seen(hub: &TestHub, peer: Peer, ago: Duration) -> Result<(), Failure> {
    let vault = load_or_create_master_key(None, hub.db.dir(), &hub.db.url()?).await?;
    let store = Store::open(&hub.db.settings()?, vault).await?;
    let name = SessionName::parse("a")?;
    store
        .write(move |conn| {
            let id = sessions::by_name(conn, &name)?.map_or(SessionId(0), |row| row.id);
            peers::upsert_many(conn, id, &[peer], UtcTime::now().before(ago))
        })
        .await?;
    store.close().await;
    Ok(())
}

fn named(id: i64, name: &str) -> Peer {
    Peer {
        usernames: Some(vec![name.to_owned()]),
        ..Peer::new(ChatId(id))
    }
}

const TWO_DAYS: Duration = Duration::from_hours(48);

contract! {
    async fn a_username_leads_to_its_present_owner_or_to_nobody(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let [one, two] = shops(&hub)?;
        for told in [true, false] {
            let mut before: Option<i64> = None;
            for owner in [one, two, BOB, CAROL, one, BOB, two] {
                if let Some(before) = before {
                    scripted(hub.dc.set_usernames(&before.to_string(), &[], told))?;
                    assert_eq!(send(&hub, "@shop_one", "lost").await?, (404, "chat_not_found".to_owned()));
                }
                scripted(hub.dc.set_usernames(&owner.to_string(), &["shop_one"], told))?;
                for form in ["@shop_one", "SHOP_ONE", "t.me/s/Shop_one"] {
                    assert_eq!(reached(&hub, form).await?, Some(owner), "{form} {told}");
                }
                before = Some(owner);
            }
            scripted(hub.dc.set_usernames(&two.to_string(), &[], told))?;
        }
        hub.stop().await?;
    }

    async fn what_is_changed_by_a_name_is_its_owners_too(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let [one, two] = shops(&hub)?;
        scripted(hub.dc.set_usernames(&one.to_string(), &["shop_one"], true))?;
        let first = hub.client.send("a", "@shop_one", "kept").await?;
        hub.client.send("a", &two.to_string(), "other").await?;
        scripted(hub.dc.set_usernames(&one.to_string(), &[], false))?;
        scripted(hub.dc.set_usernames(&two.to_string(), &["shop_one"], false))?;
        let edit = json!({ "chat": "@shop_one", "text": "changed" });
        drop(ask(&hub, &format!("PATCH /api/messages/{first}"), &edit).await?);
        let leave = json!({ "chat": "@shop_one" });
        assert_eq!(result(ask(&hub, "POST /api/chats/leave", &leave).await?), json!({ "ok": true }));
        let kept = hub.dc.ledger().into_iter().find(|entry| entry.text == "kept");
        assert!(kept.is_some(), "the message of the former owner is as it was");
        let members = |id| hub.dc.chats().iter().find(|chat| chat.chat == id).map(|chat| chat.members.len());
        assert_eq!([members(one), members(two)], [Some(2), Some(1)]);
        hub.stop().await?;
    }

    async fn an_old_username_is_looked_up_anew_and_not_trusted_when_that_is_refused(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        assert_eq!(hub.dc.calls("contacts.resolveUsername"), 1);
        assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        assert_eq!(hub.dc.calls("contacts.resolveUsername"), 1, "a young one is not looked up");
        // What the log learns of Bob with his messages would make his name young again.
        hub.client.wait_for_messages("a", 2).await?;
        seen(&hub, named(BOB, "bob"), TWO_DAYS).await?;
        for _ in 0..2 {
            assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        }
        assert_eq!(hub.dc.calls("contacts.resolveUsername"), 2, "an old one is, once");
        hub.client.wait_for_messages("a", 4).await?;
        seen(&hub, named(BOB, "bob"), TWO_DAYS).await?;
        hub.dc.fault(Fault::error("contacts.resolveUsername", 420, "FLOOD_WAIT_600"));
        let refused = hub.client.post("/message/send", to("@bob", "x")).await?;
        assert_eq!(refused.header("retry-after"), "600");
        drop(refused.refused(429, "flood_wait"));
        assert_eq!(hub.dc.ledger_len(), 4, "nothing was sent");
        hub.stop().await?;
    }

    async fn a_spent_budget_of_lookups_sends_nothing(db: TestDb) {
        let options = Options { flags: vec!["--lookups-per-minute=1".to_owned()], ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        hub.client.wait_for_messages("a", 1).await?;
        seen(&hub, named(BOB, "bob"), TWO_DAYS).await?;
        let refused = hub.client.post("/message/send", to("@bob", "x")).await?;
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 0));
        drop(refused.refused(429, "rate_limited"));
        assert_eq!(hub.dc.ledger_len(), 1);
        hub.stop().await?;
    }

    async fn every_active_username_counts_and_pushes_change_them(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.set_usernames("bob", &["robert", "collector"], true))?;
        assert_eq!(reached(&hub, "@collector").await?, Some(BOB));
        assert_eq!(reached(&hub, "@Robert").await?, Some(BOB));
        assert_eq!(hub.dc.calls("contacts.resolveUsername"), 1);
        assert_eq!(send(&hub, "@collector_off", "x").await?, (404, "chat_not_found".to_owned()));
        // Nothing that only reads the log asks Telegram.
        let known = |name: &'static str, wanted: u16| {
            let client = &hub.client;
            let path = format!("/session/a/messages?chat_id=@{name}");
            eventually(move || {
                let path = path.clone();
                async move { Ok((client.get(&path).await?.status == wanted).then_some(())) }
            })
        };
        known("robert", 200).await?;
        scripted(hub.dc.set_usernames("robert", &["bobby"], true))?;
        known("bobby", 200).await?;
        known("robert", 404).await?;
        known("collector", 404).await?;
        hub.stop().await?;
    }

    async fn digits_alone_are_never_dialled(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for digits in ["15550000042", "0015550000042", "9999999999", "1099511627776"] {
            let refused = hub.client.post("/message/send", to(digits, "x")).await?.refused(404, "chat_not_found");
            assert!(refused["detail"].as_str().is_some_and(|text| text.contains("written with +")), "{refused}");
            let body = json!({ "chat": digits, "text": "x" });
            assert!(why(ask(&hub, "POST /api/messages", &body).await?, "chat_not_found").contains('+'));
        }
        assert_eq!((hub.dc.calls("contacts.resolvePhone"), hub.dc.ledger_len()), (0, 0));
        for form in ["+15550000042", "tel:+15550000042", "t.me/+15550000042"] {
            assert_eq!(reached(&hub, form).await?, Some(5_550_000_042), "{form}");
        }
        let refused = hub.client.post("/message/send", to("15550000042", "x")).await?;
        drop(refused.refused(404, "chat_not_found"));
        hub.stop().await?;
    }

    async fn a_number_of_two_chats_is_refused_and_its_forms_are_named(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        assert_eq!(reached(&hub, &BOB.to_string()).await?, Some(BOB));
        let twin = Peer { access_hash: Some(1), ..Peer::new(ChatId::channel(BOB)) };
        seen(&hub, twin, Duration::ZERO).await?;
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        let before = hub.dc.ledger_len();
        let refused = hub.client.post("/message/send", to(&BOB.to_string(), "x")).await?;
        let refused = refused.refused(400, "chat_ambiguous");
        let why = refused["detail"].as_str().unwrap_or_default();
        assert!(why.contains("tg://user?id=5550000002") && why.contains("-1005550000002"), "{why}");
        let log = hub.client.get(&format!("/session/a/messages?chat_id={BOB}")).await?;
        drop(log.refused(400, "chat_ambiguous"));
        assert_eq!(hub.dc.ledger_len(), before);
        assert_eq!(reached(&hub, "tg://user?id=5550000002").await?, Some(BOB));
        hub.stop().await?;
    }

    async fn only_groups_are_joined_left_and_deleted(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let group = scripted(hub.dc.create_group(NewChat::new("bob", "Old").with(&["alice"])))?;
        scripted(hub.dc.send("bob", &group.to_string(), "hello"))?;
        hub.client.wait_for_messages("a", 2).await?;
        let join = json!({ "chat": group.to_string() });
        assert_eq!(result(ask(&hub, "POST /api/chats/join", &join).await?), json!({ "ok": true }));
        scripted(hub.dc.remove_member(&group.to_string(), "alice"))?;
        for (line, chats) in [
            ("POST /api/chats/join", vec!["@bob", "me", "+15550000002", &group.to_string()]),
            ("POST /api/chats/leave", vec!["@bob", "me"]),
            ("DELETE /api/chats", vec!["@bob", "me"]),
        ] {
            for chat in chats {
                let refused = ask(&hub, line, &json!({ "chat": chat })).await?;
                assert!(!why(refused, "chat_not_found").is_empty(), "{line} {chat}");
            }
        }
        for method in ["messages.deleteChat", "messages.deleteChatUser", "channels.joinChannel"] {
            assert_eq!(hub.dc.calls(method), 0, "{method}");
        }
        hub.stop().await?;
    }

    async fn a_refused_access_hash_is_not_used_for_ever(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("bob", "alice", "hello"))?;
        hub.client.wait_for_messages("a", 1).await?;
        let spoilt = || Peer { access_hash: Some(7), ..Peer::new(ChatId(BOB)) };
        seen(&hub, spoilt(), Duration::ZERO).await?;
        assert_eq!(send(&hub, &BOB.to_string(), "x").await?.0, 404);
        assert_eq!(reached(&hub, &BOB.to_string()).await?, Some(BOB));
        let [one, _] = shops(&hub)?;
        assert_eq!(reached(&hub, &one.to_string()).await?, Some(one));
        let spoilt_channel = Peer { access_hash: Some(7), ..Peer::new(ChatId(one)) };
        seen(&hub, spoilt_channel, Duration::ZERO).await?;
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        drop(send(&hub, &one.to_string(), "x").await?);
        assert_eq!(reached(&hub, &one.to_string()).await?, Some(one));
        // By its name it is looked up at once.
        assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        seen(&hub, spoilt(), Duration::ZERO).await?;
        assert_eq!(reached(&hub, "@bob").await?, Some(BOB));
        hub.stop().await?;
    }

    async fn an_allow_list_follows_the_name_and_not_its_former_owner(db: TestDb) {
        let options = Options { flags: vec!["--tools-write-chats=@shop_one".to_owned()], ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        let [one, two] = shops(&hub)?;
        scripted(hub.dc.set_usernames(&one.to_string(), &["shop_one"], true))?;
        let body = |chat: i64| json!({ "chat": chat.to_string(), "text": "x" });
        for chat in [one, two] {
            assert_eq!(reached(&hub, &chat.to_string()).await?, Some(chat), "the hub's door has no list");
        }
        assert_eq!(result(ask(&hub, "POST /api/messages", &body(one)).await?)["text"], "x");
        drop(ask(&hub, "POST /api/messages", &body(two)).await?.refused(403, "chat_not_allowed"));
        scripted(hub.dc.set_usernames(&one.to_string(), &[], false))?;
        scripted(hub.dc.set_usernames(&two.to_string(), &["shop_one"], false))?;
        drop(ask(&hub, "POST /api/messages", &body(one)).await?.refused(403, "chat_not_allowed"));
        assert_eq!(result(ask(&hub, "POST /api/messages", &body(two)).await?)["text"], "x");
        hub.stop().await?;
    }
}
