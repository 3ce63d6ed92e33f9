# syntax=docker/dockerfile:1
# One image for everything: the service (default), and every terminal command:
#   docker run --rm -v finops:/data IMAGE finops cost "last month by service"

FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY patches ./patches
# The pinned runtime (npm package `node`) is a development package: here the image brings Node 24 itself.
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-trixie-slim
# tini: Node as process 1 reaps no children, and a killed Postgres would stay a zombie that blocks its own lock file.
# tzdata: schedules are said in IANA zones. ca-certificates: clouds and chat platforms.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini tzdata ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
COPY migrations ./migrations
COPY deploy/entrypoint.sh /usr/local/bin/finops-entrypoint
COPY deploy/finops.sh /usr/local/bin/finops
# Any user of group 0 works (clusters that give every container a random one): it needs a passwd line, which the
# entrypoint writes, and a data directory it may write to.
RUN chmod 755 /usr/local/bin/finops-entrypoint /usr/local/bin/finops \
 && chmod g=u /etc/passwd \
 && mkdir -p /data && chown 1000:0 /data && chmod 2770 /data
ENV NODE_ENV=production \
    FINOPS_DATA_DIR=/data \
    FINOPS_HOST=0.0.0.0 \
    NODE_COMPILE_CACHE=/tmp/finops-compiled \
    PORT=3000
USER 1000:0
VOLUME /data
EXPOSE 3000
# The first start builds the database and the sample estate.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "finops-entrypoint"]
CMD ["node", "/app/src/main.ts"]
