import { isMap, isScalar, type Document, type LineCounter } from "yaml";
import { z } from "zod";

import { DIMENSIONS } from "../domain/dimension.ts";
import { nearestWords } from "../domain/nearest.ts";
import { fileSchema } from "./file-schema.ts";

/** One thing wrong with the configuration: where, what, and how to mend it. */
export type ConfigProblem = {
  /** `schedules[0].cron`, or the name of an environment variable. */
  readonly path: string;
  /** Line of finops.yaml, from 1; null when it has none (a missing key, the environment). */
  readonly line: number | null;
  readonly message: string;
  readonly remedy: string;
};

export type Path = readonly PropertyKey[];

/** `["schedules", 0, "cron"]` → `schedules[0].cron`; the empty path is the file itself. */
export function formatPath(path: Path): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  return text === "" ? "finops.yaml" : text;
}

/** Line (from 1) of the value at `path`, else of its nearest parent that is in the file. */
export function lineAt(document: Document, lines: LineCounter, path: Path): number | null {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const offset = offsetAt(document, path.slice(0, depth));
    if (offset !== null) return lines.linePos(offset).line;
  }
  return null;
}

function offsetAt(document: Document, path: Path): number | null {
  // A key has its own place even when its value is empty.
  const parent: unknown = document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent) && last !== undefined) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
    if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? null;
  }
  const node: unknown = document.getIn(path, true);
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : null;
}

/** Problems of one zod parse, in the order of the file. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  lineOf: (path: Path) => number | null,
): ConfigProblem[] {
  return issues
    .flatMap((issue) => describeIssue(issue))
    .map((problem) => ({ ...problem, path: formatPath(problem.path), line: lineOf(problem.path) }));
}

type Described = { path: Path; message: string; remedy: string };

function describeIssue(issue: z.core.$ZodIssue): Described[] {
  const schema = schemaAt(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `"${key}" is not a known key.`,
      remedy: suggestKey(key, Object.keys(schema?.properties ?? {})),
    }));
  }
  if (issue.code === "invalid_key") {
    const key = String(issue.path.at(-1));
    const message = `"${key}" ${issue.issues[0]?.message ?? "is not allowed"}.`;
    if (issue.path.includes("savingMonthlyMax")) {
      return [{ path: issue.path, message, remedy: exampleRemedy(schemaAt(issue.path.slice(0, -1))) }];
    }
    // The other maps with restricted keys are those of dimensions (`only`, `except`).
    return [{ path: issue.path, message, remedy: suggestKey(key, [...DIMENSIONS, "tag:KEY"]) }];
  }
  if (issue.code === "invalid_union") {
    const kinds = issue.errors.flatMap((errors) => errors.filter((one) => one.path.length === 0).flatMap(expectedOf));
    const message = `${expectation(kinds)}.`;
    return [{ path: issue.path, message, remedy: exampleRemedy(schema) }];
  }
  return [{ path: issue.path, message: sentence(issue), remedy: remedyOf(issue, schema) }];
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") {
    const given: unknown = issue.input;
    if (given === undefined) return "is missing.";
    return `${expectation([issue.expected])}, not ${describeValue(given)}.`;
  }
  // Where a variable's name belongs somebody may have written the secret itself: it is not repeated.
  const secret = String(issue.path.at(-1)).endsWith("Variable");
  const given = !secret && "input" in issue && issue.input !== undefined ? `${describeValue(issue.input)} ` : "";
  if (issue.code === "invalid_value") return `${given}must be one of ${issue.values.map(String).join(", ")}.`;
  if (issue.code === "too_big") return `${given}must be at most ${issue.maximum}${unitOf(issue.origin)}.`;
  if (issue.code === "too_small") {
    return `${given}must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}.`;
  }
  if (issue.code === "invalid_format" && issue.format === "url") return `${given}must be a URL.`;
  return `${given}${issue.message}.`;
}

function remedyOf(issue: z.core.$ZodIssue, schema: JsonNode | null): string {
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    const near = nearestWords(issue.input, issue.values.map(String), 1)[0];
    return near === undefined ? "Write one of them." : `Did you mean "${near}"?`;
  }
  return exampleRemedy(schema);
}

const WORDS_FOR_TYPES: Readonly<Record<string, string>> = {
  string: "text",
  array: "a list",
  record: "keys with values",
  object: "keys with values",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "empty",
};

function expectedOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === "invalid_type" ? [issue.expected] : [];
}

function expectation(types: readonly string[]): string {
  const words = [...new Set(types)].map((type) => WORDS_FOR_TYPES[type] ?? type);
  return words.length === 0 ? "is not of the right form" : `must be ${words.join(" or ")}`;
}

function unitOf(origin: string): string {
  if (origin === "array") return " entries";
  return origin === "string" ? " characters" : "";
}

const VALUE_SHOWN_MAX = 60;

function describeValue(value: unknown): string {
  if (value === null) return "empty";
  const text = JSON.stringify(value);
  return text.length > VALUE_SHOWN_MAX ? `${text.slice(0, VALUE_SHOWN_MAX)}…` : text;
}

/** "Did you mean …?" or the keys there are. */
export function suggestKey(key: string, known: readonly string[]): string {
  const near = nearestWords(key, known, 1)[0];
  return near === undefined ? `Remove it; there are: ${known.join(", ")}.` : `Did you mean "${near}"?`;
}

function exampleRemedy(schema: JsonNode | null): string {
  const example = schema?.examples?.[0];
  const about = schema?.description === undefined ? "" : `${schema.description} `;
  if (example === undefined) return about === "" ? "Correct it." : about.trim();
  return `${about}Write for example ${JSON.stringify(example)}.`;
}

type JsonNode = {
  readonly properties?: Readonly<Record<string, JsonNode>>;
  readonly items?: JsonNode;
  readonly additionalProperties?: JsonNode | boolean;
  readonly description?: string;
  readonly examples?: readonly unknown[];
};

/** The schema of finops.yaml for editors (JSON Schema 2020-12): published as docs/finops.schema.json. */
export function configJsonSchema(): object {
  return z.toJSONSchema(fileSchema, { io: "input" });
}

function schemaAt(path: Path): JsonNode | null {
  let node: JsonNode | undefined = configJsonSchema();
  for (const part of path) {
    if (typeof part === "number") node = node?.items;
    else {
      const rest: JsonNode | boolean | undefined = node?.additionalProperties;
      node = node?.properties?.[String(part)] ?? (typeof rest === "object" ? rest : undefined);
    }
  }
  return node ?? null;
}
