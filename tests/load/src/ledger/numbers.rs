//! Calls about messages by number: of the chat that is named, of other chats, of none.
//!
//! Owns the choice of the chat and the number, and notes which message each call may touch.

use super::client::written;
use super::crowd::OWN;
use super::steps::{Run, Sent};
use super::verdict::{Deed, Touch};
use crate::Failure;
use reqwest::Method;
use serde_json::{Value, json};

impl Run<'_> {
    /// Deletes, edits, forwards or pins by a number that may be of another chat.
    pub(super) async fn call_by_number(&mut self) -> Result<(), Failure> {
        if self.sent.is_empty() {
            return Ok(());
        }
        let named = self.sent[self.rng.usize(..self.sent.len())].clone();
        let (number, token) = match self.rng.u8(..4) {
            0 => (named.number, named.token.clone()),
            1 => (self.rng.i32(1..600), String::new()),
            _ => {
                let other = &self.sent[self.rng.usize(..self.sent.len())];
                (other.number, String::new())
            }
        };
        let (deed, method, path, body) = self.call(&named, number, &token);
        // The number of a message from before its group was upgraded is none of the supergroup's.
        let place = if number == named.number {
            named.place
        } else {
            self.crowd.today(named.place)
        };
        self.touched.push(Touch {
            place,
            number,
            deed,
        });
        self.outcome.changes += 1;
        if let Err(code) = self.caller.ask(method, &path, &body).await? {
            *self.outcome.changes_refused.entry(code).or_default() += 1;
        }
        Ok(())
    }

    fn call(&mut self, named: &Sent, number: i32, token: &str) -> (Deed, Method, String, Value) {
        let chat = written(&named.chat);
        match self.rng.u8(..4) {
            0 => (
                Deed::Delete,
                Method::DELETE,
                "/api/messages".to_owned(),
                json!({ "chat": chat, "message_ids": [number] }),
            ),
            1 => (
                Deed::Edit,
                Method::PATCH,
                format!("/api/messages/{number}"),
                json!({ "chat": chat, "text": format!("again {token}") }),
            ),
            2 => (
                Deed::Forward,
                Method::POST,
                "/api/messages/forward".to_owned(),
                json!({ "from_chat": chat, "to_chat": OWN.to_string(), "message_ids": [number] }),
            ),
            _ => (
                Deed::Pin,
                Method::POST,
                format!("/api/messages/{number}/pin"),
                json!({ "chat": chat }),
            ),
        }
    }
}
