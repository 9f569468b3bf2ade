//! The one table of tools, which the REST half and the MCP half both serve.
//!
//! Owns every tool's name, arguments, bounds, defaults, answer and the operation behind it. It
//! must not know how a call came in: paths name where REST finds a tool, and nothing else of HTTP
//! is here.

mod account;
mod captured;
mod chats;
mod files;
mod marks;
mod messages;
mod scheduled;
mod shared;

pub(crate) use files::{DOWNLOAD_MEDIA, DownloadMediaArgs, UPLOAD_FILE, UploadFileArgs};

use crate::http::doors::tools::tool::Tool;

/// Every tool: the fifteen of the original in its order, then the further ones.
pub(crate) static TOOLS: [&Tool; 27] = [
    &account::GET_ME,
    &account::GET_ENTITY,
    &messages::SEND_MESSAGE,
    &messages::GET_MESSAGES,
    &chats::GET_DIALOGS,
    &messages::FORWARD_MESSAGES,
    &messages::DELETE_MESSAGES,
    &messages::EDIT_MESSAGE,
    &messages::MARK_READ,
    &files::SEND_FILE,
    &chats::GET_PARTICIPANTS,
    &chats::CREATE_GROUP,
    &chats::DELETE_CHAT,
    &chats::JOIN_CHAT,
    &chats::LEAVE_CHAT,
    &messages::GET_MESSAGE,
    &marks::PIN_MESSAGE,
    &marks::UNPIN_MESSAGE,
    &marks::SET_REACTION,
    &marks::REMOVE_REACTION,
    &scheduled::LIST_SCHEDULED,
    &scheduled::CANCEL_SCHEDULED,
    &chats::JOIN_VIA_INVITE,
    &files::SEND_ALBUM,
    &DOWNLOAD_MEDIA,
    &account::LIST_SESSIONS,
    &captured::GET_CAPTURED_MESSAGES,
];

/// Every tool that REST has.
pub(crate) fn served() -> impl Iterator<Item = &'static Tool> {
    TOOLS.into_iter().chain([&UPLOAD_FILE])
}

/// The tool of that name.
pub(crate) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.into_iter().find(|tool| tool.name == name)
}

#[cfg(test)]
mod tests;
