import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import { changeOutbox, listOutbox, type OutboxChange } from "../../service/manage-outbox.ts";
import type { Context } from "../../service/context.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { outboxCard } from "../views/outbox-card.ts";
import { undeliveredCard } from "../views/undelivered-card.ts";

const USAGE = ["outbox list", "outbox retry PLACE|ID", "outbox drop PLACE|ID"].join("\n");

/** `outbox`: what waits to be delivered and why, tried again or given up by hand. For admins. */
export const outboxCommand: Command = {
  name: "outbox",
  summary: "cards that wait or were given up, by place: list, retry, drop",
  usage: USAGE,
  examples: ["outbox list", "outbox retry slack:C0123456789"],
  role: "admin",
  effect: effectByWord({ retry: "own", drop: "own" }),
  run: async ({ ctx, text }) => {
    const [word = "list", what, ...rest] = text.split(/\s+/).filter((part) => part !== "");
    const act = word.toLowerCase();
    if (act === "list" && what === undefined) return listed(ctx);
    if (act !== "retry" && act !== "drop") {
      const [near] = nearestWords(act, ["list", "retry", "drop"]);
      throw new AppError("bad-input", `outbox does not know "${word.slice(0, 40)}".`, {
        remedy: near === undefined ? `Usage:\n${USAGE}` : `Did you mean outbox ${near}?`,
      });
    }
    if (what === undefined || rest.length > 0) {
      throw new AppError("bad-input", `Say what to ${act}: a place or the id of a card.`, {
        remedy: "outbox list shows both.",
      });
    }
    return changed(ctx, { what, act, render: undeliveredCard });
  },
};

async function listed(ctx: Context): Promise<CommandAnswer> {
  const data = await listOutbox({ ctx, input: {} });
  return { card: outboxCard(data), data, exitCode: 0 };
}

async function changed(ctx: Context, input: OutboxChange): Promise<CommandAnswer> {
  const { cards } = await changeOutbox({ ctx, input });
  const left = await listOutbox({ ctx, input: {} });
  const done = `${cards} ${cards === 1 ? "card is" : "cards are"} ${input.act === "retry" ? "tried again now" : "given up"}.`;
  const card = outboxCard(left);
  return { card: { ...card, summary: `${done} ${card.summary}` }, data: { cards, ...left }, exitCode: 0 };
}
