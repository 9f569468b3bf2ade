//! Groups and channels: members, making, joining, leaving, ending. Sources:
//! <https://core.telegram.org/api/channel>, <https://core.telegram.org/api/invites>.

use crate::model::{ChatId, ChatKind, Peer};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;
use std::collections::HashMap;

/// How many members Telegram answers at most to one call.
const MEMBERS_A_CALL: i32 = 200;

impl Link {
    /// The members of a group or channel in Telegram's order, at most `limit`; only those with a
    /// name that has `search`, unless it is empty. A private chat has its other side.
    pub async fn participants(
        &self,
        peer: &Peer,
        search: &str,
        limit: usize,
    ) -> Result<Vec<Peer>, Error> {
        let mut members = match peer.peer_id.kind() {
            ChatKind::User => vec![peer.clone()],
            ChatKind::Chat => matching(self.group_members(peer).await?, search),
            ChatKind::Channel => self.channel_members(peer, search, limit).await?,
        };
        members.truncate(limit);
        Ok(members)
    }

    async fn channel_members(
        &self,
        peer: &Peer,
        search: &str,
        limit: usize,
    ) -> Result<Vec<Peer>, Error> {
        let mut members: Vec<Peer> = Vec::new();
        let mut offset = 0;
        while let Some(channel) = convert::input_channel(peer)
            && members.len() < limit
        {
            let wanted = i32::try_from(limit - members.len()).unwrap_or(MEMBERS_A_CALL);
            let request = tl::functions::channels::GetParticipants {
                channel,
                // An empty search lists more than the recent ones do.
                filter: tl::types::ChannelParticipantsSearch {
                    q: search.to_owned(),
                }
                .into(),
                offset,
                limit: wanted.min(MEMBERS_A_CALL),
                hash: 0,
            };
            let tl::enums::channels::ChannelParticipants::Participants(page) =
                self.invoke(&request).await?
            else {
                break;
            };
            let users: HashMap<ChatId, Peer> = convert::peers(&page.users, &page.chats)
                .into_iter()
                .map(|user| (user.peer_id, user))
                .collect();
            let found = page.participants.iter().filter_map(participant);
            members.extend(found.filter_map(|id| users.get(&id).cloned()));
            let count = i32::try_from(page.participants.len()).unwrap_or_default();
            offset += count;
            if count == 0 || offset >= page.count {
                break;
            }
        }
        Ok(members)
    }

    async fn group_members(&self, group: &Peer) -> Result<Vec<Peer>, Error> {
        let chat_id = convert::basic_group(group).ok_or(Error::WrongKind)?;
        let request = tl::functions::messages::GetFullChat { chat_id };
        let tl::enums::messages::ChatFull::Full(full) = self.invoke(&request).await?;
        let tl::enums::ChatFull::Full(info) = &full.full_chat else {
            return Ok(Vec::new());
        };
        let tl::enums::ChatParticipants::Participants(list) = &info.participants else {
            return Ok(Vec::new());
        };
        let users = convert::peers(&full.users, &[]);
        let members = list.participants.iter().filter_map(|member| {
            let id = ChatId::user(match member {
                tl::enums::ChatParticipant::Participant(member) => member.user_id,
                tl::enums::ChatParticipant::Creator(member) => member.user_id,
                tl::enums::ChatParticipant::Admin(member) => member.user_id,
            });
            users.iter().find(|user| user.peer_id == id).cloned()
        });
        Ok(members.collect())
    }

    /// `channels.createChannel`: a supergroup, or a broadcast channel.
    pub async fn create_channel(
        &self,
        title: &str,
        about: &str,
        megagroup: bool,
    ) -> Result<Peer, Error> {
        let request = tl::functions::channels::CreateChannel {
            broadcast: !megagroup,
            megagroup,
            for_import: false,
            forum: false,
            title: title.to_owned(),
            about: about.to_owned(),
            geo_point: None,
            address: None,
            ttl_period: None,
        };
        let answer = self.invoke_leniently(&request).await?;
        first_chat(&answer.value).ok_or_else(|| {
            Error::Unreachable("channels.createChannel answered without the channel".into())
        })
    }

    /// `channels.deleteChannel` or `messages.deleteChat`, for everybody.
    pub async fn delete_chat(&self, peer: &Peer) -> Result<(), Error> {
        if let Some(channel) = convert::input_channel(peer) {
            let request = tl::functions::channels::DeleteChannel { channel };
            self.carried_out(&request).await.map(drop)
        } else {
            let chat_id = convert::basic_group(peer).ok_or(Error::WrongKind)?;
            let request = tl::functions::messages::DeleteChat { chat_id };
            self.invoke(&request).await.map(drop)
        }
    }

