//! The account's chats: their list and members, making, joining, leaving and ending them.

use super::shared::{chat, ok};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{OK, Output, field, maybe};
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Method, Route, Tool};
use crate::http::input::{kind, request};
use crate::ops::chats::{CreateChat, DeleteChat, JoinChat, Joined, LeaveChat, ListParticipants};
use crate::ops::dialogs::ListDialogs;
use serde_json::{Value, json};

pub(super) static GET_DIALOGS: Tool = Tool {
    name: "get_dialogs",
    title: "List chats",
    description: "List the account's chats with unread counts, pinned ones first and then the \
                  newest.",
    action: Action::of::<GetDialogsArgs>(),
    output: Output::List(&Output::Dialog),
    hints: Hints::READS,
    route: Route::get("/api/dialogs"),
};

request! {
    struct GetDialogsArgs {
        /// How many chats at most.
        limit: u32 = kind::integer(1, 200).or(20),
        /// List the archived chats instead of the others.
        archived: bool = kind::flag().or(false),
    }
}

impl Arguments for GetDialogsArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = ListDialogs {
            session: call.session().await?,
            limit: self.limit,
            archived: self.archived,
        };
        let listed = call.run(op).await?;
        Ok(listed.iter().map(objects::dialog).collect())
    }
}

pub(super) static GET_PARTICIPANTS: Tool = Tool {
    name: "get_participants",
    title: "List members",
    description: "List the members of a group or channel. Large channels may show only some, or \
                  only to administrators.",
    action: Action::of::<GetParticipantsArgs>(),
    output: Output::List(&Output::Entity),
    hints: Hints::READS,
    route: Route::get("/api/participants"),
};

request! {
    struct GetParticipantsArgs {
        chat: String = chat(),
        /// How many members at most.
        limit: u32 = kind::integer(1, 1000).or(100),
        /// Only members whose name or username matches this.
        search: Option<String> = kind::text().optional(),
    }
}

impl Arguments for GetParticipantsArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = ListParticipants {
            session: call.session().await?,
            chat: self.chat,
            limit: self.limit,
            search: self.search,
        };
        let found = call.run(op).await?;
        Ok(found.iter().map(objects::entity).collect())
    }
}

pub(super) static CREATE_GROUP: Tool = Tool {
    name: "create_group",
    title: "Create a group or channel",
    description: "Create a supergroup, or a broadcast channel, that the account owns.",
    action: Action::of::<CreateGroupArgs>(),
    output: Output::Entity,
    hints: Hints::ADDS,
    route: Route::body(Method::Post, "/api/chats"),
};

request! {
    struct CreateGroupArgs {
        /// Its title, 1 to 255 characters.
        title: String = kind::text_of(1, 255),
        /// A supergroup; false for a broadcast channel.
        megagroup: bool = kind::flag().or(true),
    }
}

impl Arguments for CreateGroupArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = CreateChat {
            session: call.session().await?,
            title: self.title,
            about: String::new(),
            megagroup: self.megagroup,
        };
        Ok(objects::entity(&call.run(op).await?))
    }
}

pub(super) static DELETE_CHAT: Tool = Tool {
    name: "delete_chat",
    title: "Delete a group or channel",
    description: "Delete a group or channel that the account owns, for everybody and for good.",
    action: Action::of::<DeleteChatArgs>(),
    output: OK,
    hints: Hints::REMOVES,
    route: Route::body(Method::Delete, "/api/chats"),
};

request! {
    struct DeleteChatArgs {
        chat: String = chat(),
    }
}

impl Arguments for DeleteChatArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = DeleteChat {
            session: call.session().await?,
            chat: self.chat,
        };
        call.run(op).await?;
        Ok(ok())
    }
}

/// What joining answers.
const JOINED: Output = Output::Object(&[
    field("ok", "boolean", "Always true."),
    maybe(
        "pending",
        "boolean",
        "True when administrators have to agree first.",
    ),
]);

pub(super) static JOIN_CHAT: Tool = Tool {
    name: "join_chat",
    title: "Join a group or channel",
    description: "Join a public group or channel, or follow an invite link.",
    action: Action::of::<JoinChatArgs>(),
    output: JOINED,
    hints: Hints::SETS,
    route: Route::body(Method::Post, "/api/chats/join"),
};

request! {
    struct JoinChatArgs {
        chat: String = chat(),
    }
}

impl Arguments for JoinChatArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        join(call, self.chat).await
    }
}

pub(super) static JOIN_VIA_INVITE: Tool = Tool {
    name: "join_via_invite",
    title: "Follow an invite link",
    description: "Join a private group or channel by its invite link.",
    action: Action::of::<JoinViaInviteArgs>(),
    output: JOINED,
    hints: Hints::SETS,
    route: Route::body(Method::Post, "/api/chats/invite"),
};

request! {
    struct JoinViaInviteArgs {
        invite: String = kind::text_of(1, 256)
            .names_chat()
            .about("The link, such as https://t.me/+AbCd, or the part after the plus sign."),
    }
}

impl Arguments for JoinViaInviteArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        join(call, invite_link(&self.invite)).await
    }
}

/// A hash alone is no name of a chat, so it is put into a link.
fn invite_link(text: &str) -> String {
    let is_hash = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_hash {
        format!("https://t.me/joinchat/{text}")
    } else {
        text.to_owned()
    }
}

async fn join(call: &Call<'_>, chat: String) -> Result<Value, Error> {
    let session = call.session().await?;
    Ok(match call.run(JoinChat { session, chat }).await? {
        Joined::Member(_) => ok(),
        Joined::Requested => json!({ "ok": true, "pending": true }),
    })
}

pub(super) static LEAVE_CHAT: Tool = Tool {
    name: "leave_chat",
    title: "Leave a group or channel",
    description: "Leave a group or channel.",
    action: Action::of::<LeaveChatArgs>(),
    output: OK,
    hints: Hints::REMOVES,
    route: Route::body(Method::Post, "/api/chats/leave"),
};

request! {
    struct LeaveChatArgs {
        chat: String = chat(),
    }
}

impl Arguments for LeaveChatArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = LeaveChat {
            session: call.session().await?,
            chat: self.chat,
        };
        call.run(op).await?;
        Ok(ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_alone_becomes_a_link() {
        for (text, link) in [
            ("AbC-d_1", "https://t.me/joinchat/AbC-d_1"),
            ("15550000002", "https://t.me/joinchat/15550000002"),
            ("+AbCd", "+AbCd"),
            ("https://t.me/joinchat/x", "https://t.me/joinchat/x"),
        ] {
            assert_eq!(invite_link(text), link);
        }
    }
}
