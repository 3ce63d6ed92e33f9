import { AppError } from "../domain/errors.ts";

/**
 * What clients say of a server that is gone, going or coming: Postgres' own codes (class 57, "operator intervention", and
 * 08, "connection exception"), those of the two clients, and the system's.
 */
const LOST = /^(?:57P0[1-3]|08\w{3}|CONNECTION_(?:CLOSED|DESTROYED|ENDED)|CONNECT_TIMEOUT|ECONN(?:REFUSED|RESET))$/;
/** `pg` gives a connection that ends under a statement no code. */
const LOST_MESSAGE = /^Connection terminated/;
/** Longest chain of causes looked through. */
const DEPTH_MAX = 5;

/** An error that comes of losing the database, in words; null: it is of something else. */
export function connectionLost(error: unknown): AppError | null {
  let one: unknown = error;
  for (let depth = 0; depth < DEPTH_MAX && one instanceof Error; depth += 1) {
    const { code } = one as { readonly code?: unknown };
    if ((typeof code === "string" && LOST.test(code)) || LOST_MESSAGE.test(one.message)) return words(error);
    one = one.cause;
  }
  return null;
}

function words(cause: unknown): AppError {
  return new AppError(
    "unavailable",
    "The database went away while this ran: what was under way is done whole or not at all.",
    {
      remedy: "Try again in a moment; status says whether it is back.",
      cause,
    },
  );
}
