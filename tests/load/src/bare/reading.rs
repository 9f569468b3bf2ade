//! Reading a history on grammers alone: raw `messages.getHistory`, a page after the other.
//!
//! Owns the loop, oldest page first as the hub downloads one, with nothing stored and nothing made of
//! what comes. Source: <https://core.telegram.org/method/messages.getHistory>.

use super::{Phone, Sending};
use crate::Failure;
use grammers_client::tl;
use std::time::Instant;

/// How many messages a page has.
const PAGE: i32 = 100;

/// Reads all of a channel with the first phone.
pub async fn read(phones: &[Phone], username: &str) -> Result<Sending, Failure> {
    let client = &phones.first().ok_or("no phone")?.client;
    let resolve = tl::functions::contacts::ResolveUsername {
        username: username.to_owned(),
        referer: None,
    };
    let tl::enums::contacts::ResolvedPeer::Peer(found) = client.invoke(&resolve).await?;
    let channel = found.chats.into_iter().find_map(|chat| match chat {
        tl::enums::Chat::Channel(channel) => Some(channel),
        _ => None,
    });
    let channel = channel.ok_or("no channel has that username")?;
    let peer = tl::types::InputPeerChannel {
        channel_id: channel.id,
        access_hash: channel.access_hash.unwrap_or(0),
    };
    let started = Instant::now();
    let (mut offset_id, mut count, mut calls) = (1, 0_u64, Vec::new());
    loop {
        let request = tl::functions::messages::GetHistory {
            peer: peer.clone().into(),
            offset_id,
            offset_date: 0,
            add_offset: -PAGE,
            limit: PAGE,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        let called = Instant::now();
        let page = messages(client.invoke(&request).await?);
        calls.push(i64::try_from(called.elapsed().as_micros())?);
        let Some(last) = page.iter().map(tl::enums::Message::id).max() else {
            break;
        };
        count += u64::try_from(page.len())?;
        offset_id = last + 1;
    }
    let took = started.elapsed();
    let read = Sending::of(calls, took);
    let messages = u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Sending {
        count,
        per_second: f64::from(messages) / took.as_secs_f64().max(1e-9),
        ..read
    })
}

fn messages(answer: tl::enums::messages::Messages) -> Vec<tl::enums::Message> {
    use tl::enums::messages::Messages;
    match answer {
        Messages::Messages(page) => page.messages,
        Messages::Slice(page) => page.messages,
        Messages::ChannelMessages(page) => page.messages,
        Messages::NotModified(_) => Vec::new(),
    }
}
