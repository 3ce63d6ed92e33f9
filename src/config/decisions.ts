import {
  DEFAULT_APPROVAL_POLICY,
  DEFAULT_DECISION_SETTINGS,
  type ApprovalTier,
  type DecisionSettings,
  type HandOffTarget,
} from "../domain/recommendation.ts";
import { parseHandle } from "../domain/person.ts";
import { HAND_OFF_LISTS, type DecisionsFile } from "./decisions-schema.ts";
import type { Environment } from "./environment.ts";
import type { ConfigProblem } from "./problem.ts";

const GITHUB_API = "https://api.github.com";
const ISSUE_TYPE = "Task";
/** A shorter secret is guessed by whoever sees one signed request. */
const SECRET_LENGTH_MIN = 16;

/** The section with its secrets filled in. Call it only when `decisionProblems` found none. */
export function decisionsOf(given: DecisionsFile, env: Environment): DecisionSettings {
  const { tiers, handOff = {}, handOffRetrySeconds, ...policy } = given;
  const defaults = DEFAULT_APPROVAL_POLICY;
  return {
    policy: {
      tiers: tiers === undefined ? defaults.tiers : tiers.map(tierOf),
      undoMinutes: policy.undoMinutes ?? defaults.undoMinutes,
      expiryDays: policy.expiryDays ?? defaults.expiryDays,
      reopenDays: policy.reopenDays ?? defaults.reopenDays,
      driftPercent: policy.driftPercent ?? defaults.driftPercent,
    },
    handOff: targetsOf(handOff, env),
    handOffRetrySeconds: handOffRetrySeconds ?? DEFAULT_DECISION_SETTINGS.handOffRetrySeconds,
  };
}

function tierOf(tier: NonNullable<DecisionsFile["tiers"]>[number]): ApprovalTier {
  return {
    name: tier.name,
    savingMonthlyMax: tier.savingMonthlyMax ?? null,
    approvals: tier.approvals ?? 1,
    role: tier.role ?? "approver",
    approvers: tier.approvers?.map((handle) => ({ handle, id: null, name: handle })) ?? null,
  };
}

function targetsOf(handOff: NonNullable<DecisionsFile["handOff"]>, env: Environment): HandOffTarget[] {
  const secret = (variable: string): string => env[variable] ?? "";
  return [
    ...(handOff.webhook ?? []).map(({ name, url, secretVariable }): HandOffTarget => {
      return { kind: "webhook", name, url, secret: secret(secretVariable) };
    }),
    ...(handOff.github ?? []).map(({ name, apiUrl = GITHUB_API, repository, tokenVariable, labels = [] }) => {
      return { kind: "github" as const, name, apiUrl, repository, token: secret(tokenVariable), labels };
    }),
    ...(handOff.jira ?? []).map(({ tokenVariable, issueType = ISSUE_TYPE, ...rest }) => {
      return { kind: "jira" as const, ...rest, issueType, token: secret(tokenVariable) };
    }),
    ...(handOff.csv ?? []).map(({ name, directory }) => ({ kind: "csv" as const, name, directory })),
  ];
}

/** The settings for people to look at: every secret replaced by `shown`. */
export function withoutSecrets(settings: DecisionSettings, shown: string): DecisionSettings {
  const hide = (target: HandOffTarget): HandOffTarget => {
    if (target.kind === "webhook") return { ...target, secret: shown };
    return target.kind === "csv" ? target : { ...target, token: shown };
  };
  return { ...settings, handOff: settings.handOff.map(hide) };
}

/** Environment variables the section reads secrets from. */
export function secretVariables(given: DecisionsFile | undefined): string[] {
  return namedVariables(given).map(({ variable }) => variable);
}

/** Secrets that are named and not there, or too short to protect anything. Values never reach a problem's text. */
export function decisionProblems(given: DecisionsFile | undefined, env: Environment): ConfigProblem[] {
  return namedVariables(given).flatMap(({ path, variable, shared }): ConfigProblem[] => {
    const value = env[variable] ?? "";
    if (value !== "" && (!shared || value.length >= SECRET_LENGTH_MIN)) return [];
    const message =
      value === ""
        ? `The environment variable ${variable} is not set.`
        : `The secret in ${variable} is shorter than ${SECRET_LENGTH_MIN} characters.`;
    const remedy = shared
      ? `Set it (openssl rand -hex 24), and give it to the receiver.`
      : `Set it, or remove the target.`;
    return [{ path, line: null, message, remedy }];
  });
}

type Named = { readonly path: string; readonly variable: string; readonly shared: boolean };

function namedVariables(given: DecisionsFile | undefined): Named[] {
  const { webhook = [], github = [], jira = [] } = given?.handOff ?? {};
  const at = (list: string, index: number, key: string): string => `decisions.handOff.${list}[${index}].${key}`;
  return [
    ...webhook.map((one, index) => {
      return { path: at("webhook", index, "secretVariable"), variable: one.secretVariable, shared: true };
    }),
    ...github.map((one, index) => {
      return { path: at("github", index, "tokenVariable"), variable: one.tokenVariable, shared: false };
    }),
    ...jira.map((one, index) => {
      return { path: at("jira", index, "tokenVariable"), variable: one.tokenVariable, shared: false };
    }),
  ];
}

type Report = (at: readonly (string | number)[], message: string, remedy: string) => void;

/** What only shows between parts of the section. Works on the raw data, as the schema may have refused some of it. */
export function crossCheckDecisions(section: unknown, report: Report): void {
  const tiers = listAt(section, "tiers");
  for (const [index, tier] of tiers.entries()) {
    const approvers = new Set(
      listAt(tier, "approvers").map((one) => (typeof one === "string" ? parseHandle(one) : one)),
    );
    const approvals = fieldOf(tier, "approvals") ?? 1;
    if (approvers.size > 0 && typeof approvals === "number" && approvers.size < approvals) {
      const remedy = "Name more people, or lower approvals: nobody approves twice.";
      const message = `${approvals} must approve and ${approvers.size === 1 ? "one person is" : `${approvers.size} are`} named.`;
      report(["decisions", "tiers", index, "approvers"], message, remedy);
    }
    const last = index === tiers.length - 1;
    const limited = fieldOf(tier, "savingMonthlyMax") !== undefined;
    if (last && limited) {
      const remedy = "Remove savingMonthlyMax, or add a tier without it: somebody must be able to approve any amount.";
      report(["decisions", "tiers", index, "savingMonthlyMax"], "The last tier must take any amount.", remedy);
    } else if (!last && !limited) {
      const remedy = 'Write for example savingMonthlyMax: { USD: "1000" }.';
      report(["decisions", "tiers", index], "Only the last tier may be without a limit.", remedy);
    }
  }
  const seen = new Set<unknown>();
  for (const list of HAND_OFF_LISTS) {
    for (const [index, target] of listAt(fieldOf(section, "handOff"), list).entries()) {
      const name = fieldOf(target, "name");
      const at = ["decisions", "handOff", list, index, "name"];
      if (typeof name === "string" && seen.has(name))
        report(at, `"${name}" is there twice.`, "Names must differ: rename or remove one.");
      seen.add(name);
    }
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function listAt(value: unknown, key: string): unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}
