import { ChannelError } from "../channel-error.ts";

const POST_TIMEOUT_MS = 10_000;

/** Slack's refusal of what was posted to a response address, under the code it names. */
export class ResponseRefusal extends Error {
  readonly code: string;
  readonly details: string;
  constructor(code: string, details: string) {
    super(`Slack: ${code}`);
    this.code = code;
    this.details = details;
  }
}

/**
 * Answers a command or a click by the address that came with it: it works where the bot is no member. Five times within
 * half an hour; after that it is refused, and the answer goes another way. The address is a secret and in no error.
 */
export async function respondByUrl(url: string, message: object): Promise<void> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    status = response.status;
    text = await response.text();
  } catch {
    // The cause may carry the address.
    throw new ChannelError("unavailable", "Slack does not take an answer");
  }
  if (status >= 200 && status < 300) {
    // A page with status 200 is some proxy's, not Slack's: it says "ok", JSON, or nothing.
    if (/^\s*</.test(text)) throw new ChannelError("unavailable", "Slack answers with a page to an answer");
    return;
  }
  if (status >= 500) throw new ChannelError("unavailable", `Slack answers ${status} to an answer`);
  const refusal = new ResponseRefusal(codeIn(text), text.slice(0, 500));
  throw new ChannelError("invalid", refusal.message, { cause: refusal });
}

/** `invalid_blocks`, plain or inside JSON. */
function codeIn(text: string): string {
  return /"error":\s*"([a-z_]+)"/.exec(text)?.[1] ?? /^[a-z_]+/.exec(text.trim())?.[0] ?? "refused";
}
