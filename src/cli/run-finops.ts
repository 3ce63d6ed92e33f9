import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { errorCard } from "../bot/phrases.ts";
import { renderTerminal } from "../bot/channels/terminal/render-terminal.ts";
import { clockOf, loadConfig, workingDirectory } from "../config.ts";
import type { Environment } from "../config/environment.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import { sampleSettings } from "../domain/settings.ts";
import { createLog } from "../log.ts";
import type { Context } from "../service/context.ts";
import { addSamplePeople } from "../service/sample-people.ts";
import { connectionLost } from "../store/connection-lost.ts";
import { DEMO_DATABASE, openStore, REAL_DATABASE } from "../store/open-store.ts";
import { syncPeople } from "../store/people.ts";
import type { CliAnswer, CliCommand, Terminal } from "./cli-command.ts";
import { CLI_COMMANDS } from "./commands.ts";
import { helpText } from "./help-text.ts";
import { asTerminalUser, type TerminalCall } from "./terminal-actor.ts";

const EVERY_COMMAND = {
  json: { type: "boolean" },
  demo: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
/** "-5" is an amount and no option: the command says what is wrong with it. */
const NEGATIVE = /^-[\d.]/;
const NUMBER_MARK = "\u0000";
/** Terminal commands run beside the service: few connections are enough. */
const CONNECTIONS_MAX = 4;

export type FinopsCall = { readonly argv: readonly string[]; readonly env: Environment; readonly terminal: Terminal };

type Parsed = { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] };

/**
 * One run of `finops`. Exit code 0 done, 2 bad usage or input or something held or refused, 1 failure.
 * With --json stdout carries one JSON document whatever happens; what people must read goes to stderr.
 */
export async function runFinops(call: FinopsCall): Promise<number> {
  const json = call.argv.includes("--json");
  try {
    const answer = await runCommand(call);
    show(answer, call, json);
    return answer.exitCode;
  } catch (cause) {
    const error = connectionLost(cause) ?? cause;
    if (!(error instanceof AppError)) throw error;
    const { code, message, remedy } = error;
    const exitCode = code === "internal" || code === "unavailable" ? 1 : 2;
    const data = { error: { code, message, ...(remedy === undefined ? {} : { remedy }) } };
    show({ data, card: errorCard(error, ""), exitCode }, call, json);
    return exitCode;
  }
}

