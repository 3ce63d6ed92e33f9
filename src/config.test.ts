import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { describeConfig, formatProblems, loadConfig, readConfig } from "./config.ts";
import { parseEnvironment, VARIABLES } from "./config/environment.ts";
import { configJsonSchema } from "./config/problem.ts";
import { parseConfigText } from "./config/read-file.ts";
import { createRedactor } from "./config/redact.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const BROKEN = `
currency: usd
timeZone: Europe/Berln
serverr:
  port: 3000
sources:
  - name: aws
    path: 7
  - name: aws
    path: ./b
    schedul: "0 * * * *"
channels:
  - name: Pay Ments
    only: { tem: payments }
  - name: payments
schedules:
  - name: morning
    job: digst
    cron: "0 9 * *"
    channel: paymens
  - job: digest
    cron: "0 0 30 2 *"
roles:
  users: { ada: boss }
allocation:
  - name: shared
    only: { team: platform }
    to: team
    by: fixed
limits:
  chartWorkers: 0
`;

test("a file with many problems lists every one, with line and remedy", () => {
  const { problems } = parseConfigText(BROKEN);
  expect(formatProblems(problems, "finops.yaml")).toMatchInlineSnapshot(`
    "The configuration finops.yaml has 16 problems:
      currency (line 2): "usd" must be three capital letters (ISO 4217).
          Currency digests convert to; without it each currency stands by itself. Write for example "USD".
      timeZone (line 3): "Europe/Berln" is no IANA time zone.
          Zone of schedules that name none. Costs stay in UTC days. Write for example "Europe/Berlin".
      serverr (line 4): "serverr" is not a known key.
          Did you mean "server"?
      sources[0].path (line 8): must be text or a list.
          A folder, a file or a glob, or several; relative to this file. Write for example "./bills/aws".
      sources[1].name (line 9): "aws" is there twice.
          Names must differ: rename or remove one.
      sources[1].schedul (line 11): "schedul" is not a known key.
          Did you mean "schedule"?
      channels[0].name (line 13): "Pay Ments" must be lower-case letters, digits, dots, dashes or underscores, at most 63.
          A short name. Write for example "finops".
      channels[0].only.tem (line 14): "tem" is no dimension.
          Did you mean "team"?
      schedules[0].job (line 18): "digst" must be one of digest, detection, recommendations, audit, rollups, reap.
          Did you mean "digest"?
      schedules[0].cron (line 19): "0 9 * *" is no cron expression of five fields that ever comes due.
          Minute, hour, day of month, month, day of week. Write for example "0 9 * * *".
      schedules[0].channel (line 20): There is no channel "paymens".
          Did you mean "payments"?
      schedules[1].name (line 21): is missing.
          A short name. Write for example "finops".
      schedules[1].cron (line 22): "0 0 30 2 *" is no cron expression of five fields that ever comes due.
          Minute, hour, day of month, month, day of week. Write for example "0 9 * * *".
      roles.users.ada (line 24): "boss" must be one of viewer, analyst, approver, admin.
          Write one of them.
      allocation[0] (line 26): \`by: fixed\` needs shares.
          Write for example by: fixed and shares: { payments: "0.6", search: "0.4" }.
      limits.chartWorkers (line 31): 0 must be at least 1.
          Pictures drawn at the same time."
  `);
});

test.each(["{}", '{ payments: "0" }'])("shares that spread nothing are refused: %s", (shares) => {
  const { problems } = parseConfigText(
    `allocation:\n  - { name: x, only: { service: Support }, to: team, by: fixed, shares: ${shares} }\n`,
  );
  expect(problems).toEqual([
    expect.objectContaining({ path: "allocation[0].shares", message: expect.stringContaining("a weight above 0") }),
  ]);
});

test("a syntax error is one problem with its line, and hints at quotes", () => {
  const { problems } = parseConfigText("schedules:\n  - name: x\n    cron: * * * * *\n");
  expect(problems[0]).toMatchObject({ line: 3 });
  expect(problems[0]?.remedy).toContain("quotes");
});

test("problems of the environment and the file come together, and no secret is repeated", () => {
  const env = {
    PORT: "http",
    FINOPS_TOKEN: "hunter2",
    DATABASE_URL: "mysql://root:hunter2@db/x",
    FINOPS_TODAY: "2026-02-30",
  };
  const reading = readConfig(env, "/nonexistent");
  expect(reading.ok).toBe(false);
  const text = reading.ok ? "" : formatProblems(reading.problems, null);
  expect(text.match(/^ {2}[A-Z_]+:/gm)).toEqual(["  PORT:", "  FINOPS_TOKEN:", "  DATABASE_URL:", "  FINOPS_TODAY:"]);
  expect(text).not.toContain("hunter2");
});

test("a misspelt variable is a warning with the right name", () => {
  const { warnings } = parseEnvironment({ FINOPS_DATADIR: "x" });
  expect(warnings[0]?.remedy).toBe("Did you mean FINOPS_DATA_DIR?");
});

