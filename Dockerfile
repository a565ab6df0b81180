# The controller in an image that holds Node, one bundled file and nothing to log in with.
FROM node:24-bookworm-slim AS build
WORKDIR /src
# Alone and first: as long as the dependencies stay the same, their layer does too.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="osm-auditor" \
      org.opencontainers.image.description="Continuously audits how Open Service Mesh redirects pod traffic" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
WORKDIR /app
COPY LICENSE ./
# package.json tells Node that the bundle is an ES module; dist/ holds the bundle and its source map.
COPY --from=build /src/package.json ./
COPY --from=build /src/dist ./dist
# A number, so that runAsNonRoot can be checked without reading /etc/passwd.
USER 65532
EXPOSE 8080
# Nothing is written to disk: a read-only root file system will do.
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "/app/dist/osm-auditor.js"]
