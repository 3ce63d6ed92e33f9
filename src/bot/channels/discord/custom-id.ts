import { CUSTOM_ID_MAX } from "./limits.ts";

/**
 * What a component carries: what pressing it does, and the opaque token of the action (bot/action-token.ts). Nothing else:
 * what it stands for is read from the database when it is pressed.
 * - `act`: does it (what needs a confirmation is asked first, by the answer) · `open`: opens the form · `send`: a form sent
 */
export type Pressed = { readonly does: "act" | "open" | "send"; readonly token: string };

const PREFIXES = { act: "a:", open: "o:", send: "s:" } as const;
/** Letters, digits and what base64url and ids use: anything else was not made by us. */
const TOKEN = /^[\w.~:-]{1,90}$/;

export function customId({ does, token }: Pressed): string {
  const id = PREFIXES[does] + token;
  if (!TOKEN.test(token) || id.length > CUSTOM_ID_MAX) throw new RangeError("a token Discord cannot carry");
  return id;
}

/** null: not ours, or malformed. */
export function readCustomId(id: string): Pressed | null {
  for (const does of ["act", "open", "send"] as const) {
    const prefix = PREFIXES[does];
    if (!id.startsWith(prefix)) continue;
    const token = id.slice(prefix.length);
    return TOKEN.test(token) ? { does, token } : null;
  }
  return null;
}

const MORE = "m:";

/** A menu of several actions, by its row: what is picked carries the rest (`pickedValue`). */
export function moreId(row: number): string {
  return `${MORE}${row}`;
}

export function isMoreId(id: string): boolean {
  return id.startsWith(MORE);
}

/** What an option of such a menu carries: what picking it does, and which option where it was a menu itself. */
export function pickedValue(option: {
  readonly token: string;
  readonly choice: number | null;
  readonly opens: boolean;
}): string {
  const id = customId({ does: option.opens ? "open" : "act", token: option.token });
  return option.choice === null ? id : `${id}/${option.choice}`;
}

/** `choice`: the option, where the action is a menu itself. */
export type Picked = Pressed & { readonly choice: number | null };

/** null: not ours, or malformed. */
export function readPickedValue(value: string): Picked | null {
  const [, id = "", choice] = /^([^/]*)(?:\/(\d{1,4}))?$/.exec(value) ?? [];
  const pressed = readCustomId(id);
  return pressed === null ? null : { ...pressed, choice: choice === undefined ? null : Number(choice) };
}
