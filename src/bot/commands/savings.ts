import { EVERYTHING } from "../../domain/scope.ts";
import { currencyWorth } from "../../service/list-recommendations.ts";
import { listSavings, measureSavings } from "../../service/measure-savings.ts";
import type { Command } from "../command.ts";
import { renderRecommendation } from "../views/render-recommendation.ts";
import { savingsCard, savingsData } from "../views/savings-card.ts";

/** The ledger of proven savings. Reads due figures first, so that it needs no running service. */
export const savingsCommand: Command = {
  name: "savings",
  summary: "what approved savings really brought, by the bill",
  usage: "savings",
  examples: ["savings"],
  role: "viewer",
  run: async ({ ctx }) => {
    const system = { ...ctx, actor: { kind: "system", id: "ledger" } as const, scope: EVERYTHING };
    await measureSavings({ ctx: system, input: { render: renderRecommendation } });
    const views = await listSavings({ ctx, input: {} });
    const worth = await currencyWorth(ctx);
    return { card: savingsCard(views, worth), data: savingsData(views, worth), exitCode: 0 };
  },
};
