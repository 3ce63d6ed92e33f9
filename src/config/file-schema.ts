import { Cron } from "croner";
import { z } from "zod";

import { ROLES } from "../domain/actor.ts";
import { BUDGET_CYCLES, BUDGET_METRICS, BUDGET_NAME_MAX, PERCENT_MAX, THRESHOLDS_MAX } from "../domain/budget.ts";
import { DIMENSIONS, normaliseTagKey } from "../domain/dimension.ts";
import { parseHandle } from "../domain/person.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { DIGEST_CYCLES, parseOnlyWhen, SCHEDULED_REPORTS } from "../domain/report.ts";
import { SCHEDULED_JOBS } from "../domain/schedule.ts";
import { discordSchema } from "./discord-schema.ts";
import { slackSchema } from "./slack-schema.ts";
import { wasteSchema } from "./waste-schema.ts";
import { isTimeZone } from "../domain/time-zone.ts";
import { decisions } from "./decisions-schema.ts";

/**
 * What finops.yaml may say. `meta` carries the sentence editors show and the example problems point to,
 * so that schema, JSON Schema and remedies cannot drift apart. Unknown keys are problems, never ignored.
 */
const PORT_MAX = 65_535;
const HOURS_PER_YEAR = 8760;
/** Any fixed instant: whether an expression ever comes due must not depend on the day it is read. */
const CRON_PROBE = "2026-01-01T00:00:00";

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be lower-case letters, digits, dots, dashes or underscores, at most 63")
  .meta({ description: "A short name.", examples: ["finops"] });

const timeZone = z
  .string()
  .refine(isTimeZone, { message: "is no IANA time zone" })
  .meta({ description: "IANA time zone.", examples: ["Europe/Berlin"] });

const cron = z
  .string()
  .refine(isCron, { message: "is no cron expression of five fields that ever comes due" })
  .meta({ description: "Minute, hour, day of month, month, day of week.", examples: ["0 9 * * *"] });

const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217)")
  .meta({ description: "ISO 4217 currency code.", examples: ["USD"] });

const hours = z
  .number()
  .positive()
  .max(HOURS_PER_YEAR)
  .meta({ description: "Hours.", examples: [36] });

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** `{ team: payments, environment: [prod, stage] }`: a dimension word or tag:KEY, and its values; null = untagged. */
const conditions = z
  .record(
    z.string().refine(isDimension, { message: "is no dimension" }),
    z.union([z.string(), z.null(), z.array(z.union([z.string(), z.null()])).min(1)]),
  )
  .meta({
    description: `Dimension → value or values; null = missing. Dimensions: ${DIMENSIONS.join(", ")}, tag:KEY.`,
    examples: [{ team: "payments" }],
  });

const only = conditions.optional().describe("Shows only charges that match all of these.");
const except = conditions.optional().describe("Leaves out charges that match any of these.");

const server = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Address to listen on; the default is this machine only.", examples: ["127.0.0.1"] }),
    port: z
      .int()
      .min(0)
      .max(PORT_MAX)
      .optional()
      .meta({ description: "The one HTTP port. PORT in the environment wins.", examples: [3000] }),
    publicUrl: z
      .url()
      .optional()
      .meta({ description: "How people reach it, for links in messages.", examples: ["https://finops.example.com"] }),
  })
  .describe("The web page, the HTTP API and metrics.");

const source = z
  .strictObject({
    name,
    path: oneOrMore.meta({
      description: "A folder, a file or a glob, or several; relative to this file.",
      examples: ["./bills/aws"],
    }),
    source: name
      .optional()
      .describe("Source its bills belong to, of one provider. Default: one for each provider and billing account."),
    schedule: cron.optional().describe("When to look for new files. Default: every 15 minutes."),
    timeZone: timeZone.optional(),
    parts: z.boolean().optional().describe("Several files of one month belong together."),
    staleAfterHours: hours.optional().describe("Silence after which a notice is posted. Default: its own rhythm."),
  })
  .describe("A place bills arrive in.");

/** Ids as the platforms make them: Slack's begin with C (or G), Discord's are numbers. */
const ADDRESS = /^(slack:[CG][A-Z0-9]{2,20}|discord:\d{1,20})$/;

const channel = z
  .strictObject({
    name,
    title: z.string().max(200).optional().describe("One line people see under the name."),
    also: oneOrMore
      .refine((value) => [value].flat().every((address) => ADDRESS.test(address)), {
        message: "must be slack:CHANNEL_ID or discord:CHANNEL_ID",
      })
      .optional()
      .meta({
        description: "Channels elsewhere that get its cards too, and show no more than it may.",
        examples: [["slack:C0123456789", "discord:123456789012345678"]],
      }),
    only,
    except,
  })
  .describe("A channel of the chat, and what it may show.");

