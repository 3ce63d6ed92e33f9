import type { CliCommand } from "./cli-command.ts";

/** Usage of one command, for `--help` and `finops help COMMAND`. */
export function helpText(command: CliCommand): string {
  return [`${command.name}: ${command.summary}`, "", ...command.usage.map((line) => `  finops ${line}`)].join("\n");
}

/** All commands, one line each. */
export function overviewText(commands: readonly CliCommand[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    "finops: what the clouds cost, why, and what to do about it",
    "",
    ...commands.map((command) => `  finops ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    "Every command takes --json (one JSON document on stdout), --demo (the sample estate), --as PERSON (audited) and --help.",
    "Exit codes: 0 done, 2 bad input or something held or refused, 1 failure.",
  ].join("\n");
}
