//! The lists of chats that the door is limited to.
//!
//! A chat is on a list when it is written the same way there, or when both names lead to the same
//! chat. An empty list limits nothing. It must not know the tools.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::model::{ChatId, ChatTarget};
use crate::ops::peers::{EntityView, ResolveEntity};

/// What is to be done with a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Look at it.
    Read,
    /// Change something in it.
    Write,
}

impl Access {
    const fn setting(self) -> &'static str {
        match self {
            Self::Read => "HUB_TOOLS_READ_CHATS",
            Self::Write => "HUB_TOOLS_WRITE_CHATS",
        }
    }
}

impl Call<'_> {
    fn list(&self, access: Access) -> &[String] {
        match access {
            Access::Read => &self.config().read_chats,
            Access::Write => &self.config().write_chats,
        }
    }

    /// Whether there is a list for this.
    pub(crate) fn is_limited(&self, access: Access) -> bool {
        !self.list(access).is_empty()
    }

    /// Refuses a chat that is not on the list.
    ///
    /// # Errors
    /// `chat_not_allowed`; those of finding the chat.
    pub(crate) async fn check_chat(&self, access: Access, chat: &str) -> Result<(), Error> {
        if !self.is_limited(access) {
            return Ok(());
        }
        let wanted = form(chat);
        if wanted.is_some()
            && self
                .list(access)
                .iter()
                .any(|listed| form(listed) == wanted)
        {
            return Ok(());
        }
        let refused = || {
            let why = format!("{} does not list this chat", access.setting());
            Error::new(Code::ChatNotAllowed, why)
        };
        let fresh = access == Access::Write;
        let found = match self.look_up(chat, fresh).await {
            Err(error) if leads_nowhere(&error) => return Err(refused()),
            found => found?,
        };
        let mut unsure = None;
        for listed in self.list(access) {
            if names(listed, &found) {
                return Ok(());
            }
            // Telegram has just said which usernames the chat has, and these are no others.
            if fresh && matches!(form(listed), Some(ChatTarget::Username(_))) {
                continue;
            }
            match self.look_up(listed, fresh).await {
                Ok(entity) if marked(&entity) == marked(&found) => return Ok(()),
                Err(error) if !leads_nowhere(&error) => unsure = Some(error),
                Ok(_) | Err(_) => {}
            }
        }
        Err(unsure.unwrap_or_else(refused))
    }

    /// The chats that a list admits, as far as they can be found.
    ///
    /// # Errors
    /// Those of finding a chat, but for one that cannot be found.
    pub(crate) async fn allowed(&self, access: Access) -> Result<Allowed, Error> {
        if !self.is_limited(access) {
            return Ok(Allowed::All);
        }
        let mut found = Vec::new();
        for listed in self.list(access) {
            match self.look_up(listed, false).await {
                Ok(entity) => found.push(marked(&entity)),
                // A name that leads nowhere costs look-ups for ever; the others are to stay readable.
                Err(error) if leads_nowhere(&error) || error.code == Code::RateLimited => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Allowed::Only(found))
    }

    async fn look_up(&self, chat: &str, fresh: bool) -> Result<EntityView, Error> {
        let session = self.session().await?;
        let identifier = chat.to_owned();
        self.run(ResolveEntity {
            session,
            identifier,
            fresh,
        })
        .await
    }
}

/// Which chats a list admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Every chat, for want of a list.
    All,
    /// These.
    Only(Vec<ChatId>),
}

impl Allowed {
    /// Whether a chat is among them.
    pub(crate) fn admits(&self, entity: &EntityView) -> bool {
        self.admits_id(marked(entity))
    }

    /// Whether the chat of this id is among them.
    pub(crate) fn admits_id(&self, chat: ChatId) -> bool {
        match self {
            Self::All => true,
            Self::Only(chats) => chats.contains(&chat),
        }
    }
}

/// Users, groups and channels count from numbers of their own.
fn marked(entity: &EntityView) -> ChatId {
    match entity.kind {
        "Chat" | "ChatForbidden" => ChatId::chat(entity.id),
        "Channel" | "ChannelForbidden" => ChatId::channel(entity.id),
        _ => ChatId::user(entity.id),
    }
}

/// Whether a listed name is one that the chat itself shows, which needs no look-up.
fn names(listed: &str, chat: &EntityView) -> bool {
    match ChatTarget::parse(listed) {
        Some(ChatTarget::Marked(id)) => id == marked(chat),
        Some(ChatTarget::Username(name)) => chat
            .usernames
            .iter()
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
