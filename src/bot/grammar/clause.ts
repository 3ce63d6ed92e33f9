import type { ClauseId } from "../../domain/question-text.ts";
import type { Reader, Step } from "./reader.ts";

/**
 * One clause of the question language. The table of them (clauses.ts) generates the parser, the help,
 * the EBNF of docs/questions.md and the options of chat platforms.
 */
export type Clause = {
  readonly id: ClauseId;
  /** Phrases that open it, the canonical one first. */
  readonly words: readonly string[];
  /** Phrases that say everything by themselves: nothing follows them. */
  readonly whole?: readonly string[];
  /** As help shows it. */
  readonly syntax: string;
  /** Right-hand side in EBNF. */
  readonly ebnf: string;
  readonly summary: string;
  /** Whole questions that use it. */
  readonly examples: readonly string[];
  /** Typed option for platforms that have them. */
  readonly option: { readonly name: string; readonly choices?: readonly string[]; readonly integer?: true };
  /** Whether the opening phrase means this clause, given what follows at `position`. Absent = always. */
  readonly accepts?: (reader: Reader, position: number) => boolean;
  /** Reads what follows the opening phrase (which began at `start`) into the draft. */
  readonly read: (reader: Reader, position: number, start: number) => Step;
};
