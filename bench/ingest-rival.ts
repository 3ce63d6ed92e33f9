import { DuckDBInstance } from "@duckdb/node-api";

/** DuckDB's own load of one file: explicit text columns, two threads. Sends its seconds. */
const file = process.argv[2] ?? "";
const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
const connection = await instance.connect();
const sniffed = await connection.runAndReadAll(
  `describe select * from ${file.endsWith(".parquet") ? `read_parquet('${file}')` : `read_csv('${file}', all_varchar = true)`}`,
);
const columns = sniffed
  .getRowObjectsJson()
  .map((row) => `'${JSON.stringify(row["column_name"]).slice(1, -1)}': 'VARCHAR'`);
const relation = file.endsWith(".parquet")
  ? `read_parquet('${file}')`
  : `read_csv('${file}', header = true, delim = ',', quote = '"', escape = '"', nullstr = ['NULL', 'null', ''], auto_detect = false, columns = {${columns.join(", ")}})`;
const start = performance.now();
await connection.run(`create table own as select * from ${relation}`);
process.send?.((performance.now() - start) / 1000);
process.disconnect();