const schedule = z
  .strictObject({
    name,
    job: z
      .enum(SCHEDULED_JOBS.filter((job) => job !== "ingest"))
      .meta({ description: "What to start. Ingest is scheduled at its source.", examples: ["digest"] }),
    cron,
    timeZone: timeZone.optional(),
    channel: name.optional().describe("Where the answer is posted. Default: finops."),
    report: z
      .enum(SCHEDULED_REPORTS)
      .optional()
      .meta({
        description:
          "What a digest schedule posts: a digest (the default), or tag hygiene with a reply for each owner. Saved questions are somebody's: subscribe to them in the chat.",
        examples: ["hygiene"],
      }),
    every: z
      .enum(DIGEST_CYCLES)
      .optional()
      .describe("What a digest tells of: the last complete day (the default), the week or the month before."),
    onlyWhen: z
      .string()
      .refine((text) => parseOnlyWhen(text) !== null, { message: "is no condition of a digest" })
      .optional()
      .meta({
        description: "When a digest is worth a post; without it, always.",
        examples: ["over 500 USD", "over 10%", "changed"],
      }),
    only,
    except,
    enabled: z.boolean().optional().describe("false switches it off, the built-in one of this name included."),
  })
  .refine(({ report, every, onlyWhen }) => report !== "hygiene" || (every === undefined && onlyWhen === undefined), {
    path: ["report"],
    message: "hygiene tells of the last 30 days, always: leave out every and onlyWhen",
  })
  .refine(({ report, job }) => report === undefined || job === "digest", {
    path: ["report"],
    message: "belongs to the job digest",
  })
  .describe("Something that happens at a time of day.");

const roles = z
  .strictObject({
    default: z
      .enum(ROLES)
      .optional()
      .meta({ description: "Role of everybody not named.", examples: ["viewer"] }),
    users: z
      .record(z.string(), z.enum(ROLES))
      .optional()
      .meta({ description: "Person → role.", examples: [{ "ada@example.com": "admin" }] }),
    groups: z
      .record(z.string(), z.enum(ROLES))
      .optional()
      .meta({ description: "Group → role.", examples: [{ finops: "approver" }] }),
  })
  .describe("Who may do what: viewer < analyst < approver < admin.");

const person = z
  .strictObject({
    handle: z
      .string()
      .refine((text) => parseHandle(text) === text, {
        message: "must be lower-case letters, digits and . _ - @ +, two to eighty",
      })
      .meta({ description: "What people type for them.", examples: ["ada"] }),
    name: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .meta({ description: "Their name.", examples: ["Ada Lovelace"] }),
    role: z
      .enum(ROLES)
      .optional()
      .meta({ description: "What they may do.", examples: ["approver"] }),
    only,
    except,
    os: oneOrMore.optional().meta({ description: "Users of the terminal that are them.", examples: ["ada"] }),
    slack: oneOrMore.optional().meta({ description: "Slack user ids.", examples: ["U024BE7LH"] }),
    discord: oneOrMore.optional().meta({ description: "Discord user ids.", examples: ["80351110224678912"] }),
  })
  .describe("A person: what they may do and see, and under which names they come.");

const tagKeys = oneOrMore.meta({ description: "Tag keys, the first one present wins.", examples: [["team", "squad"]] });

const tags = z
  .strictObject({
    team: tagKeys.optional(),
    product: tagKeys.optional(),
    environment: tagKeys.optional(),
    promoted: z
      .array(z.string().min(1))
      .max(20)
      .optional()
      .meta({
        description: "Tag keys questions are asked about often: kept in the rollups.",
        examples: [["cost-center"]],
      }),
  })
  .describe("Which tags say team, product and environment.");

const decimalText = z.string().regex(/^\d+(\.\d{1,18})?$/, "must be a decimal number in quotes");

const allocation = z
  .strictObject({
    name,
    only: conditions.describe("The shared charges this rule spreads."),
    to: z
      .enum(["team", "product", "environment"])
      .meta({ description: "What the charges are spread over.", examples: ["team"] }),
    by: z
      .enum(["cost", "even", "fixed"])
      .meta({ description: "In proportion to own cost, evenly, or by the shares given.", examples: ["cost"] }),
    shares: z
      .record(z.string(), decimalText)
      .refine((shares) => Object.values(shares).some((weight) => /[1-9]/.test(weight)), {
        message: "must give somebody a weight above 0",
      })
      .optional()
      .meta({ description: "For `by: fixed`: receiver → weight.", examples: [{ payments: "0.6", search: "0.4" }] }),
  })
  .describe("Spreads shared charges over their users.");

