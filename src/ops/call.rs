//! The one way to run an operation.

use crate::error::{Code, Error};
use crate::metrics::OPERATION_SECONDS;
use crate::ops::{Ctx, Operation};
use futures_util::FutureExt as _;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// Runs an operation: checks the caller's scope, bounds the time, catches panics, counts, times,
/// and logs a failure once with its cause.
///
/// # Errors
/// What the operation answers; `invalid_key` when the caller lacks the scope;
/// `telegram_unreachable` after [`Operation::TIME_LIMIT`]; `internal` after a panic. The sentence
/// of a fault on our side is a constant with the request id; its cause is in the log alone.
pub async fn call<O: Operation>(op: O, ctx: &Ctx) -> Result<O::Output, Error> {
    let started = Instant::now();
    let result = if ctx.caller.may(O::SCOPE) {
        bounded(op, ctx).await
    } else {
        Err(Error::new(
            Code::InvalidKey,
            "The key does not allow this operation",
        ))
    };
    let took = started.elapsed();
    let outcome = result
        .as_ref()
        .map_or_else(|error| error.code.wire(), |_| "ok");
    metrics::histogram!(OPERATION_SECONDS, "operation" => O::NAME, "outcome" => outcome)
        .record(took.as_secs_f64());
    result.map_err(|error| {
        report(O::NAME, &error, ctx, took);
        for_client(error, ctx)
    })
}

async fn bounded<O: Operation>(op: O, ctx: &Ctx) -> Result<O::Output, Error> {
    // An operation that panics is dropped whole, and what it shares with others is behind locks
    // that show poison, so no half-made state is seen.
    let guarded = AssertUnwindSafe(op.run(ctx)).catch_unwind();
    match tokio::time::timeout(O::TIME_LIMIT, guarded).await {
        Ok(Ok(result)) => result,
        Ok(Err(payload)) => Err(Error::new(Code::Internal, "The operation panicked")
            .because(panic_text(payload.as_ref()))),
        Err(elapsed) => Err(Error::new(
            Code::TelegramUnreachable,
            "Telegram did not answer in time",
        )
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

fn report(operation: &str, error: &Error, ctx: &Ctx, took: Duration) {
    let level = if error.code.status() < 500 {
        log::Level::Debug
    } else {
        log::Level::Error
    };
    log::log!(
        level,
        operation = operation,
        code = error.code.wire(),
        request_id = ctx.request_id.as_str(),
        took_ms:% = took.as_millis();
        "{operation} failed: {}", Chain(error)
    );
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
fn for_client(error: Error, ctx: &Ctx) -> Error {
    let sentence = match error.code {
        Code::Internal => "Internal error",
        Code::DatabaseUnavailable => "The database cannot be reached at the moment",
        Code::TelegramUnreachable => "Telegram cannot be reached or did not answer in time",
        Code::TelegramError | Code::Unavailable => error.message(),
        _ => return error,
    };
    let text = format!("{sentence} (request {})", ctx.request_id);
    let cleaned = Error::new(error.code, text);
    match error.retry_after {
        Some(wait) => cleaned.retry_after(wait),
        None => cleaned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Caller, Origin, Scope};
    use crate::hub::Hub;
    use crate::ops::RequestId;
    use std::sync::Arc;

    struct Fails(Code);
    struct Panics;
    struct Hangs;

    impl Operation for Fails {
        const NAME: &'static str = "test.fails";
        const SCOPE: Scope = Scope::Read;
        type Output = ();
        async fn run(self, _ctx: &Ctx) -> Result<(), Error> {
            Err(Error::new(self.0, "sentence").because("inner working"))
        }
    }

    impl Operation for Panics {
        const NAME: &'static str = "test.panics";
        const SCOPE: Scope = Scope::Public;
        type Output = ();
        async fn run(self, _ctx: &Ctx) -> Result<(), Error> {
            panic!("a bug");
        }
    }

    impl Operation for Hangs {
        const NAME: &'static str = "test.hangs";
        const SCOPE: Scope = Scope::Public;
        const TIME_LIMIT: Duration = Duration::from_millis(1);
        type Output = ();
        async fn run(self, _ctx: &Ctx) -> Result<(), Error> {
            std::future::pending().await
        }
    }

    fn ctx(origin: Origin) -> Ctx {
        Ctx {
            hub: Arc::new(Hub),
            caller: Caller::new(origin),
            request_id: RequestId::parse(b"r-1").expect("visible ASCII"),
        }
    }

    #[tokio::test]
    async fn a_caller_without_the_scope_is_refused() {
        let error = call(Fails(Code::Internal), &ctx(Origin::Anonymous))
            .await
            .expect_err("refused");
        assert_eq!(error.code, Code::InvalidKey);
    }

    #[tokio::test]
    async fn a_fault_of_ours_becomes_a_constant_sentence_with_the_request_id() {
        let ctx = ctx(Origin::Loopback);
        for (code, text) in [
            (Code::Internal, "Internal error (request r-1)"),
            (Code::TelegramError, "sentence (request r-1)"),
            (Code::ChatNotFound, "sentence"),
        ] {
            let error = call(Fails(code), &ctx).await.expect_err("fails");
            assert_eq!((error.code, error.message()), (code, text));
        }
    }

    #[tokio::test]
    async fn a_panic_and_a_hang_become_errors() {
        let ctx = ctx(Origin::Anonymous);
        let error = call(Panics, &ctx).await.expect_err("panics");
        assert_eq!(error.code, Code::Internal);
        let error = call(Hangs, &ctx).await.expect_err("hangs");
        assert_eq!(error.code, Code::TelegramUnreachable);
    }
}
