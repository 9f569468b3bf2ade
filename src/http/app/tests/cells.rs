//! The table of routes: a cell for each door, route, credential and outcome. It is made of the list
//! of doors, so that a new door has its cells without a word about it here.

use super::*;
use crate::auth::ApiKey;
use crate::error::{Code, Error};
use crate::http::door::{Area, Rule};
use crate::http::rules::patterns_of;
use std::collections::BTreeSet;

const OPERATOR_KEY: &str = "key-of-the-operator";

/// What a request shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    Nothing,
    WrongKey,
    OperatorKey,
    /// The key of the door of this name.
    KeyOf(&'static str),
}

/// What becomes of a request with a credential at a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Admitted,
    /// In the shape of its door.
    Refused,
}

#[derive(Debug)]
struct Cell {
    method: Method,
    pattern: String,
    rule: Rule,
    credential: Credential,
    outcome: Outcome,
}

/// Every door, each with a key where it can have one.
fn all_doors() -> HttpSettings {
    let names: Vec<_> = crate::http::doors::ALL
        .iter()
        .map(|door| door.name)
        .collect();
    let given = given()
        .with("HUB_API_KEY", OPERATOR_KEY)
        .with("HUB_WRONG_KEYS_PER_MINUTE", "0")
        .with("HUB_DOORS", names.join(","));
    let mut settings = settings(&given);
    for open in &mut settings.doors {
        let has_guard = routes_of(open.door)
            .iter()
            .any(|(_, _, rule)| rule.guard().is_some());
        open.lock.key = has_guard.then(|| ApiKey::new(&key_of(open.door.name).into()));
    }
    settings
}

fn key_of(door: &str) -> String {
    format!("key-of-{door}")
}

/// Every route of a door: those of the document with their methods, the others with GET.
fn routes_of(door: &'static Door) -> Vec<(Method, String, Rule)> {
    let (rules, table) = (
        Rules::new(),
        openapi::with_keys(&[door], &Rules::new(), |_| true),
    );
    let own: BTreeSet<_> = patterns_of(door).collect();
    own.into_iter()
        .flat_map(|pattern| {
            let item = table["paths"].get(&pattern).and_then(Value::as_object);
            let methods: Vec<_> = match item {
                Some(item) => item.keys().map(|method| method.to_uppercase()).collect(),
                None => vec!["GET".to_owned()],
            };
            let rule = rules.of(Some(&pattern));
            methods.into_iter().map(move |method| {
                let method = method.parse().expect("a method");
                (method, pattern.clone(), rule)
            })
        })
        .collect()
}

fn cells(door: &'static Door, credentials: &[Credential]) -> Vec<Cell> {
    let routes = routes_of(door).into_iter();
    routes
        .flat_map(|(method, pattern, rule)| {
            credentials.iter().map(move |&credential| Cell {
                method: method.clone(),
                pattern: pattern.clone(),
                rule,
                credential,
                outcome: expected(rule, credential),
            })
        })
        .collect()
}

/// What the rule of a route says, in words of its own.
fn expected(rule: Rule, credential: Credential) -> Outcome {
    let admitted = match (rule, credential) {
        (Rule::Public, _) | (_, Credential::OperatorKey) => true,
        (Rule::Door(guard), Credential::KeyOf(door)) => guard.door == door,
        _ => false,
    };
    if admitted {
        Outcome::Admitted
    } else {
        Outcome::Refused
    }
}

