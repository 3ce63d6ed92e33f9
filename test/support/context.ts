import { pino } from "pino";

import { fixedClock } from "../../src/domain/clock.ts";
import { day } from "../../src/domain/period.ts";
import { EVERYTHING } from "../../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import type { Context } from "../../src/service/context.ts";
import type { Database } from "../../src/store/db.ts";

/** A context for verbs under test: system actor, everything in scope, a fixed day, silent log. */
export function testContext(db: Database, options: Partial<Context> & { today?: string; dataDir: string }): Context {
  const { today = "2026-04-03", ...rest } = options;
  return {
    db,
    clock: fixedClock(day(today)),
    actor: { kind: "system", id: "test" },
    scope: EVERYTHING,
    settings: DEFAULT_SETTINGS,
    log: pino({ level: "silent" }),
    ...rest,
  };
}
