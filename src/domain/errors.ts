/** The closed list of ways an operation may fail that a person can act on. */
export type ErrorCode =
  | "bad-input"
  | "not-found"
  | "conflict"
  | "held"
  | "forbidden"
  | "limit"
  | "unavailable"
  | "internal";

/**
 * An operating error: expected, safe to show. `message` says what is wrong and where,
 * `remedy` how to mend it. Programmer errors use `node:assert` instead.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.remedy = options.remedy;
  }
}

/** One sentence for a person: the message and, where there is one, the remedy. */
export function explain(error: unknown): string {
  if (error instanceof AppError) {
    return error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Closes a switch over a discriminated union: the compiler refuses a forgotten case. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
