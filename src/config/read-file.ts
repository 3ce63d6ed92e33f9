import { readFileSync } from "node:fs";
import path from "node:path";

import { LineCounter, parseDocument } from "yaml";

import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import { crossCheckDecisions } from "./decisions.ts";
import { fileSchema, type ConfigFile } from "./file-schema.ts";
import { formatPath, lineAt, problemsOf, type ConfigProblem, type Path } from "./problem.ts";

export type FileReading = { file: ConfigFile; problems: ConfigProblem[] };

const FILE_NAMES = ["finops.yaml", "finops.yml"];
/** A channel that is always there. */
export const DEFAULT_CHANNEL = "finops";

/**
 * The configuration file: the one named, else finops.yaml in the working directory; null when there is none
 * (everything has a default). Throws when a named one cannot be read.
 */
export function findConfigFile(named: string | undefined, cwd: string): { path: string; text: string } | null {
  const candidates = named === undefined ? FILE_NAMES : [named];
  for (const candidate of candidates) {
    const file = path.resolve(cwd, candidate);
    try {
      return { path: file, text: readFileSync(file, "utf8") };
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (missing && named === undefined) continue;
      throw new AppError(
        "bad-input",
        `The configuration file ${file} cannot be read${missing ? ": it does not exist" : ""}.`,
        {
          remedy: "Correct FINOPS_CONFIG, or unset it to run without a file.",
          cause: error,
        },
      );
    }
  }
  return null;
}

/** Parses the text of finops.yaml. Lists every problem: syntax, unknown keys, values, and references between parts. */
export function parseConfigText(text: string): FileReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): ConfigProblem => ({
      path: "finops.yaml",
      line: lines.linePos(error.pos[0]).line,
      message: `${error.message.replace(/\.$/, "")}.`,
      remedy: 'Correct the YAML; put texts that begin with * or contain ": " in quotes.',
    }));
    return { file: {}, problems };
  }
  const plain = toPlain(document);
  if (!plain.ok) return { file: {}, problems: [plain.problem] };
  const { data } = plain;
  const lineOf = (at: Path) => lineAt(document, lines, at);
  const parsed = fileSchema.safeParse(data, { reportInput: true });
  const problems = [...problemsOf(parsed.error?.issues ?? [], lineOf), ...crossCheck(data, lineOf)];
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { file: parsed.data ?? {}, problems };
}

/** Most uses of `*anchor`: a small file must not unfold into a huge one. */
const ALIASES_MAX = 100;

function toPlain(
  document: ReturnType<typeof parseDocument>,
): { ok: true; data: unknown } | { ok: false; problem: ConfigProblem } {
  try {
    return { ok: true, data: document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {} };
  } catch (error) {
    // yaml throws ReferenceError for an unknown anchor and for too many uses.
    if (!(error instanceof ReferenceError)) throw error;
    const message = `${error.message.replace(/\.$/, "")}.`;
    const remedy = `Put texts that begin with * in quotes; an anchor may be used ${ALIASES_MAX} times.`;
    return { ok: false, problem: { path: "finops.yaml", line: null, message, remedy } };
  }
}

/** What only shows between parts. Works on the raw data, so that one malformed part hides no other's problem. */
function crossCheck(data: unknown, lineOf: (at: Path) => number | null): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (at: Path, message: string, remedy: string) =>
    problems.push({ path: formatPath(at), line: lineOf(at), message, remedy });

  for (const list of ["sources", "channels", "schedules", "allocation", "budgets"]) {
    const seen = new Set<unknown>();
    for (const [index, entry] of entriesOf(data, list).entries()) {
      const given = fieldOf(entry, "name");
      const name = typeof given === "string" ? given.toLowerCase() : given;
      if (typeof name === "string" && seen.has(name)) {
        report(
          [list, index, "name"],
          `"${given as string}" is there twice.`,
          "Names must differ: rename or remove one.",
        );
      }
      seen.add(name);
    }
  }

  const channels = [DEFAULT_CHANNEL, ...entriesOf(data, "channels").map((entry) => fieldOf(entry, "name"))].filter(
    (name) => typeof name === "string",
  );
  for (const list of ["schedules", "budgets"]) {
    for (const [index, entry] of entriesOf(data, list).entries()) {
      const channel = fieldOf(entry, "channel");
      if (typeof channel !== "string" || channels.includes(channel)) continue;
      const near = nearestWords(channel, channels, 1)[0];
      const remedy =
        near === undefined ? `Add it under channels, or use ${channels.join(", ")}.` : `Did you mean "${near}"?`;
      report([list, index, "channel"], `There is no channel "${channel}".`, remedy);
    }
  }

  for (const [index, entry] of entriesOf(data, "schedules").entries()) {
    if (fieldOf(entry, "job") === "digest") continue;
    for (const key of ["every", "onlyWhen"].filter((key) => fieldOf(entry, key) !== undefined)) {
      report(["schedules", index, key], `\`${key}\` is for digests.`, "Take it out, or say job: digest.");
    }
  }

  for (const [index, entry] of entriesOf(data, "allocation").entries()) {
    const fixed = fieldOf(entry, "by") === "fixed";
    const shares = fieldOf(entry, "shares") !== undefined;
    if (fixed === shares) continue;
    const message = fixed ? "`by: fixed` needs shares." : "shares are only read with `by: fixed`.";
    report(
      ["allocation", index],
      message,
      'Write for example by: fixed and shares: { payments: "0.6", search: "0.4" }.',
    );
  }
  crossCheckDecisions(fieldOf(data, "decisions"), report);
  return problems;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function entriesOf(data: unknown, list: string): unknown[] {
  const value = fieldOf(data, list);
  return Array.isArray(value) ? value : [];
}
