import { createHmac, timingSafeEqual } from "node:crypto";

import { z } from "zod";

import { canonicalJson } from "../domain/audit-event.ts";
import type { HandOffTarget } from "../domain/recommendation.ts";
import type { HandOffRow } from "../store/recommendations-hand-off.ts";
import { linkSchema, request, type Sent } from "./hand-off-request.ts";

/** How far a signature's time may be off. */
const SIGNATURE_AGE_MS_MAX = 300_000;

const answerSchema = z.object({ id: z.string().max(500), url: linkSchema, status: z.string().max(100) }).partial();

/**
 * Sends the approval to a webhook: canonical JSON, signed, with the idempotency key as header and in the body, so that a
 * receiver can tell a repeat from a new one. Its JSON answer may name `id`, `url`, and `status: "applied"`.
 */
export async function sendWebhook(
  target: Extract<HandOffTarget, { kind: "webhook" }>,
  row: HandOffRow,
  nowMs: number,
): Promise<Sent> {
  const body = canonicalJson({ ...row.payload, idempotencyKey: row.idempotencyKey });
  const text = await request(target.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": row.idempotencyKey,
      "x-finops-signature": signWebhook(target.secret, body, nowMs),
    },
    body,
  });
  const answer = answerSchema.safeParse(parseAnswer(text));
  const { id = row.idempotencyKey, url = null, status = "" } = answer.success ? answer.data : {};
  return { id, url, applied: status === "applied" };
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 over "SECONDS.BODY". Times here are operational, never business time. */
export function signWebhook(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${mac(secret, `${seconds}.${body}`)}`;
}

/** Whether a signature is the secret's over this body and not older than five minutes. */
export function verifyWebhookSignature(secret: string, body: string, signature: string, nowMs: number): boolean {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature);
  if (match === null) return false;
  const [, seconds = "", given = ""] = match;
  if (Math.abs(nowMs - Number(seconds) * 1000) > SIGNATURE_AGE_MS_MAX) return false;
  return timingSafeEqual(Buffer.from(given, "hex"), Buffer.from(mac(secret, `${seconds}.${body}`), "hex"));
}

function mac(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}

/** Many receivers answer "ok": that is a yes without details. */
function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