const percents = z.array(z.int().min(1).max(PERCENT_MAX)).max(THRESHOLDS_MAX / 2);

const budget = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(BUDGET_NAME_MAX)
      .meta({ description: "What people call it.", examples: ["payments"] }),
    amount: z
      .union([z.number().positive().max(Number.MAX_SAFE_INTEGER), decimalText.refine((text) => /[1-9]/.test(text))])
      .meta({ description: "A number above 0; in quotes when it has decimals.", examples: [3000] }),
    currency: currency.describe("ISO 4217 currency code; what a scope of several currencies is converted to."),
    only,
    except,
    without: z
      .array(z.enum(EXCLUDABLE_KINDS))
      .optional()
      .meta({ description: "Kinds of charge it leaves out.", examples: [["tax", "credits"]] }),
    each: z.enum(BUDGET_CYCLES).optional().describe("How often it starts anew. Default: month."),
    at: percents.optional().meta({ description: "Percent spent people are told at.", examples: [[50, 80, 100]] }),
    forecast: percents
      .optional()
      .meta({ description: "Percent expected by the end people are told at.", examples: [[100]] }),
    metric: z.enum(BUDGET_METRICS).optional().describe("Which cost counts. Default: effective."),
    channel: name
      .optional()
      .describe("Which channel is told. Default: finops. It counts no more than the channel may show."),
  })
  .describe("An amount agreed for a scope, watched after every load.");

const limits = z
  .strictObject({
    ingestMemoryMb: z
      .int()
      .min(64)
      .max(65_536)
      .optional()
      .describe(
        "Memory of the process that reads bills, MB; what does not fit waits on disk. A step that still does not fit may take up to twice that.",
      ),
    ingestLeaseSeconds: z
      .int()
      .min(2)
      .max(3600)
      .optional()
      .describe("Seconds after which another worker takes over a silent ingest."),
    uploadMegabytesMax: z.int().min(1).max(100_000).optional().describe("Largest file the page takes, MB."),
    databaseConnectionsMax: z.int().min(3).max(500).optional().describe("Connections to Postgres of one process."),
    chartWorkers: z.int().min(1).max(32).optional().describe("Pictures drawn at the same time."),
  })
  .describe("Ceilings, each with a default that suits two cores.");

export const fileSchema = z
  .strictObject({
    currency: currency.optional().describe("Currency digests convert to; without it each currency stands by itself."),
    timeZone: timeZone.optional().describe("Zone of schedules that name none. Costs stay in UTC days."),
    staleAfterHours: hours.optional().describe("Silence of a daily source after which a notice is posted."),
    server: server.optional(),
    sources: z.array(source).max(500).optional().describe("Where bills arrive."),
    channels: z.array(channel).max(500).optional().describe("Channels of the chat. There is always `finops`."),
    schedules: z.array(schedule).max(500).optional().describe("What happens when."),
    roles: roles.optional(),
    people: z.array(person).max(10_000).optional().describe("Who is who; a role here wins over roles.users."),
    tags: tags.optional(),
    allocation: z.array(allocation).max(200).optional().describe("How shared charges are spread."),
    budgets: z.array(budget).max(5000).optional().describe("Amounts agreed; also: budget set, in the chat."),
    fiscalYearStart: z
      .int()
      .min(1)
      .max(12)
      .optional()
      .describe("Month the fiscal year begins with, for budgets by quarter and year. Default: 1, January."),
    decisions: decisions.optional(),
    waste: wasteSchema.optional(),
    discord: discordSchema.optional(),
    slack: slackSchema.optional(),
    limits: limits.optional(),
  })
  .meta({
    title: "finops.yaml",
    description: "Configuration of Cloud Intelligence. Secrets belong in the environment.",
  });
export type ConfigFile = z.output<typeof fileSchema>;

/** Whether the text is a cron expression of five fields with at least one run to come ("0 0 30 2 *" has none). */
export function isCron(text: string): boolean {
  try {
    return new Cron(text, { mode: "5-part", timezone: "UTC", paused: true }).nextRun(CRON_PROBE) !== null;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function isDimension(text: string): boolean {
  if (text.startsWith("tag:")) return normaliseTagKey(text.slice(4)) !== "";
  return (DIMENSIONS as readonly string[]).includes(text);
}
