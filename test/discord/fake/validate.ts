import type { Problem } from "./errors.ts";

/** Collects what is wrong with a payload, with the path a real answer names. */
export type Check = {
  readonly problems: Problem[];
  readonly at: (...steps: (string | number)[]) => Check;
  readonly fail: (message: string) => void;
};

export function startCheck(problems: Problem[] = [], path: readonly (string | number)[] = []): Check {
  return {
    problems,
    at: (...steps) => startCheck(problems, [...path, ...steps]),
    fail: (message) => {
      problems.push({ path, message });
    },
  };
}

export type Bag = Readonly<Record<string, unknown>>;

export function asBag(check: Check, value: unknown): Bag {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Bag;
  check.fail("Only dictionaries may be used in a DictType");
  return {};
}

export function asList(check: Check, value: unknown, range: { min?: number; max: number }): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    check.fail("Only iterables may be used in a ListType");
    return [];
  }
  const min = range.min ?? 0;
  if (value.length < min || value.length > range.max)
    check.fail(`Must be between ${min} and ${range.max} in length (is ${value.length}).`);
  return value;
}

/** UTF-16 units, as Discord counts. Absent is fine unless `min` says otherwise. */
export function checkText(check: Check, value: unknown, range: { min?: number; max: number }): void {
  if (value === undefined || value === null) {
    if ((range.min ?? 0) > 0) check.fail("This field is required");
    return;
  }
  if (typeof value !== "string") return check.fail("Could not interpret as string.");
  if (!value.isWellFormed()) check.fail("Lone surrogates are no text.");
  if (value.length > range.max) check.fail(`Must be ${range.max} or fewer in length (is ${value.length}).`);
  if (value.trim().length < (range.min ?? 0)) check.fail(`Must be at least ${range.min} in length.`);
}

export function checkInteger(check: Check, value: unknown, range: { min: number; max: number }): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "number" || !Number.isInteger(value) || value < range.min || value > range.max)
    check.fail(`Must be an integer between ${range.min} and ${range.max}.`);
}

/** The real platform ignores what it does not know; we do not, so that a misspelt field is seen. */
export function checkKeys(check: Check, bag: Bag, known: readonly string[]): void {
  for (const key of Object.keys(bag)) if (!known.includes(key)) check.at(key).fail("Unknown field.");
}

export function checkUrl(check: Check, value: unknown, schemes: readonly string[], max: number): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "string" || value.length > max) return check.fail(`Must be ${max} or fewer in length.`);
  const scheme = /^([a-z]+):\/\/./.exec(value)?.[1];
  if (scheme === undefined || !schemes.includes(scheme)) {
    check.fail(`Scheme "${scheme ?? ""}" is not supported. Scheme must be one of (${schemes.join(", ")}).`);
  }
}
