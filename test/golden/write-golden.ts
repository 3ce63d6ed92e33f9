// Fills the answers of questions.golden.json from its SQL, by DuckDB over the scenario CSV files: node test/golden/write-golden.ts, then oxfmt
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { openBills } from "./duckdb-bills.ts";

const FILE = new URL("./questions.golden.json", import.meta.url);
const { ask } = await openBills(fileURLToPath(new URL("../fixtures/scenario/", import.meta.url)));
const golden = JSON.parse(readFileSync(FILE, "utf8")) as { question: string; sql: string; rows?: unknown }[];
for (const entry of golden) entry.rows = await ask(entry.sql);
const lines = golden.map((entry) => {
  const rows = (entry.rows as unknown[]).map((row) => `      ${JSON.stringify(row)}`).join(",\n");
  return `  {\n    "question": ${JSON.stringify(entry.question)},\n    "sql": ${JSON.stringify(entry.sql)},\n    "rows": [${rows === "" ? "" : `\n${rows}\n    `}]\n  }`;
});
writeFileSync(FILE, `[\n${lines.join(",\n")}\n]\n`);
