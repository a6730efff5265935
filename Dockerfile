# Magpie alone in an image: no shell, no package manager, nothing to patch but itself.
#
#   docker build -t magpie .
#   docker run -p 3005:3005 -v magpie:/data --read-only -e MAGPIE_MASTER_KEY=… magpie

FROM rust:1-slim-bookworm AS build
WORKDIR /build
COPY . .
# Linked statically, so that nothing of this stage has to come along. Naming the target keeps the flag away
# from build scripts and macros, which can't be static. What cargo downloaded and built stays in the cache
# mounts: a change in src/ rebuilds this crate alone.
ENV RUSTFLAGS="-C target-feature=+crt-static"
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    target=$(rustc --print host-tuple) \
 && cargo build --profile dist --locked --bin magpie --target "$target" \
 && mkdir -p /out/data \
 && cp "target/$target/dist/magpie" /out/magpie

FROM scratch
COPY --from=build /out/magpie /usr/local/bin/magpie
# A new volume takes its owner from here, so that the server may write to it.
COPY --from=build --chown=65532:65532 /out/data /data
# Nothing else is written: the root may be read-only.
ENV MAGPIE_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 3005
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["/usr/local/bin/magpie", "health"]
ENTRYPOINT ["/usr/local/bin/magpie"]
CMD ["serve"]
