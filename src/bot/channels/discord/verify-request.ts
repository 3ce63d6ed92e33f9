import { createPublicKey, verify, type KeyObject } from "node:crypto";

/** The bytes that make a raw Ed25519 key an SPKI one. */
const SPKI_PREFIX = "302a300506032b6570032100";
/** Clocks may differ by this much, in both directions. */
const SKEW_SECONDS_MAX = 300;
/** A signature is taken once within the time it would be accepted. */
const REMEMBERED_MS = 2 * SKEW_SECONDS_MAX * 1_000;
const REMEMBERED_MAX = 50_000;

export type SignedRequest = {
  /** X-Signature-Ed25519. */
  readonly signature: string;
  /** X-Signature-Timestamp. */
  readonly timestamp: string;
  /** As it came, before anything read it. */
  readonly body: string;
};
export type Verdict = "ok" | "bad-signature" | "bad-time" | "repeated";

/**
 * Checks that a request comes from Discord: Ed25519 over timestamp and raw body, a timestamp of now, and a signature that
 * was not seen before. Throws for a key that is none; use it at start.
 */
export function createVerifier(publicKeyHex: string, now: () => number): (request: SignedRequest) => Verdict {
  const key = publicKey(publicKeyHex);
  const seen = new Map<string, number>();
  return ({ signature, timestamp, body }) => {
    if (!/^[0-9a-f]{128}$/i.test(signature) || !/^\d{1,12}$/.test(timestamp)) return "bad-signature";
    const signed = Buffer.from(timestamp + body);
    if (!verify(null, signed, key, Buffer.from(signature, "hex"))) return "bad-signature";
    if (Math.abs(now() / 1_000 - Number(timestamp)) > SKEW_SECONDS_MAX) return "bad-time";
    const id = signature.toLowerCase();
    if (seen.has(id)) return "repeated";
    seen.set(id, now());
    for (const [old, at] of seen) {
      if (now() - at <= REMEMBERED_MS && seen.size <= REMEMBERED_MAX) break;
      seen.delete(old);
    }
    return "ok";
  };
}

function publicKey(hex: string): KeyObject {
  return createPublicKey({ key: Buffer.from(SPKI_PREFIX + hex, "hex"), format: "der", type: "spki" });
}
