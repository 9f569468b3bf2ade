//! Whether a caller may touch what an operation touches. Only [`crate::ops::call()`] asks.
//!
//! A chat is on a list when it is written the same way there, or when both names lead to the same
//! chat. It must not know the operations.

use crate::auth::{Caller, ChatList, Limits, Origin, Scope};
use crate::error::{Code, Error};
use crate::model::{ChatId, ChatTarget, Peer, SessionName};
use crate::ops::peers::ResolveEntity;
use crate::ops::subject::{Sessions, Subject};
use crate::ops::{Ctx, Operation as _, accounts};

/// What is to be done with a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// Refuses a caller who may not do such a thing at all.
///
/// # Errors
/// `invalid_key`, `read_only`.
pub(super) fn check_scope(caller: &Caller, scope: Scope) -> Result<(), Error> {
    if !caller.has(scope) {
        let why = "The key does not allow this operation";
        return Err(Error::new(Code::InvalidKey, why));
    }
    match caller.limits().read_only {
        Some(setting) if !scope.only_reads() => {
            let why = format!("This door is set to read only ({setting})");
            Err(Error::new(Code::ReadOnly, why))
        }
        _ => Ok(()),
    }
}

/// Refuses a caller for whom the sessions are not there, or who may not touch the chats.
///
/// # Errors
/// `session_not_found`, `invalid_request`, `chat_not_allowed`; those of finding a chat.
pub(super) async fn check(ctx: &Ctx, scope: Scope, subject: &Subject) -> Result<(), Error> {
    check_bearer(&ctx.caller, scope, subject)?;
    let limits = ctx.caller.limits();
    check_sessions(limits, subject)?;
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
            let setting = list.setting();
            let why = format!("{setting} limits this door to chats that exist and are named");
            return Err(Error::new(Code::ChatNotAllowed, why));
        }
        if let Sessions::One(session) = &subject.sessions {
            for chat in chats {
                check_chat(ctx, session, list, access, chat).await?;
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

fn check_sessions(limits: &Limits, subject: &Subject) -> Result<(), Error> {
    match &subject.sessions {
        Sessions::One(name) if !limits.has_session(name) => Err(accounts::not_found()),
        Sessions::All if limits.sessions.is_some() => Err(Error::new(
            Code::InvalidRequest,
            "the key is for some sessions only: name one of them",
        )),
        Sessions::None | Sessions::One(_) | Sessions::All | Sessions::Own => Ok(()),
    }
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
    let refused = || {
        let why = format!("{} does not list this chat", list.setting());
        Error::new(Code::ChatNotAllowed, why)
    };
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

/// The chats that the caller may read, as far as they can be found: what a list of an operation
/// is to leave out is not among them.
///
/// # Errors
/// Those of finding a chat, but for one that cannot be found.
pub(super) async fn readable(ctx: &Ctx, session: Option<&SessionName>) -> Result<Readable, Error> {
    let list = &ctx.caller.limits().reads;
    if !list.is_limited() {
        return Ok(Readable::All);
    }
    let Some(session) = session else {
        return Ok(Readable::Only(Vec::new()));
    };
    let mut found = Vec::new();
    for listed in list.names() {
        match look_up(ctx, session, listed, false).await {
            Ok(peer) => found.push(peer.peer_id),
            // A name that leads nowhere costs look-ups for ever; the others are to stay readable.
            Err(error) if leads_nowhere(&error) || error.code == Code::RateLimited => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Readable::Only(found))
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
    use crate::auth::Origin;
    use std::sync::Arc;

    #[test]
    fn a_session_that_is_not_the_callers_is_not_there() {
        let name = |name| SessionName::parse(name).expect("a name");
        let own = Limits {
            sessions: Some([name("own")].into()),
            ..Limits::default()
        };
        let refusal = |limits: &Limits, subject: &Subject| {
            let checked = check_sessions(limits, subject);
            checked.err().map(|error| error.code)
        };
        for (subject, refused) in [
            (Subject::nothing(), None),
            (Subject::session(&name("own")), None),
            (
                Subject::session(&name("other")),
                Some(Code::SessionNotFound),
            ),
            (Subject::all_sessions(), Some(Code::InvalidRequest)),
        ] {
            assert_eq!(refusal(&own, &subject), refused, "{subject:?}");
            assert_eq!(refusal(&Limits::default(), &subject), None, "{subject:?}");
        }
    }

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
        assert!(check_scope(&caller, Scope::Read).is_ok());
        for scope in [Scope::Send, Scope::Manage] {
            let refused = check_scope(&caller, scope).expect_err("refused");
            assert_eq!(refused.code, Code::ReadOnly);
            assert!(refused.message().contains("HUB_TOOLS_READ_ONLY"));
        }
    }
}