async function runCommand({ argv, env, terminal }: FinopsCall): Promise<CliAnswer> {
  const [word = "help", ...rest] = argv;
  if (word === "--version" || word === "-v") return runCommand({ argv: ["version", ...rest], env, terminal });
  if (word === "--help" || word === "-h" || word === "--json") {
    return runCommand({ argv: ["help", ...argv.filter((part) => part === "--json")], env, terminal });
  }
  const command = CLI_COMMANDS.find((candidate) => candidate.name === word);
  if (command === undefined) throw unknownCommand(word);
  const { as, argv: words } = takeAs(rest);
  const { values, positionals } = parseWords(command, words);
  if (values["help"] === true) return { data: command.usage, card: helpText(command), exitCode: 0 };
  const cwd = workingDirectory(env);
  const config = loadConfig(env, cwd);
  let opened: Context | null = null;
  try {
    return await command.run({
      words: positionals,
      text: (name) => textOf(values[name]),
      flag: (name) => values[name] === true,
      cwd,
      config,
      open: async (options) => {
        const demo = options?.demo ?? values["demo"] === true;
        return (opened ??= await openContext({ config, demo, as, command: command.name }));
      },
      terminal,
    });
  } finally {
    await closeContext(opened);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function closeContext(opened: Context | null): Promise<void> {
  await opened?.db.close();
}

function parseWords(command: CliCommand, argv: readonly string[]): Parsed {
  if (command.readsOptions === true) return takeCommon(argv);
  try {
    const { values, positionals } = parseArgs({
      args: argv.map((word) => (NEGATIVE.test(word) ? NUMBER_MARK + word : word)),
      options: { ...EVERY_COMMAND, ...command.options },
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals: positionals.map((word) => word.replace(NUMBER_MARK, "")) };
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split(". ")[0] ?? cause.message) : String(cause);
    throw new AppError("bad-input", `finops ${command.name}: ${message}.`, {
      remedy: `Usage: ${usageWords(command)}`,
      cause,
    });
  }
}

/** The usage in one line; an indented one goes on with the line before it. */
function usageWords({ usage }: CliCommand): string {
  return usage
    .map((line, index) => (/^\s/.test(line) ? ` ${line.trim()}` : `${index === 0 ? "" : " | "}finops ${line}`))
    .join("");
}

/** Takes out the options every command has and leaves the rest in order. */
function takeCommon(argv: readonly string[]): Parsed {
  const common = Object.keys(EVERY_COMMAND).filter((name) => argv.includes(`--${name}`));
  return {
    values: Object.fromEntries(common.map((name) => [name, true])),
    positionals: argv.filter((word) => !common.includes(word.replace(/^--/, "")) || !word.startsWith("--")),
  };
}

/** `--as NAME` may stand anywhere, before any command reads its own options. */
function takeAs(argv: readonly string[]): { as: string | null; argv: readonly string[] } {
  const at = argv.findIndex((word) => word === "--as" || word.startsWith("--as="));
  if (at === -1) return { as: null, argv };
  const joined = argv[at]?.startsWith("--as=") === true;
  const as = joined ? argv[at]?.slice("--as=".length) : argv[at + 1];
  if (as === undefined || as === "") throw new AppError("bad-input", "--as needs a person.", { remedy: "--as ada" });
  return { as, argv: argv.toSpliced(at, joined ? 1 : 2) };
}

function unknownCommand(word: string): AppError {
  const [guess] = nearestWords(
    word,
    CLI_COMMANDS.map((command) => command.name),
  );
  return new AppError("bad-input", `There is no command "${word.slice(0, 60)}".`, {
    remedy: guess === undefined ? "finops help lists them all." : `Did you mean: finops ${guess}?`,
  });
}

async function openContext(call: TerminalCall): Promise<Context> {
  const { config, demo } = call;
  const db = await openStore({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl ?? undefined,
    database: demo ? DEMO_DATABASE : REAL_DATABASE,
    connectionsMax: CONNECTIONS_MAX,
    applicationName: "finops-cli",
  });
  const base = {
    db,
    clock: clockOf(config),
    settings: demo ? sampleSettings(config.settings) : config.settings,
    log: createLog({
      level: config.log.level,
      destination: config.log.destination === "stderr" ? join(config.dataDir, "finops.log") : config.log.destination,
      secrets: config.secrets,
    }),
    dataDir: config.dataDir,
  };
  try {
    if (demo) await addSamplePeople(db.sql);
    else await syncPeople(db.sql, config.settings.people?.people ?? [], randomUUID);
    return await asTerminalUser(base, call);
  } catch (error) {
    await db.close();
    throw error;
  }
}

function show(answer: CliAnswer, { argv, terminal }: FinopsCall, json: boolean): void {
  // What is suggested about the sample estate must be asked of the sample estate.
  const commandSuffix = argv[0] === "demo" || argv.includes("--demo") ? " --demo" : "";
  const { colour, width } = terminal;
  const failed = answer.exitCode !== 0;
  if (json) terminal.out(`${JSON.stringify(answer.data)}\n`);
  const complaints = answer.complaints ?? [];
  // A card that is an answer goes to stdout, one that is a complaint to stderr.
  const isComplaint = failed && complaints.length === 0;
  const commands = CLI_COMMANDS.map(({ name }) => name);
  const typed = { commandPrefix: "finops ", commandSuffix, commands, complaint: isComplaint };
  const text = typeof answer.card === "string" ? answer.card : renderTerminal(answer.card, { width, colour, ...typed });
  if (isComplaint) terminal.err(`${text}\n`);
  else if (!json) terminal.out(`${text}\n`);
  for (const complaint of complaints) terminal.err(`${complaint}\n`);
}
