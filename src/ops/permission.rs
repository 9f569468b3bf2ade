//! Whether a caller may touch what an operation touches. Only [`crate::ops::call()`] asks.
//!
//! A chat is on a list when it is written the same way there, or when both names lead to the same
//! chat. It must not know the operations.

use crate::auth::{Caller, ChatList, ListedBy, Origin, Scope, Scopes};
use crate::error::{Code, Error};
use crate::model::{ChatId, ChatTarget, Peer, Reach, SessionName, StoredSession};
use crate::ops::peers::ResolveEntity;
use crate::ops::subject::{Sessions, Subject};
use crate::ops::{Ctx, Operation as _, accounts};
use crate::store::sessions;

/// What is to be done with a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// Refuses a caller who may not do such a thing at all.
///
/// # Errors
/// `invalid_key`, `insufficient_scope`, `tool_not_allowed`, `read_only`.
pub(super) fn check_scope(
    caller: &Caller,
    scope: Scope,
    tool: Option<&'static str>,
) -> Result<(), Error> {
    if !caller.has(scope) {
        return Err(lacks(caller, scope));
    }
    if scope == Scope::Public {
        return Ok(());
    }
    for limits in caller.limits() {
        if let Some(listed) = &limits.tools
            && !tool.is_some_and(|tool| listed.contains(tool))
        {
            let why = "The key is limited to some tools, and this is none of them";
            return Err(Error::new(Code::ToolNotAllowed, why));
        }
        if let Some(setting) = limits.read_only
            && !scope.only_reads()
        {
            let why = format!("This door is set to read only ({setting})");
            return Err(Error::new(Code::ReadOnly, why));
        }
    }
    Ok(())
}

/// The refusal of a caller without a scope, which says what is needed.
fn lacks(caller: &Caller, scope: Scope) -> Error {
    if caller.scopes() == Scopes::NONE {
        return Error::new(Code::InvalidKey, "Could not validate credentials");
    }
    let why = format!(
        "This needs the scope {}; the key has: {}",
        scope.as_str(),
        caller.scopes()
    );
    Error::new(Code::InsufficientScope, why)
}

/// Refuses a caller for whom the sessions are not there, or who may not touch the chats.
///
/// # Errors
/// `session_not_found`, `insufficient_scope`, `chat_not_allowed`, `chat_not_found`; those of
/// finding a chat.
pub(super) async fn check(ctx: &Ctx, scope: Scope, subject: &Subject) -> Result<(), Error> {
    check_bearer(&ctx.caller, scope, subject)?;
    check_sessions(ctx, subject).await?;
    for limits in ctx.caller.limits() {
        for (list, access, chats) in [
            (&limits.reads, Access::Read, &subject.reads),
            (&limits.writes, Access::Write, &subject.writes),
        ] {
            if !list.is_limited() {
                continue;
            }
            let concerns = scope.only_reads() == (access == Access::Read);
            // What a list names are chats of the hub's own accounts.
            let others = subject.others || subject.sessions == Sessions::Own;
            if concerns && others {
                let by = list.by();
                let why = format!("{by} limits this to chats that exist and are named");
                return Err(Error::new(Code::ChatNotAllowed, why));
            }
            if let Sessions::One(session) = &subject.sessions {
                for chat in chats {
                    check_chat(ctx, session, list, access, chat).await?;
                }
            }
        }
    }
    Ok(())
}

/// Who brings an account may call with that and with no other.
fn check_bearer(caller: &Caller, scope: Scope, subject: &Subject) -> Result<(), Error> {
    let own = scope == Scope::Public || subject.sessions == Sessions::Own;
    if caller.origin() == Origin::Bearer && !own {
        let why = "Could not validate credentials";
        return Err(Error::new(Code::InvalidKey, why));
    }
    Ok(())
}

async fn check_sessions(ctx: &Ctx, subject: &Subject) -> Result<(), Error> {
    let reach = ctx.caller.reach();
    match &subject.sessions {
        Sessions::One(name) => check_session(ctx, &reach, name, Missing::NotFound).await,
        Sessions::New(name) => check_session(ctx, &reach, name, Missing::Made).await,
        Sessions::All if !reach.is_whole() => Err(Error::new(
            Code::InsufficientScope,
            "This concerns all sessions, and the key is for some only",
        )),
        Sessions::None | Sessions::All | Sessions::Reached | Sessions::Own => Ok(()),
    }
}

