//! The one way to run an operation.

use crate::auth::{Caller, Scope};
use crate::error::{Code, Error};
use crate::metrics::OPERATION_SECONDS;
use crate::ops::{Ctx, Operation, RequestId, permission};
use crate::telegram::CallOptions;
use futures_util::FutureExt as _;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// Runs an operation: decides whether the caller may, bounds the time, catches panics, counts,
/// times, and logs a failure once with its cause.
///
/// # Errors
/// What the operation answers; `invalid_key`, `insufficient_scope`, `tool_not_allowed`, `read_only` or
/// `chat_not_allowed` when the caller may not; `session_not_found` for a session that is not there for the caller;
/// `telegram_unreachable` after [`Operation::TIME_LIMIT`]; `internal` after a panic. The sentence
/// of a fault on our side is a constant with the request id; its cause is in the log alone.
pub async fn call<O: Operation>(op: O, ctx: &Ctx) -> Result<O::Output, Error> {
    let time_limit = O::TIME_LIMIT + ctx.flood_patience;
    let until = tokio::time::Instant::now() + time_limit;
    let options = CallOptions::patient(ctx.flood_patience, until);
    let ctx = &ctx.of::<O>(options);
    let call = Call {
        operation: O::NAME,
        scope: O::SCOPE,
        time_limit,
        caller: &ctx.caller,
        tool: ctx.tool,
        request_id: &ctx.request_id,
    };
    let subject = op.subject();
    let run = async {
        let permitted = async {
            permission::check(ctx, O::SCOPE, &subject).await?;
            op.run(ctx).await
        };
        match permitted.await {
            Ok(output) => Ok(output),
            Err(error) => {
                ctx.doubt_used(&error).await;
                Err(ctx.believed(error).await)
            }
        }
    };
    // Boxed, because the largest operation would make every caller's future a large one.
    let result = supervise(&call, Box::pin(run)).await;
    if let Err(error) = &result {
        ctx.doubt_guest(error);
    }
    result
}

/// One call, apart from what it does.
struct Call<'a> {
    operation: &'static str,
    scope: Scope,
    time_limit: Duration,
    caller: &'a Caller,
    tool: Option<&'static str>,
    request_id: &'a RequestId,
}

async fn supervise<T>(
    call: &Call<'_>,
    run: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let started = Instant::now();
    let result = match permission::check_scope(call.caller, call.scope, call.tool) {
        Ok(()) => bounded(call.time_limit, run).await,
        Err(error) => Err(error),
    };
    let took = started.elapsed();
    let outcome = result
        .as_ref()
        .map_or_else(|error| error.code.wire(), |_| "ok");
    metrics::histogram!(OPERATION_SECONDS, "operation" => call.operation, "outcome" => outcome)
        .record(took.as_secs_f64());
    result.map_err(|error| {
        report(call, &error, took);
        for_client(error, call.request_id)
    })
}

