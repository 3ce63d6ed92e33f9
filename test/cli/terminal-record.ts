import type { Terminal } from "../../src/cli/cli-command.ts";

export type TerminalRecord = { readonly terminal: Terminal; readonly out: () => string; readonly err: () => string };

/** A terminal that is piped: 100 columns, no colour, nobody watching. */
export function createTerminal(): TerminalRecord {
  const out: string[] = [];
  const err: string[] = [];
  return {
    terminal: {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      width: 100,
      colour: false,
      watched: false,
    },
    out: () => out.join(""),
    err: () => err.join(""),
  };
}