/// What becomes of a session that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    NotFound,
    Made,
}

/// Another's session is not there, and what is nobody's is no tenant's either: a tenant cannot tell
/// the two apart.
async fn check_session(
    ctx: &Ctx,
    reach: &Reach,
    name: &SessionName,
    missing: Missing,
) -> Result<(), Error> {
    if !reach.names(name) {
        return Err(accounts::not_found());
    }
    let Some(tenant) = reach.tenant else {
        return Ok(());
    };
    let wanted = name.clone();
    let store = &ctx.hub.store;
    let owner = store.read(move |conn| sessions::owner_of_name(conn, &wanted));
    match owner.await? {
        Some(owner) if owner == Some(tenant) => Ok(()),
        None if missing == Missing::Made => Ok(()),
        Some(_) | None => Err(accounts::not_found()),
    }
}

/// Refuses a session that another tenant has made between the check and the making.
///
/// # Errors
/// `session_not_found`.
pub(super) fn check_owner(caller: &Caller, row: &StoredSession) -> Result<(), Error> {
    if caller.reach().includes(&row.name, row.owner) {
        return Ok(());
    }
    Err(accounts::not_found())
}

async fn check_chat(
    ctx: &Ctx,
    session: &SessionName,
    list: &ChatList,
    access: Access,
    chat: &str,
) -> Result<(), Error> {
    let wanted = form(chat);
    let mut listed = list.names().iter();
    if wanted.is_some() && listed.any(|listed| form(listed) == wanted) {
        return Ok(());
    }
    let refused = || refusal(list, access);
    let fresh = access == Access::Write;
    let found = match look_up(ctx, session, chat, fresh).await {
        Err(error) if leads_nowhere(&error) => return Err(refused()),
        found => found?,
    };
    let mut unsure = None;
    for listed in list.names() {
        if names(listed, &found) {
            return Ok(());
        }
        // Telegram has just said which usernames the chat has, and these are no others.
        if fresh && matches!(form(listed), Some(ChatTarget::Username(_))) {
            continue;
        }
        match look_up(ctx, session, listed, fresh).await {
            Ok(peer) if peer.peer_id == found.peer_id => return Ok(()),
            Err(error) if !leads_nowhere(&error) => unsure = Some(error),
            Ok(_) | Err(_) => {}
        }
    }
    Err(unsure.unwrap_or_else(refused))
}

/// What a key does not let its holder read is not there for it. Everything else is said openly.
fn refusal(list: &ChatList, access: Access) -> Error {
    if (list.by(), access) == (ListedBy::Key, Access::Read) {
        return Error::new(Code::ChatNotFound, "there is no such chat");
    }
    let why = format!("{} does not list this chat", list.by());
    Error::new(Code::ChatNotAllowed, why)
}

/// The chats that the caller may read, as far as they can be found: what a list of an operation
/// is to leave out is not among them.
///
/// # Errors
/// Those of finding a chat, but for one that cannot be found.
pub(super) async fn readable(ctx: &Ctx, session: Option<&SessionName>) -> Result<Readable, Error> {
    let mut readable = Readable::All;
    for limits in ctx.caller.limits() {
        if limits.reads.is_limited() {
            readable.narrow(found(ctx, session, &limits.reads).await?);
        }
    }
    Ok(readable)
}

