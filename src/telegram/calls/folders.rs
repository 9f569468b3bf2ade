//! An account's folders, and how loud its chats are where nothing is set for them. Sources:
//! <https://core.telegram.org/method/messages.getDialogFilters>,
//! <https://core.telegram.org/method/account.getNotifySettings>.

use crate::model::{ChatId, Folder, FolderRules, Mutes, UtcTime};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

impl Link {
    /// `messages.getDialogFilters`, in their order; the list of all chats is among them.
    pub async fn folders(&self) -> Result<Vec<Folder>, Error> {
        let request = tl::functions::messages::GetDialogFilters {};
        let answer = self.invoke(&request).await?;
        let tl::enums::messages::DialogFilters::Filters(answer) = answer;
        let own = self.own();
        let mut folders: Vec<Folder> = answer
            .filters
            .into_iter()
            .map(|filter| folder(own, filter))
            .collect();
        // Telegram leaves it out where there are no others.
        if !folders.iter().any(|folder| folder.id == Folder::MAIN) {
            folders.insert(0, Folder::main());
        }
        Ok(folders)
    }

    /// `account.getNotifySettings` of each kind of chats.
    pub async fn mutes(&self) -> Result<Mutes, Error> {
        use tl::enums::InputNotifyPeer::{
            InputNotifyBroadcasts, InputNotifyChats, InputNotifyUsers,
        };
        Ok(Mutes {
            users: self.muted_until(InputNotifyUsers).await?,
            groups: self.muted_until(InputNotifyChats).await?,
            broadcasts: self.muted_until(InputNotifyBroadcasts).await?,
        })
    }

    async fn muted_until(
        &self,
        peer: tl::enums::InputNotifyPeer,
    ) -> Result<Option<UtcTime>, Error> {
        let request = tl::functions::account::GetNotifySettings { peer };
        Ok(convert::muted_until(&self.invoke(&request).await?))
    }
}

fn folder(own: Option<ChatId>, filter: tl::enums::DialogFilter) -> Folder {
    let named = |peers: &[tl::enums::InputPeer]| -> Vec<ChatId> {
        let peers = peers.iter();
        peers
            .filter_map(|peer| convert::input_chat_id(own, peer))
            .collect()
    };
    match filter {
        tl::enums::DialogFilter::Default => Folder::main(),
        tl::enums::DialogFilter::Filter(filter) => Folder {
            id: filter.id,
            title: text(filter.title),
            rules: FolderRules {
                included: named(&[filter.pinned_peers, filter.include_peers].concat()),
                excluded: named(&filter.exclude_peers),
                contacts: filter.contacts,
                non_contacts: filter.non_contacts,
                groups: filter.groups,
                broadcasts: filter.broadcasts,
                bots: filter.bots,
                exclude_muted: filter.exclude_muted,
                exclude_read: filter.exclude_read,
                exclude_archived: filter.exclude_archived,
                exclude_unarchived: false,
            },
        },
        tl::enums::DialogFilter::Chatlist(list) => Folder {
            id: list.id,
            title: text(list.title),
            rules: FolderRules {
                included: named(&[list.pinned_peers, list.include_peers].concat()),
                ..FolderRules::default()
            },
        },
    }
}

fn text(title: tl::enums::TextWithEntities) -> String {
    let tl::enums::TextWithEntities::Entities(title) = title;
    title.text
}
