/**
 * Maps every file of the shared sample data and compares it with what the file itself says. Runs only where that data
 * is, beside this checkout: `node test/shared/formats.check.ts`. Exit code 0 = all as it should be, or no data.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

import { explain } from "../../src/domain/errors.ts";
import { moneySql } from "../../src/ingest/formats/sql-money.ts";
import { quoteText } from "../../src/ingest/formats/sql-text.ts";
import { atomsOf, decimalOf, openMapper, plain } from "../formats/map-file.ts";
import type { MappedFile, Mapper, Row } from "../formats/map-file.ts";

const DATA = resolve(fileURLToPath(import.meta.url), "../../../../shared/data/focus");

/** Files that are no bills, and what their refusal must name. */
const REFUSED: readonly [RegExp, string][] = [
  [/contract_commitment/, "Contract Commitment"],
  [/commitment_discount_(purchase|usage)_scenario/, "BillingCurrency"],
  [/header_variant_template/, "currency"],
];
/** Files with rows no bill can hold: how many rejects are right. */
const REJECTS: Readonly<Record<string, number>> = { "native/azure_header_variant_bom.csv.gz": 1 };

let failures = 0;
function check(holds: boolean, what: string): void {
  if (holds) return;
  failures += 1;
  console.log(`  WRONG ${what}`);
}

if (!existsSync(DATA)) {
  console.log("formats.check: no shared sample data beside this checkout, nothing checked.");
  process.exit(0);
}

const duck = await openMapper();
for (const path of readdirSync(DATA, { recursive: true, encoding: "utf8" }).sort()) {
  if (/\.csv(\.gz)?$/.test(path)) await checkFile(duck, join(DATA, path));
}
duck.close();
console.log(failures === 0 ? "formats.check: all as it should be" : `formats.check: ${failures} wrong`);
process.exit(failures === 0 ? 0 : 1);

async function checkFile(mapper: Mapper, path: string): Promise<void> {
  const name = relative(DATA, path);
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const refusal = REFUSED.find(([pattern]) => pattern.test(name))?.[1];
  try {
    const mapped = await mapper.path(path, text.split(/\r?\n/)[0] ?? "");
    check(refusal === undefined, `${name} should be refused`);
    report(name, mapped);
    await compare(mapper, name, mapped, path);
  } catch (error) {
    const message = explain(error);
    console.log(`${name}: refused`);
    check(refusal !== undefined && message.includes(refusal), `${name}: ${message}`);
  }
}

function accepted(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.problem_column === null && row.dropped_reason === null);
}

function report(name: string, { format, rows, extra }: MappedFile): void {
  const good = accepted(rows);
  const sum = (column: string): string => plain(decimalOf(atomsOf(good, column) + atomsOf(extra, column)));
  const totals = ["billed_cost", "effective_cost", "list_cost", "contracted_cost"].map(sum).join(" / ");
  const residual = rows.filter((row) => row.residual === true).length;
  console.log(
    `${name}: ${format.id}, ${rows.length} read, ${good.length} accepted, ${rows.length - good.length} not, ${residual} finer than 18; ${totals}`,
  );
}

/** Rows read = accepted + rejected + dropped; control totals = mapped sums; the plain sum of the text agrees too. */
async function compare(mapper: Mapper, name: string, mapped: MappedFile, path: string): Promise<void> {
  const { rows, extra, control, format, file } = mapped;
  check(rows.length === Number(control.n), `${name}: ${rows.length} rows mapped of ${String(control.n)}`);
  check(rows.length - accepted(rows).length === (REJECTS[name] ?? 0), `${name}: unexpected rejects`);
  for (const [cost, column] of [
    ["billed", "billed_cost"],
    ["effective", "effective_cost"],
    ["list", "list_cost"],
    ["contracted", "contracted_cost"],
  ] as const) {
    if (format.control(file).costs[cost] === null) continue;
    const sum =
      atomsOf(
        rows.filter((row) => row.dropped_reason === null),
        column,
      ) + atomsOf(extra, column);
    check(sum === atomsOf([control], cost), `${name}: ${cost} ${decimalOf(sum)} is not ${plain(control[cost])}`);
  }
  if (format.id === "focus") {
    const read = `read_csv(${quoteText(path)}, header = true, all_varchar = true, nullstr = ['NULL', 'null', ''])`;
    const [direct] = await mapper.sql(`select sum(${moneySql('"BilledCost"')})::varchar as billed from ${read}`);
    check(
      plain(direct?.billed) === plain(control.billed),
      `${name}: BilledCost read another way is ${plain(direct?.billed)}`,
    );
  }
}
