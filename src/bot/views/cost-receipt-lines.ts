import type { CostAnswer } from "../../domain/contract.ts";
import { addDays, type Day } from "../../domain/period.ts";

const METRICS: Readonly<Record<string, string>> = {
  effective: "Effective (amortised) cost",
  billed: "Billed cost",
  list: "List cost",
  contracted: "Contracted cost",
  usage: "Consumed quantity",
};

/** The receipt under an answer, one fact a line: everything needed to check and repeat the number. */
export function receiptLines({ receipt }: CostAnswer): string[] {
  const through = receipt.dataThrough === null ? "no complete day yet" : `complete through ${receipt.dataThrough}`;
  const late = receipt.sources
    .filter((source) => source.through !== receipt.dataThrough)
    .map((source) => `${source.source} ${source.through ?? "never"}${source.stale ? " (stale)" : ""}`);
  const refused = receipt.rejects === 0 ? ", no row refused" : `, ${receipt.rejects} rows refused (type rejects)`;
  const rejects = receipt.rejects === null ? "" : refused;
  return [
    `${METRICS[receipt.metric] ?? receipt.metric}, ${receipt.basis}, ${receipt.period.from} to ${addDays(receipt.period.to as Day, -1)}, ${receipt.scope}`,
    `Bills ${through}${late.length === 0 ? "" : `; ${late.join(", ")}`}; ${receipt.provisional ? "provisional" : "final"}; ${receipt.sourceRows.toLocaleString("en-US")} source rows${rejects}`,
    ...rateLines(receipt),
    ...receipt.notes,
    `Again: ${receipt.question}`,
  ];
}

/** Rates by pair: their range, how many days, how many were carried over. */
function rateLines({ rates }: CostAnswer["receipt"]): string[] {
  if (rates === undefined || rates.length === 0) return [];
  const pairs = new Map<string, typeof rates>();
  for (const rate of rates)
    pairs.set(`${rate.from} to ${rate.to}`, [...(pairs.get(`${rate.from} to ${rate.to}`) ?? []), rate]);
  return [...pairs].map(([pair, used]) => {
    const sorted = [...used].sort((a, b) => Number(a.rate) - Number(b.rate));
    const [low, high] = [sorted[0]?.rate.slice(0, 12) ?? "", sorted.at(-1)?.rate.slice(0, 12) ?? ""];
    const carried = used.filter((rate) => rate.carriedFrom !== null).length;
    const range = low === high ? low : `${low} to ${high}`;
    return `Rates ${pair}: ${range}, ${used.length} charge ${used.length === 1 ? "day" : "days"}${carried === 0 ? "" : `, ${carried} with the rate of an earlier day`}`;
  });
}