test("without a file everything has a default", () => {
  const config = loadConfig({}, "/nonexistent");
  expect(config).toMatchObject({
    file: null,
    port: 3000,
    host: "127.0.0.1",
    dataDir: "/nonexistent/.finops",
    databaseUrl: null,
  });
  expect(config.channels.map(({ name }) => name)).toEqual(["finops"]);
  expect(config.schedules.map(({ name, cron }) => `${name} ${cron}`)).toEqual([
    "daily-digest 0 9 * * *",
    "detection 20 * * * *",
    "recommendations 30 6 * * *",
    "audit 5 0 * * *",
    "rollups 40 3 * * *",
    "reap 10 3 * * *",
  ]);
  expect(Object.isFrozen(config.settings.tagAliases.team)).toBe(true);
});

test("tag hygiene is scheduled as a digest is; what it does not take is refused", () => {
  const of = (more: string) =>
    parseConfigText(`schedules:\n  - name: x\n    cron: 0 9 * * mon\n    report: hygiene\n${more}`);
  const { problems } = of("    job: digest\n");
  expect(problems).toEqual([]);
  expect(
    of("    job: digest\n    every: week\n")
      .problems.map(({ message }) => message)
      .join(),
  ).toContain("leave out every and onlyWhen");
  expect(
    of("    job: detection\n")
      .problems.map(({ message }) => message)
      .join(),
  ).toContain("belongs to the job digest");
});

test("listening beyond this machine needs a token", () => {
  expect(() => loadConfig({ FINOPS_HOST: "0.0.0.0" }, "/nonexistent")).toThrow("FINOPS_TOKEN");
  expect(loadConfig({ FINOPS_HOST: "0.0.0.0", FINOPS_TOKEN: "x".repeat(24) }, "/nonexistent").host).toBe("0.0.0.0");
});

test("the annotated example is valid, names every key, and its paths are relative to it", () => {
  const config = loadConfig({ FINOPS_CONFIG: "examples/finops.yaml" }, ROOT);
  expect(config.sources[0]?.paths).toEqual([`${ROOT}examples/bills/aws`]);
  expect(config.schedules.find(({ name }) => name === "daily-digest")?.origin).toBe("config");
  expect(config.schedules.find(({ name }) => name === "tag-hygiene")?.report).toEqual({
    kind: "hygiene",
    onlyWhen: null,
  });
  expect(config.channels[1]?.scope).toEqual([
    { dimension: "team", negated: false, values: ["payments"] },
    { dimension: "environment", negated: true, values: ["sandbox", null] },
  ]);
  const text = readFileSync(`${ROOT}examples/finops.yaml`, "utf8");
  const unnamed = keysOf(configJsonSchema()).filter((key) => !new RegExp(`\\b${key}:`).test(text));
  const unknown = VARIABLES.filter(({ name }) => !text.includes(name));
  expect({ unnamed, unknown }).toEqual({ unnamed: [], unknown: [] });
});

test("docs/finops.schema.json is the schema (npx node scripts/write-config-schema.ts writes it)", () => {
  expect(JSON.parse(readFileSync(`${ROOT}docs/finops.schema.json`, "utf8"))).toEqual(configJsonSchema());
});

test("printing a configuration shows no secret", () => {
  const token = "t".repeat(30);
  const config = loadConfig(
    { FINOPS_TOKEN: token, DATABASE_URL: "postgres://me:pa%40ss-word@db:5432/finops" },
    "/nonexistent",
  );
  const text = JSON.stringify(describeConfig(config));
  expect(text).not.toMatch(/ttt|ss-word/);
  expect(text).toContain("postgres://me:[redacted]@db:5432/finops");
});

test("property: no secret survives redaction, wherever and however it is written", () => {
  const secret = fc.string({ minLength: 6, maxLength: 40 }).filter((text) => text.trim().length >= 6);
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      fc.pre(!"[redacted]".includes(value));
      const redact = createRedactor([value]);
      const line = redact(JSON.stringify({ msg: `${before}${value}${after}`, nested: { [value]: [value] } }));
      expect(line).not.toContain(JSON.stringify(value).slice(1, -1));
      expect(redact(`postgres://u:${encodeURIComponent(value)}@h/db`)).not.toContain(encodeURIComponent(value));
    }),
  );
});

test("property: any YAML text gives a configuration or problems, never a crash", () => {
  const word = fc.constantFrom(
    "currency",
    "sources",
    "schedules",
    "name",
    "cron",
    "only",
    "*",
    "&a",
    "- ",
    "[",
    "{",
    ":",
    "\n",
    "  ",
    "7",
    "null",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 30 }), (words) => {
      const { problems } = parseConfigText(words.join(""));
      for (const problem of problems) expect(problem.remedy).not.toBe("");
    }),
  );
});

function keysOf(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const own = "properties" in node && typeof node.properties === "object" ? Object.keys(node.properties ?? {}) : [];
  // Waste rules (their ids hold dots) and their thresholds are listed in docs/rules.md instead.
  const isRule = (name: string): boolean => name.includes(".");
  return [
    ...own.filter((name) => !isRule(name)),
    ...Object.entries(node).flatMap(([name, part]) => (name === "examples" || isRule(name) ? [] : keysOf(part))),
  ];
}
