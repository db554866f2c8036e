# keylift in an image: docker build -t keylift . && docker run --rm -v "$PWD:/scan:ro" keylift scan .
# The grammar sources come from npm by package-lock.json, everything else from Debian.
FROM debian:bookworm-slim AS build
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev cmake ninja-build pkg-config npm \
    ca-certificates libpcre2-dev libcjson-dev libmd-dev zlib1g-dev libcurl4-openssl-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake --preset release -B /build -DKEYLIFT_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr \
    && cmake --build /build \
    && DESTDIR=/out cmake --install /build --component keylift --strip

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git libcjson1 libcurl4 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    # The mounted tree belongs to somebody else; keylift calls git with hooks, monitors, filters and fetching off.
    && git config --system --add safe.directory '*'
COPY --from=build /out /
USER 65534:65534
WORKDIR /scan
ENTRYPOINT ["keylift"]
