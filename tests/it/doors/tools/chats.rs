//! The account, its chats and their members.

use super::{ask, get, result, why};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use local_dc::world::invites::Terms;
use serde_json::json;

contract! {
    async fn the_account_and_others_are_shown(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let own = get(&hub, "/api/me?whatever=is+ignored").await?.expect(200);
        insta::assert_json_snapshot!("me", own);
        for chat in ["@bob", "bob", "https://t.me/bob", "t.me/bob", "%2B15550000002", "5550000002"] {
            let found = get(&hub, &format!("/api/entities?chat={chat}")).await?.expect(200);
            insta::assert_json_snapshot!("entity", found);
        }
        for chat in ["me", "self"] {
            assert_eq!(result(get(&hub, &format!("/api/entities?chat={chat}")).await?)["username"], "alice");
        }
        hub.stop().await?;
    }

    async fn the_list_of_chats_has_unread_counts_and_last_messages(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("carol", "alice", "earlier"))?;
        scripted(hub.dc.send("bob", "alice", "hey"))?;
        let dialogs = get(&hub, "/api/dialogs?limit=1").await?.expect(200);
        insta::assert_json_snapshot!("dialogs", dialogs, { ".result[].last_message.date" => "[date]" });
        let all = result(get(&hub, "/api/dialogs?archived=off").await?);
        assert_eq!(all.as_array().map(Vec::len), Some(2));
        assert_eq!(result(get(&hub, "/api/dialogs?archived=1").await?), json!([]));
        hub.stop().await?;
    }

    async fn members_are_listed_and_searched(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let new = NewChat::new("alice", "Readers").with(&["bob", "carol"]).named("readers");
        scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?;
        let all = result(get(&hub, "/api/participants?chat=@readers").await?);
        let mut names: Vec<_> = all.as_array().into_iter().flatten().map(|one| one["username"].to_string()).collect();
        names.sort();
        assert_eq!(names, ["\"alice\"", "\"bob\"", "\"carol\""]);
        let found = get(&hub, "/api/participants?chat=@readers&search=car&limit=10").await?.expect(200);
        insta::assert_json_snapshot!("participants", found);
        hub.stop().await?;
    }

    async fn a_group_is_made_and_deleted(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let made = ask(&hub, "POST /api/chats", &json!({ "title": "my-group" })).await?.expect(200);
        insta::assert_json_snapshot!("created", made, { ".result.id" => "[id]" });
        let channel = json!({ "title": "my-channel", "megagroup": false });
        assert_eq!(result(ask(&hub, "POST /api/chats", &channel).await?)["type"], "Channel");
        // The bare id that was answered names the group.
        let id = made["result"]["id"].to_string();
        let deleted = ask(&hub, "DELETE /api/chats", &json!({ "chat": id })).await?;
        assert_eq!(result(deleted), json!({ "ok": true }));
        let members: Vec<_> = hub.dc.chats().iter().map(|chat| chat.members.len()).collect();
        assert_eq!(members, [0, 1]);
        hub.stop().await?;
    }

    async fn chats_are_joined_and_left(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let new = NewChat::new("bob", "Readers").named("readers");
        let chat = scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?;
        let members = || hub.dc.chats().iter().map(|chat| chat.members.len()).collect::<Vec<_>>();
        let public = json!({ "chat": "@readers" });
        assert_eq!(result(ask(&hub, "POST /api/chats/join", &public).await?), json!({ "ok": true }));
        assert_eq!(members(), [2]);
        assert_eq!(result(ask(&hub, "POST /api/chats/leave", &public).await?), json!({ "ok": true }));
        assert_eq!(members(), [1]);
        let link = scripted(hub.dc.invite_link(&chat.to_string(), Terms::default()))?;
        let invited = ask(&hub, "POST /api/chats/invite", &json!({ "invite": link })).await?;
        assert_eq!(result(invited), json!({ "ok": true }));
        assert_eq!(members(), [2]);
        drop(ask(&hub, "POST /api/chats/leave", &public).await?.expect(200));
        // joinChat takes links too.
        assert_eq!(result(ask(&hub, "POST /api/chats/join", &json!({ "chat": link })).await?), json!({ "ok": true }));
        let wrong = ask(&hub, "POST /api/chats/invite", &json!({ "invite": "AbCdEfGhIj" })).await?;
        let refused = wrong.refused(502, "invite_invalid");
        assert_eq!(refused["detail"]["telegram_error"], "InviteHashInvalidError");
        hub.stop().await?;
    }

    async fn a_chat_that_nobody_knows_is_refused(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for chat in ["", "no such chat", "9999999999", "-1009999999999"] {
            let refused = ask(&hub, "POST /api/messages", &json!({ "chat": chat, "text": "x" })).await?;
            assert!(!why(refused, "chat_not_found").is_empty(), "{chat}");
        }
        drop(why(get(&hub, "/api/entities?chat=@nobody_at_all").await?, "chat_not_found"));
        let refused = ask(&hub, "POST /api/chats/leave", &json!({ "chat": "@bob" })).await?;
        drop(why(refused, "chat_not_found"));
        hub.stop().await?;
    }
}
