//! The door stands with nothing but its folder and its place in the list.

use super::*;
use crate::http::app::tests::{Answer, answer_of, given};
use crate::http::openapi;
use crate::http::rules::Rules;
use crate::metrics;
use actix_web::test::TestRequest;

async fn ask(request: TestRequest, key: Option<&str>) -> Answer {
    let bearer = key.map(|key| ("authorization", format!("Bearer {key}")));
    let request = bearer.into_iter().fold(request, TestRequest::insert_header);
    answer_of(given().with("HUB_DOORS", "probe"), request).await
}

#[actix_web::test]
async fn its_routes_answer_and_share_what_it_gives_them() {
    let shown = ask(TestRequest::get().uri("/probe/numbers/7"), None).await;
    assert_eq!(shown.json(), json!({ "number": 7, "greeting": "hello" }));
    let request = TestRequest::post().uri("/probe/echo");
    let said = ask(request.set_json(json!({ "text": "a" })), Some(KEY)).await;
    assert_eq!(said.json(), json!({ "text": "a" }));
}

#[actix_web::test]
async fn what_is_set_of_it_reaches_its_handlers() {
    let given = given()
        .with("HUB_DOORS", "probe")
        .with("HUB_PROBE_LOUD", "yes");
    let shown = answer_of(given, TestRequest::get().uri("/probe/numbers/7")).await;
    assert_eq!(shown.json(), json!({ "number": 7, "greeting": "HELLO" }));
}

#[actix_web::test]
async fn its_requests_are_counted_as_its_own_also_those_that_lead_nowhere() {
    let recorder = metrics::recorder().expect("no other recorder in this process");
    for path in ["/probe/numbers/7", "/probe/nothing", "/nothing"] {
        ask(TestRequest::get().uri(path), Some(KEY)).await;
    }
    let text = recorder.render();
    for labels in [
        r#"door="probe",method="GET",route="/probe/numbers/{number}",status="200""#,
        r#"door="probe",method="GET",route="none",status="404""#,
        r#"door="none",method="GET",route="none",status="404""#,
    ] {
        let counted = format!("telegram_hub_http_requests_total{{{labels}}}");
        assert!(text.contains(&counted), "{counted}: {text}");
    }
    let took = r#"request_seconds_count{door="probe",method="GET",route="none"}"#;
    assert!(text.contains(took), "{text}");
}

#[actix_web::test]
async fn whatever_goes_wrong_is_told_in_its_own_shape() {
    let post = || TestRequest::post().uri("/probe/echo");
    let get = |path| TestRequest::get().uri(path);
    let own = Some(KEY);
    for (request, key, status, fault, why) in [
        (
            post(),
            None,
            401,
            "invalid_key",
            "Could not validate credentials",
        ),
        (post(), own, 400, "invalid_request", "body: Field required"),
        (
            post().set_payload("{}"),
            own,
            400,
            "invalid_request",
            "body.text: Field required",
        ),
        (
            post().set_payload("{"),
            own,
            400,
            "invalid_request",
            "body.0: JSON decode error",
        ),
        (get("/probe/numbers/x"), None, 404, "not_found", "Not Found"),
        (get("/probe/nothing"), own, 404, "not_found", "Not Found"),
        (
            get("/probe/echo"),
            own,
            405,
            "method_not_allowed",
            "Method Not Allowed",
        ),
    ] {
        let answer = ask(request, key).await;
        assert_eq!(answer.status.as_u16(), status, "{why}");
        assert_eq!(answer.json(), json!({ "fault": fault, "why": why }));
        assert_eq!(answer.header("x-error-code"), fault);
    }
    let panicked = ask(get("/probe/panic"), own).await;
    assert_eq!(panicked.status.as_u16(), 500);
    assert_eq!(panicked.json()["fault"], "internal");
    let others = ask(get("/nothing"), own).await;
    assert_eq!(others.json(), json!({ "detail": "Not Found" }));
}

#[actix_web::test]
async fn the_front_page_names_where_it_starts_and_no_door_that_is_closed() {
    let front = ask(TestRequest::get().uri("/"), None).await.json();
    let expected = json!({
        "health": "/health",
        "openapi": "/openapi.json",
        "probe": "/probe/numbers/1",
    });
    assert_eq!(front["endpoints"], expected);
}

#[test]
fn its_part_is_in_the_document() {
    let rules = Rules::new();
    let document = openapi::with_keys(&[&DOOR], &rules, |rule| rule != Rule::Public);
    let tags = document["tags"].as_array().expect("tags");
    assert!(tags.iter().any(|tag| tag["name"] == "probe"));
    let operation = &document["paths"]["/probe/echo"]["post"];
    assert_eq!(operation["security"][0], json!({ "api_key": [] }));
    let error = &operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(error, "#/components/schemas/ProbeError");
    assert!(document["components"]["schemas"]["ProbeError"].is_object());
    let public = &document["paths"]["/probe/numbers/{number}"]["get"];
    assert_eq!(public["security"], json!([]));
    assert!(document["paths"].get("/sessions").is_none());
}
