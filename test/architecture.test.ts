import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const FILE_LINES_MAX = 400;

/** What each rank may import (ARCHITECTURE.md, "Folder map"). Nothing imports upward or sideways. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: ["domain"],
  analysis: ["analysis", "domain"],
  charts: ["charts", "domain"],
  demo: ["demo", "domain"],
  store: ["store", "domain", "analysis"],
  ingest: ["ingest", "store", "domain"],
  service: ["service", "ingest", "store", "analysis", "charts", "demo", "domain"],
  bot: ["bot", "service", "store", "analysis", "charts", "domain"],
  http: ["http", "bot", "service", "store", "charts", "domain"],
  cli: [
    "cli",
    "bot",
    "service",
    "store",
    "charts",
    "demo",
    "domain",
    "config",
    "config.ts",
    "log.ts",
    "compile-cache.ts",
  ],
  jobs: ["jobs", "bot", "service", "store", "charts", "domain"],
};

/** Who may read the real clock: the two homes of time. */
const CLOCK_HOMES = new Set(["src/domain/clock.ts", "src/domain/period.ts"]);
/** Who may touch the environment: configuration, the entry points, a child's inherited one, the tests' crash points. */
const ENVIRONMENT_HOMES =
  /^src\/(config\.ts|config\/|compile-cache\.ts|cli\/finops\.ts|store\/embedded-server\.ts|ingest\/crash-point\.ts|ingest\/duck\/duck-process\.ts)/;

type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] };

function sources(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(ROOT, path), "utf8");
      const imports = [
        ...text.matchAll(/^(?:import|export)[^;"']*?from\s+["']([^"']+)["']|^import\s+["']([^"']+)["']/gm),
      ]
        .map((match) => match[1] ?? match[2] ?? "")
        .filter((target) => target.startsWith("."));
      return { path, text, imports };
    });
}

const product = sources("src");
const isTest = (path: string): boolean => path.endsWith(".test.ts");

/** `src/charts/spec.ts` → `charts`; `src/config.ts` → `config.ts`. */
function rankOf(path: string): string {
  return relative("src", path).split("/")[0] ?? "";
}

describe("direction", () => {
  test.each(Object.keys(MAY_IMPORT))("%s imports only what lies below it", (rank) => {
    const wrong = product
      .filter((file) => rankOf(file.path) === rank && !isTest(file.path))
      .flatMap((file) =>
        file.imports
          .map((target) => relative(ROOT, resolve(ROOT, dirname(file.path), target)))
          .filter((target) => target.startsWith("src/") && !(MAY_IMPORT[rank] ?? []).includes(rankOf(target)))
          .map((target) => `${file.path} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test("every folder of src has its rank", () => {
    const unknown = new Set(
      product
        .map((file) => rankOf(file.path))
        .filter((rank) => !rank.endsWith(".ts") && rank !== "config" && !(rank in MAY_IMPORT)),
    );
    expect([...unknown]).toEqual([]);
  });
});

describe("budgets and homes", () => {
  const everything = [...product, ...sources("test"), ...sources("bench"), ...sources("scripts")];

  test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
    const long = everything
      .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
      .filter((file) => file.lines > FILE_LINES_MAX && file.path !== "src/store/tables.ts");
    expect(long).toEqual([]);
  });

  test("only the clock and the calendar touch Date", () => {
    const wrong = product.filter(
      (file) =>
        !isTest(file.path) &&
        !CLOCK_HOMES.has(file.path) &&
        /\bnew Date\(|\bDate\.now\(/.test(withoutComments(file.text)),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  test("only configuration reads the environment", () => {
    const wrong = product.filter(
      (file) =>
        !isTest(file.path) && !ENVIRONMENT_HOMES.test(file.path) && /\bprocess\.env\b/.test(withoutComments(file.text)),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  test("money is never parsed to a float", () => {
    const wrong = product.filter((file) => !isTest(file.path) && /\bparseFloat\(/.test(withoutComments(file.text)));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  test("no default exports, no barrels", () => {
    const wrong = product.filter((file) => /^export default\b/m.test(file.text) || /^export \* from/m.test(file.text));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
