import type { Logger } from "pino";

import type { Actor } from "../domain/actor.ts";
import type { Clock } from "../domain/clock.ts";
import type { Identity } from "../domain/person.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { Settings } from "../domain/settings.ts";
import type { Database } from "../store/db.ts";

/** What every verb is handed: never ambient, never global. */
export type Context = {
  readonly db: Database;
  readonly clock: Clock;
  readonly actor: Actor;
  /** What this answer may show: actor ∩ channel, or channel ∩ creator for a schedule. */
  readonly scope: ScopeFilter;
  /** Where it was asked, `@ID` for a private talk; absent in a terminal and for what happens by itself. */
  readonly channel?: string;
  /** The name the actor came under, where that is not their id: a Slack or Discord user. */
  readonly identity?: Identity;
  readonly settings: Settings;
  readonly log: Logger;
  /** Where files of this installation live (spill, uploads, exports). */
  readonly dataDir: string;
};

/** The one argument of a verb. */
export type Verb<Input> = { readonly ctx: Context; readonly input: Input };
