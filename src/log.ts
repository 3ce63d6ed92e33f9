import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { AsyncLocalStorage } from "node:async_hooks";

import { ecsFormat } from "@elastic/ecs-pino-format";
import { pino, type Logger } from "pino";

import { createRedactor, REDACTED } from "./config/redact.ts";

/** Ids that tie together the lines of one request, job or ingest: ECS `trace.id`, `http.request.id`, `labels.*`. */
export type LogIds = {
  readonly traceId?: string;
  readonly requestId?: string;
  readonly job?: string;
  readonly jobId?: string;
};

export type LogOptions = {
  readonly level: string;
  /** `stderr`, or a file that is appended to. Never stdout: that belongs to answers. */
  readonly destination: string;
  readonly secrets: readonly string[];
};

/** A place whole lines go. */
type Sink = { readonly write: (line: string) => unknown };

/** Keys whose value is a secret whoever wrote it. */
const SECRET_KEYS = ["password", "token", "secret", "authorization", "cookie", "apiKey", "accessKey", "privateKey"];
const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

const idsOfCall = new AsyncLocalStorage<LogIds>();

/**
 * The log: one ECS JSON object a line, with the ids of the request or job it was written in.
 * Known secret values, secret-looking keys and passwords in URLs are replaced before a line leaves the process.
 */
export function createLog(options: LogOptions, sink: Sink = openSink(options.destination)): Logger {
  const redact = createRedactor(options.secrets);
  return pino(
    {
      ...ecsFormat({ serviceName: "finops", apmIntegration: false }),
      level: options.level,
      mixin: () => ecsIds(idsOfCall.getStore() ?? {}),
      redact: { paths: SECRET_PATHS, censor: REDACTED },
    },
    // The last gate: whatever a message, a stack or a driver's error carries passes here.
    { write: (line: string) => sink.write(redact(line)) },
  );
}

/** Runs `work`; every line logged inside carries the ids. */
export function withLogIds<T>(ids: LogIds, work: () => T): T {
  return idsOfCall.run({ ...idsOfCall.getStore(), ...ids }, work);
}

function ecsIds(ids: LogIds): Record<string, unknown> {
  return {
    ...(ids.traceId === undefined ? {} : { trace: { id: ids.traceId } }),
    ...(ids.requestId === undefined ? {} : { http: { request: { id: ids.requestId } } }),
    ...(ids.job === undefined
      ? {}
      : { labels: { job: ids.job, ...(ids.jobId === undefined ? {} : { job_id: ids.jobId }) } }),
  };
}

function openSink(destination: string): Sink {
  if (destination === "stderr") return process.stderr;
  mkdirSync(path.dirname(path.resolve(destination)), { recursive: true });
  return createWriteStream(destination, { flags: "a" });
}
