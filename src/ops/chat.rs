//! One chat of one account, found and ready for calls.

use crate::error::{Code, Error};
use crate::model::{
    CapturedBatch, ChatId, ChatKind, Deletion, MessageId, Peer, SessionId, SessionName, UtcTime,
};
use crate::ops::calling::{Account, AccountSource};
use crate::ops::resolve::{Memory, Resolved, Resolver, store_peers};
use crate::ops::{Ctx, accounts};
use crate::session::SessionHandle;
use crate::store::messages;
use crate::telegram::{CallOptions, Link, MessageOf, MessagesOf, Places};
use std::sync::Arc;

/// An account's view of a chat.
#[derive(Clone)]
pub(super) struct OpenChat {
    /// The account's session.
    pub(super) handle: SessionHandle,
    /// Its link.
    pub(super) link: Link,
    /// How patient calls over later links are.
    pub(super) options: CallOptions,
    /// The chat, with what calls need of it.
    pub(super) peer: Peer,
    /// The basic group that was named, when the chat is the supergroup in its place.
    pub(super) upgraded: Option<ChatId>,
}

/// The same for one who only reads, be it a session or a guest.
pub(super) struct SeenChat {
    /// Who reads.
    account: Account,
    /// Its link.
    pub(super) link: Link,
    /// The chat, with what calls need of it.
    pub(super) peer: Peer,
    /// The basic group that was named, when the chat is the supergroup in its place.
    upgraded: Option<ChatId>,
}

/// Finds the chat that a client's text names.
pub(super) async fn open(ctx: &Ctx, session: &SessionName, text: &str) -> Result<OpenChat, Error> {
    let (handle, link) = accounts::online(ctx, session).await?;
    let account = Account::Session(handle.clone());
    let found = locate(ctx, &account, &link, text).await?;
    Ok(OpenChat {
        handle,
        link,
        options: ctx.options.clone(),
        peer: found.peer,
        upgraded: found.upgraded,
    })
}

/// Finds it to look at it.
pub(super) async fn look(
    ctx: &Ctx,
    source: &impl AccountSource,
    text: &str,
) -> Result<SeenChat, Error> {
    let (account, link) = source.account(ctx).await?;
    let found = locate(ctx, &account, &link, text).await?;
    Ok(SeenChat {
        account,
        link,
        peer: found.peer,
        upgraded: found.upgraded,
    })
}

/// The refusal of numbers that are of no message of the chat.
pub(super) fn not_here(field: &str, ids: &[MessageId]) -> Error {
    let numbers: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let numbers = numbers.join(", ");
    let why = format!("{field}: no message of the chat has the number {numbers}; nothing was done");
    Error::new(Code::MessageNotFound, why)
}

/// Finds another chat of the same account.
pub(super) async fn find(
    ctx: &Ctx,
    handle: &SessionHandle,
    link: &Link,
    text: &str,
) -> Result<Peer, Error> {
    let account = Account::Session(handle.clone());
    Ok(locate(ctx, &account, link, text).await?.peer)
}

pub(super) async fn locate(
    ctx: &Ctx,
    account: &Account,
    link: &Link,
    text: &str,
) -> Result<Resolved, Error> {
    let resolver = Resolver {
        hub: &ctx.hub,
        account,
        link,
    };
    let found = resolver.chat(text, ctx.purpose).await?;
    ctx.used.note(account, &found.peer);
    Ok(found)
}

/// Refuses a chat of another kind than the operation takes, before anything is called: the bare id
/// of one kind may be that of another chat of another kind.
pub(super) fn require(peer: &Peer, kinds: &[ChatKind], doing: &str) -> Result<(), Error> {
    let kind = match peer.peer_id.kind() {
        kind if kinds.contains(&kind) => return Ok(()),
        ChatKind::User => "a private chat",
        ChatKind::Chat => "a basic group",
        ChatKind::Channel => "a supergroup or channel",
    };
    Err(Error::new(
        Code::ChatNotFound,
        format!("{kind} cannot be {doing}"),
    ))
}

/// All kinds of chats that have members.
pub(super) const GROUPS: [ChatKind; 2] = [ChatKind::Chat, ChatKind::Channel];

impl OpenChat {
    /// The numbers as ones of this chat. Those of no message at all are left out, as Telegram
    /// leaves them out in channels.
    ///
    /// # Errors
    /// `message_not_found` with the field and the numbers that are of messages of other chats.
    /// Where they are is not told.
    pub(super) async fn messages(
        &self,
        ctx: &Ctx,
        field: &str,
        ids: Vec<MessageId>,
    ) -> Result<MessagesOf, Error> {
        self.refuse_old(ctx, field, &ids).await?;
        let logged = self.places(ctx, &ids).await?;
        let found = self.link.messages_of(&self.peer, ids, &logged).await?;
        found.map_err(|foreign| not_here(field, &foreign))
    }

