//! Results and failures of tools as MCP answers them.
//!
//! Owns the text form, which clients of the original read, and the structured form beside it. It
//! must not know which tool was called.

use crate::error::Error;
use crate::http::doors::tools::refusal::{Refusal, telegram_error};
use crate::http::failure::retry_after;
use crate::http::input::Fault;
use actix_web::ResponseError as _;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

/// The name of every failure that another argument would mend.
const INVALID_ARGUMENT: &str = "invalid_argument";

/// A success: one block of text for an object, one for each element of a list.
pub(super) fn success(result: Value) -> CallToolResult {
    let (content, structured) = match result {
        Value::Array(items) => {
            let content = items.iter().map(block).collect();
            (content, json!({ "result": items }))
        }
        object => (vec![block(&object)], object),
    };
    let mut answer = CallToolResult::success(content);
    answer.structured_content = Some(structured);
    answer
}

/// A call with arguments that the tool does not take.
pub(super) fn faults(faults: &[Fault]) -> CallToolResult {
    let message: Vec<_> = faults.iter().map(Fault::to_string).collect();
    refused(INVALID_ARGUMENT, &message.join("; "))
}

/// A call that was refused for a reason of this name.
pub(super) fn refused(name: &str, message: &str) -> CallToolResult {
    CallToolResult::error(vec![block(&json!({ "error": name, "message": message }))])
}

/// A call that failed, by Telegram's own error or by the hub's.
pub(super) fn failure(error: Error) -> CallToolResult {
    let wait = retry_after(&error);
    let mut told = match telegram_error(&error) {
        Some(class) => {
            json!({ "error": "telegram_rpc", "type": class, "message": error.message() })
        }
        None => json!({ "error": error.code.wire(), "message": error.message() }),
    };
    if let Some(seconds) = wait {
        told["retry_after"] = seconds.into();
    }
    let is_telegrams = told.get("type").is_some();
    if !is_telegrams && Refusal::from(error).status_code().as_u16() == 400 {
        told["error"] = INVALID_ARGUMENT.into();
    }
    CallToolResult::error(vec![block(&told)])
}

fn block(value: &Value) -> ContentBlock {
    ContentBlock::text(format!("{value:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Refusal as TelegramRefusal};
    use std::time::Duration;

    fn texts(answer: &CallToolResult) -> Vec<String> {
        let texts = answer.content.iter().filter_map(|block| block.as_text());
        texts.map(|text| text.text.clone()).collect()
    }

    fn told(answer: &CallToolResult) -> Value {
        assert_eq!(answer.is_error, Some(true));
        assert_eq!(answer.structured_content, None);
        serde_json::from_str(&texts(answer)[0]).expect("JSON")
    }

    #[test]
    fn an_object_is_one_block_and_a_list_one_for_each_element() {
        let object = success(json!({ "ok": true }));
        assert_eq!(texts(&object), ["{\n  \"ok\": true\n}"]);
        assert_eq!(object.structured_content, Some(json!({ "ok": true })));
        assert_eq!(object.is_error, Some(false));
        let list = success(json!([{ "id": 1 }, { "id": 2 }]));
        assert_eq!(texts(&list), ["{\n  \"id\": 1\n}", "{\n  \"id\": 2\n}"]);
        let expected = json!({ "result": [{ "id": 1 }, { "id": 2 }] });
        assert_eq!(list.structured_content, Some(expected));
        let empty = success(json!([]));
        assert!(empty.content.is_empty());
        assert_eq!(empty.structured_content, Some(json!({ "result": [] })));
    }

    #[test]
    fn a_failure_says_whose_it_is_and_how_long_to_wait() {
        let flood = Error::new(Code::FloodWait, "wait")
            .retry_after(Duration::from_secs(90))
            .refused(TelegramRefusal {
                code: 420,
                name: "FLOOD_WAIT".to_owned(),
                value: Some(90),
            });
        let expected = json!({
            "error": "telegram_rpc",
            "type": "FloodWaitError",
            "message": "wait",
            "retry_after": 90,
        });
        assert_eq!(told(&failure(flood)), expected);
        for (code, name) in [
            (Code::ChatNotFound, INVALID_ARGUMENT),
            (Code::UrlRefused, INVALID_ARGUMENT),
            (Code::ReadOnly, "read_only"),
            (Code::ChatNotAllowed, "chat_not_allowed"),
            (Code::SessionNotFound, "session_not_found"),
            (Code::TelegramUnreachable, "telegram_unreachable"),
        ] {
            let answer = told(&failure(Error::new(code, "why")));
            assert_eq!(answer, json!({ "error": name, "message": "why" }));
        }
    }
}
