//! What every request meets, whatever its path.

mod cells;

use super::*;
use crate::config::{Config, Given};
use crate::http::of_doors;
use crate::session::Timing;
use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::test::{TestRequest, init_service, read_body, try_call_service};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A hub of its own on an empty database, without a session and therefore without Telegram.
async fn hub(folder: &TempDir) -> Arc<Hub> {
    let given = given().with("HUB_DATA_DIR", folder.path().display().to_string());
    let config = Config::from_given(&given).expect("valid settings");
    Hub::start(&config, Timing::default()).await.expect("a hub")
}

/// The least that has to be set.
pub(in crate::http) fn given() -> Given {
    Given::new(of_doors())
        .with("TELEGRAM_API_ID", "1")
        .with("TELEGRAM_API_HASH", "hash")
        .with("HUB_DOORS", "hub,tools")
}

fn keyed(key: Option<&str>) -> Given {
    given().with("HUB_API_KEY", key.unwrap_or_default())
}

fn services(hub: &Arc<Hub>, key: Option<&str>) -> Services {
    services_of(hub, &settings(&keyed(key)))
}

fn settings(given: &Given) -> HttpSettings {
    let config = Config::from_given(given).expect("valid settings");
    HttpSettings::new(&config).expect("known doors")
}

fn services_of(hub: &Arc<Hub>, settings: &HttpSettings) -> Services {
    let tasks = TaskTracker::new();
    Services::new(Arc::clone(hub), Handle::current(), tasks, settings)
}

pub(in crate::http) struct Answer {
    pub(in crate::http) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(in crate::http) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    pub(in crate::http) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

async fn ask(key: Option<&str>, request: TestRequest) -> Answer {
    answer_of(keyed(key), request).await
}

/// What a hub with these settings answers.
pub(in crate::http) async fn answer_of(given: Given, request: TestRequest) -> Answer {
    let folder = TempDir::new().expect("a folder");
    let hub = hub(&folder).await;
    let app = init_service(app(&services_of(&hub, &settings(&given)))).await;
    let request = request
        .insert_header(("host", "localhost:8000"))
        .to_request();
    let answer = answered(try_call_service(&app, request).await).await;
    hub.stop().await;
    answer
}

/// An answer of the router, or of the layers around it.
async fn answered<B: MessageBody>(outcome: Result<ServiceResponse<B>, actix_web::Error>) -> Answer {
    match outcome {
        Ok(response) => Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: read_body(response).await.to_vec(),
        },
        Err(error) => shown(error.error_response()).await,
    }
}

async fn shown(response: HttpResponse) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.expect("a body");
    Answer {
        status,
        headers,
        body: body.to_vec(),
    }
}

#[actix_web::test]
async fn every_answer_carries_a_request_id_and_every_error_its_code() {
    let long = "x".repeat(LIMIT + 1);
    for (request, status, code) in [
        (TestRequest::get().uri("/"), 200, ""),
        (TestRequest::get().uri("/docs"), 307, ""),
        (TestRequest::get().uri("/docs/"), 200, ""),
        (TestRequest::get().uri("/no/such/path"), 404, "not_found"),
        (TestRequest::get().uri("/session//status"), 404, "not_found"),
        (
            TestRequest::get().uri("/session/a%2Fb/status"),
            422,
            "invalid_request",
        ),
        (
            TestRequest::put().uri("/sessions"),
            405,
            "method_not_allowed",
        ),
        (
            TestRequest::post().uri("/login/start"),
            422,
            "invalid_request",
        ),
        (
            TestRequest::post().uri("/login/start").set_payload(long),
            413,
            "payload_too_large",
        ),
        (
            TestRequest::get().uri("/sessions?limit=0"),
            422,
            "invalid_request",
        ),
    ] {
        let answer = ask(None, request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-error-code")),
            (status, code)
        );
        assert_eq!(answer.header("x-request-id").len(), 36);
        if status >= 400 {
            assert!(answer.json()["detail"].is_string() || answer.json()["detail"].is_array());
        }
    }
}

const LIMIT: usize = 1024 * 1024;

#[actix_web::test]
async fn a_sane_request_id_is_kept_and_another_replaced() {
    for (sent, kept) in [("abc-1", true), ("a b", false), (&"x".repeat(129), false)] {
        let request = TestRequest::get()
            .uri("/nowhere")
            .insert_header(("x-request-id", sent));
        assert_eq!(
            ask(None, request).await.header("x-request-id") == sent,
            kept,
            "{sent}"
        );
    }
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    for (method, path, allowed) in [
        (Method::POST, "/sessions", "GET, HEAD"),
        (Method::GET, "/session/a", "DELETE"),
        (Method::GET, "/message/send", "POST"),
        (Method::POST, "/docs/index.html", "GET, HEAD"),
        (Method::TRACE, "/", "GET, HEAD"),
    ] {
        let answer = ask(None, TestRequest::default().method(method).uri(path)).await;
        assert_eq!(answer.header("allow"), allowed, "{path}");
        assert_eq!(answer.json(), json!({ "detail": "Method Not Allowed" }));
    }
}

