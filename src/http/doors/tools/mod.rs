//! The tools door: what people use a Telegram account for, for scripts and for agents.
//!
//! Owns one table of tools and its two halves, REST under `/api` and MCP under `/mcp`, with the
//! JSON of the container that this door replaces. It must not know how an operation is done.

mod audit;
mod call;
mod mcp;
mod objects;
mod policy;
mod refusal;
mod rest;
mod schema;
mod settings;
mod table;
mod telethon;
mod tool;

use crate::auth::{ApiKey, ChatList, Limits};
use crate::config::Config;
use crate::http::door::{Area, Door, Guard, Lock, Part, Rule, State};
use actix_web::web::Data;
use mcp::McpService;
use settings::{ALLOWED_ORIGINS, KEY, READ_CHATS, READ_ONLY, SETTINGS, ToolsConfig, WRITE_CHATS};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// What this door says of itself.
pub(super) static DOOR: Door = Door {
    name: NAME,
    by_default: true,
    areas: &[
        Area::Below("/api"),
        Area::Except("/api/v3"),
        Area::Only("/healthz"),
        Area::Below("/mcp"),
    ],
    starts: &[],
    routes,
    entrance: Rule::Door(REST),
    rules: || rest::rules(REST).chain(mcp::rules(MCP)).collect(),
    document: || Part {
        tags: vec![(
            "tools",
            "What people use an account for, for scripts and agents",
        )],
        ..rest::document()
    },
    settings: SETTINGS,
    lock,
    state,
    render: refusal::render,
};

const NAME: &str = "tools";

/// Clients of the original leave the word Bearer out.
const REST: Guard = Guard {
    door: NAME,
    bare_key: true,
    checks_origin: false,
};

/// The protocol asks its servers to look at every `Origin`.
/// Source: <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning>.
const MCP: Guard = Guard {
    checks_origin: true,
    ..REST
};

fn routes(config: &mut ServiceConfig<'_>) {
    config.map(|config| {
        rest::routes(config);
        mcp::routes(config);
        config
    });
}

fn lock(config: &Config) -> Lock {
    let values = &config.values;
    // What the operator keeps everybody from who comes through this door.
    let limits = Limits {
        read_only: READ_ONLY.of(values).then_some(READ_ONLY.name),
        sessions: None,
        reads: ChatList::of_setting(READ_CHATS.of(values), READ_CHATS.name),
        writes: ChatList::of_setting(WRITE_CHATS.of(values), WRITE_CHATS.name),
        tools: None,
    };
    Lock {
        key: KEY.of(values).as_ref().map(ApiKey::new),
        origins: ALLOWED_ORIGINS.of(values),
        limits: Arc::new(limits),
        open_to_bearers: false,
    }
}

/// The settings of the door, and the server that speaks MCP.
fn state(config: &Config) -> State {
    let config = ToolsConfig::new(config);
    let service = Data::new(McpService::new(config.clone()));
    let config = Data::new(config);
    Arc::new(move |app| {
        app.app_data(config.clone()).app_data(service.clone());
    })
}
