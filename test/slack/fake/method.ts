import type { FakeState, FakeToken, Json } from "./state.ts";

/** A Web API method: what it needs and what it does. Throws FakeRefusal. */
export type Method = {
  /** Any one of these is enough; empty = none needed. */
  readonly scopes: readonly string[];
  readonly token: "bot" | "app" | "none";
  readonly run: (call: {
    readonly state: FakeState;
    readonly args: Json;
    readonly token: FakeToken | null;
    readonly base: string;
  }) => Json;
};
export type Methods = Readonly<Record<string, Method>>;

export function textArg(args: Json, name: string): string | null {
  const value = args[name];
  return typeof value === "string" && value !== "" ? value : null;
}
