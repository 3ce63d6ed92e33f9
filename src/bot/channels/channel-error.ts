/**
 * Why a surface did not take a card, as far as delivery must know.
 * - `rate-limited`: nothing more for this place before `retryAfterSeconds`; other places go on.
 * - `unavailable`: the platform does not answer; tried again with back-off.
 * - `gone`: the message to edit is no longer there or may no longer be edited; it is posted afresh.
 * - `refused`: this place cannot be written to (archived, bot removed, missing right): an admin is told once, retried rarely.
 * - `invalid`: the platform calls the message itself wrong; trying again changes nothing.
 */
export type ChannelErrorKind = "rate-limited" | "unavailable" | "gone" | "refused" | "invalid";

export class ChannelError extends Error {
  readonly kind: ChannelErrorKind;
  readonly retryAfterSeconds: number | null;
  /** Whether the platform may have taken it all the same: a timeout is `unknown`, a refused connection is `no`. */
  readonly sent: "no" | "unknown";

  /** `message` is shown to admins (`status`): it says what the platform said, never a token. */
  constructor(
    kind: ChannelErrorKind,
    message: string,
    options: { readonly retryAfterSeconds?: number; readonly sent?: "no"; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ChannelError";
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.sent = options.sent ?? (kind === "unavailable" ? "unknown" : "no");
  }
}
