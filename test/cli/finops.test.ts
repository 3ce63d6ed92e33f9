import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { costAnswer, errorAnswer, ingestAnswer } from "../../src/domain/contract.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { environmentOf, runInProcess, type Run } from "./finops.ts";

const SCENARIO = fileURLToPath(new URL("../fixtures/scenario/", import.meta.url));
const ENTRY = fileURLToPath(new URL("../../src/cli/finops.ts", import.meta.url));

let db: TestDatabase;
let folder: string;
const finops = (...args: string[]): Promise<Run> => runInProcess(args, { databaseUrl: db.url, dataDir: folder });

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 4 });
  folder = await mkdtemp(join(tmpdir(), "finops-cli-"));
  await cp(join(SCENARIO, "aws_2026-03.csv.gz"), join(folder, "aws_2026-03.csv.gz"));
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

describe("ingest", () => {
  test("a dry run says what would happen and stores nothing; then it is stored; then it is unchanged", async () => {
    const dry = ingestAnswer.parse(JSON.parse((await finops("ingest", "*.csv.gz", "--dry-run", "--json")).out));
    expect(dry.batches.map((batch) => batch.status)).toEqual(["stored"]);
    const statuses = [];
    for (let round = 0; round < 2; round += 1) {
      // Relative to where the person stands (INIT_CWD), not to where npm moved the process.
      const run = await finops("ingest", "aws_2026-03.csv.gz", "--json");
      expect([run.code, run.err]).toEqual([0, ""]);
      statuses.push(...ingestAnswer.parse(JSON.parse(run.out)).batches.map((batch) => batch.status));
    }
    expect(statuses).toEqual(["stored", "unchanged"]);
  });

  test("what is refused is exit 2, said on stderr, and still one JSON document", async () => {
    await writeFile(join(folder, "notes.csv"), "a,b\n1,2\n");
    const run = await finops("ingest", "notes.csv", "--json");
    expect(run.code).toBe(2);
    expect(run.err).toContain("notes.csv");
    expect(JSON.parse(run.out)).toBeDefined();
  });

  test("a path that is nothing says so", async () => {
    const run = await finops("ingest", "nowhere.csv", "--json");
    expect(run.code).toBe(2);
    expect(run.err).toContain("nowhere.csv");
  });
});

describe("questions", () => {
  test("as data, by words or as one word, as a query, as files", async () => {
    const words = await finops("cost", "last", "month", "by", "service", "--json");
    const whole = await finops("cost", "last month by service", "--json");
    const answer = costAnswer.parse(JSON.parse(whole.out));
    expect(words.out).toBe(whole.out);
    const query = await finops("query", JSON.stringify(answer.query), "--json");
    expect(JSON.parse(query.out).rows).toEqual(answer.rows);
    const files = await finops("cost", "last month by service", "--png", "c.png", "--csv", "c.csv", "--xlsx", "c.xlsx");
    expect([files.code, files.err]).toEqual([0, ""]);
    expect((await readFile(join(folder, "c.png"))).subarray(1, 4).toString()).toBe("PNG");
    expect((await readFile(join(folder, "c.csv"), "utf8")).split("\r\n")[0]).toContain("service");
    expect((await readFile(join(folder, "c.xlsx"))).subarray(0, 2).toString()).toBe("PK");
  });

  test("for people: title, total and the command again, nothing but text when it is piped", async () => {
    const run = await finops("cost", "last month by service");
    expect(run.code).toBe(0);
    expect(run.out).toContain("Total");
    expect(run.out).toContain("finops cost");
    expect(run.out).not.toContain("\u001b");
  });

  test("a value with spaces that the shell unquoted is one value again", async () => {
    const run = await finops("cost", "last", "month", "for", "service", "Amazon Relational Database Service", "--json");
    expect(run.code).toBe(0);
    expect(costAnswer.parse(JSON.parse(run.out)).rows.length).toBeGreaterThan(0);
  });
});

describe("usage", () => {
  test("what is suggested about the sample estate is asked of the sample estate", async () => {
    const sample = await finops("recs", "list", "--demo");
    expect(sample.out).toContain("finops recs list mine --demo");
    expect((await finops("recs", "list")).out).toMatch(/finops recs list mine\n/);
  });

  const cases: [name: string, args: string[], words: string][] = [
    ["an unknown command", ["cots", "--json"], "finops cost"],
    ["an unknown option", ["waste", "--jsn"], "--jsn"],
    ["a question nobody understands", ["cost", "last munth", "--json"], "month"],
    ["nothing to load", ["ingest", "--json"], "at least one"],
    ["no number", ["demo", "--days", "many", "--json"], "whole number"],
    [
      "a file that cannot be written",
      ["cost", "last month by service", "--csv", "no/such/folder.csv"],
      "cannot be written",
    ],
  ];
  test.each(cases)("%s: exit 2, said on stderr", async (_name, args, words) => {
    const run = await finops(...args);
    expect(run.code).toBe(2);
    expect(run.err).toContain(words);
    expect(args.includes("--json") ? errorAnswer.safeParse(JSON.parse(run.out)).success : run.out === "").toBe(true);
  });

  test("a database that does not answer is exit 1, without its password", async () => {
    const url = "postgres://someone:hunter22@127.0.0.1:1/finops";
    const run = await runInProcess(["waste", "--json"], { databaseUrl: url, dataDir: folder });
    expect(run.code).toBe(1);
    expect(JSON.parse(run.out).error.code).toBe("unavailable");
    expect(run.out + run.err).not.toContain("hunter22");
  });

  test.each([["help"], ["version"], ["--help"], ["cost", "--help"], ["help", "ingest"]])(
    "%s needs no store",
    async (...args) => {
      const url = "postgres://nobody@127.0.0.1:1/none";
      const run = await runInProcess(args, { databaseUrl: url, dataDir: folder });
      expect([run.code, run.err]).toEqual([0, ""]);
    },
  );

  test("as a process of its own: the same answer, the exit code of a refusal", async () => {
    const env = environmentOf({ databaseUrl: db.url, dataDir: folder });
    const child = spawn(process.execPath, [ENTRY, "cots", "--json"], { env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    const [code] = await once(child, "close");
    expect([code, JSON.parse(out).error.code]).toEqual([2, "bad-input"]);
  });

  test("a reader that has seen enough is no error", async () => {
    const child = spawn(process.execPath, [ENTRY, "help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let complaint = "";
    child.stderr.on("data", (chunk) => (complaint += String(chunk)));
    const [code] = await once(child, "exit");
    expect([code, complaint]).toEqual([0, ""]);
  });
});
