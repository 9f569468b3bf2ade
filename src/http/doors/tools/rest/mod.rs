//! The REST half: every tool at a path below `/api`, and `/healthz`.
//!
//! Owns how a request becomes a call and a result an answer. It must not know the tools: paths,
//! arguments and answers come from the table.

mod arguments;
mod document;
mod download;
mod health;
mod upload;

pub(super) use document::document;

use crate::http::context::Context;
use crate::http::door::{Guard, Rule};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::policy;
use crate::http::doors::tools::refusal::Refusal;
use crate::http::doors::tools::settings::ToolsConfig;
use crate::http::doors::tools::table::served;
use crate::http::doors::tools::tool::{Method, Source, Taken, Tool};
use crate::http::fallback::fallback;
use crate::http::input::IdempotencyKey;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, Route};
use serde_json::json;

/// Below this half's root nothing is said about a path without the key, not even that it is not
/// there.
const ELSEWHERE: [&str; 2] = ["/api", "/api/{rest:.*}"];

/// Paths below that root which are no tools'.
const RESERVED: [&str; 2] = ["/api/v3", "/api/v3/{rest:.*}"];

/// The rules of this half's patterns.
pub(super) fn rules(guard: Guard) -> impl Iterator<Item = (&'static str, Rule)> {
    let tools = served().map(|tool| tool.route.path).chain(ELSEWHERE);
    tools
        .map(move |path| (path, Rule::Door(guard)))
        .chain(RESERVED.map(|path| (path, Rule::Closed)))
        .chain([(health::PATH, Rule::Public)])
}

/// Registers every path of this half.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource(health::PATH)
            .route(web::get().to(health::health))
            .default_service(web::to(fallback)),
    );
    let mut paths: Vec<_> = served().map(|tool| tool.route.path).collect();
    // `/api/messages/read` comes before `/api/messages/{message_id}`, which would match it too.
    paths.sort_unstable_by_key(|path| (path.contains('{'), *path));
    paths.dedup();
    for path in paths {
        let tools = served().filter(|tool| tool.route.path == path);
        let resource = tools.fold(web::resource(path), |resource, tool| {
            resource.route(route(tool))
        });
        config.service(resource.default_service(web::to(fallback)));
    }
    for paths in [RESERVED, ELSEWHERE] {
        for path in paths {
            config.service(web::resource(path).to(fallback));
        }
    }
}

fn route(tool: &'static Tool) -> Route {
    let method = match tool.route.method {
        Method::Get => web::get(),
        Method::Post => web::post(),
        Method::Patch => web::patch(),
        Method::Delete => web::delete(),
    };
    method.to(move |request, config, context, payload| {
        answer(tool, request, config, context, payload)
    })
}

async fn answer(
    tool: &'static Tool,
    request: HttpRequest,
    config: Data<ToolsConfig>,
    context: Context,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let mut payload = payload.into_inner();
    let given = arguments::given(tool, &request, &mut payload).await?;
    match tool.route.source {
        Source::Download => {
            let taken = Taken::read(&given, policy::REST).map_err(Refusal::Faults)?;
            let call = call(tool, &request, context, &config).await?;
            download::answer(&call, &taken, &request).await
        }
        Source::Upload => {
            let taken = Taken::read(&given, policy::REST).map_err(Refusal::Faults)?;
            let call = call(tool, &request, context, &config).await?;
            upload::answer(&call, taken, &request, payload).await
        }
        Source::Nothing | Source::Query | Source::Body => {
            let taken = tool.read(&given, policy::REST).map_err(Refusal::Faults)?;
            let call = call(tool, &request, context, &config).await?;
            let result = call.invoke(tool, taken).await?;
            let mut response = HttpResponse::Ok();
            if call.is_replayed() {
                response.insert_header(("Idempotency-Replayed", "true"));
            }
            Ok(response.json(json!({ "result": result })))
        }
    }
}

async fn call<'a>(
    tool: &Tool,
    request: &HttpRequest,
    context: Context,
    config: &'a ToolsConfig,
) -> Result<Call<'a>, Refusal> {
    let key = IdempotencyKey::extract(request).await?.or_client_id(None)?;
    let call = Call::new(context, config, arguments::session(request)?);
    Ok(call.of(tool).with_key(key))
}
