import {
  App,
  type BlockAction,
  type Context,
  type Receiver,
  type SlackEventMiddlewareArgs,
  type RespondArguments,
  type ViewSubmitAction,
} from "@slack/bolt";
import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import type { Form } from "../channel.ts";
import type { Values } from "../../form-values.ts";
import { readClick, readCommand, readMessage, readSubmission, tenantOf, type Arrival } from "./read-payload.ts";
import { fieldBlockId } from "./render-modal.ts";
import { DATABASE_AWAY, FOREIGN_PERSON, FOREIGN_WORKSPACE, workingOn } from "./slack-phrases.ts";
import { slackLogger } from "./slack-logger.ts";
import { openModal } from "./slack-channel.ts";
import type { Workspaces } from "./workspaces.ts";

/** What is done with what arrives. Everything slow happens after the acknowledgement. */
export type SlackHooks = {
  /** Records an arrival, to be worked on; false = it was here before. Rejects when it cannot be recorded. */
  readonly take: (arrival: Arrival) => Promise<boolean>;
  /** Whether a reply in a thread, without a mention, is meant for the bot. */
  readonly isForBot: (arrival: Arrival) => Promise<boolean>;
  /** The form a click opens before anything is done; null = none. */
  readonly formOf: (token: string) => Promise<Form | null>;
  /** What is wrong with what was filled in, by field. */
  readonly problemsOf: (form: Form, values: Values) => Readonly<Record<string, string>>;
  /** Whether somebody met in a shared channel is of this organisation. */
  readonly isOfOrganisation: (tenant: string, user: string, organisation: string) => Promise<boolean>;
  readonly homeOpened: (tenant: string, user: string) => Promise<void>;
  readonly joined: (tenant: string, channel: string) => Promise<void>;
  readonly removed: (tenant: string) => Promise<void>;
};

type AppDeps = {
  readonly receiver: Receiver;
  readonly settings: SlackSettings;
  readonly workspaces: Workspaces;
  readonly hooks: SlackHooks;
  readonly log: Logger;
  /** Told the name of each event that is heard: the manifest must subscribe it. */
  readonly onHear?: (event: string) => void;
};

/**
 * The Bolt app: a few catch-alls that verify who may come in, record, acknowledge and leave. It calls nobody at start,
 * so that an unreachable Slack cannot end the process.
 */
export function createSlackApp(deps: AppDeps): App {
  const app = new App({
    receiver: deps.receiver,
    // Without a call: Bolt's own check of a token ends the process when Slack cannot be reached.
    authorize: ({ teamId, enterpriseId }) =>
      Promise.resolve({
        ...(teamId === undefined ? {} : { teamId }),
        ...(enterpriseId === undefined ? {} : { enterpriseId }),
      }),
    ignoreSelf: false,
    convoStore: false,
    logger: slackLogger(deps.log),
    clientOptions: { slackApiUrl: deps.settings.apiUrl },
  });
  app.error((error) => {
    throw error;
  });
  onCommands(app, deps);
  onClicks(app, deps);
  onEvents(app, deps);
  return app;
}

function onCommands(app: App, { hooks, workspaces, log }: AppDeps): void {
  app.command(/^\/(?:finops|cost)$/, async ({ body, ack, context }) => {
    const tenant = tenantOf(context);
    if (!isAllowed(context, workspaces)) return ack(ephemeral(FOREIGN_WORKSPACE));
    const arrival = readCommand(body, tenant);
    try {
      const isNew = await hooks.take(arrival);
      await (isNew ? ack(ephemeral(workingOn(arrival.inbound.act))) : ack());
    } catch (error) {
      log.error({ err: error }, "slack: a command could not be recorded");
      await ack(ephemeral(DATABASE_AWAY));
    }
  });
}

const ephemeral = (text: string): RespondArguments => ({ response_type: "ephemeral", text });

function onClicks(app: App, deps: AppDeps): void {
  const { hooks, workspaces, log } = deps;
  app.action<BlockAction>({ action_id: /^f:/, type: "block_actions" }, async ({ body, ack, context, respond }) => {
    const tenant = tenantOf(context);
    const arrival = readClick(body, tenant);
    if (arrival === null) return ack();
    if (!isAllowed(context, workspaces) || (await isForeign(body, context, deps))) {
      await ack();
      await respond({ ...ephemeral(FOREIGN_PERSON), replace_original: false });
      return;
    }
    const { act } = arrival.inbound;
    const form = act.kind === "act" ? await hooks.formOf(act.token) : null;
    if (form === null || act.kind !== "act") {
      await hooks.take(arrival);
      return ack();
    }
    await ack();
    const { conversation: channel, thread } = arrival.reply;
    const given = { triggerId: body.trigger_id, form, token: act.token, origin: { channel, thread } };
    // A second delivery of the same click finds its proof spent: the form is open already.
    await openModal(await workspaces.of(tenant), given).catch((error: unknown) => {
      log.warn({ err: error }, "slack: a form was not opened");
    });
  });
  app.view({ callback_id: /^f:/, type: "view_submission" }, async ({ body, ack, context }) => {
    const tenant = tenantOf(context);
    if (body.type !== "view_submission" || !isAllowed(context, workspaces) || (await isForeign(body, context, deps)))
      return ack();
    const { inbound, reply } = readSubmission(body, tenant);
    const errors = await formErrors(hooks, inbound.act);
    if (errors !== null) return ack({ response_action: "errors", errors });
    await hooks.take({ inbound, reply });
    await ack();
  });
}

