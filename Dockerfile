FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/build-web.ts scripts/warm-start.ts scripts/
COPY demo demo
COPY src src
COPY static static
COPY templates templates
# npm ci also builds the interface, by the prepare script; then only what the server needs is kept, and a compile cache is
# made by the Node that will use it
RUN npm ci --no-audit --no-fund && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/.cache && mkdir node_modules/.cache && node scripts/warm-start.ts \
  && chmod -R a+rX node_modules/.cache

FROM node:26-bookworm-slim
# nothing is installed in a running container
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY package.json LICENSE docker-entrypoint.sh ./
COPY src src
COPY demo demo
COPY templates templates
COPY --from=build /app/static static
RUN rm -rf src/web static/css && mkdir history

ENV NODE_ENV=production \
    MUSIC_DIR=/music \
    STATE_DIR=/app/history \
    NODE_COMPILE_CACHE=/app/node_modules/.cache/node \
    PORT=8338
EXPOSE 8338
VOLUME /app/history
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --retries=3 --start-period=40s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8338}/health`).then(reply => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/app/docker-entrypoint.sh"]
# young objects of each thread in 4 MB instead of 16 or more: the same speed, with far less memory
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=25", "src/main.ts"]
