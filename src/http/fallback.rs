//! Requests that no route takes: 404, or 405 where another method would do.

use crate::error::{Code, Error};
use crate::http::failure::Failure;
use crate::http::pages;
use actix_web::dev::ResourceDef;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

/// Which methods each path knows.
pub(super) struct RouteTable(Vec<(ResourceDef, String)>);

impl RouteTable {
    /// The paths of the document, and those of the documentation itself.
    pub(super) fn new(document: &Value) -> Self {
        let documented = document
            .get("paths")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(path, item)| (ResourceDef::new(path.as_str()), allow(item)));
        let pages = [pages::DOCS, pages::DOCUMENTATION]
            .into_iter()
            .map(|path| (ResourceDef::new(path), "GET, HEAD".to_owned()));
        Self(documented.chain(pages).collect())
    }

    /// The value of `Allow` (RFC 9110, section 10.2.1), when the path is known.
    fn allowed(&self, path: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(route, _)| route.is_match(path))
            .map(|(_, methods)| methods.as_str())
    }
}

fn allow(item: &Value) -> String {
    let methods = [
        ("get", "GET, HEAD"),
        ("post", "POST"),
        ("put", "PUT"),
        ("patch", "PATCH"),
        ("delete", "DELETE"),
    ];
    let known: Vec<_> = methods
        .into_iter()
        .filter_map(|(key, name)| item.get(key).map(|_| name))
        .collect();
    known.join(", ")
}

/// Answers what no route took.
pub(super) async fn fallback(request: HttpRequest, routes: web::Data<RouteTable>) -> HttpResponse {
    // The path as the router reads it.
    let Some(allowed) = routes.allowed(request.match_info().as_str()) else {
        let error = Error::new(Code::NotFound, "Not Found");
        return HttpResponse::from_error(Failure::from(error));
    };
    let error = Error::new(Code::MethodNotAllowed, "Method Not Allowed");
    let mut response = HttpResponse::from_error(Failure::from(error));
    if let Ok(value) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
