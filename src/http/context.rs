//! From a handler to an operation.

use crate::auth::{Caller, Origin};
use crate::error::{Code, Error};
use crate::http::admission::Admitted;
use crate::http::failure::Failure;
use crate::http::rules::Rules;
use crate::hub::Hub;
use crate::ops::{self, Ctx, Operation, RequestId};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where operations run: on the hub's runtime, not on the thread that serves the connection.
///
/// A client that goes away therefore does not stop an operation half-way, and tasks that an
/// operation starts outlive the connection.
#[derive(Clone)]
pub(crate) struct Runner {
    hub: Arc<Hub>,
    runtime: Handle,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Runner {
    /// A runner on `runtime`, whose operations `tasks` can wait for.
    pub(crate) fn new(hub: Arc<Hub>, runtime: Handle, tasks: TaskTracker) -> Self {
        Self {
            hub,
            runtime,
            tasks,
            stopping: CancellationToken::new(),
        }
    }

    /// Answers that go on by themselves are to end.
    pub(crate) fn announce_stop(&self) {
        self.stopping.cancel();
    }
}

/// Who asks and under which id, with the means to run an operation. Every handler that does
/// more than show a constant takes one.
#[derive(Clone)]
pub(crate) struct Context {
    runner: web::Data<Runner>,
    caller: Caller,
    request_id: RequestId,
    flood_patience: Duration,
    client: Option<IpAddr>,
    tool: Option<&'static str>,
}

impl Context {
    /// The id under which the request is logged.
    pub(crate) const fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// Who asks.
    pub(crate) const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Cancelled when the hub stops: answers that go on by themselves end then.
    pub(crate) fn stopping(&self) -> CancellationToken {
        self.runner.stopping.clone()
    }

    /// The same call, which sleeps so long altogether when Telegram asks for waits.
    pub(crate) fn with_flood_patience(self, flood_patience: Duration) -> Self {
        Self {
            flood_patience,
            ..self
        }
    }

    /// The same call, which a tool of this name makes.
    pub(crate) fn for_tool(self, tool: &'static str) -> Self {
        Self {
            tool: Some(tool),
            ..self
        }
    }

    /// Runs an operation for the caller.
    ///
    /// # Errors
    /// Those of [`ops::call`].
    pub(crate) async fn call<O: Operation>(&self, op: O) -> Result<O::Output, Error> {
        // Whoever asks drops this future when the client is gone.
        let gone = CancellationToken::new();
        let hub = Arc::clone(&self.runner.hub);
        let mut ctx = Ctx::new(hub, self.caller.clone(), self.request_id.clone());
        ctx.flood_patience = self.flood_patience;
        ctx.client = self.client;
        ctx.tool = self.tool;
        ctx.gone = gone.clone();
        let _gone = gone.drop_guard();
        let run = async move { ops::call(op, &ctx).await };
        let task = self.runner.tasks.spawn_on(run, &self.runner.runtime);
        // Panics are caught inside; what is left is a runtime that shuts down.
        task.await.unwrap_or_else(|stopped| {
            Err(Error::new(Code::Unavailable, "The hub is stopping").because(stopped))
        })
    }
}

/// Who was let in for the route that the request has reached.
fn admitted(request: &HttpRequest) -> Option<Caller> {
    let rules = request.app_data::<web::Data<Rules>>()?;
    let admitted = request.extensions().get::<Admitted>().cloned()?;
    admitted.caller(request, rules)
}

impl FromRequest for Context {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let Some(runner) = request.app_data::<web::Data<Runner>>() else {
            let error = Error::new(Code::Internal, "Internal error");
            return ready(Err(error.into()));
        };
        ready(Ok(Self {
            runner: runner.clone(),
            caller: admitted(request).unwrap_or_else(|| Caller::new(Origin::Anonymous)),
            request_id: request
                .extensions()
                .get::<RequestId>()
                .cloned()
                .unwrap_or_else(RequestId::generate),
            flood_patience: Duration::ZERO,
            client: request.peer_addr().map(|peer| peer.ip().to_canonical()),
            tool: None,
        }))
    }
}
