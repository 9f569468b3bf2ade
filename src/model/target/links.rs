//! The links that lead to a chat.
//!
//! It owns their forms: `t.me` and its kin, `tg:`, and the addresses of the web clients. Sources:
//! <https://core.telegram.org/api/links> for the first two; the web clients write the marked id or
//! the username behind `#`, and the one at `/k/` writes channels like basic groups.

use super::{ChatTarget, bare, invite, marked, phone, username, without_scheme};
use crate::model::ChatId;

/// The hosts of links into Telegram.
const HOSTS: [&str; 3] = ["t.me", "telegram.me", "telegram.dog"];

/// Subdomains of `t.me` that belong to nobody.
const NOBODYS_HOSTS: [&str; 5] = ["www", "web", "addstickers", "joinchat", "proxy"];

/// First parts of a path that lead to something else than a chat, though each could be a username.
const OTHER_THINGS: [&str; 18] = [
    "addemoji",
    "addlist",
    "addstickers",
    "addstyle",
    "addtheme",
    "boost",
    "call",
    "confirmphone",
    "contact",
    "giftcode",
    "invoice",
    "login",
    "msg",
    "nft",
    "proxy",
    "setlanguage",
    "share",
    "socks",
];

/// The chat of a link. `None` when the text is no link of Telegram's, or one that leads to no chat
/// or to more than one. No link has the form of another name.
pub(super) fn read(text: &str) -> Option<ChatTarget> {
    if let Some(rest) = without_scheme(text, "tg:") {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        return of_app(rest);
    }
    let rest = without_scheme(text, "https://").or_else(|| without_scheme(text, "http://"));
    let rest = rest.unwrap_or(text);
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.to_ascii_lowercase();
    if host == "web.telegram.org" {
        return of_web(path);
    }
    if HOSTS.contains(&host.strip_prefix("www.").unwrap_or(&host)) {
        return of_path(path);
    }
    let owner = host.strip_suffix(".t.me")?;
    // The name as it was written.
    let owner = rest
        .get(..owner.len())
        .filter(|_| !NOBODYS_HOSTS.contains(&owner));
    owner.and_then(username).map(ChatTarget::Username)
}

fn of_path(path: &str) -> Option<ChatTarget> {
    let mut parts = path.strip_prefix('/')?.split(['/', '?', '#']);
    match parts.next()? {
        "joinchat" => invite(parts.next()?),
        // A private channel: its id, then the number of a message.
        "c" => channel(parts.next()?),
        // A channel's posts, shown to everybody.
        "s" => username(parts.next()?).map(ChatTarget::Username),
        first => match first.strip_prefix('+') {
            Some(rest) => phone(rest).or_else(|| invite(rest)),
            None if OTHER_THINGS.contains(&first.to_ascii_lowercase().as_str()) => None,
            None => username(first).map(ChatTarget::Username),
        },
    }
}

fn of_app(link: &str) -> Option<ChatTarget> {
    let (action, query) = link.split_once('?')?;
    let action = action.strip_suffix('/').unwrap_or(action);
    let query = query.split('#').next()?;
    // Of several that say who is meant, none is taken.
    let only = |names: &[&str]| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut named = pairs.filter(|(name, _)| names.contains(name));
        named.next().filter(|_| named.next().is_none())
    };
    match action.to_ascii_lowercase().as_str() {
        "resolve" => match only(&["domain", "phone"])? {
            ("domain", name) => username(name).map(ChatTarget::Username),
            (_, digits) => phone(digits),
        },
        "user" => only(&["id"]).and_then(|(_, id)| user(id)),
        "join" => only(&["invite"]).and_then(|(_, hash)| invite(hash)),
        "privatepost" => only(&["channel"]).and_then(|(_, id)| channel(id)),
        "openmessage" => match only(&["user_id", "chat_id"])? {
            ("user_id", id) => user(id),
            (_, id) => bare(id).map(|id| ChatTarget::Marked(ChatId::chat(id))),
        },
        _ => None,
    }
}

fn of_web(path: &str) -> Option<ChatTarget> {
    let (client, chat) = path.split_once('#')?;
    let client = client.trim_matches('/');
    if let Some(name) = chat.strip_prefix('@') {
        return username(name).map(ChatTarget::Username);
    }
    if chat.starts_with('-') {
        return marked(chat).filter(|_| matches!(client, "a" | "z"));
    }
    user(chat)
}

fn user(id: &str) -> Option<ChatTarget> {
    bare(id).map(|id| ChatTarget::Marked(ChatId::user(id)))
}

fn channel(id: &str) -> Option<ChatTarget> {
    bare(id).map(|id| ChatTarget::Marked(ChatId::channel(id)))
}
