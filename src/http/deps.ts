import type { Hono } from "hono";
import type { Logger } from "pino";

import type { ChartView } from "../charts/chart-view.ts";
import type { Role } from "../domain/actor.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { Context, Verb } from "../service/context.ts";

/** Everything of a Context but who asks: one store with its clock and settings. */
export type EstateBase = Omit<Context, "actor" | "scope">;
export type Estate = { readonly name: "real" | "demo"; readonly base: EstateBase };

/** Who may come in. Beyond loopback there is a token, or nobody. */
export type Access =
  /** Only for a server that listens on loopback: whoever sits at the machine, who may try every role. */
  | { readonly kind: "loopback"; readonly role: Role }
  /** One shared secret: it cannot tell people apart, so everyone who has it gets the same role. */
  | { readonly kind: "token"; readonly token: string; readonly role: Role };

export type ChartPng = (
  view: ChartView,
  options: { readonly theme: "light" | "dark"; readonly width?: number },
) => Promise<Uint8Array>;

export type IngestRequest = {
  readonly paths: string[];
  readonly parts: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly onProgress?: (progress: { readonly phase: string; readonly what: string; readonly percent: number }) => void;
};

/** What the HTTP surface needs, wired by hand in run-service.ts. */
export type HttpDeps = {
  readonly real: Estate;
  /** The sample estate; null when switched off. Shown until the real one has a source. */
  readonly demo: Estate | null;
  /** Shared channels as configured: name, topic and what they may show. */
  readonly channels: readonly { readonly name: string; readonly title: string; readonly scope: ScopeFilter }[];
  readonly access: Access;
  /** Host names (without port) requests may name besides localhost, 127.0.0.1 and [::1]. */
  readonly publicHosts: readonly string[];
  /** Whether browsers reach it by https: cookies are then Secure. */
  readonly https: boolean;
  readonly uploadBytesMax: number;
  /** Signs sessions; kept under the data directory, so that a restart logs nobody out. */
  readonly sessionKey: Uint8Array;
  readonly png: ChartPng;
  readonly log: Logger;
  /** /healthz, /readyz and /metrics: answered whatever Host a probe names. */
  readonly health: Hono | null;
  /** What chat platforms send, each under its name: signed, without a session. */
  readonly platforms?: Readonly<Record<string, Hono>>;
  /** The ingest verb (src/service/ingest-bills.ts). */
  readonly ingest: (verb: Verb<IngestRequest>) => Promise<IngestAnswer>;
};
