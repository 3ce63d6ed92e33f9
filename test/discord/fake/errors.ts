/** How Discord says no: HTTP status, JSON error code, message. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object;
  readonly headers: Record<string, string>;

  constructor(status: number, code: number, message: string, extra: { errors?: object; headers?: object } = {}) {
    super(message);
    this.status = status;
    this.body = { message, code, ...(extra.errors === undefined ? {} : { errors: extra.errors }) };
    this.headers = { ...(extra.headers as Record<string, string> | undefined) };
  }
}

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
export const unauthorized = (): Refusal => new Refusal(401, 0, "401: Unauthorized");
export const notFound = (): Refusal => new Refusal(404, 0, "404: Not Found");
export const unknownChannel = (): Refusal => new Refusal(404, 10_003, "Unknown Channel");
export const unknownGuild = (): Refusal => new Refusal(404, 10_004, "Unknown Guild");
export const unknownMember = (): Refusal => new Refusal(404, 10_007, "Unknown Member");
export const unknownMessage = (): Refusal => new Refusal(404, 10_008, "Unknown Message");
export const unknownWebhook = (): Refusal => new Refusal(404, 10_015, "Unknown Webhook");
export const unknownInteraction = (): Refusal => new Refusal(404, 10_062, "Unknown interaction");
export const alreadyAcknowledged = (): Refusal =>
  new Refusal(400, 40_060, "Interaction has already been acknowledged.");
export const tooLarge = (): Refusal => new Refusal(413, 40_005, "Request entity too large");
export const missingAccess = (): Refusal => new Refusal(403, 50_001, "Missing Access");
export const notOurs = (): Refusal => new Refusal(403, 50_005, "Cannot edit a message authored by another user");
export const emptyMessage = (): Refusal => new Refusal(400, 50_006, "Cannot send an empty message");
export const closedToUs = (): Refusal => new Refusal(403, 50_007, "Cannot send messages to this user");
export const missingPermissions = (): Refusal => new Refusal(403, 50_013, "Missing Permissions");
export const noThreadHere = (): Refusal => new Refusal(400, 50_024, "Cannot execute action on this channel type");
export const invalidWebhookToken = (): Refusal => new Refusal(401, 50_027, "Invalid Webhook Token");
export const archivedThread = (): Refusal =>
  new Refusal(400, 50_083, "Tried to perform an operation on an archived thread, such as editing a message");
export const threadExists = (): Refusal =>
  new Refusal(400, 160_004, "A thread has already been created for this message");

export type Problem = { readonly path: readonly (string | number)[]; readonly message: string };

/** 50035 with the nested `errors` object real answers carry. */
export function invalidForm(problems: readonly Problem[]): Refusal {
  const errors: Record<string, unknown> = {};
  for (const { path, message } of problems) {
    let at = errors;
    for (const step of path) at = (at[String(step)] ??= {}) as Record<string, unknown>;
    ((at["_errors"] ??= []) as object[]).push({ code: "BASE_TYPE_INVALID", message });
  }
  return new Refusal(400, 50_035, "Invalid Form Body", { errors });
}
