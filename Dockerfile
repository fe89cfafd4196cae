# The runner image, for those who have a builder. The release pipeline assembles the same content without one, by
# scripts/release/assemble.sh; `npm run test:image` compares both.

# Linux with glibc, and Node with npm. npm installs what package-lock.json pins: that, too, is the node of the image.
ARG BUILD_IMAGE=nexus-docker.ship.gov.sg/library/node:24.21.0-bookworm
# Anything small with glibc, sh, grep and id. No musl.
ARG RUNTIME_IMAGE=nexus-docker.ship.gov.sg/library/busybox:1.37.0-glibc

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY . .
RUN node scripts/install.mjs && node --import tsx scripts/layer.ts /layer

# Without RUN, so that it can be assembled from base and layer with no privilege.
FROM ${RUNTIME_IMAGE}
ARG VERSION
ARG REVISION
ARG CREATED
ARG SOURCE=https://sgts.gitlab-dedicated.com/wog/mlops/sagemaker-components
LABEL org.opencontainers.image.title=sagemaker-components \
      org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.revision=${REVISION} \
      org.opencontainers.image.created=${CREATED} \
      org.opencontainers.image.source=${SOURCE}
COPY --from=build /layer/ /
# By number, so that a cluster can see that it is not root.
USER 10001:10001
# GitLab's runner starts a shell: an entrypoint would swallow it.
ENTRYPOINT []
CMD ["sh"]
