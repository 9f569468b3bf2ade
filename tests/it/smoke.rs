//! scratch
use std::sync::Arc;
use telegram_hub::auth::{Caller, Origin};
use telegram_hub::config::{Config, Flags};
use telegram_hub::hub::Hub;
use telegram_hub::model::SessionName;
use telegram_hub::ops::login::*;
use telegram_hub::ops::messages::*;
use telegram_hub::ops::{self, Ctx, RequestId};
use clap::Parser as _;
use local_dc::dc::{Dc, DcOptions};

#[tokio::test(flavor = "multi_thread")]
async fn smoke() {
    env_logger::builder().filter_level(log::LevelFilter::Info).init();
    let dc = Dc::start(DcOptions::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let args = ["hub".to_owned(), "--data-dir".into(), dir.path().display().to_string(), "--telegram-server".into(), dc.addr().to_string(), format!("--telegram-server-key={}", dc.public_key_pem()), "--telegram-api-id".into(), "1".into(), "--telegram-api-hash".into(), "0123456789abcdef0123456789abcdef".into()];
    let config = Config::from_flags(Flags::try_parse_from(args).unwrap()).unwrap();
    let hub = Hub::start(&config, Default::default()).await.unwrap();
    let ctx = Ctx { hub: Arc::clone(&hub), caller: Caller::new(Origin::Loopback), request_id: RequestId::generate() };
    let alice = SessionName::parse("alice").unwrap();
    let bob = SessionName::parse("bob").unwrap();
    for (name, phone) in [(&alice, "+15550000001"), (&bob, "+15550000002")] {
        let LoginStarted::CodeSent { phone_code_hash } = ops::call(StartLogin { session: name.clone(), phone: phone.into() }, &ctx).await.unwrap() else { panic!() };
        let p = ops::call(SubmitCode { session: name.clone(), code: "12345".to_owned().into(), phone_code_hash }, &ctx).await.unwrap();
        println!("{p:?}");
        if let LoginProgress::PasswordRequired { .. } = p {
            println!("{:?}", ops::call(SubmitPassword { session: name.clone(), password: "bob-password".to_owned().into() }, &ctx).await.unwrap());
        }
    }
    let sent = ops::call(SendMessage { session: alice.clone(), chat: "@bob".into(), text: "hi **bob**".into(), reply_to: None, parse_mode: ParseMode::Markdown, silent: false, idempotency_key: Some("k".into()) }, &ctx).await.unwrap();
    println!("{sent:?}");
    let sent = ops::call(SendMessage { session: alice.clone(), chat: "@bob".into(), text: "hi **bob**".into(), reply_to: None, parse_mode: ParseMode::Markdown, silent: false, idempotency_key: Some("k".into()) }, &ctx).await.unwrap();
    println!("{sent:?}");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for s in [&alice, &bob] {
        let page = ops::call(ListMessages { session: Some(s.clone()), filter: MessageQuery { chat_id: None, from: None, since: None, until: None, q: None, limit: 100, cursor: None } }, &ctx).await.unwrap();
        println!("{page:#?}");
    }
    hub.stop().await;
    dc.send_many("alice", "bob", "n{n}", 10).unwrap();
    let hub = Hub::start(&config, Default::default()).await.unwrap();
    let ctx = Ctx { hub: Arc::clone(&hub), ..ctx };
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let page = ops::call(ListMessages { session: Some(bob.clone()), filter: MessageQuery { chat_id: None, from: None, since: None, until: None, q: None, limit: 100, cursor: None } }, &ctx).await.unwrap();
    println!("{}", page.items.len());
    hub.stop().await;
    dc.stop().await;
}
