import { createHash } from "node:crypto";

import { Refusal } from "./errors.ts";

export type Limit = { readonly limit: number; readonly perMs: number };

/** As the real one tells them: per route and top-level id, in headers, never in documents. */
const DEFAULT_LIMIT: Limit = { limit: 50, perMs: 1_000 };

export type RateLimits = {
  /** Counts a call. Returns the headers of its answer; throws the 429. */
  readonly take: (method: string, path: string) => Record<string, string>;
  /** Another limit for calls whose path (with ids) matches. */
  readonly set: (path: RegExp, limit: Limit) => void;
};

type Bucket = { used: number; resetAt: number };

export function createRateLimits(now: () => number): RateLimits {
  const rules: { path: RegExp; limit: Limit }[] = [];
  const buckets = new Map<string, Bucket>();
  return {
    set: (path, limit) => {
      rules.unshift({ path, limit });
    },
    take: (method, path) => {
      const { limit, perMs } = rules.find((rule) => rule.path.test(path))?.limit ?? DEFAULT_LIMIT;
      const [, top = "", major = "", rest = ""] = /^\/([^/]+)(?:\/(\d+))?(.*)$/.exec(path) ?? [];
      const route = `${method} /${top}${rest.replaceAll(/\d{15,}/g, ":id")}`;
      const hash = createHash("sha256").update(route).digest("hex").slice(0, 16);
      const key = `${hash}:${major}`;
      const at = now();
      const known = buckets.get(key);
      const bucket = known === undefined || known.resetAt <= at ? { used: 0, resetAt: at + perMs } : known;
      buckets.set(key, bucket);
      bucket.used += 1;
      const resetAfter = (bucket.resetAt - at) / 1_000;
      const headers = {
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": String(Math.max(0, limit - bucket.used)),
        "x-ratelimit-reset": (bucket.resetAt / 1_000).toFixed(3),
        "x-ratelimit-reset-after": resetAfter.toFixed(3),
        "x-ratelimit-bucket": hash,
      };
      if (bucket.used <= limit) return headers;
      throw rateLimited(resetAfter, headers);
    },
  };
}

/** The answer of a spent bucket. */
export function rateLimited(retryAfterSeconds: number, headers: Record<string, string> = {}): Refusal {
  const refusal = new Refusal(429, 0, "You are being rate limited.", {
    headers: { ...headers, "retry-after": String(Math.ceil(retryAfterSeconds)), "x-ratelimit-scope": "user" },
  });
  Object.assign(refusal.body, { retry_after: retryAfterSeconds, global: false });
  return refusal;
}