/// A path that a pattern matches.
fn path(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| match part.strip_prefix('{') {
        Some(_) => "1",
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn request(method: &Method, uri: &str, credential: Credential) -> TestRequest {
    let request = TestRequest::default()
        .method(method.clone())
        .uri(uri)
        .insert_header(("host", "localhost:8000"));
    let key = match credential {
        Credential::Nothing => return request,
        Credential::WrongKey => "a-wrong-key".to_owned(),
        Credential::OperatorKey => OPERATOR_KEY.to_owned(),
        Credential::KeyOf(door) => key_of(door),
    };
    request.insert_header(("authorization", format!("Bearer {key}")))
}

/// Status, code and body of an answer.
type Seen = (u16, String, Value);

fn seen(answer: &Answer) -> Seen {
    let body = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = answer.header("x-error-code").to_owned();
    (answer.status.as_u16(), code, body)
}

/// How a door shows an error.
async fn shape(door: &Door, code: Code, message: &'static str) -> Seen {
    seen(&shown((door.render)(&Error::new(code, message))).await)
}

#[actix_web::test]
async fn every_route_of_every_door_admits_whom_its_rule_names() {
    let folder = TempDir::new().expect("a folder");
    let (hub, settings) = (hub(&folder).await, all_doors());
    let app = init_service(app(&services_of(&hub, &settings))).await;
    let keyed = settings.doors.iter().filter(|open| open.lock.key.is_some());
    let credentials: Vec<_> = keyed
        .map(|open| Credential::KeyOf(open.door.name))
        .chain([
            Credential::Nothing,
            Credential::WrongKey,
            Credential::OperatorKey,
        ])
        .collect();
    let doors = settings.doors.iter().map(|open| open.door).chain([&PAGES]);
    let hall = Hall::new(
        &settings
            .doors
            .iter()
            .map(|open| open.door)
            .collect::<Vec<_>>(),
    );
    for door in doors {
        let cells = cells(door, &credentials);
        assert!(cells.len() >= 3 * credentials.len(), "{}", door.name);
        for cell in cells {
            let (method, uri) = (&cell.method, path(&cell.pattern));
            let owner = hall.owner(&uri);
            // What is closed may be kept free for another door.
            assert!(
                cell.rule == Rule::Closed || owner.name == door.name,
                "{cell:?}"
            );
            let request = request(method, &uri, cell.credential).to_request();
            let seen = seen(&answered(try_call_service(&app, request).await).await);
            let refusal = shape(owner, Code::InvalidKey, "Could not validate credentials").await;
            match cell.outcome {
                Outcome::Refused => assert_eq!(seen, refusal, "{cell:?}"),
                Outcome::Admitted => assert_ne!(seen.1, "invalid_key", "{cell:?}"),
            }
        }
    }
    hub.stop().await;
}

#[actix_web::test]
async fn what_no_handler_answers_has_the_shape_of_the_door() {
    let folder = TempDir::new().expect("a folder");
    let (hub, settings) = (hub(&folder).await, all_doors());
    let app = init_service(app(&services_of(&hub, &settings))).await;
    let ask = async |method: &Method, uri: &str, body: String| {
        let request = request(method, uri, Credential::OperatorKey).set_payload(body);
        seen(&answered(try_call_service(&app, request.to_request()).await).await)
    };
    for door in settings.doors.iter().map(|open| open.door).chain([&PAGES]) {
        let not_found = shape(door, Code::NotFound, "Not Found").await;
        for area in door.areas {
            if let Area::Below(root) = area {
                let nowhere = format!("{}/no/such/path", root.trim_end_matches('/'));
                let seen = ask(&Method::GET, &nowhere, String::new()).await;
                assert_eq!(seen, not_found, "{nowhere}");
            }
        }
        let not_allowed = shape(door, Code::MethodNotAllowed, "Method Not Allowed").await;
        let too_large = shape(door, Code::PayloadTooLarge, "The body is larger than 1 MiB").await;
        let document = openapi::with_keys(&[door], &Rules::new(), |_| true);
        for (method, pattern, _) in routes_of(door) {
            let uri = path(&pattern);
            let operation = &document["paths"][&pattern][method.as_str().to_lowercase()];
            if operation.is_null() {
                continue;
            }
            let wrong = ask(&Method::TRACE, &uri, String::new()).await;
            assert_eq!(wrong, not_allowed, "TRACE {pattern}");
            if operation["requestBody"]["content"]["application/json"].is_object() {
                let large = ask(&method, &uri, "x".repeat(LIMIT + 1)).await;
                assert_eq!(large, too_large, "{method} {pattern}");
            }
        }
    }
    hub.stop().await;
}
