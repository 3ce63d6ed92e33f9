import { AppError } from "../../domain/errors.ts";
import { importFx } from "../../service/import-fx.ts";
import type { Command } from "../command.ts";

/** `fx import FILE`: dated exchange rates for `in CURRENCY`. */
export const fxCommand: Command = {
  name: "fx",
  summary: "Import dated exchange rates for answers in one currency",
  usage: "fx import FILE",
  examples: ["fx import rates.csv"],
  role: "admin",
  run: async ({ ctx, text }) => {
    const path = /^import\s+(.+)$/is
      .exec(text.trim())?.[1]
      ?.trim()
      .replace(/^"(.*)"$/, "$1");
    if (path === undefined) {
      throw new AppError("bad-input", "fx imports a file of exchange rates.", {
        remedy:
          "Say `fx import FILE`: CSV with date, currency, rate and base; one unit of currency is rate units of base.",
      });
    }
    const done = await importFx({ ctx, input: { path } });
    const replaced = done.replaced === 0 ? "" : `, ${done.replaced} of them replacing another value`;
    return {
      card: {
        title: "Exchange rates imported",
        summary: `${done.rates} rates from ${done.from} to ${done.to} are stored${replaced}.`,
        tone: "good",
        blocks: [
          {
            kind: "facts",
            facts: [
              { label: "Pairs", value: done.pairs.join(", ") },
              { label: "File", value: done.file },
            ],
          },
        ],
        actions: [],
        footer: [],
      },
      data: done,
      exitCode: 0,
    };
  },
};
