import { fixedClock } from "../../src/domain/clock.ts";
import { addDays, addMonths, day, eachDay, firstDay, month, monthPeriod, type Day } from "../../src/domain/period.ts";
import type { Settings } from "../../src/domain/settings.ts";
import { renderBudget } from "../../src/bot/views/budget-card.ts";
import type { Context } from "../../src/service/context.ts";
import { evaluateBudgets, type EvaluateInput } from "../../src/service/evaluate-budgets.ts";
import type { EvaluateAnswer } from "../../src/service/settle-budgets.ts";
import { focusCsv, openIngest, type FocusRow, type IngestFixture } from "../ingest/support.ts";

export type Shown = {
  readonly key: string;
  readonly channel: string;
  readonly revision: number;
  readonly card: {
    readonly title: string;
    readonly summary: string;
    readonly status?: string;
    readonly blocks: readonly { readonly kind: string; readonly text?: string }[];
  };
};

/** A store bills are really loaded into, month by month, and the day everything is seen from. */
export type BudgetEstate = IngestFixture & {
  readonly at: (today: string, changes?: Partial<Context>) => Context;
  /** One row a day of a month through a day, a delivery of its own: a second one restates the first. */
  readonly load: (input: {
    month: string;
    through?: string;
    cost: string | ((day: Day) => string);
    row?: Partial<FocusRow>;
  }) => Promise<void>;
  readonly loadRows: (rows: readonly FocusRow[]) => Promise<void>;
  readonly evaluate: (today: string, input?: Partial<EvaluateInput>) => Promise<EvaluateAnswer>;
  /** Every card that has a key of its own, in the order asked for. */
  readonly posted: () => Promise<Shown[]>;
  /** Titles of what the thread of a card says, in order. */
  readonly thread: (parent: string) => Promise<string[]>;
};

export async function openBudgets(settings: Partial<Settings> = {}, template?: string): Promise<BudgetEstate> {
  const fixture = await openIngest(settings, template);
  let deliveries = 0;
  const at: BudgetEstate["at"] = (today, changes = {}) => ({
    ...fixture.ctx,
    clock: fixedClock(day(today)),
    ...changes,
  });
  const loadRows = async (rows: readonly FocusRow[]): Promise<void> => {
    deliveries += 1;
    const answer = await fixture.ingest([await fixture.write(`bill-${deliveries}.csv`, focusCsv(rows))], {
      replace: true,
    });
    for (const batch of answer.batches) {
      if (batch.status !== "stored" && batch.status !== "replaced") throw new Error(`${batch.status}: ${batch.reason}`);
    }
  };
  return {
    ...fixture,
    at,
    loadRows,
    load: async ({ month: text, through, cost, row = {} }) => {
      const whole = monthPeriod(month(text));
      const period = { from: whole.from, to: through === undefined ? whole.to : addDays(day(through), 1) };
      await loadRows(
        eachDay(period).map((at) => ({
          month: text,
          day: at,
          cost: typeof cost === "string" ? cost : cost(at),
          ...row,
        })),
      );
    },
    evaluate: (today, input = {}) => evaluateBudgets({ ctx: at(today), input: { render: renderBudget, ...input } }),
    posted: async () => {
      const rows = await fixture.db.sql<Shown[]>`
        select key, channel, revision, card from outbox where position('#' in key) = 0 order by id`;
      return [...rows];
    },
    thread: async (parent) => {
      const rows = await fixture.db.sql<{ title: string }[]>`
        select card ->> 'title' as title from outbox where under = ${parent} order by id`;
      return rows.map(({ title }) => title);
    },
  };
}

/** The first day of the month after. */
export function nextMonth(text: string): Day {
  return firstDay(addMonths(month(text), 1));
}
