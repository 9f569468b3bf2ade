//! `/api/v3/folders`, and searching in one.

use super::{get, start, titles};
use crate::doors::scripted;
use crate::support::contract;
use grammers_tl_types::{enums, types};
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use local_dc::world::settings::Scope;
use serde_json::json;

/// A folder of these kinds.
fn folder(id: i32, title: &str) -> types::DialogFilter {
    let title = types::TextWithEntities {
        text: title.to_owned(),
        entities: Vec::new(),
    };
    types::DialogFilter {
        contacts: false,
        non_contacts: false,
        groups: false,
        broadcasts: false,
        bots: false,
        exclude_muted: false,
        exclude_read: false,
        exclude_archived: false,
        title_noanimate: false,
        id,
        title: title.into(),
        emoticon: None,
        color: None,
        pinned_peers: Vec::new(),
        include_peers: Vec::new(),
        exclude_peers: Vec::new(),
    }
}

fn user(number: i64) -> enums::InputPeer {
    types::InputPeerUser {
        user_id: 5_550_000_000 + number,
        access_hash: 0,
    }
    .into()
}

contract! {
    async fn folders_are_listed_in_their_order(db: TestDb) {
        let hub = start(db).await?;
        let all = json!({ "id": 0, "title": "All Chats", "is_default": true });
        assert_eq!(get(&hub, "/folders").await?.expect(200), json!([all]));
        let work = folder(3, "Work");
        let untitled = folder(2, "");
        scripted(hub.dc.set_filters("alice", vec![work.into(), untitled.into()]))?;
        let expected = json!([
            all,
            { "id": 3, "title": "Work", "is_default": false },
            { "id": 2, "title": "Folder 2", "is_default": false },
        ]);
        assert_eq!(get(&hub, "/folders").await?.expect(200), expected);
        hub.stop().await?;
    }

    async fn a_folder_has_the_chats_that_its_rules_say(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send("bob", "alice", "hey"))?;
        scripted(hub.dc.send("carol", "alice", "hey"))?;
        scripted(hub.dc.create_group(NewChat::new("alice", "Group").with(&["bob"])))?;
        let new = NewChat::new("alice", "Super");
        let supergroup = scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
        let new = NewChat::new("alice", "News");
        let news = scripted(hub.dc.create_channel(ChannelKind::Broadcast, new))?.to_string();
        scripted(hub.dc.read("alice", "carol"))?;
        scripted(hub.dc.archive("alice", &news, true))?;
        scripted(hub.dc.mute("alice", &supergroup, i32::MAX))?;
        scripted(hub.dc.mute_all("alice", Scope::Users, i32::MAX))?;
        let everything = |id, title| types::DialogFilter {
            contacts: true, non_contacts: true, groups: true, broadcasts: true, bots: true,
            ..folder(id, title)
        };
        let filters = vec![
            types::DialogFilter { include_peers: vec![user(2)], ..folder(2, "Named") },
            types::DialogFilter { pinned_peers: vec![user(3)], groups: true, ..folder(3, "Pinned") },
            types::DialogFilter { exclude_peers: vec![user(2)], non_contacts: true, ..folder(4, "Others") },
            types::DialogFilter { exclude_read: true, non_contacts: true, ..folder(5, "Unread") },
            types::DialogFilter { exclude_muted: true, ..everything(6, "Loud") },
            types::DialogFilter { exclude_archived: true, ..everything(7, "Near") },
            types::DialogFilter { broadcasts: true, ..folder(8, "Channels") },
            everything(9, "2024"),
        ];
        let mut filters: Vec<enums::DialogFilter> = filters.into_iter().map(Into::into).collect();
        let list = types::DialogFilterChatlist {
            has_my_invites: false,
            title_noanimate: false,
            id: 10,
            title: folder(10, "Shared").title,
            emoticon: None,
            color: None,
            pinned_peers: Vec::new(),
            include_peers: vec![user(3)],
        };
        filters.push(list.into());
        scripted(hub.dc.set_filters("alice", filters))?;
        for (wanted, expected) in [
            ("named", "Bob"),
            ("2", "Bob"),
            ("PINNED", "Carol Group Super"),
            ("Others", "Carol"),
            ("Unread", "Bob"),
            ("Loud", "Group News"),
            ("Near", "Bob Carol Group Super"),
            ("Channels", "News"),
            ("9", "Bob Carol Group News Super"),
            ("Shared", "Carol"),
            ("2024", "Bob Carol Group News Super"),
        ] {
            let found = titles(&hub, &format!("?sort=title&order=asc&folder={wanted}")).await?;
            assert_eq!(found.join(" "), expected, "{wanted}");
        }
        for nowhere in ["nowhere", "77", "99999999999999999999"] {
            let told = get(&hub, &format!("/search/dialogs?folder={nowhere}")).await?;
            let told = told.refused(404, "not_found");
            assert!(told["detail"].as_str().is_some_and(|why| why.contains(nowhere)), "{told}");
        }
        hub.stop().await?;
    }
}
