import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createChartRenderer } from "../../src/charts/render.ts";
import { createHttpApp } from "../../src/http/app.ts";
import type { HttpDeps } from "../../src/http/deps.ts";
import { startHttp } from "../../src/http/serve.ts";
import type { Database } from "../../src/store/db.ts";
import { testContext } from "../support/context.ts";

export type ChatServer = {
  readonly url: string;
  readonly dataDir: string;
  /** Stops listening as a crash would: connections cut. `start` listens again on the same port. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The real HTTP surface on a free port, over a test database. */
export async function startChatServer(
  db: Database,
  options: Partial<HttpDeps> & { demoDb?: Database } = {},
): Promise<ChatServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "finops-http-"));
  const { actor: _actor, scope: _scope, ...base } = testContext(db, { dataDir });
  const charts = createChartRenderer({ workers: 1 });
  const { demoDb, ...rest } = options;
  const deps: HttpDeps = {
    real: { name: "real", base },
    demo: demoDb === undefined ? null : { name: "demo", base: { ...base, db: demoDb } },
    channels: [
      { name: "finops", title: "Digests, findings and questions about cost", scope: [] },
      { name: "costs", title: "Cost questions, answered here", scope: [] },
    ],
    access: { kind: "loopback", role: "admin" },
    publicHosts: [],
    https: false,
    uploadBytesMax: 5 * 1024 * 1024,
    sessionKey: randomBytes(32),
    png: charts.png,
    log: base.log,
    health: null,
    ingest: async () => ({ batches: [] }),
    ...rest,
  };
  const listen = async (port: number) => startHttp({ app: await createHttpApp(deps), host: "127.0.0.1", port });
  let server = await listen(0);
  const { port } = server;
  return {
    url: `http://localhost:${port}`,
    dataDir,
    stop: () => server.close(),
    start: async () => {
      server = await listen(port);
    },
    close: async () => {
      await server.close();
      await charts.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
