import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { costCommand } from "../../src/bot/commands/cost.ts";
import { fxCommand } from "../../src/bot/commands/fx.ts";
import { queryCommand } from "../../src/bot/commands/query.ts";
import { costAnswer, type CostAnswer } from "../../src/domain/contract.ts";
import type { Condition } from "../../src/domain/scope.ts";
import { exportCosts } from "../../src/service/export-costs.ts";
import { dataThrough } from "../../src/store/data-through.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { smallEstate } from "./estate.ts";
import { seedCharges } from "./seed.ts";
import { typedCommands } from "../../src/bot/typed-command.ts";

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "finops-answers-"));
  const hostile = {
    day: "2026-03-20",
    service: '=HYPERLINK("http://x")',
    tags: { team: "@everyone <script>", owner: "+1" },
    cost: "-0.01",
  };
  await seedCharges(db, [...smallEstate(), hostile], { rejects: 2 });
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

const ctx = (scope: readonly Condition[] = []) => testContext(db, { dataDir: folder, scope });
async function cost(
  text: string,
  scope: readonly Condition[] = [],
): Promise<{ card: Awaited<ReturnType<typeof costCommand.run>>["card"]; data: CostAnswer; exitCode: number }> {
  const answer = await costCommand.run({ ctx: ctx(scope), text });
  return {
    ...answer,
    data: answer.exitCode === 0 ? costAnswer.parse(answer.data) : (answer.data as CostAnswer),
  };
}

describe("cost", () => {
  test("a bare total has a headline, a picture of its days and a receipt that says where it comes from", async () => {
    const { card, data } = await cost("2026-03 for provider azure");
    expect(card.summary).toBe("€131.70 in March 2026 for provider azure. Provisional.");
    expect(card.blocks.map((block) => block.kind)).toEqual(["facts", "chart"]);
    expect(card.footer.join("\n")).toMatch(
      /32 source rows, 2 rows refused[\s\S]*Again: cost 2026-03-01\.\.2026-04-01 for provider azure/,
    );
    expect(data.receipt).toMatchObject({
      dataThrough: "2026-03-31",
      provisional: true,
      rejects: 2,
      sourceRows: 32,
      scope: "provider azure",
    });
  });

  test("a period without a complete day is not compared, and says so instead of −100 %", async () => {
    const { data } = await cost("this month by team vs previous");
    expect(data.receipt.notes).toContain("Not compared: no day of the period is complete in the bills yet.");
    expect(data.receipt.previousPeriod).toBeUndefined();
    expect(data.rows.every((row) => row.previous === undefined)).toBe(true);
  });

  test("a comparison names lengths, per-day change, and what moved it", async () => {
    const { card, data } = await cost("2026-03 vs previous for provider aws");
    expect(data.receipt.notes.join("\n")).toMatch(
      /2026-03-01 to 2026-03-31 \(31 days\) with 2026-02-01 to 2026-02-28 \(28 days\)[\s\S]*Per day: /,
    );
    expect(card.summary).toMatch(/Mostly Amazon RDS in eu-west-1 \(prod, payments\) \+\$320\.50\./);
    expect(data.drivers?.at(-1)?.rest).toBe(true);
  });

  test("what nobody tagged stands apart from what no tag can reach", async () => {
    const { card, data } = await cost("2026-03 by team for provider aws");
    expect(data.rows.find((row) => row.key["team"] === null)).toMatchObject({ unallocatable: "111.996" });
    const table = card.blocks.find((block) => block.kind === "table");
    expect(table?.kind === "table" && table.rows.map((row) => [row[0], row[1]])).toEqual(
      expect.arrayContaining([
        ["unallocatable", "$112.00"],
        ["untagged", "$3.83"],
      ]),
    );
  });

  test("a value nobody has is answered with the nearest", async () => {
    const { card } = await cost("2026-03 for service rds");
    expect(card.summary).toContain('No service is called "rds". Did you mean "Amazon RDS"?');
  });

  test("a question that is not understood is answered with ones that run", async () => {
    const { card, data, exitCode } = await cost("las month by servce");
    expect([exitCode, card.actions.flatMap(typedCommands)[0]?.command]).toEqual([2, "cost last month by service"]);
    expect(data).toMatchObject({ error: { code: "bad-input" } });
  });

  test("usage is listed by unit, and has no currency to convert to", async () => {
    const { data } = await cost("2026-03 metric usage by service");
    expect(data.total).toEqual([
      { amount: "139.5", currency: "XXX", unit: "GB-Mo" },
      { amount: "744", currency: "XXX", unit: "Hours" },
    ]);
    await expect(cost("2026-03 metric usage in USD")).rejects.toThrow("has no currency");
  });

  test("an invoice is shown by issuer, with the billed check", async () => {
    const { data } = await cost("invoice AW-2026-03");
    expect(data.rows.map((row) => [row.key["invoice-issuer"], row.amount])).toEqual([
      ["AWS Inc.", "100"],
      ["AWS EMEA", "19.5"],
    ]);
    expect(data.receipt.notes).toContainEqual(
      expect.stringMatching(/^Invoice check: billed \$19\.50? \(issuer: AWS EMEA\)\.$/),
    );
    await expect(cost("invoice AW-2026-03 vs previous")).rejects.toThrow("no period before it");
  });

  test("a narrowed scope sees nothing else: rows, sources, drivers, other, names", async () => {
    const { data } = await cost("2026-03 by service vs previous top 1", [
      { dimension: "team", negated: false, values: ["search"] },
    ]);
    expect(JSON.stringify(data)).not.toMatch(/RDS|azure|Support|payments|prod/);
    expect(data.rows.map((row) => row.key["service"])).toEqual(["Amazon S3"]);
  });

  test("query JSON answers the same", async () => {
    const { data } = await cost("2026-03 by service");
    const again = await queryCommand.run({
      ctx: ctx(),
      text: '{"select":{"by":"days","from":"2026-03-01","to":"2026-04-01"},"by":["service"]}',
    });
    expect((again.data as CostAnswer).rows).toEqual(data.rows);
    await expect(
      queryCommand.run({ ctx: ctx(), text: '{"select":{"by":"days","from":"2026-03-32","to":"x"}}' }),
    ).rejects.toThrow(/select\.from: "2026-03-32" is not a day/);
    await expect(queryCommand.run({ ctx: ctx(), text: "{" })).rejects.toThrow("not JSON");
  });
});

