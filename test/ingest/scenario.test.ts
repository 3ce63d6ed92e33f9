import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { money, toDecimal } from "../../src/domain/money.ts";
import type { Database } from "../../src/store/db.ts";
import { openIngest, rollupGaps, SCENARIO, statuses, type IngestFixture } from "./support.ts";

type Costs = { BilledCost: string; EffectiveCost: string; ListCost: string; ContractedCost: string; rows: number };
type TeamView = { effective_by_team_all_charges: Record<string, string> };
type Expected = Record<string, Record<string, Costs>>;

const EARLY = join(SCENARIO, "*.early.csv.gz");
const FULL = join(SCENARIO, "*_2026-0?.csv.gz");
const PROVIDERS: Readonly<Record<string, string>> = {
  AWS: "aws",
  Microsoft: "azure",
  "Google Cloud": "gcp",
  Oracle: "oci",
};

/** The views of expected.json, as SQL over what readers see. */
const VIEWS: Readonly<Record<string, string>> = {
  by_provider_month: "a.provider, to_char(c.billing_month, 'YYYY-MM'), a.billing_currency",
  by_charge_month: "a.provider, to_char(c.charge_day, 'YYYY-MM'), a.billing_currency",
  by_provider_service_month: "a.provider, a.service_name, to_char(c.billing_month, 'YYYY-MM'), a.billing_currency",
  by_charge_category: "a.provider, a.charge_category || coalesce('/' || a.charge_class, '')",
};

describe("the scenario's bills", { timeout: 240_000 }, () => {
  let fixture: IngestFixture;
  let expected: Expected;
  beforeAll(async () => {
    fixture = await openIngest();
    expected = JSON.parse(await readFile(join(SCENARIO, "expected.json"), "utf8")) as Expected;
  });
  afterAll(async () => fixture.close());

  test("early snapshots, then the full ones: stored, then replaced with the difference said", async () => {
    expect(new Set(statuses(await fixture.ingest([EARLY])))).toEqual(new Set(["stored"]));
    const full = await fixture.ingest([FULL]);
    expect(statuses(full).filter((status) => status === "replaced")).toHaveLength(4);
    expect(statuses(full).filter((status) => status === "stored")).toHaveLength(8);
    const aws = full.batches.find((batch) => batch.provider === "aws" && batch.billingMonth === "2026-03");
    expect(aws?.restatedBy?.["USD"]?.billed).toMatch(/^\d+\.\d+$/);
  });

  test.each(Object.keys(VIEWS))("%s equals expected.json to the last digit", async (view) => {
    expect(await readView(fixture.db, VIEWS[view] ?? "")).toEqual(normalise(expected[view] ?? {}));
  });

  test("the team tag equals expected.json", async () => {
    const rows = await fixture.db.sql<{ provider: string; team: string; effective: string }[]>`
      select a.provider, coalesce(t.normalised ->> 'team', '(untagged)') as team, sum(c.effective_cost)::text as effective
      from active_batch v join charge c on c.batch_id = v.batch_id join attribute_set a on a.id = c.attribute_set_id
        left join tag_set t on t.id = c.tag_set_id
      group by 1, 2`;
    for (const [provider, want] of Object.entries(expected["tag_team"] as unknown as Record<string, TeamView>)) {
      const mine = rows.filter((row) => row.provider === PROVIDERS[provider]);
      const got = Object.fromEntries(mine.map((row) => [row.team, toDecimal(money(row.effective, "USD"))]));
      const wanted = Object.entries(want.effective_by_team_all_charges).map(([team, text]) => [
        team,
        toDecimal(money(text, "USD")),
      ]);
      expect(got).toEqual(Object.fromEntries(wanted));
    }
  });

  test("every rollup adds up to the charges, batch by batch", async () => {
    expect(await rollupGaps(fixture.db)).toEqual([]);
  });

  test("the same files again: unchanged, nothing read", async () => {
    const again = await fixture.ingest([FULL]);
    expect(new Set(statuses(again))).toEqual(new Set(["unchanged"]));
    expect(again.batches).toHaveLength(12);
  });

  test("an early snapshot after the full one is held, with both totals", async () => {
    const late = await fixture.ingest([join(SCENARIO, "aws_2026-03.early.csv.gz")]);
    expect(statuses(late)).toEqual(["held"]);
    expect(late.batches[0]?.reason).toMatch(/charge days .* Stored: .* --replace/);
  });

  test("early then full equals full alone", async () => {
    const alone = await openIngest();
    try {
      await alone.ingest([FULL]);
      for (const keys of Object.values(VIEWS)) {
        expect(await readView(alone.db, keys)).toEqual(await readView(fixture.db, keys));
      }
    } finally {
      await alone.close();
    }
  });

  test("early and full in one call: the month is refused with a sentence that helps, the rest loads", async () => {
    const both = await openIngest();
    try {
      const answer = await both.ingest([EARLY, FULL]);
      expect(statuses(answer).filter((status) => status === "refused")).toHaveLength(4);
      expect(statuses(answer).filter((status) => status === "stored")).toHaveLength(8);
      const refused = answer.batches.find((batch) => batch.status === "refused");
      expect(refused?.reason).toContain("aws_2026-03.early.csv.gz");
      expect(refused?.reason).toContain("--parts");
    } finally {
      await both.close();
    }
  });
});

async function readView(db: Database, keys: string): Promise<Record<string, unknown>> {
  const rows = await db.sql.unsafe(
    `select concat_ws('|', ${keys}) as key, sum(c.source_rows)::int as rows, sum(c.billed_cost)::text as billed,
      sum(c.effective_cost)::text as effective, sum(c.list_cost)::text as list, sum(c.contracted_cost)::text as contracted
    from active_batch v join charge c on c.batch_id = v.batch_id join attribute_set a on a.id = c.attribute_set_id
    where v.visible group by 1 order by 1`,
  );
  const plain = (text: unknown): string => toDecimal(money(String(text), "USD"));
  return Object.fromEntries(
    rows.map((row) => [
      String(row["key"]),
      [plain(row["billed"]), plain(row["effective"]), plain(row["list"]), plain(row["contracted"]), row["rows"]],
    ]),
  );
}

function normalise(view: Record<string, Costs>): Record<string, unknown> {
  const plain = (text: string): string => toDecimal(money(text, "USD"));
  return Object.fromEntries(
    Object.entries(view).map(([key, costs]) => {
      const [provider = "", ...rest] = key.split("|");
      return [
        [PROVIDERS[provider] ?? provider, ...rest].join("|"),
        [
          plain(costs.BilledCost),
          plain(costs.EffectiveCost),
          plain(costs.ListCost),
          plain(costs.ContractedCost),
          costs.rows,
        ],
      ];
    }),
  );
}
