FROM golang:1.26-bookworm AS build
WORKDIR /src
# The replaced module must be there before dependencies are fetched.
COPY go.mod go.sum ./
COPY oauth/oryx ./oauth/oryx
RUN go mod download
COPY . .
# SQLite is C: the runtime image below has the same libc.
RUN CGO_ENABLED=1 go build -trimpath -ldflags='-s -w' -o /frontdesk ./cmd/frontdesk

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /var/lib/frontdesk frontdesk
COPY --from=build /frontdesk /usr/local/bin/frontdesk
# Inside a container "localhost" would be the container's own.
ENV FRONTDESK_LISTEN=0.0.0.0:3000 \
    FRONTDESK_DATA=/var/lib/frontdesk
USER frontdesk
WORKDIR /var/lib/frontdesk
# The SQLite database, and the key that the signing keys are sealed under: keep it, also with PostgreSQL.
VOLUME /var/lib/frontdesk
EXPOSE 3000
# Not `frontdesk doctor`: from in here the public URL may well be out of reach.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:3000/readyz"]
ENTRYPOINT ["frontdesk"]
CMD ["serve"]