    /// The same for one number.
    pub(super) async fn message(
        &self,
        ctx: &Ctx,
        field: &str,
        id: MessageId,
    ) -> Result<MessageOf, Error> {
        self.refuse_old(ctx, field, &[id]).await?;
        let logged = self.places(ctx, &[id]).await?;
        let found = self.link.message_of(&self.peer, id, &logged).await?;
        found.ok_or_else(|| not_here(field, &[id]))
    }

    /// Refuses numbers from before the upgrade of a group that was named by its old id: in the
    /// supergroup they would be those of other messages.
    ///
    /// # Errors
    /// `message_not_found` with the field, the numbers and the supergroup.
    pub(super) async fn refuse_old(
        &self,
        ctx: &Ctx,
        field: &str,
        ids: &[MessageId],
    ) -> Result<(), Error> {
        let Some(group) = self.upgraded else {
            return Ok(());
        };
        let places = self.link.places(ids, &self.logged(ctx, ids).await?).await?;
        check_new(field, ids, &places, (group, self.peer.peer_id))
    }

    async fn places(&self, ctx: &Ctx, ids: &[MessageId]) -> Result<Places, Error> {
        if self.peer.peer_id.kind() == ChatKind::Channel {
            return Ok(Places::new());
        }
        self.logged(ctx, ids).await
    }

    /// Where the log has these numbers. A number outside of channels never moves to another chat.
    async fn logged(&self, ctx: &Ctx, ids: &[MessageId]) -> Result<Places, Error> {
        logged(ctx, self.handle.id, ids).await
    }

    /// The account's link as it is now: a long operation may outlive one.
    pub(super) async fn link(&self) -> Result<Link, Error> {
        accounts::link(&self.handle, &self.options).await
    }

    /// Marks captured messages as deleted. Telegram tells an account nothing of what it has
    /// deleted itself outside of channels.
    pub(super) async fn note_deleted(&self, ctx: &Ctx, deleted: &MessagesOf) -> Result<(), Error> {
        let chat = deleted.peer().peer_id;
        let channel = Some(chat).filter(|chat| chat.kind() == ChatKind::Channel);
        let batch = CapturedBatch {
            links: Vec::new(),
            session_id: self.handle.id,
            peers: Vec::new(),
            messages: Vec::new(),
            unreadable: Vec::new(),
            deletions: vec![Deletion {
                channel,
                message_ids: deleted.ids().to_vec(),
            }],
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: false,
            coverage: None,
        };
        let writer = &ctx.hub.registry.context().writer;
        writer.commit(Arc::new(batch)).await?;
        Ok(())
    }

    /// Stores the peers that an answer brought, so that they can be called by their ids.
    pub(super) async fn keep(&self, ctx: &Ctx, peers: Vec<Peer>) -> Result<(), Error> {
        store_peers(&ctx.hub, self.handle.id, peers).await
    }
}

impl SeenChat {
    /// Keeps the peers that an answer brought, so that they can be called by their ids.
    pub(super) async fn keep(&self, ctx: &Ctx, peers: Vec<Peer>) -> Result<(), Error> {
        Memory::of(&ctx.hub, &self.account).keep(peers).await
    }

    /// The same as [`OpenChat::refuse_old`]. A guest has no log.
    pub(super) async fn refuse_old(
        &self,
        ctx: &Ctx,
        field: &str,
        ids: &[MessageId],
    ) -> Result<(), Error> {
        let Some(group) = self.upgraded else {
            return Ok(());
        };
        let logged = match &self.account {
            Account::Session(handle) => logged(ctx, handle.id, ids).await?,
            Account::Guest(_) => Places::new(),
        };
        let places = self.link.places(ids, &logged).await?;
        check_new(field, ids, &places, (group, self.peer.peer_id))
    }
}

async fn logged(ctx: &Ctx, id: SessionId, ids: &[MessageId]) -> Result<Places, Error> {
    let wanted = ids.to_vec();
    let read = move |conn: &mut _| messages::places(conn, id, &wanted);
    Ok(ctx.hub.store.read(read).await?.into_iter().collect())
}

/// Refuses numbers of a group from before its upgrade.
fn check_new(
    field: &str,
    ids: &[MessageId],
    places: &Places,
    (group, now): (ChatId, ChatId),
) -> Result<(), Error> {
    let old = ids.iter().filter(|id| places.get(*id) == Some(&group));
    let old: Vec<String> = old.map(ToString::to_string).collect();
    if old.is_empty() {
        return Ok(());
    }
    let old = old.join(", ");
    let why = format!(
        "{field}: {old} is of the group {group} from before it was upgraded to {now}, whose \
         messages have numbers of their own; nothing was done"
    );
    Err(Error::new(Code::MessageNotFound, why))
}
