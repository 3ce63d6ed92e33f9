import { z } from "zod";

import { AppError } from "../domain/errors.ts";

/** What a target answered: where the thing is, and whether the work is done already. */
export type Sent = { readonly id: string; readonly url: string | null; readonly applied: boolean };

/** An address an answer may name: it becomes a link on a card. */
export const linkSchema = z.url({ protocol: /^https?$/ }).max(2_000);

/** Longest a target may take. The recommendation stays locked meanwhile. */
const TIMEOUT_MS = 15_000;
/** Most of an answer that is read. */
const ANSWER_BYTES_MAX = 5_000_000;

/**
 * One HTTP request; the body of a 2xx answer. Redirects are errors: a signed body goes where it was meant to go.
 * Throws AppError("unavailable") naming host and status, never headers or secrets.
 */
export async function request(
  url: string,
  options: {
    readonly method: "GET" | "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): Promise<string> {
  const { host } = new URL(url);
  const response = await fetch(url, {
    method: options.method,
    headers: { ...options.headers, "user-agent": "cloud-intelligence" },
    body: options.body,
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new AppError("unavailable", `${host} cannot be reached.`, { cause: error });
  });
  const text = (await response.text()).slice(0, ANSWER_BYTES_MAX);
  if (response.ok) return text;
  throw new AppError("unavailable", `${host} answered ${response.status}: ${text.slice(0, 200)}`);
}
