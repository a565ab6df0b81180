# The controller in an image that holds Node, one bundled file and nothing to log in with. The node agent's image has the
# programs that ask the kernel beside them: docker build --target node-agent
FROM node:24-bookworm-slim AS build
WORKDIR /src
# Alone and first: as long as the dependencies stay the same, their layer does too.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM debian:bookworm-slim AS programs
WORKDIR /agent
RUN apt-get update && apt-get install --yes --no-install-recommends iptables nftables util-linux
# The programs as links or files, the extensions of iptables, and the libraries but for C's, which the base has.
RUN cp --parents --no-dereference /usr/bin/nsenter /usr/sbin/nft /usr/sbin/xtables-*-multi \
      /usr/sbin/iptables-legacy-save /usr/sbin/iptables-nft-save . \
    && cp --parents /usr/lib/*/xtables/libxt_*.so /usr/lib/*/xtables/libipt_*.so . \
    && ldd usr/bin/nsenter usr/sbin/nft usr/sbin/xtables-*-multi | awk '$2 == "=>" { print $3 }' | sort --unique \
      | grep --invert-match '/libc\.so' | sed 's#^/lib/#/usr/lib/#' | xargs cp --parents --target-directory=.

FROM gcr.io/distroless/nodejs24-debian12:nonroot AS node-agent
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="osm-auditor-node-agent" \
      org.opencontainers.image.description="Reads the live redirection rules of the pods of its node" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
WORKDIR /app
COPY --from=programs /agent/usr /usr
# The binary by which it asks the kernel without a program: of all packages alone not in the bundle.
COPY --from=build /src/node_modules/koffi ./node_modules/koffi
COPY --from=build /src/node_modules/@koromix ./node_modules/@koromix
COPY LICENSE ./
COPY --from=build /src/package.json ./
COPY --from=build /src/dist ./dist
# To look at processes of others and into their networks takes root, with the few capabilities that it is given.
USER 0
EXPOSE 8080
# Without the source map, which takes more memory than all else once an error's stack is made of it.
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/osm-auditor.js"]

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
