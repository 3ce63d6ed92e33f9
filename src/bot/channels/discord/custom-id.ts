import { CUSTOM_ID_MAX } from "./limits.ts";

/**
 * What a component carries: what pressing it does, and the opaque token of the action (bot/action-token.ts). Nothing else:
 * amounts and names are read from the database when it is pressed.
 * - `act`: does it · `ask`: shows the confirmation first · `open`: opens the form · `send`: a form that was sent
 * - `cancel`: puts the confirmation away
 */
export type Pressed =
  | { readonly does: "act" | "ask" | "open" | "send"; readonly token: string }
  | { readonly does: "cancel" };

const PREFIXES = { act: "f:a:", ask: "f:q:", open: "f:o:", send: "f:s:" } as const;
const CANCEL = "f:x";
/** Letters, digits and what base64url and ids use: anything else was not made by us. */
const TOKEN = /^[\w.~:-]{1,90}$/;

export function customId(pressed: Pressed): string {
  if (pressed.does === "cancel") return CANCEL;
  const id = PREFIXES[pressed.does] + pressed.token;
  if (!TOKEN.test(pressed.token) || id.length > CUSTOM_ID_MAX) throw new RangeError("a token Discord cannot carry");
  return id;
}

/** null: not ours, or malformed. */
export function readCustomId(id: string): Pressed | null {
  if (id === CANCEL) return { does: "cancel" };
  for (const does of ["act", "ask", "open", "send"] as const) {
    const prefix = PREFIXES[does];
    if (!id.startsWith(prefix)) continue;
    const token = id.slice(prefix.length);
    return TOKEN.test(token) ? { does, token } : null;
  }
  return null;
}
