//! The pages of the hub itself: front page, health, metrics and the OpenAPI document.

use crate::error::{Code, Error};
use crate::http::app::Document;
use crate::http::context::Context;
use crate::http::door::{Area, Door, Lock, Part, Rule, no_state};
use crate::http::failure::{self, Failure};
use crate::http::hall::Hall;
use crate::metrics;
use crate::ops::health::{CountSessions, DatabaseHealth, Health, HealthView};
use actix_web::http::header::{self, Accept, Header as _};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Map;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::Config as SwaggerConfig;

/// The pages in the form of a door. It has no name to be opened by: it always is, and every path
/// is its own that is no other door's.
pub(super) static PAGES: Door = Door {
    name: "",
    by_default: true,
    areas: &[Area::Below("/")],
    starts: &[("health", "/health"), ("openapi", "/openapi.json")],
    routes,
    entrance: Rule::Operator,
    rules: || PUBLIC.map(|path| (path, Rule::Public)).to_vec(),
    document: || Part {
        tags: vec![("hub", "The hub itself")],
        schemas: Map::from_iter([("Error".to_owned(), failure::schema())]),
        error: "Error",
        ..Part::default()
    },
    settings: &[],
    lock: Lock::none,
    state: no_state,
    render: failure::render,
};

/// The patterns that are open to anyone.
const PUBLIC: [&str; 5] = ["/", "/health", "/openapi.json", DOCS, DOCUMENTATION];

/// Where the documentation is, without the slash that its relative links need.
pub(super) const DOCS: &str = "/docs";

/// The documentation's files.
pub(super) const DOCUMENTATION: &str = "/docs/{page:.*}";

fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(front)
        .service(health)
        .service(render_metrics)
        .service(openapi);
}

/// What `GET /` says of the hub.
#[derive(Debug, Serialize, ToSchema)]
struct Front {
    /// Always `running`.
    #[schema(example = "running")]
    status: &'static str,
    /// What this is, in words.
    message: &'static str,
    /// The version of the HTTP interface.
    #[schema(example = "1.0.0")]
    version: &'static str,
    /// What this is.
    name: &'static str,
    /// Where the documentation is.
    docs: &'static str,
    /// The paths to start with.
    endpoints: BTreeMap<&'static str, &'static str>,
}

const FRONT_PAGE: &str = concat!(
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>telegram-hub</title>",
    "<h1>telegram-hub</h1><p>The hub is running.</p><ul>",
    "<li><a href=\"/docs/\">API documentation</a></li>",
    "<li><a href=\"/openapi.json\">OpenAPI document</a></li>",
    "<li><a href=\"/health\">Health</a></li></ul></html>\n"
);

/// Show that the hub runs. A browser gets a page.
#[utoipa::path(
    tag = "hub",
    operation_id = "hub_front",
    responses((status = 200, description = "The hub runs", body = Front))
)]
#[get("/")]
async fn front(request: HttpRequest, hall: Data<Hall>) -> HttpResponse {
    if prefers_html(&request) {
        return HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::VARY, "Accept"))
            .body(FRONT_PAGE);
    }
    HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(Front {
            status: "running",
            message: "Telegram API Hub is running",
            version: "1.0.0",
            name: "telegram-hub",
            docs: "/docs",
            endpoints: hall.starts().collect(),
        })
}

/// Whether HTML comes before JSON in `Accept` (RFC 9110, section 12.5.1).
fn prefers_html(request: &HttpRequest) -> bool {
    let accept = Accept::parse(request).map(|accept| accept.ranked());
    let known = ["text/html", "application/json", "*/*"];
    accept
        .unwrap_or_default()
        .iter()
        .find(|kind| known.contains(&kind.essence_str()))
        .is_some_and(|kind| kind.essence_str() == "text/html")
}

