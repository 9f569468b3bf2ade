//! Whether the door's default account can be used.

use crate::http::context::Context;
use crate::http::doors::tools::settings::ToolsConfig;
use crate::ops::default_session::DefaultAuthorized;
use actix_web::web::{Data, Json};
use serde_json::{Value, json};

/// Open to anyone, as in the original.
pub(super) const PATH: &str = "/healthz";

/// Answers 200 whatever it finds.
pub(super) async fn health(context: Context, config: Data<ToolsConfig>) -> Json<Value> {
    let default = config.default_session.clone();
    let authorized = context.call(DefaultAuthorized { default }).await;
    Json(json!({ "status": "ok", "authorized": authorized.unwrap_or(false) }))
}
