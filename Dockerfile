# Builds and runs telegram-hub. The project's checks have no Docker and never run this file.
#
# The images are named by digest, so that a tag that is moved changes nothing here. `docker buildx
# imagetools inspect rust:1.95-bookworm` shows the digest of today; docs/deployment.md says more.
FROM rust:1.95-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY .ci .ci
COPY migrations migrations
COPY src src
COPY tests tests
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --package telegram-hub \
    && cp target/release/telegram-hub /telegram-hub \
    && python3 .ci/sbom > /telegram-hub.cdx.json

FROM debian:bookworm-slim@sha256:3783cc01769c7b2b1b83a5c5ad96c815348e28ed7da68e2e3687004faa906251
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home hub \
    && chmod 0700 /data
COPY --from=build /telegram-hub /usr/local/bin/telegram-hub
# What the program is made of, for scanners (CycloneDX).
COPY --from=build /telegram-hub.cdx.json /usr/local/share/telegram-hub.cdx.json
# A number, so that runtimes which demand an unprivileged user can tell.
USER 10001
WORKDIR /data
# Outside a container's own loopback the hub insists on HUB_API_KEY or HUB_API_KEY_FILE.
ENV HUB_LISTEN=0.0.0.0:8000 HUB_DATA_DIR=/data HUB_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["curl", "--silent", "--fail", "--output", "/dev/null", "http://127.0.0.1:8000/health"]
ENTRYPOINT ["telegram-hub"]