/// How the hub is.
#[derive(Debug, Serialize, ToSchema)]
struct HealthAnswer {
    /// `healthy`, or `degraded` when the database does not answer or files cannot be kept.
    #[schema(example = "healthy")]
    status: &'static str,
    /// How many sessions the hub runs, connected or not.
    active_sessions: u64,
    /// How many of these receive their updates.
    receiving_sessions: u64,
    /// How many have a key that Telegram says it does not know, which is not believed yet.
    doubted_sessions: u64,
    /// How many may not call every method at present, because Telegram has asked them to wait.
    held_down_sessions: u64,
    /// In how many chats of all sessions something is missing that could not be fetched, or never
    /// will be; null while the database does not answer.
    #[schema(required)]
    kept_out_chats: Option<u64>,
    /// How many captured messages hold something that this version does not know; null while the
    /// database does not answer.
    #[schema(required)]
    unreadable_messages: Option<u64>,
    /// How many accounts are connected for callers who bring their session strings.
    guests: u64,
    /// How many sessions are stored, running or not; null while the database does not answer.
    #[schema(required)]
    stored_sessions: Option<u64>,
    /// How many sessions are in each state.
    sessions_by_state: BTreeMap<&'static str, u64>,
    /// How far the restore of the stored sessions is.
    restore: Restore,
    /// `ok` or `unavailable`.
    #[schema(example = "ok")]
    database: &'static str,
    /// Whether files can be kept: `ok` or `unavailable`.
    #[schema(example = "ok")]
    media_store: &'static str,
    /// How many gaps are open in all logs; null while the database does not answer.
    #[schema(required)]
    open_gaps: Option<u64>,
    /// How many keys Telegram is still to log out; null while the database does not answer.
    #[schema(required)]
    pending_log_outs: Option<u64>,
    /// The hub's version.
    version: &'static str,
}

/// How far a restore is.
#[derive(Debug, Serialize, ToSchema)]
struct Restore {
    /// How many sessions are to be restored.
    total: u64,
    /// How many have had their first attempt.
    done: u64,
    /// How many of these came online.
    online: u64,
    /// How many of these did not.
    failed: u64,
    /// Whether the restore still runs.
    running: bool,
}

impl From<HealthView> for HealthAnswer {
    fn from(view: HealthView) -> Self {
        let (status, database) = match view.database {
            DatabaseHealth::Ok => ("healthy", "ok"),
            DatabaseHealth::Unavailable => ("degraded", "unavailable"),
        };
        let (status, media_store) = if view.media_store_away {
            ("degraded", "unavailable")
        } else {
            (status, "ok")
        };
        Self {
            status,
            active_sessions: view.active_sessions,
            receiving_sessions: view.receiving_sessions,
            doubted_sessions: view.doubted_sessions,
            held_down_sessions: view.held_down_sessions,
            kept_out_chats: view.kept_out_chats,
            unreadable_messages: view.unreadable_messages,
            guests: view.guests,
            stored_sessions: view.stored_sessions,
            sessions_by_state: view.sessions_by_state,
            restore: Restore {
                total: view.restore.total,
                done: view.restore.done,
                online: view.restore.online,
                failed: view.restore.failed,
                running: view.restore.running,
            },
            database,
            media_store,
            open_gaps: view.open_gaps,
            pending_log_outs: view.pending_log_outs,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Show how the hub is.
///
/// Answers 200 as long as the hub serves at all; `status` tells more.
#[utoipa::path(
    tag = "hub",
    operation_id = "hub_health",
    responses((status = 200, description = "The hub serves", body = HealthAnswer))
)]
#[get("/health")]
async fn health(context: Context) -> Result<Json<HealthAnswer>, Failure> {
    Ok(Json(context.call(Health).await?.into()))
}

/// Show the hub's figures for Prometheus.
#[utoipa::path(
    tag = "hub",
    operation_id = "hub_metrics",
    responses((status = 200, description = "The figures in Prometheus' text format", body = String, content_type = "text/plain"))
)]
#[get("/metrics")]
async fn render_metrics(context: Context) -> Result<HttpResponse, Failure> {
    context.call(CountSessions).await?;
    let recorder = metrics::recorder().ok_or_else(|| {
        Error::new(
            Code::Unavailable,
            "Another recorder holds the metrics of this process",
        )
    })?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(recorder.render()))
}

/// Show this document.
#[utoipa::path(
    tag = "hub",
    operation_id = "hub_openapi",
    responses((status = 200, description = "The OpenAPI 3.1 document", body = Object))
)]
#[get("/openapi.json")]
async fn openapi(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone())
}

/// Sends the files of Swagger UI, which are compiled in.
pub(super) async fn documentation(
    page: Path<String>,
    config: Data<SwaggerConfig<'static>>,
) -> Result<HttpResponse, Failure> {
    let file = utoipa_swagger_ui::serve(&page, config.into_inner())
        .map_err(|error| Error::new(Code::Internal, "Internal error").because(error.to_string()))?
        .ok_or_else(|| Error::new(Code::NotFound, "Not Found"))?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, header::ContentEncoding::Gzip));
    }
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(response.content_type(file.content_type).body(bytes))
}