describe("conversion", () => {
  test("dated rates are used, carried and named; a missing one is an error that says which", async () => {
    await expect(cost("2026-03 by provider in USD")).rejects.toThrow(
      "There is no exchange rate from EUR to USD for 2026-03-01, EUR to USD for 2026-03-02",
    );
    const file = join(folder, "rates.csv");
    await writeFile(
      file,
      "date,currency,rate,base\n2026-02-27,EUR,1.1,USD\n2026-03-03,EUR,1.2,USD\n2026-03-10,EUR,1.2,USD\n2026-03-17,EUR,1.2,USD\n2026-03-24,EUR,1.2,USD\n2026-03-31,EUR,1.2,USD\n",
    );
    const done = await fxCommand.run({ ctx: ctx(), text: `import ${file}` });
    expect(done.card.summary).toBe("6 rates from 2026-02-27 to 2026-03-31 are stored.");
    const { data, card } = await cost("2026-03 per day for provider azure in USD");
    // Two days at 1.1, then 29 at 1.2, and 1.5 EUR on the third.
    expect(data.total).toEqual([{ amount: "157.2", currency: "USD" }]);
    expect(data.receipt.rates?.slice(0, 3)).toEqual([
      { from: "EUR", to: "USD", day: "2026-03-01", rate: "1.1", carriedFrom: "2026-02-27" },
      { from: "EUR", to: "USD", day: "2026-03-02", rate: "1.1", carriedFrom: "2026-02-27" },
      { from: "EUR", to: "USD", day: "2026-03-03", rate: "1.2", carriedFrom: null },
    ]);
    expect(card.footer.join("\n")).toContain(
      "Rates EUR to USD: 1.1 to 1.2, 31 charge days, 26 with the rate of an earlier day",
    );
    const weekly = await cost("2026-03 per week by service in USD for provider azure");
    expect(weekly.data.total).toEqual(data.total);
    await expect(fxCommand.run({ ctx: ctx(), text: "export" })).rejects.toThrow("fx imports a file");
  });
});

describe("exports", () => {
  test("CSV and XLSX keep amounts exact and run nothing", async () => {
    const { data } = await cost("2026-03-20 by service,team");
    const csv = new TextDecoder().decode(await exportCosts({ ctx: ctx(), input: { answer: data, format: "csv" } }));
    expect(csv.split("\r\n")[0]).toBe("service,team,amount,currency,source rows");
    expect(csv).toContain(`"'=HYPERLINK(""http://x"")",'@everyone <script>,-0.01,USD,1\r\n`);
    expect(csv).toContain("Amazon S3,search,1.000000000000000001,USD,1\r\n");
    const xlsx = Buffer.from(await exportCosts({ ctx: ctx(), input: { answer: data, format: "xlsx" } }));
    expect(xlsx.subarray(0, 2).toString()).toBe("PK");
    const sheet = unzip(xlsx);
    // A number to add up, and beside it every digit of it.
    expect(sheet).toMatch(/<v>-0.01<\/v>/);
    expect(sheet).toContain("1.000000000000000001");
    expect(sheet).toContain("amount (exact)");
    expect(sheet).toContain("'=HYPERLINK");
    expect(sheet).not.toMatch(/<f>/);
    // The second sheet says what the amounts are: 46101 is 20 March 2026 in a spreadsheet.
    expect(sheet).toContain("bills complete through");
    expect(sheet).toMatch(/<v>46101<\/v>/);
  });
});

test("data-through is told per source", async () => {
  expect(await dataThrough(db, ctx().clock)).toMatchObject({
    through: "2026-03-31",
    sources: [
      { source: "aws-aws-payer", stale: false },
      { source: "azure-azure-payer", through: "2026-03-31" },
    ],
  });
});

/** All text of a zip's parts, by its central directory: enough to look for a string. */
function unzip(zip: Buffer): string {
  let text = "";
  for (
    let at = zip.indexOf("PK\u0001\u0002", 0, "latin1");
    at >= 0;
    at = zip.indexOf("PK\u0001\u0002", at + 4, "latin1")
  ) {
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const content = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    text += zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(content).toString() : content.toString();
  }
  return text;
}
