//! The table of routes, and the application made of it.

use crate::auth::Guesses;
use crate::http::context::Runner;
use crate::http::door::Door;
use crate::http::fallback::{RouteTable, fallback};
use crate::http::gate::Gate;
use crate::http::hall::{Hall, OpenDoor};
use crate::http::logged::Sampler;
use crate::http::pages::PAGES;
use crate::http::rules::Rules;
use crate::http::{HttpSettings, admission, frame, hall, openapi, pages, pieces};
use crate::hub::Hub;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, guard};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::Config as SwaggerConfig;

/// What all workers share.
#[derive(Clone)]
pub(super) struct Services {
    runner: Data<Runner>,
    gate: Data<Gate>,
    rules: Data<Rules>,
    guesses: Data<Guesses>,
    sampler: Data<Sampler>,
    hall: Data<Hall>,
    document: Data<Document>,
    routes: Data<RouteTable>,
    doors: Vec<OpenDoor>,
}

/// The OpenAPI document as it is sent.
pub(super) struct Document(pub(super) Bytes);

impl Services {
    pub(super) fn new(
        hub: Arc<Hub>,
        runtime: Handle,
        tasks: TaskTracker,
        settings: &HttpSettings,
    ) -> Self {
        let gate = Gate::new(settings.key.clone(), settings.allowed_hosts.clone());
        let gate = settings
            .doors
            .iter()
            .fold(gate, |gate, open| {
                gate.with_lock(open.door.name, open.lock.clone())
            })
            .exposed(settings.exposed);
        let rules = Rules::new();
        let doors: Vec<_> = settings.doors.iter().map(|open| open.door).collect();
        let document = openapi::with_keys(&doors, &rules, |rule| gate.asks_for_key(rule));
        Self {
            routes: Data::new(RouteTable::new(&document)),
            document: Data::new(Document(document.to_string().into())),
            runner: Data::new(Runner::new(hub, runtime, tasks)),
            gate: Data::new(gate),
            rules: Data::new(rules),
            guesses: Data::new(Guesses::new(settings.wrong_keys_per_minute)),
            sampler: Data::default(),
            hall: Data::new(Hall::new(&doors)),
            doors: settings.doors.clone(),
        }
    }
}

impl Services {
    /// Answers that go on by themselves are to end.
    pub(super) fn announce_stop(&self) {
        self.runner.announce_stop();
    }

    /// Logs what was only counted, and forgets what is past. Called from time to time.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        self.guesses.sweep(now);
        self.sampler.sweep(now);
    }
}

/// The whole application: routes, fallback and the layers around them.
pub(super) fn app(
    services: &Services,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let Services {
        runner,
        gate,
        rules,
        guesses,
        sampler,
        hall,
        document,
        routes: table,
        doors,
    } = services.clone();
    App::new()
        .app_data(runner)
        .app_data(gate)
        .app_data(rules)
        .app_data(guesses)
        .app_data(sampler)
        .app_data(hall)
        .app_data(document)
        .app_data(table)
        .configure(|config| doors.iter().for_each(|open| (open.state)(config)))
        .configure(|config| {
            let open: Vec<_> = doors.iter().map(|open| open.door).collect();
            routes(&[&[&PAGES], open.as_slice()].concat())(&mut ServiceConfig::new(config));
        })
        .service(web::redirect(pages::DOCS, "/docs/"))
        .app_data(Data::new(SwaggerConfig::new(["/openapi.json"])))
        .service(
            web::resource(pages::DOCUMENTATION)
                .guard(guard::Get())
                .to(pages::documentation),
        )
        .default_service(web::to(fallback))
        .wrap(from_fn(admission::gate))
        .wrap(from_fn(hall::in_shape))
        .wrap(from_fn(frame::frame))
        .wrap(from_fn(pieces::in_pieces))
}

/// Registers every path of these doors.
pub(super) fn routes(doors: &[&'static Door]) -> impl FnOnce(&mut ServiceConfig<'_>) + use<> {
    let doors = doors.to_vec();
    move |config| {
        for door in doors {
            (door.routes)(config);
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
