import type { ParseArgsOptionsConfig } from "node:util";

import type { Card } from "../bot/card.ts";
import type { Config } from "../config.ts";
import type { Context } from "../service/context.ts";

/** What a command is given: its words, its options, and the store when it asks for it. */
export type CliCall = {
  readonly words: readonly string[];
  /** Value of `--name TEXT`, else undefined. */
  readonly text: (name: string) => string | undefined;
  /** Whether `--name` was given. */
  readonly flag: (name: string) => boolean;
  /** The person's own folder: relative paths are read from here. */
  readonly cwd: string;
  readonly config: Config;
  /** Opens the store and everything a verb is handed; closed by the caller. `demo`: the sample estate's store. */
  readonly open: (options?: { readonly demo: boolean }) => Promise<Context>;
  readonly terminal: Terminal;
};

export type Terminal = {
  readonly out: (text: string) => unknown;
  readonly err: (text: string) => unknown;
  readonly width: number;
  readonly colour: boolean;
  /** Whether a person watches stderr: progress bars are for them alone. */
  readonly watched: boolean;
};

/** What a command answers: data for `--json`, a card or plain text for people. */
export type CliAnswer = {
  readonly data: unknown;
  readonly card: Card | string;
  readonly exitCode: 0 | 1 | 2;
  /** For people, on stderr: what was held or refused and how to mend it. */
  readonly complaints?: readonly string[];
};

export type CliCommand = {
  readonly name: string;
  readonly summary: string;
  readonly usage: readonly string[];
  /** Options besides --json, --demo and --help, which every command has. */
  readonly options: ParseArgsOptionsConfig;
  /** The command reads its own options out of its words: all but those every command has are handed on as typed. */
  readonly readsOptions?: true;
  readonly run: (call: CliCall) => Promise<CliAnswer>;
};