#[actix_web::test]
async fn the_key_is_asked_for_before_anything_is_read() {
    let post = || {
        TestRequest::post()
            .uri("/message/send")
            .set_payload("not json")
    };
    let refused = ask(Some("secret"), post()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.header("x-error-code"), "invalid_key");
    assert_eq!(
        refused.json(),
        json!({ "detail": "Could not validate credentials" })
    );
    let read = ask(
        Some("secret"),
        post().insert_header(("x-api-key", "secret")),
    )
    .await;
    assert_eq!(read.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in ["/metrics", "/sessions", "/no/such/path"] {
        let answer = ask(Some("secret"), TestRequest::get().uri(path)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/", "/docs/", "/openapi.json"] {
        let answer = ask(Some("secret"), TestRequest::get().uri(path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}

#[actix_web::test]
async fn the_front_page_is_json_unless_html_is_preferred() {
    for (accept, html) in [
        ("*/*", false),
        ("application/json", false),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", true),
        ("application/json, text/html;q=0.5", false),
        ("text/html;q=0.4, application/json;q=0.5", false),
    ] {
        let answer = ask(
            None,
            TestRequest::get()
                .uri("/")
                .insert_header(("accept", accept)),
        )
        .await;
        assert_eq!(
            answer.header("content-type").starts_with("text/html"),
            html,
            "{accept}"
        );
    }
    let front = ask(None, TestRequest::get().uri("/")).await.json();
    assert_eq!(
        (&front["status"], &front["version"]),
        (&json!("running"), &json!("1.0.0"))
    );
}

#[actix_web::test]
async fn an_empty_hub_answers_its_health_and_its_sessions() {
    let health = ask(Some("secret"), TestRequest::get().uri("/health"))
        .await
        .json();
    assert_eq!(
        (&health["status"], &health["active_sessions"]),
        (&json!("healthy"), &json!(0))
    );
    let sessions = ask(None, TestRequest::get().uri("/sessions")).await.json();
    assert_eq!(
        sessions,
        json!({ "status": "success", "total_sessions": 0, "sessions": [], "next_cursor": null })
    );
    let status = ask(None, TestRequest::get().uri("/session/%D0%90/status"))
        .await
        .json();
    assert_eq!(
        (&status["session_id"], &status["is_active"]),
        (&json!("А"), &json!(false))
    );
    let unknown = ask(None, TestRequest::get().uri("/session/x/messages")).await;
    assert_eq!(unknown.header("x-error-code"), "session_not_found");
    let deleted = ask(None, TestRequest::delete().uri("/session/x?purge=true"))
        .await
        .json();
    assert_eq!(
        deleted,
        json!({ "status": "success", "message": "Session x destroyed completely", "logged_out": true })
    );
}

#[actix_web::test]
async fn metrics_and_the_document_are_served() {
    let metrics = ask(None, TestRequest::get().uri("/metrics")).await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    assert!(String::from_utf8_lossy(&metrics.body).contains("telegram_hub_build_info"));
    let document = ask(None, TestRequest::get().uri("/openapi.json"))
        .await
        .json();
    assert_eq!(document["openapi"], "3.1.0");
    let page = ask(None, TestRequest::get().uri("/docs/")).await;
    assert!(String::from_utf8_lossy(&page.body).contains("swagger-ui"));
}

#[actix_web::test]
async fn a_refused_secret_closes_its_connection_as_well() {
    let folder = TempDir::new().expect("a folder");
    let hub = hub(&folder).await;
    let app = init_service(app(&services(&hub, None))).await;
    let request = TestRequest::post()
        .uri("/login/code")
        .insert_header(("host", "localhost"))
        .set_payload("{}")
        .to_request();
    let refused = try_call_service(&app, request).await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let connection = refused.response().head().connection_type();
    assert_eq!(connection, ConnectionType::Close);
    hub.stop().await;
}

#[actix_web::test]
async fn a_handler_that_panics_is_answered_with_the_request_id() {
    let folder = TempDir::new().expect("a folder");
    let hub = hub(&folder).await;
    let services = services(&hub, None);
    let app = init_service(
        App::new()
            .app_data(services.gate)
            .app_data(services.rules)
            .app_data(services.guesses)
            .app_data(services.sampler)
            .app_data(services.hall)
            .route(
                "/boom",
                web::get().to(async || -> &'static str { panic!("a bug") }),
            )
            .wrap(from_fn(admission::gate))
            .wrap(from_fn(frame::frame)),
    )
    .await;
    let request = TestRequest::get()
        .uri("/boom")
        .insert_header(("host", "localhost"))
        .to_request();
    let outcome = try_call_service(&app, request).await;
    let Err(error) = outcome else {
        panic!("the layers answer outside the router");
    };
    let response = error.error_response();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        response.headers().get("x-error-code").expect("present"),
        "internal"
    );
    assert!(response.headers().contains_key("x-request-id"));
    hub.stop().await;
}