    /// `channels.joinChannel`. `None` when the administrators have to agree first.
    pub async fn join(&self, peer: &Peer) -> Result<Option<Peer>, Error> {
        let channel = convert::input_channel(peer).ok_or(Error::WrongKind)?;
        let request = tl::functions::channels::JoinChannel { channel };
        match self.invoke(&request).await {
            Ok(_) => Ok(Some(peer.clone())),
            Err(error) if error.is("USER_ALREADY_PARTICIPANT") => Ok(Some(peer.clone())),
            Err(error) if error.is("INVITE_REQUEST_SENT") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `messages.getChats`: whether the account is in a basic group.
    pub async fn is_member(&self, group: &Peer) -> Result<bool, Error> {
        let wanted = convert::basic_group(group).ok_or(Error::WrongKind)?;
        let id = vec![wanted];
        let chats = match self.invoke(&tl::functions::messages::GetChats { id }).await {
            Ok(tl::enums::messages::Chats::Chats(list)) => list.chats,
            Ok(tl::enums::messages::Chats::Slice(list)) => list.chats,
            Err(error) if error.is("CHAT_ID_INVALID") || error.refuses_hash() => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok(chats.iter().any(|chat| match chat {
            tl::enums::Chat::Chat(chat) => chat.id == wanted && !chat.left && !chat.deactivated,
            _ => false,
        }))
    }

    /// `messages.importChatInvite`. `None` when the administrators have to agree first.
    pub async fn follow_invite(&self, hash: &str) -> Result<Option<Peer>, Error> {
        let request = tl::functions::messages::ImportChatInvite {
            hash: hash.to_owned(),
        };
        match self.invoke(&request).await {
            Ok(tl::enums::messages::ChatInviteJoinResult::Ok(joined)) => {
                first_chat(&joined.updates).map(Some).ok_or_else(|| {
                    Error::Unreachable("messages.importChatInvite answered without a chat".into())
                })
            }
            Ok(tl::enums::messages::ChatInviteJoinResult::WebView(_)) => Ok(None),
            Err(error) if error.is("USER_ALREADY_PARTICIPANT") => self.invited_chat(hash).await,
            Err(error) if error.is("INVITE_REQUEST_SENT") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `messages.checkChatInvite`: the chat behind an invite link, if the account is in it.
    pub async fn invited_chat(&self, hash: &str) -> Result<Option<Peer>, Error> {
        let request = tl::functions::messages::CheckChatInvite {
            hash: hash.to_owned(),
        };
        Ok(match self.invoke(&request).await? {
            tl::enums::ChatInvite::Already(already) => convert::chat(&already.chat),
            tl::enums::ChatInvite::Peek(_) | tl::enums::ChatInvite::Invite(_) => None,
        })
    }

    /// `channels.leaveChannel`, or `messages.deleteChatUser` of the account itself.
    pub async fn leave(&self, peer: &Peer) -> Result<(), Error> {
        if let Some(channel) = convert::input_channel(peer) {
            let request = tl::functions::channels::LeaveChannel { channel };
            self.carried_out(&request).await.map(drop)
        } else {
            let request = tl::functions::messages::DeleteChatUser {
                revoke_history: false,
                chat_id: convert::basic_group(peer).ok_or(Error::WrongKind)?,
                user_id: tl::enums::InputUser::UserSelf,
            };
            self.carried_out(&request).await.map(drop)
        }
    }
}

fn first_chat(answer: &tl::enums::Updates) -> Option<Peer> {
    convert::update_chats(answer).iter().find_map(convert::chat)
}

/// The users whose names have `search`, whatever the case.
fn matching(users: Vec<Peer>, search: &str) -> Vec<Peer> {
    let wanted = search.to_lowercase();
    let has = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.to_lowercase().contains(&wanted))
    };
    users
        .into_iter()
        .filter(|user| wanted.is_empty() || has(&user.name) || has(&user.username))
        .collect()
}

fn participant(member: &tl::enums::ChannelParticipant) -> Option<ChatId> {
    use tl::enums::ChannelParticipant as Member;
    match member {
        Member::Participant(member) => Some(ChatId::user(member.user_id)),
        Member::ParticipantSelf(member) => Some(ChatId::user(member.user_id)),
        Member::Creator(member) => Some(ChatId::user(member.user_id)),
        Member::Admin(member) => Some(ChatId::user(member.user_id)),
        Member::Banned(member) => Some(convert::chat_id(&member.peer)),
        Member::Left(_) => None,
    }
}