/// The chats of a list that can be found.
async fn found(
    ctx: &Ctx,
    session: Option<&SessionName>,
    list: &ChatList,
) -> Result<Vec<ChatId>, Error> {
    let mut found = Vec::new();
    let Some(session) = session else {
        return Ok(found);
    };
    for listed in list.names() {
        match look_up(ctx, session, listed, false).await {
            Ok(peer) => found.push(peer.peer_id),
            // A name that leads nowhere costs look-ups for ever; the others are to stay readable.
            Err(error) if leads_nowhere(&error) || error.code == Code::RateLimited => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn look_up(ctx: &Ctx, session: &SessionName, chat: &str, fresh: bool) -> Result<Peer, Error> {
    let op = ResolveEntity {
        session: session.clone(),
        identifier: chat.to_owned(),
        fresh,
    };
    op.run(ctx).await
}

/// Which chats a list admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Readable {
    /// Every chat, for want of a list.
    All,
    /// These.
    Only(Vec<ChatId>),
}

impl Readable {
    /// Leaves out what is not among these as well.
    fn narrow(&mut self, chats: Vec<ChatId>) {
        *self = match std::mem::replace(self, Self::All) {
            Self::All => Self::Only(chats),
            Self::Only(mut both) => {
                both.retain(|chat| chats.contains(chat));
                Self::Only(both)
            }
        };
    }

    /// Whether a chat is among them.
    pub(super) fn admits(&self, chat: ChatId) -> bool {
        match self {
            Self::All => true,
            Self::Only(chats) => chats.contains(&chat),
        }
    }
}

/// Whether a listed name is one that the chat itself shows, which needs no look-up.
fn names(listed: &str, chat: &Peer) -> bool {
    match ChatTarget::parse(listed) {
        Some(ChatTarget::Marked(id)) => id == chat.peer_id,
        Some(ChatTarget::Username(name)) => chat
            .known_usernames()
            .any(|shown| shown.eq_ignore_ascii_case(&name)),
        _ => false,
    }
}

/// Whether nothing but the name is to blame that no chat was found.
fn leads_nowhere(error: &Error) -> bool {
    matches!(
        error.code,
        Code::ChatNotFound
            | Code::ChatAmbiguous
            | Code::InviteInvalid
            | Code::WriteForbidden
            | Code::TelegramError
    )
}

/// A name of a chat apart from its spelling.
fn form(chat: &str) -> Option<ChatTarget> {
    match ChatTarget::parse(chat)? {
        ChatTarget::Username(name) => Some(ChatTarget::Username(name.to_ascii_lowercase())),
        target => Some(target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Limits, Origin};
    use crate::model::KeyId;
    use std::sync::Arc;

    #[test]
    fn who_brings_an_account_may_call_with_no_other() {
        let name = SessionName::parse("other").expect("a name");
        let refused = |origin, scope, subject: &Subject| {
            check_bearer(&Caller::new(origin), scope, subject).is_err()
        };
        let own = Subject::own_account();
        for scope in [Scope::Read, Scope::Send, Scope::Manage] {
            assert!(!refused(Origin::Bearer, scope, &own), "{scope:?}");
            for others in [
                Subject::nothing(),
                Subject::session(&name),
                Subject::all_sessions(),
            ] {
                assert!(refused(Origin::Bearer, scope, &others), "{others:?}");
                assert!(!refused(Origin::Operator, scope, &others), "{others:?}");
            }
        }
        assert!(!refused(Origin::Bearer, Scope::Public, &Subject::nothing()));
    }

    #[test]
    fn who_may_change_nothing_may_still_read() {
        let limits = Limits {
            read_only: Some("HUB_TOOLS_READ_ONLY"),
            ..Limits::default()
        };
        let caller = Caller::new(Origin::Operator).within(Arc::new(limits));
        assert!(check_scope(&caller, Scope::Read, None).is_ok());
        for scope in [Scope::Send, Scope::Manage] {
            let refused = check_scope(&caller, scope, None).expect_err("refused");
            assert_eq!(refused.code, Code::ReadOnly);
            assert!(refused.message().contains("HUB_TOOLS_READ_ONLY"));
        }
    }

    #[test]
    fn a_refusal_names_the_scope_that_is_needed() {
        let scopes = Scopes::NONE.with(Scope::Read);
        let caller = Caller::with_key(KeyId(1), scopes, None, Limits::default());
        assert!(check_scope(&caller, Scope::Any, None).is_ok());
        let refused = check_scope(&caller, Scope::Send, None).expect_err("refused");
        assert_eq!(refused.code, Code::InsufficientScope);
        let said = "This needs the scope send; the key has: read";
        assert_eq!(refused.message(), said);
    }

    #[test]
    fn a_key_for_tools_opens_these_and_nothing_else() {
        let limits = Limits {
            tools: Some(["get_me".to_owned()].into()),
            ..Limits::default()
        };
        let caller = Caller::with_key(KeyId(1), Scopes::ALL, None, limits);
        assert!(check_scope(&caller, Scope::Read, Some("get_me")).is_ok());
        assert!(check_scope(&caller, Scope::Public, None).is_ok());
        for tool in [None, Some("get_messages")] {
            let refused = check_scope(&caller, Scope::Read, tool).expect_err("refused");
            assert_eq!(refused.code, Code::ToolNotAllowed, "{tool:?}");
        }
    }
}
