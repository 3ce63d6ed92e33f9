import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";

import { parseRates } from "../analysis/fx-file.ts";
import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { saveRates } from "../store/fx.ts";
import type { Verb } from "./context.ts";

/** Thirty years of 40 currencies are about 15 MB. */
const FILE_BYTES_MAX = 32 * 1024 * 1024;

export type FxImport = {
  readonly file: string;
  readonly rates: number;
  readonly replaced: number;
  readonly from: string;
  readonly to: string;
  readonly pairs: readonly string[];
};

/** Stores the dated rates of a CSV file (date, currency, rate[, base]). All or nothing: a bad line refuses the file. */
export async function importFx({ ctx, input }: Verb<{ readonly path: string }>): Promise<FxImport> {
  if (!hasRole(ctx.actor, "admin")) throw new AppError("forbidden", "Exchange rates are imported by an admin.");
  const path = resolve(input.path);
  const size = await stat(path).then(
    (found) => found.size,
    (cause: unknown) => {
      throw new AppError("not-found", `There is no file ${input.path}.`, {
        remedy: "Name a CSV file with the columns date, currency, rate and base.",
        cause,
      });
    },
  );
  if (size > FILE_BYTES_MAX)
    throw new AppError("limit", `${input.path} is larger than ${FILE_BYTES_MAX / 1024 / 1024} MB.`, {
      remedy: "Split it by year.",
    });
  const rates = parseRates(await readFile(path, "utf8"), ctx.settings.currency ?? "USD", basename(path));
  const { replaced } = await saveRates(ctx.db, rates, basename(path));
  const days = rates.map((rate) => rate.day).sort();
  return {
    file: basename(path),
    rates: rates.length,
    replaced,
    from: days[0] ?? "",
    to: days.at(-1) ?? "",
    pairs: [...new Set(rates.map((rate) => `${rate.base} to ${rate.quote}`))].sort(),
  };
}
