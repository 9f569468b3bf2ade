//! The lists of chats that the door is limited to.
//!
//! A chat is on a list when it is written the same way there, or when both names lead to the same
//! chat. An empty list limits nothing. It must not know the tools.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::model::ChatTarget;
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
        let found = self.look_up(chat).await;
        if let Ok(found) = found
            && self
                .allowed(access)
                .await?
                .iter()
                .any(|listed| is_same(listed, &found))
        {
            return Ok(());
        }
        Err(Error::new(
            Code::ChatNotAllowed,
            format!("{} does not list this chat", access.setting()),
        ))
    }

    /// The chats of a list, as far as they can be found.
    ///
    /// # Errors
    /// Those of finding a chat, but for one that cannot be found.
    pub(crate) async fn allowed(&self, access: Access) -> Result<Vec<EntityView>, Error> {
        let mut found = Vec::new();
        for listed in self.list(access) {
            match self.look_up(listed).await {
                Ok(entity) => found.push(entity),
                Err(error) if error.code == Code::ChatNotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn look_up(&self, chat: &str) -> Result<EntityView, Error> {
        let session = self.session().await?;
        let identifier = chat.to_owned();
        self.run(ResolveEntity {
            session,
            identifier,
        })
        .await
    }
}

/// Whether two views are of one chat. Users, groups and channels count from numbers of their own.
pub(crate) fn is_same(one: &EntityView, other: &EntityView) -> bool {
    let family = |kind: &'static str| kind.trim_end_matches("Forbidden");
    one.id == other.id && family(one.kind) == family(other.kind)
}

/// A name of a chat apart from its spelling.
fn form(chat: &str) -> Option<ChatTarget> {
    match ChatTarget::parse(chat)? {
        ChatTarget::Username(name) => Some(ChatTarget::Username(name.to_ascii_lowercase())),
        target => Some(target),
    }
}
