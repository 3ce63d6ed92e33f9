import { z } from "zod";

import type { Role } from "../domain/actor.ts";
import { parseHandle } from "../domain/person.ts";

/** The `decisions` section of finops.yaml. Secrets are named, never written: the file goes into version control. */
const TIERS_MAX = 20;
const TARGETS_MAX = 20;
const APPROVALS_MAX = 5;
const APPROVERS_MAX = 50;
const DAYS_MAX = 730;
const HOURS_OF_UNDO_MAX = 24;
const RETRY_SECONDS_MAX = 3600;

const targetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be lower-case letters, digits, dots, dashes or underscores, at most 63")
  .meta({ description: "What cards and the audit trail call it.", examples: ["ops"] });

const variable = (example: string, what: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{1,80}$/, "must be the name of an environment variable, not the secret itself")
    .meta({ description: `Environment variable with ${what}.`, examples: [example] });

const webUrl = (example: string) =>
  z
    .url({ protocol: /^https?$/, hostname: /.+/, error: "must be an http:// or https:// address" })
    .meta({ description: "Its address.", examples: [example] });

const decimalText = z.string().regex(/^\d+(\.\d{1,18})?$/, "must be a decimal number in quotes");

const handle = z
  .string()
  .transform((text) => parseHandle(text) ?? "")
  .refine((text) => text !== "", "must be a person's handle: letters, digits and . _ @ + -, as people list shows")
  .meta({ description: "A handle of people.", examples: ["ana"] });

const tier = z
  .strictObject({
    name: targetName,
    savingMonthlyMax: z
      .record(z.string().regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217)"), decimalText)
      .optional()
      .meta({
        description: "Largest saving a month by currency; a currency not named is too much. The last tier has none.",
        examples: [{ USD: "1000", EUR: "1000" }],
      }),
    approvals: z.int().min(1).max(APPROVALS_MAX).optional().describe("How many people must approve. Default: 1."),
    approvers: z
      .array(handle)
      .min(1)
      .max(APPROVERS_MAX)
      .optional()
      .meta({
        description: "Only these people, by handle, each with at least the role. Default: all who have it.",
        examples: [["ana", "bo"]],
      }),
    role: z
      .enum(["approver", "admin"] satisfies Role[])
      .optional()
      .meta({ description: "Least role that approves. Default: approver.", examples: ["approver"] }),
  })
  .describe("Amounts up to a limit, and who approves them.");

const webhook = z
  .strictObject({
    name: targetName,
    url: webUrl("https://hooks.example.com/finops"),
    secretVariable: variable("FINOPS_OPS_SECRET", "the secret both sides sign with"),
  })
  .describe("A signed POST to a receiver of yours.");

const github = z
  .strictObject({
    name: targetName,
    apiUrl: webUrl("https://api.github.com").optional(),
    repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, "must be OWNER/NAME")
      .meta({ description: "Where issues are opened.", examples: ["acme/cloud-ops"] }),
    tokenVariable: variable("GITHUB_TOKEN", "a token that may write issues"),
    labels: z
      .array(z.string().min(1))
      .max(20)
      .optional()
      .meta({ description: "Labels.", examples: [["finops"]] }),
  })
  .describe("A GitHub issue.");

const jira = z
  .strictObject({
    name: targetName,
    siteUrl: webUrl("https://acme.atlassian.net"),
    projectKey: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{1,30}$/, "must be a project's key")
      .meta({ description: "Project.", examples: ["OPS"] }),
    issueType: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Type of issue. Default: Task.", examples: ["Task"] }),
    email: z
      .string()
      .min(3)
      .meta({ description: "Account the token is of.", examples: ["bot@example.com"] }),
    tokenVariable: variable("JIRA_TOKEN", "the account's API token"),
  })
  .describe("A Jira issue.");

const csv = z
  .strictObject({
    name: targetName,
    directory: z
      .string()
      .min(1)
      .meta({ description: "Folder; a relative one is under the data directory.", examples: ["approved"] }),
  })
  .describe("A file a spreadsheet reads.");

export const HAND_OFF_LISTS = ["webhook", "github", "jira", "csv"] as const;

const handOff = z
  .strictObject({
    webhook: z.array(webhook).max(TARGETS_MAX).optional().describe("Receivers of yours."),
    github: z.array(github).max(TARGETS_MAX).optional().describe("GitHub repositories."),
    jira: z.array(jira).max(TARGETS_MAX).optional().describe("Jira projects."),
    csv: z.array(csv).max(TARGETS_MAX).optional().describe("Folders files are written to."),
  })
  .describe("Where approvals are passed on to, all of them. Without any, the card is the hand-off.");

export const decisions = z
  .strictObject({
    tiers: z.array(tier).min(1).max(TIERS_MAX).optional().describe("In rising order; the last takes any amount."),
    undoMinutes: z
      .int()
      .min(0)
      .max(HOURS_OF_UNDO_MAX * 60)
      .optional()
      .describe("Minutes a decision can be taken back; nothing is passed on before. Default: 10."),
    expiryDays: z.int().min(1).max(DAYS_MAX).optional().describe("Days it can be approved. Default: 30."),
    reopenDays: z
      .int()
      .min(1)
      .max(DAYS_MAX)
      .optional()
      .describe("Days until a rejected or expired one may be proposed again. Default: 90."),
    driftPercent: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe("Percent the saving may drift before people are asked again. Default: 10."),
    handOffRetrySeconds: z
      .int()
      .min(1)
      .max(RETRY_SECONDS_MAX)
      .optional()
      .describe("Least seconds between two tries of one hand-off. Default: 60."),
    handOff: handOff.optional(),
  })
  .describe("Who approves savings, and where approvals are passed on to.");

export type DecisionsFile = z.output<typeof decisions>;