async fn bounded<T>(
    limit: Duration,
    run: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    // An operation that panics is dropped whole, and what it shares with others is behind locks
    // that show poison, so no half-made state is seen.
    let guarded = AssertUnwindSafe(run).catch_unwind();
    match tokio::time::timeout(limit, guarded).await {
        Ok(Ok(result)) => result,
        Ok(Err(payload)) => Err(Error::new(Code::Internal, "The operation panicked")
            .because(panic_text(payload.as_ref()))),
        Err(elapsed) => Err(Error::new(
            Code::TelegramUnreachable,
            "Telegram did not answer in time",
        )
        .retry_after(Duration::from_secs(5))
        .because(elapsed)),
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&'static str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned())
}

fn report(call: &Call<'_>, error: &Error, took: Duration) {
    let level = if is_fault(error) {
        log::Level::Error
    } else {
        log::Level::Debug
    };
    log::log!(
        level,
        operation = call.operation,
        code = error.code.wire(),
        request_id = call.request_id.as_str(),
        took_ms:% = took.as_millis();
        "{} failed: {}", call.operation, Chain(error)
    );
}

/// Whether somebody should look into it. What Telegram refuses with a kind of its own from 400 to
/// 499 is an answer to the client, also when the hub has no code of its own for it.
fn is_fault(error: &Error) -> bool {
    let refused = error.refusal.as_ref();
    error.code.status() >= 500 && !refused.is_some_and(|told| (400..500).contains(&told.code))
}

/// An error with all of its causes, outermost first.
struct Chain<'a>(&'a Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Takes the inner workings out of an error before it leaves.
///
/// The sentences of `telegram_error` and `unavailable` are written for clients and stay.
fn for_client(error: Error, request_id: &RequestId) -> Error {
    let sentence = match error.code {
        Code::Internal => "Internal error",
        Code::DatabaseUnavailable => "The database cannot be reached at the moment",
        Code::TelegramUnreachable => "Telegram cannot be reached or did not answer in time",
        Code::TelegramError | Code::Unavailable => error.message(),
        _ => return error,
    };
    let text = format!("{sentence} (request {request_id})");
    let mut cleaned = Error::new(error.code, text);
    cleaned.retry_after = error.retry_after;
    cleaned.refusal = error.refusal;
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Origin;
    use crate::error::Refusal;

    async fn run(
        origin: Origin,
        body: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        let request_id = RequestId::parse(b"r-1").expect("visible ASCII");
        let call = Call {
            operation: "test.run",
            scope: Scope::Read,
            time_limit: Duration::from_millis(20),
            caller: &Caller::new(origin),
            tool: None,
            request_id: &request_id,
        };
        supervise(&call, body).await
    }

    #[tokio::test]
    async fn a_caller_without_the_scope_is_refused() {
        let error = run(Origin::Anonymous, async { Ok(()) }).await;
        assert_eq!(error.expect_err("refused").code, Code::InvalidKey);
        assert!(run(Origin::Operator, async { Ok(()) }).await.is_ok());
    }

    #[tokio::test]
    async fn a_fault_of_ours_becomes_a_constant_sentence_with_the_request_id() {
        for (code, text) in [
            (Code::Internal, "Internal error (request r-1)"),
            (Code::TelegramError, "sentence (request r-1)"),
            (Code::ChatNotFound, "sentence"),
        ] {
            let failing = async { Err(Error::new(code, "sentence").because("inner working")) };
            let error = run(Origin::Loopback, failing).await.expect_err("fails");
            assert_eq!((error.code, error.message()), (code, text));
        }
    }

    #[tokio::test]
    async fn a_panic_and_a_hang_become_errors() {
        let panics = run(Origin::Loopback, async { panic!("a bug") }).await;
        assert_eq!(panics.expect_err("panics").code, Code::Internal);
        let hangs = run(Origin::Loopback, std::future::pending()).await;
        assert_eq!(hangs.expect_err("hangs").code, Code::TelegramUnreachable);
    }

    #[test]
    fn what_telegram_refuses_is_no_fault_and_what_it_fails_in_is_one() {
        for (kind, name, fault) in [
            (400, "USER_CREATOR", false),
            (400, "MESSAGE_NOT_MODIFIED", false),
            (403, "CHAT_SOMETHING_FORBIDDEN", false),
            (406, "SOMETHING_NEW", false),
            (500, "RPC_CALL_FAIL", true),
            (-503, "Timeout", true),
        ] {
            let error = Error::new(Code::TelegramError, "refused").refused(Refusal {
                code: kind,
                name: name.to_owned(),
                value: None,
            });
            assert_eq!(is_fault(&error), fault, "{name}");
        }
        assert!(is_fault(&Error::new(Code::Internal, "a bug")));
        assert!(!is_fault(&Error::new(Code::ChatNotFound, "no such chat")));
    }

    #[test]
    fn a_failure_is_logged_with_all_of_its_causes() {
        let inner = Error::new(Code::DatabaseUnavailable, "pool timed out").because("refused");
        let outer = Error::new(Code::Unavailable, "not ready").because(inner);
        assert_eq!(
            Chain(&outer).to_string(),
            "not ready: pool timed out: refused"
        );
    }
}
