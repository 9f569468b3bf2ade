# Builds and runs telegram-hub. The project's checks have no Docker and never run this file.
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY migrations migrations
COPY src src
COPY tests tests
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --package telegram-hub \
    && cp target/release/telegram-hub /telegram-hub

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home hub
COPY --from=build /telegram-hub /usr/local/bin/telegram-hub
USER hub
WORKDIR /data
# Outside a container's own loopback the hub insists on HUB_API_KEY.
ENV HUB_LISTEN=0.0.0.0:8000 HUB_DATA_DIR=/data HUB_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["curl", "--silent", "--fail", "--output", "/dev/null", "http://127.0.0.1:8000/health"]
ENTRYPOINT ["telegram-hub"]
