import { AppError } from "../../domain/errors.ts";
import { addSource, listSources, promoteSource, removeSource, type SourceScope } from "../../service/manage-sources.ts";
import type { Context } from "../../service/context.ts";
import type { Card } from "../card.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";

type Scope = Partial<Omit<SourceScope, "name">>;

const USAGE = [
  "source list",
  "source add NAME --provider PROVIDER [--account BILLING-ACCOUNT] [--sub-accounts A,B]",
  "source promote NAME [--provider PROVIDER] [--account BILLING-ACCOUNT] [--sub-accounts A,B]",
  "source remove NAME",
].join("\n");

export const sourceCommand: Command = {
  name: "source",
  summary: "where bills come from: list, declare, hand over, take out of use",
  usage: USAGE,
  examples: ["source list", "source promote aws-exports --provider aws --account 111122223333"],
  role: "viewer",
  effect: effectByWord({ add: "shared", promote: "shared", remove: "shared" }),
  run: async ({ ctx, text }) => {
    const [verb = "list", ...words] = text
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    const { name, scope } = parseScope(words);
    switch (verb) {
      case "list":
        return list(ctx);
      case "add": {
        const source = await addSource({ ctx, input: declared(needName(name), scope) });
        return done(`Source ${source.name} was added`, `It delivers ${scopeText(source)}.`, { source });
      }
      case "promote": {
        const given = scope.provider === undefined ? { name: needName(name) } : { ...scope, name: needName(name) };
        const answer = await promoteSource({ ctx, input: given });
        const removed =
          answer.removed.length === 0 ? "No other source gave way." : `Gave way: ${answer.removed.join(", ")}.`;
        return done(
          `Source ${answer.source.name} delivers now`,
          `It delivers ${scopeText(answer.source)}. ${removed}`,
          answer,
        );
      }
      case "remove": {
        const source = await removeSource({ ctx, input: { name: needName(name) } });
        return done(`Source ${source.name} was taken out of use`, "What it delivered stays in the answers.", {
          source,
        });
      }
      default:
        throw new AppError("bad-input", `source does not know "${verb.slice(0, 40)}".`, { remedy: `Usage:\n${USAGE}` });
    }
  },
};

async function list(ctx: Context): Promise<CommandAnswer> {
  const data = await listSources({ ctx, input: {} });
  const live = data.sources.filter((source) => !source.removed);
  const card: Card = {
    title: "Sources",
    summary:
      data.sources.length === 0
        ? "There is no source yet: the first ingest makes one for each provider and billing account."
        : `${live.length} sources deliver bills.`,
    tone: "neutral",
    blocks:
      data.sources.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: [
                { header: "Source", align: "left" },
                { header: "Provider", align: "left" },
                { header: "Billing account", align: "left" },
                { header: "State", align: "left" },
              ],
              rows: data.sources.map((source) => [
                source.name,
                source.provider,
                source.billingAccount ?? "several",
                source.removed ? "out of use" : source.kind,
              ]),
            },
          ],
    actions: [],
    footer: [],
  };
  return { card, data, exitCode: 0 };
}

function parseScope(words: readonly string[]): { name: string | undefined; scope: Scope } {
  const options = new Map<string, string>();
  const names: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (!word.startsWith("--")) {
      names.push(word);
      continue;
    }
    const value = words[(index += 1)];
    if (!["--provider", "--account", "--sub-accounts"].includes(word) || value === undefined) {
      throw new AppError("bad-input", `source does not know "${word}", or it has no value.`, {
        remedy: `Usage:\n${USAGE}`,
      });
    }
    options.set(word, value);
  }
  const provider = options.get("--provider");
  return {
    name: names[0],
    scope: {
      ...(provider === undefined ? {} : { provider }),
      billingAccount: options.get("--account") ?? null,
      subAccounts: options.get("--sub-accounts")?.split(",") ?? null,
    },
  };
}

function needName(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new AppError("bad-input", "The source's name is missing.", { remedy: `Usage:\n${USAGE}` });
}

function declared(name: string, { provider, billingAccount = null, subAccounts = null }: Scope): SourceScope {
  if (provider !== undefined) return { name, provider, billingAccount, subAccounts };
  throw new AppError("bad-input", "The source's provider is missing.", { remedy: "For example: --provider aws" });
}

function scopeText(scope: { provider: string; billingAccount: string | null }): string {
  return `${scope.provider}, ${scope.billingAccount === null ? "every billing account" : `billing account ${scope.billingAccount}`}`;
}

function done(title: string, summary: string, data: unknown): CommandAnswer {
  const card: Card = { title, summary, tone: "good", blocks: [], actions: [], footer: [] };
  return {
    card: { ...card, actions: [{ kind: "button", label: "Sources", style: "plain", command: "source list" }] },
    data,
    exitCode: 0,
  };
}