/** What is wrong with a form, under its fields; null = it can be sent. */
async function formErrors(hooks: SlackHooks, act: Arrival["inbound"]["act"]): Promise<Record<string, string> | null> {
  if (act.kind !== "act") return null;
  const form = await hooks.formOf(act.token);
  if (form === null) return null;
  const problems = hooks.problemsOf(form, act.values ?? {});
  const errors = form.fields.flatMap(({ name }, index): [string, string][] => {
    const problem = problems[name];
    return problem === undefined ? [] : [[fieldBlockId(index, name), problem]];
  });
  return errors.length === 0 ? null : Object.fromEntries(errors);
}

function onEvents(app: App, deps: AppDeps): void {
  const { hooks, workspaces, settings, log, onHear } = deps;
  const said = async (event: unknown, body: EventBody, context: Context): Promise<void> => {
    const tenant = tenantOf(context);
    if (!isAllowed(context, workspaces) || (await isForeignEvent(event, body, context, deps))) {
      log.info({ tenant }, "slack: a message of a workspace that is not on the list is left alone");
      return;
    }
    const given = { eventId: body.event_id, tenant, botUser: body.authorizations?.[0]?.user_id ?? null };
    const message = readMessage(event, given);
    if (message === null) return;
    if (message.how === "thread" && !(settings.history && (await hooks.isForBot(message)))) return;
    await hooks.take({ inbound: message.inbound, reply: message.reply });
  };
  const hear = <Event extends string>(
    name: Event,
    act: (given: SlackEventMiddlewareArgs<Event> & { context: Context }) => Promise<void>,
  ): void => {
    onHear?.(name);
    app.event(name, act as never);
  };
  hear("app_mention", ({ event, body, context }) => said(event, body as EventBody, context));
  hear("message", ({ event, body, context }) => said(event, body as EventBody, context));
  hear("app_home_opened", async ({ event, context }) => {
    const tenant = tenantOf(context);
    if (event.tab === "home" && isAllowed(context, workspaces)) await hooks.homeOpened(tenant, event.user);
  });
  hear("member_joined_channel", async ({ event, body, context }) => {
    const tenant = tenantOf(context);
    const bot = (body as EventBody).authorizations?.[0]?.user_id;
    if (event.user === bot && isAllowed(context, workspaces)) await hooks.joined(tenant, event.channel);
  });
  hear("app_uninstalled", ({ context }) => hooks.removed(tenantOf(context)));
  hear("tokens_revoked", async ({ event, context }) => {
    if ((event.tokens.bot ?? []).length > 0) await hooks.removed(tenantOf(context));
  });
}

type EventBody = {
  readonly event_id: string;
  readonly team_id?: string;
  readonly authorizations?: readonly { readonly user_id?: string; readonly team_id?: string | null }[];
};

function isAllowed(context: Context, workspaces: Workspaces): boolean {
  return workspaces.allows(tenantOf(context), context.enterpriseId);
}

type Met = { readonly user: string; readonly home: string | undefined; readonly own: string | undefined };
type Judging = Pick<AppDeps, "hooks" | "workspaces">;

/**
 * Somebody of another company in a shared channel: what our costs are is none of their business. Workspaces of one
 * organisation are one company; what says so is the organisation's own directory, not the workspace they come from.
 */
async function isOfAnother(met: Met, context: Context, { hooks, workspaces }: Judging): Promise<boolean> {
  const { home, own, user } = met;
  const organisation = context.enterpriseId;
  if (home === undefined || home === own || home === organisation || workspaces.lists(home)) return false;
  if (organisation === undefined || !workspaces.lists(organisation)) return true;
  return !(await hooks.isOfOrganisation(tenantOf(context), user, organisation));
}

/** In an installation for a whole organisation a click names no workspace. */
function isForeign(body: BlockAction | ViewSubmitAction, context: Context, judging: Judging): Promise<boolean> {
  const { user, team } = body;
  return isOfAnother({ user: user.id, home: user.team_id, own: team?.id }, context, judging);
}

function isForeignEvent(event: unknown, body: EventBody, context: Context, judging: Judging): Promise<boolean> {
  const { user = "", user_team: home } = event as { readonly user?: string; readonly user_team?: string };
  const own = body.authorizations?.[0]?.team_id ?? body.team_id;
  return isOfAnother({ user, home, own }, context, judging);
}
