import { AppError } from "../domain/errors.ts";

/** Most keys remembered: an attacker with many sessions cannot grow memory. */
const KEYS_MAX = 10_000;

/**
 * A token bucket a key: `burst` at once, then `perMinute`. Throws AppError("limit") that says how long to wait.
 * Measured on this process's monotonic clock: it guards this process.
 */
export function createRateLimit(options: {
  readonly burst: number;
  readonly perMinute: number;
}): (key: string) => void {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = options.perMinute / 60_000;
  return (key) => {
    const now = performance.now();
    const before = buckets.get(key) ?? { left: options.burst, at: now };
    const left = Math.min(options.burst, before.left + (now - before.at) * perMs);
    buckets.delete(key);
    const oldest = buckets.keys().next();
    if (buckets.size >= KEYS_MAX && oldest.done !== true) buckets.delete(oldest.value);
    buckets.set(key, { left: left < 1 ? left : left - 1, at: now });
    if (left >= 1) return;
    const waitSeconds = Math.ceil((1 - left) / perMs / 1_000);
    throw new AppError("limit", "That was a lot in a short time.", { remedy: `Try again in ${waitSeconds} s.` });
  };
}
