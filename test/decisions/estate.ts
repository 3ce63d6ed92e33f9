import type { Actor, Role } from "../../src/domain/actor.ts";
import { fixedClock } from "../../src/domain/clock.ts";
import type { Finding, WasteAnswer } from "../../src/domain/contract.ts";
import { day, type Period } from "../../src/domain/period.ts";
import {
  DEFAULT_APPROVAL_POLICY,
  DEFAULT_DECISION_SETTINGS,
  type ApprovalPolicy,
  type HandOffTarget,
} from "../../src/domain/recommendation.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/domain/settings.ts";
import { renderRecommendation } from "../../src/bot/views/render-recommendation.ts";
import { approveRecommendation } from "../../src/service/approve-recommendation.ts";
import type { Context } from "../../src/service/context.ts";
import { proposeRecommendations } from "../../src/service/propose-recommendations.ts";
import type { Database } from "../../src/store/db.ts";
import { testContext } from "../support/context.ts";

export const TODAY = "2026-04-03";
/** Bills are complete through this day. */
export const THROUGH = "2026-04-01";
export const WINDOW: Period = { from: day("2026-02-26"), to: day("2026-04-02") };
export const render = renderRecommendation;

/** A finding of an AWS address nobody uses. */
export function aFinding(over: Partial<Finding> = {}, amount = "120", currency = "USD"): Finding {
  return {
    id: "waste_000000000001",
    rule: "net.ip.unattached",
    title: "Unattached address",
    resource: "arn:aws:ec2:eu-west-1:123:eip/e-1",
    name: "old-gateway",
    provider: "aws",
    account: "123",
    region: "eu-west-1",
    saving: { amount, currency },
    evidence: [{ fact: "days billed idle", value: "35" }],
    arithmetic: "30.4 × $3.95 a day",
    confidence: "A",
    risk: "L",
    effort: "1",
    remedy: ["aws ec2 release-address --allocation-id 'e-1' --region 'eu-west-1'"],
    rollback: "None: the address is lost.",
    ...over,
  };
}

/** What detection answers when it finds these. */
export function detected(findings: readonly Finding[], through: string | null = THROUGH): WasteAnswer {
  const providers = [...new Set([...findings.map((finding) => finding.provider), "aws"])];
  return {
    findings: [...findings],
    total: [],
    hygiene: [],
    totalToVerify: [],
    totalTrends: [],
    heldBack: [],
    excluded: [],
    period: null,
    scope: "everything",
    sources:
      through === null ? [] : providers.map((provider) => ({ source: provider, provider, through, stale: false })),
  };
}

export function person(id: string, role: Role = "approver", scope: ScopeFilter = []): Actor {
  return { kind: "user", id, name: id.charAt(0).toUpperCase() + id.slice(1), role, scope };
}

export type Estate = {
  readonly system: Context;
  readonly as: (id: string, role?: Role, scope?: ScopeFilter) => Context;
  /** The same estate on another day. */
  readonly on: (today: string) => Estate;
};

/** Contexts of people over one database, with a policy and targets. */
export function estate(
  db: Database,
  options: {
    policy?: Partial<ApprovalPolicy>;
    handOff?: HandOffTarget[];
    retrySeconds?: number;
    today?: string;
    dataDir?: string;
  } = {},
): Estate {
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    decisions: {
      ...DEFAULT_DECISION_SETTINGS,
      policy: { ...DEFAULT_APPROVAL_POLICY, ...options.policy },
      handOff: options.handOff ?? [],
      handOffRetrySeconds: options.retrySeconds ?? 0,
    },
  };
  const { today = TODAY, dataDir = "/tmp" } = options;
  const system = testContext(db, { dataDir, settings, clock: fixedClock(day(today)) });
  return {
    system,
    as: (id, role, scope = []) => ({ ...system, actor: person(id, role, scope), scope }),
    on: (other) => estate(db, { ...options, today: other }),
  };
}

/** Proposes findings as detection does. */
export function propose(on: Estate, findings: readonly Finding[], through: string | null = THROUGH) {
  return proposeRecommendations({
    ctx: on.system,
    input: { scope: [], render, answer: detected(findings, through) },
  });
}

/** Approves with evidence the caller has just read. */
export function approve(
  ctx: Context,
  finding: Finding | null,
  options: { id?: string; seenRevision?: number | null; confirmedResource?: string; window?: Period } = {},
) {
  return approveRecommendation({
    ctx,
    input: {
      id: options.id ?? finding?.id ?? "waste_000000000001",
      seenRevision: options.seenRevision ?? null,
      confirmedResource: options.confirmedResource ?? null,
      render,
      evidence: { finding, window: options.window ?? WINDOW },
    },
  });
}

/** State and revision as stored. */
export async function stateOf(db: Database, id = "waste_000000000001"): Promise<string> {
  const [row] = await db.sql<{ state: string; revision: number }[]>`
    select state, revision from recommendation where id = ${id}`;
  return row === undefined ? "none" : `${row.state} ${row.revision}`;
}

/** The audit trail in short, oldest first: `ana approve refused tier`. */
export async function trail(db: Database, id = "waste_000000000001"): Promise<string[]> {
  const rows = await db.sql<{ line: string }[]>`
    select concat_ws(' ', actor_id, replace(action, 'recommendation.', ''), outcome,
      convert_from(bytes, 'UTF8')::jsonb ->> 'reason') as line
    from audit_event where subject = ${id} order by id`;
  return rows.map((row) => row.line);
}

/** One estate for a process that is killed and the test that kills it: no undo window, GitHub at `base`. */
export function crashEstate(db: Database, base: string): Estate {
  const target = {
    kind: "github",
    name: "issues",
    apiUrl: base,
    repository: "acme/ops",
    token: "t",
    labels: [],
  } as const;
  return estate(db, { handOff: [target], policy: { undoMinutes: 0 } });
}
