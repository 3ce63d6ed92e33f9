import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";

import { ecsFormat } from "@elastic/ecs-pino-format";
import { pino, type Logger } from "pino";

import { createRedactor, REDACTED } from "./config/redact.ts";

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

/**
 * The log: one ECS JSON object a line. Ids of a request or a job come from child loggers
 * (`trace.id`, `http.request.id`, `labels.job`).
 * Known secret values, secret-looking keys and passwords in URLs are replaced before a line leaves the process.
 */
export function createLog(options: LogOptions, sink: Sink = openSink(options.destination)): Logger {
  const redact = createRedactor(options.secrets);
  return pino(
    {
      ...ecsFormat({ serviceName: "finops", apmIntegration: false }),
      level: options.level,
      redact: { paths: SECRET_PATHS, censor: REDACTED },
    },
    // The last gate: whatever a message, a stack or a driver's error carries passes here.
    { write: (line: string) => sink.write(redact(line)) },
  );
}

function openSink(destination: string): Sink {
  if (destination === "stderr") return process.stderr;
  mkdirSync(path.dirname(path.resolve(destination)), { recursive: true });
  return createWriteStream(destination, { flags: "a" });
}
