//! Groups and channels: their members, and making, leaving and ending them.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{ChatKind, ChatTarget, Peer, SessionName};
use crate::ops::resolve::store_peers;
use crate::ops::{Ctx, Operation, Subject, accounts, chat};

/// Lists the members of a group or channel.
///
/// Source: <https://core.telegram.org/method/channels.getParticipants>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `write_forbidden` when only administrators may,
/// `flood_wait`, `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListParticipants {
    /// The account that looks.
    pub session: SessionName,
    /// The group or channel; for a private chat, its other side.
    pub chat: String,
    /// How many at most, 1 to 1000.
    pub limit: u32,
    /// Only members whose name or username has a word that begins so.
    pub search: Option<String>,
}

impl Operation for ListParticipants {
    const NAME: &'static str = "chats.participants";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<Peer>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let search = self.search.unwrap_or_default();
        let limit = self.limit as usize;
        let found = chat.link.participants(&chat.peer, &search, limit).await?;
        chat.keep(ctx, found.clone()).await?;
        Ok(found)
    }
}

/// Makes a supergroup or a broadcast channel.
///
/// Source: <https://core.telegram.org/method/channels.createChannel>.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct CreateChat {
    /// The account that will own it.
    pub session: SessionName,
    /// Its title, 1 to 255 characters.
    pub title: String,
    /// What it is about, up to 255 characters.
    pub about: String,
    /// A supergroup in which all members write, or a channel in which only administrators do.
    pub megagroup: bool,
}

impl Operation for CreateChat {
    const NAME: &'static str = "chats.create";
    const SCOPE: Scope = Scope::Send;
    type Output = Peer;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let made = link
            .create_channel(&self.title, &self.about, self.megagroup)
            .await?;
        store_peers(&ctx.hub, handle.id, vec![made.clone()]).await?;
        Ok(made)
    }
}

/// Deletes a supergroup, channel or basic group that the account owns, for everybody.
///
/// Source: <https://core.telegram.org/method/channels.deleteChannel>,
/// <https://core.telegram.org/method/messages.deleteChat>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `write_forbidden`, `flood_wait`,
/// `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct DeleteChat {
    /// The account that owns it.
    pub session: SessionName,
    /// The group or channel.
    pub chat: String,
}

impl Operation for DeleteChat {
    const NAME: &'static str = "chats.delete";
    const SCOPE: Scope = Scope::Send;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        chat::require(&chat.peer, &chat::GROUPS, "deleted for everybody")?;
        Ok(chat.link.delete_chat(&chat.peer).await?)
    }
}

/// Joins a public group or channel, or follows an invite link.
///
/// Source: <https://core.telegram.org/method/channels.joinChannel>,
/// <https://core.telegram.org/method/messages.importChatInvite>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `invite_invalid`, `flood_wait`, `telegram_error`
/// (such as `CHANNELS_TOO_MUCH`), `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct JoinChat {
    /// The account that joins.
    pub session: SessionName,
    /// A username, link or id; or an invite link such as `https://t.me/+AbCd`.
    pub chat: String,
}

/// What became of a wish to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The account is a member now, or was already.
    Member(Peer),
    /// The administrators have to agree first.
    Requested,
}

impl Operation for JoinChat {
    const NAME: &'static str = "chats.join";
    const SCOPE: Scope = Scope::Send;
    type Output = Joined;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let joined = if let Some(ChatTarget::Invite(hash)) = ChatTarget::parse(&self.chat) {
            Box::pin(link.follow_invite(&hash)).await?
        } else {
            let peer = chat::find(ctx, &handle, &link, &self.chat).await?;
            chat::require(&peer, &chat::GROUPS, "joined")?;
            if peer.peer_id.kind() == ChatKind::Channel {
                link.join(&peer).await?
            } else if link.is_member(&peer).await? {
                Some(peer)
            } else {
                let why = "the account is not in this basic group, which only an invite link or a \
                           member can let it join";
                return Err(Error::new(Code::ChatNotFound, why));
            }
        };
        match joined {
            Some(peer) => {
                store_peers(&ctx.hub, handle.id, vec![peer.clone()]).await?;
                Ok(Joined::Member(peer))
            }
            None => Ok(Joined::Requested),
        }
    }
}

/// Leaves a group or channel.
///
/// Source: <https://core.telegram.org/method/channels.leaveChannel>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `flood_wait`, `telegram_error`,
/// `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct LeaveChat {
    /// The account that leaves.
    pub session: SessionName,
    /// The group or channel.
    pub chat: String,
}

impl Operation for LeaveChat {
    const NAME: &'static str = "chats.leave";
    const SCOPE: Scope = Scope::Send;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        chat::require(&chat.peer, &chat::GROUPS, "left")?;
        Ok(chat.link.leave(&chat.peer).await?)
    }
}
