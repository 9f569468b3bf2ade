//! The handlers of the rules, and of what one account has called.
//!
//! Owns nothing. Everything done is a method of [`Dc`].

use actix_web::{HttpResponse, web};

use super::answer;
use super::wire::{CallsAnswer, CallsQuery, RulesBody};
use crate::dc::Dc;
use crate::world::rules::Rules;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/rules", web::post().to(rules))
        .route("/calls/{account}", web::get().to(calls));
}

/// `POST /rules`: what is not named stays as it is. Answers the limits in force.
async fn rules(dc: web::Data<Dc>, body: web::Json<RulesBody>) -> HttpResponse {
    let body = body.into_inner();
    let mut limits = std::collections::BTreeMap::new();
    dc.rule(|rules| {
        match body.all {
            Some(true) => *rules = Rules::telegram(),
            Some(false) => *rules = Rules::none(),
            None => {}
        }
        if let Some(beyond) = body.too_long_beyond_limit {
            rules.too_long_beyond_limit = beyond;
        }
        if let Some(end) = body.hashes_end {
            rules.hashes_end = end;
        }
        if let Some(omit) = body.differences_omit {
            rules.differences_omit = omit;
        }
        if let Some(written) = body.codes_are_written {
            rules.codes_are_written = written;
        }
        if let Some(words) = body.search_by_words {
            rules.search_by_words = words;
        }
        if let Some(folds) = body.archive_folds {
            rules.archive_folds = folds;
        }
        if let Some(ignores) = body.search_ignores {
            rules.search_ignores = ignores;
        }
        for (method, limit) in body.limits {
            match limit {
                Some(limit) => rules.limits.insert(method, limit),
                None => rules.limits.remove(&method),
            };
        }
        limits.clone_from(&rules.limits);
    });
    HttpResponse::Ok().json(serde_json::json!({ "limits": limits }))
}

/// `GET /calls/{account}`.
async fn calls(
    dc: web::Data<Dc>,
    account: web::Path<String>,
    query: web::Query<CallsQuery>,
) -> HttpResponse {
    let (from, to) = (query.from, query.to.unwrap_or(i64::MAX));
    let log = dc.calls_of(&account).and_then(|mut log| {
        log.retain(|call| (from..to).contains(&call.at));
        let calls = dc.calls_between(&account, from, to)?;
        let total = log.len();
        Ok(CallsAnswer {
            total,
            calls,
            log: query.log.then_some(log),
        })
    });
    answer(log)
}
