//! The account's chats: their list and members, making, joining, leaving and ending them.

use super::shared::{CHAT, ok};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Arguments, OK, Output, Param, field, maybe};
use crate::http::doors::tools::tool::{Hints, Method, Route, Tool};
use crate::ops::chats::{CreateChat, DeleteChat, JoinChat, Joined, LeaveChat, ListParticipants};
use crate::ops::dialogs::ListDialogs;
use serde_json::{Value, json};

pub(super) static GET_DIALOGS: Tool = Tool {
    name: "get_dialogs",
    title: "List chats",
    description: "List the account's chats with unread counts, pinned ones first and then the \
                  newest.",
    params: &[
        Param::integer("limit", 1, 200, "How many chats at most.").or(20),
        Param::flag(
            "archived",
            false,
            "List the archived chats instead of the others.",
        ),
    ],
    output: Output::List(&Output::Dialog),
    hints: Hints::READS,
    chats: &[],
    route: Route::get("/api/dialogs"),
    run: |call, given| Box::pin(get_dialogs(call, given)),
};

async fn get_dialogs(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = ListDialogs {
        session: call.session().await?,
        limit: given.count("limit"),
        archived: given.flag("archived"),
    };
    let listed = call.run(op).await?;
    Ok(listed.iter().map(objects::dialog).collect())
}

pub(super) static GET_PARTICIPANTS: Tool = Tool {
    name: "get_participants",
    title: "List members",
    description: "List the members of a group or channel. Large channels may show only some, or \
                  only to administrators.",
    params: &[
        CHAT,
        Param::integer("limit", 1, 1000, "How many members at most.").or(100),
        Param::text(
            "search",
            "Only members whose name or username matches this.",
        )
        .optional(),
    ],
    output: Output::List(&Output::Entity),
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::get("/api/participants"),
    run: |call, given| Box::pin(get_participants(call, given)),
};

async fn get_participants(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = ListParticipants {
        session: call.session().await?,
        chat: given.text("chat"),
        limit: given.count("limit"),
        search: given.optional_text("search"),
    };
    let found = call.run(op).await?;
    Ok(found.iter().map(objects::entity).collect())
}

pub(super) static CREATE_GROUP: Tool = Tool {
    name: "create_group",
    title: "Create a group or channel",
    description: "Create a supergroup, or a broadcast channel, that the account owns.",
    params: &[
        Param::text_of("title", 1, 255, "Its title, 1 to 255 characters."),
        Param::flag(
            "megagroup",
            true,
            "A supergroup; false for a broadcast channel.",
        ),
    ],
    output: Output::Entity,
    hints: Hints::ADDS,
    chats: &[],
    route: Route::body(Method::Post, "/api/chats"),
    run: |call, given| Box::pin(create_group(call, given)),
};

async fn create_group(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = CreateChat {
        session: call.session().await?,
        title: given.text("title"),
        about: String::new(),
        megagroup: given.flag("megagroup"),
    };
    Ok(objects::entity(&call.run(op).await?))
}

pub(super) static DELETE_CHAT: Tool = Tool {
    name: "delete_chat",
    title: "Delete a group or channel",
    description: "Delete a group or channel that the account owns, for everybody and for good.",
    params: &[CHAT],
    output: OK,
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Delete, "/api/chats"),
    run: |call, given| Box::pin(delete_chat(call, given)),
};

async fn delete_chat(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let session = call.session().await?;
    let chat = given.text("chat");
    call.run(DeleteChat { session, chat }).await?;
    Ok(ok())
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
    params: &[CHAT],
    output: JOINED,
    hints: Hints::SETS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/chats/join"),
    run: |call, given| Box::pin(join(call, given.text("chat"))),
};

pub(super) static JOIN_VIA_INVITE: Tool = Tool {
    name: "join_via_invite",
    title: "Follow an invite link",
    description: "Join a private group or channel by its invite link.",
    params: &[Param::text_of(
        "invite",
        1,
        256,
        "The link, such as https://t.me/+AbCd, or the part after the plus sign.",
    )],
    output: JOINED,
    hints: Hints::SETS,
    chats: &["invite"],
    route: Route::body(Method::Post, "/api/chats/invite"),
    run: |call, given| Box::pin(join(call, invite_link(&given.text("invite")))),
};

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
    params: &[CHAT],
    output: OK,
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/chats/leave"),
    run: |call, given| Box::pin(leave_chat(call, given)),
};

async fn leave_chat(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let session = call.session().await?;
    let chat = given.text("chat");
    call.run(LeaveChat { session, chat }).await?;
    Ok(ok())
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
