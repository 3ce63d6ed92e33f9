import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";

import { AppError } from "../domain/errors.ts";
import type { HttpApp } from "./app.ts";

/** How long a slow browser may take for its request line and headers: no connection is held for nothing. */
const HEADERS_TIMEOUT_MS = 20_000;
/** Longer than load balancers keep an idle connection (60 s is usual): they close it, not we while they send on it. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export type HttpServer = { readonly port: number; readonly close: () => Promise<void> };

/** Listens. Throws AppError when the port is taken. `close` ends open streams and waits for the socket. */
export async function startHttp(input: { app: HttpApp; host: string; port: number }): Promise<HttpServer> {
  const server = createAdaptorServer({
    fetch: (request, bindings) => input.app.fetch(request, bindings),
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      requestTimeout: 0,
    },
  });
  server.listen(input.port, input.host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
    throw new AppError("unavailable", `Cannot listen on ${input.host}:${input.port}${taken ? ": it is in use" : ""}.`, {
      remedy: taken ? "Stop what listens there, or set PORT to a free one." : "Check server.host and server.port.",
      cause,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      await input.app.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
