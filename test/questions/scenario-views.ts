import { parseQuestion } from "../../src/bot/grammar/parse-question.ts";
import type { CostAnswer, CostRow } from "../../src/domain/contract.ts";
import { atomsToDecimal, parseAtoms } from "../../src/domain/money.ts";
import type { Context } from "../../src/service/context.ts";
import { showCosts } from "../../src/service/show-costs.ts";

type Costs = {
  readonly BilledCost: string;
  readonly EffectiveCost: string;
  readonly ListCost: string;
  readonly ContractedCost: string;
  readonly rows: number;
};
export type Expected = {
  readonly by_provider_month: Readonly<Record<string, Costs>>;
  readonly by_provider_service_month: Readonly<Record<string, Costs>>;
  readonly by_charge_month: Readonly<Record<string, Costs>>;
  readonly by_charge_category: Readonly<Record<string, Costs>>;
  readonly tag_team: Readonly<
    Record<string, { readonly effective_by_team_all_charges: Readonly<Record<string, string>> }>
  >;
};

const METRICS = [
  ["billed", "BilledCost"],
  ["effective", "EffectiveCost"],
  ["list", "ListCost"],
  ["contracted", "ContractedCost"],
] as const;
const PROVIDERS: Readonly<Record<string, string>> = {
  aws: "AWS",
  azure: "Microsoft",
  gcp: "Google Cloud",
  oci: "Oracle",
};
const MONTHS = ["2026-01", "2026-02", "2026-03"];

/** Every cell of expected.json beside our answer; returns how many were compared and what differs. */
export async function compareScenario(
  ctx: Context,
  expected: Expected,
): Promise<{ compared: number; wrong: string[] }> {
  const wrong: string[] = [];
  let compared = 0;
  const equal = (what: string, got: unknown, want: unknown): void => {
    compared += 1;
    if (got !== want) wrong.push(`${what}: ${String(got)} instead of ${String(want)}`);
  };
  const ask = async (question: string): Promise<CostAnswer> => {
    const read = parseQuestion(question, { today: ctx.clock.today() });
    if (!read.ok) throw new Error(`${question}: ${read.message}`);
    return showCosts({ ctx, input: read.query });
  };
  const provider = (row: CostRow): string => PROVIDERS[row.key["provider"] ?? ""] ?? "?";
  const view = async (
    name: string,
    want: Readonly<Record<string, Costs>>,
    questions: readonly [question: string, keyOf: (row: CostRow) => string][],
  ): Promise<void> => {
    for (const [metric, column] of METRICS) {
      const got = new Map<string, CostRow>();
      for (const [question, keyOf] of questions) {
        for (const row of (await ask(`${question} metric ${metric}`)).rows) got.set(keyOf(row), row);
      }
      equal(`${name}, ${metric}: keys`, [...got.keys()].sort().join("; "), Object.keys(want).sort().join("; "));
      for (const [key, costs] of Object.entries(want)) {
        equal(`${name} ${key} ${metric}`, got.get(key)?.amount, plain(costs[column]));
        equal(`${name} ${key} rows`, got.get(key)?.sourceRows, costs.rows);
      }
    }
  };

  await view(
    "provider by billing month",
    expected.by_provider_month,
    MONTHS.map((month) => [`billing ${month} by provider`, (row) => `${provider(row)}|${month}|${row.currency}`]),
  );
  await view(
    "service by billing month",
    expected.by_provider_service_month,
    MONTHS.map((month) => [
      `billing ${month} by provider,service`,
      (row) => `${provider(row)}|${row.key["service"]}|${month}|${row.currency}`,
    ]),
  );
  await view(
    "provider by charge month",
    expected.by_charge_month,
    MONTHS.map((month) => [`${month} by provider`, (row) => `${provider(row)}|${month}|${row.currency}`]),
  );
  await view("charge month, by days", expected.by_charge_month, [
    [
      "2026-01-01..2026-04-01 by provider per month",
      (row) => `${provider(row)}|${row.period?.from.slice(0, 7)}|${row.currency}`,
    ],
  ]);
  await view("charge category", expected.by_charge_category, [
    [
      "2026 by provider,charge-category,charge-class",
      (row) =>
        `${provider(row)}|${row.key["charge-category"]}${row.key["charge-class"] === null ? "" : `/${row.key["charge-class"]}`}`,
    ],
  ]);
  for (const dimension of ["team", "tag:team"]) {
    const answer = await ask(`2026 by provider,${dimension}`);
    for (const [name, { effective_by_team_all_charges: teams }] of Object.entries(expected.tag_team)) {
      const rows = answer.rows.filter((row) => provider(row) === name);
      equal(`${name} by ${dimension}: teams`, rows.length, Object.keys(teams).length);
      for (const [team, amount] of Object.entries(teams)) {
        const found = rows.find((row) => (row.key[dimension] ?? "(untagged)") === team);
        equal(`${name} ${dimension} ${team}`, found?.amount, plain(amount));
      }
    }
  }
  return { compared, wrong };
}

function plain(decimal: string): string {
  return atomsToDecimal(parseAtoms(decimal));
}
