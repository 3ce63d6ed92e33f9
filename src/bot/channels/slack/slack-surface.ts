import type { App, Receiver } from "@slack/bolt";
import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import { noteSlackPlaces, reapSlackMessages } from "../../../store/slack.ts";
import { formOfClick } from "../../act-on-card.ts";
import { createTurns } from "../../answer-in-turn.ts";
import { checkValues } from "../../form-values.ts";
import { handleInbound, type InboundBase } from "../../handle-inbound.ts";
import type { InboundAnswer } from "../../inbound.ts";
import { DEMO_BANNER_SHORT } from "../../phrases.ts";
import { createRecorder } from "../../record-arrivals.ts";
import type { Channel } from "../channel.ts";
import { createDirectory } from "./directory.ts";
import { createDraw } from "./draw-message.ts";
import { createFetchReceiver } from "./fetch-receiver.ts";
import { isReplyForBot } from "./free-reply.ts";
import { createHome } from "./home.ts";
import type { Installations } from "./installations.ts";
import { createInstaller, type SlackInstaller } from "./installer.ts";
import { openWorkspaces } from "./open-workspaces.ts";
import { createPictures, type ChartPng } from "./pictures.ts";
import type { Arrival } from "./read-payload.ts";
import { showAnswer } from "./show-answer.ts";
import { createSlackApp, type SlackHooks } from "./slack-app.ts";
import { createSlackChannel } from "./slack-channel.ts";
import { createSocketReceiver, type SocketReceiver } from "./socket-receiver.ts";
import { welcome } from "./welcome.ts";
import type { Workspaces } from "./workspaces.ts";

/** Slack, wired: where cards go out and what people do comes in. */
export type SlackSurface = {
  readonly channel: Channel;
  /** For the HTTP server: signed deliveries in mode http, installation by OAuth. */
  readonly handle: ((request: Request) => Promise<Response>) | null;
  readonly installer: SlackInstaller | null;
  /** For probes and `status`: whether people are heard. */
  readonly state: () => { readonly ok: boolean; readonly finding: string };
  /** Nothing new is taken; what was taken is answered. */
  readonly stop: () => Promise<void>;
};

export type SlackDeps = {
  readonly settings: SlackSettings;
  /** Where messages, pictures and installations are kept, sample estate or not. */
  readonly real: InboundBase;
  /** The estate people see now; `sample`: it is not theirs. */
  readonly current: () => Promise<{ readonly base: InboundBase; readonly sample: boolean }>;
  readonly png: ChartPng;
  readonly publicUrl: string | null;
  /** The machine's time, ms. */
  readonly now: () => number;
  readonly log: Logger;
  /** Pause between two looks at a Slack that is away, ms. */
  readonly probeMs?: number;
};

/** Tokens live twelve hours and are changed two before; places of messages are forgotten after a year. */
const UPKEEP_MS = 15 * 60_000;
const PROBE_MS = 5_000;
const MESSAGES_DAYS = 365;

/** Starts Slack. Whether it can be reached or not, this returns at once and throws nothing. */
export function startSlack(deps: SlackDeps): SlackSurface {
  const { settings, real, log } = deps;
  const { sql } = real.db;
  const { oauth } = settings.credentials;
  const { workspaces, installations } = openWorkspaces({ sql, settings, now: deps.now, log });
  const pictures = createPictures({ sql, png: deps.png, log });
  const draw = createDraw({ sql, settings, pictures, log });
  const channel = createSlackChannel({ sql, settings, workspaces, pictures, log });
  const worker = createWorker(deps, { workspaces, channel, draw });
  const home = createHome({ sql, workspaces, current: deps.current, groupsOf: worker.groupsOf, log });
  const { receiver, handle, socket } = receiverOf(deps);
  const app = createSlackApp({
    receiver,
    settings,
    workspaces,
    hooks: hooksOf(deps, { worker, home, installations }),
    log,
  });
  void app.start();
  const upkeep = keepUp(deps, installations);
  const probe = keepProbing(workspaces, deps.probeMs ?? PROBE_MS);
  return {
    channel,
    handle,
    installer: installations === null || oauth === null ? null : createInstaller({ ...deps, oauth, installations }),
    state: () => stateOf(socket, workspaces),
    stop: async () => {
      upkeep.stop();
      probe.stop();
      await stopApp(app);
      await worker.drain();
      await home.stop();
    },
  };
}

type Worker = {
  readonly take: (arrival: Arrival) => Promise<boolean>;
  readonly groupsOf: (team: string, user: string) => Promise<string[]>;
  readonly nameOf: (team: string, user: string) => Promise<string>;
  readonly isOfOrganisation: SlackHooks["isOfOrganisation"];
  /** Goes on after the acknowledgement; what fails is in the log. */
  readonly behind: (work: Promise<void>, what: string) => void;
  readonly drain: () => Promise<void>;
};

/** Does what was recorded, after it was acknowledged. */
function createWorker(deps: SlackDeps, parts: Parameters<typeof showAnswer>[0]): Worker {
  const { settings, log } = deps;
  const groups = Object.keys({ ...settings.userGroups, ...deps.real.settings.people?.groups });
  const directory = createDirectory({ workspaces: parts.workspaces, groups, log });
  const running = new Set<Promise<void>>();
  const { acknowledging, inTurn } = createTurns();
  const record = createRecorder();
  const recorded = async ({ inbound }: Arrival): Promise<boolean> => {
    const { base } = await deps.current();
    return record(base.db.sql, inbound);
  };
  const behind: Worker["behind"] = (work, what) => {
    const done = work
      .catch((error: unknown) => log.error({ err: error }, `slack: ${what}`))
      .finally(() => running.delete(done));
    running.add(done);
  };
  const work = async ({ inbound, reply }: Arrival): Promise<void> => {
    const { tenant, person } = inbound;
    const [name, member] = await Promise.all([
      directory.nameOf(tenant, person.externalId, person.name),
      directory.groupsOf(tenant, person.externalId),
    ]);
    const { base, sample } = await deps.current();
    const known = { ...inbound, person: { ...person, name, groups: member } };
    await handleInbound({
      base,
      inbound: known,
      show: async (answer) => {
        if (!sample) return showAnswer(parts, { inbound: known, reply, answer });
        const placed = await showAnswer(parts, { inbound: known, reply, answer: asSample(answer) });
        return placed === null ? null : { ...placed, footer: [DEMO_BANNER_SHORT] };
      },
    });
    await noteSlackPlaces(deps.real.db.sql, tenant, placesOf({ inbound, reply }));
  };
  return {
    behind,
    groupsOf: directory.groupsOf,
    isOfOrganisation: directory.isOfOrganisation,
    nameOf: (team, user) => directory.nameOf(team, user, user),
    take: async (arrival) => {
      const isNew = await acknowledging(recorded(arrival));
      if (!isNew) return false;
      // What fails is taken up again (bot/resume-inbound.ts).
      behind(
        inTurn(() => work(arrival)),
        "not answered yet",
      );
      return true;
    },
    drain: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Conversation and person belong to the workspace they were met in. */
function placesOf({ inbound, reply }: Arrival): string[] {
  const places = [reply.conversation, inbound.person.externalId];
  return places.filter((place) => place !== null);
}

/** Figures of the sample estate must not be taken for somebody's bill. */
function asSample(answer: InboundAnswer): InboundAnswer {
  return { ...answer, card: { ...answer.card, footer: [DEMO_BANNER_SHORT, ...answer.card.footer] } };
}

function hooksOf(
  deps: SlackDeps,
  parts: {
    readonly worker: Worker;
    readonly home: ReturnType<typeof createHome>;
    readonly installations: Installations | null;
  },
): SlackHooks {
  const { worker, home, installations } = parts;
  return {
    take: worker.take,
    isForBot: (arrival) => isReplyForBot(deps.real.db.sql, arrival),
    formOf: async (token) => formOfClick((await deps.current()).base, token),
    problemsOf: checkValues,
    isOfOrganisation: worker.isOfOrganisation,
    homeOpened: async (tenant, user) => {
      const publish = async (): Promise<void> => home.opened(tenant, user, await worker.nameOf(tenant, user));
      worker.behind(publish(), "a home tab was not published");
    },
    joined: async (tenant, place) => {
      await noteSlackPlaces(deps.real.db.sql, tenant, [place]);
      await welcome(deps, place);
    },
    removed: async (tenant) => {
      const removed = await installations?.remove(tenant);
      deps.log.warn({ tenant, removed: removed === true }, "slack: the bot was removed from a workspace");
    },
  };
}

type Entry = {
  readonly receiver: Receiver;
  readonly handle: SlackSurface["handle"];
  readonly socket: SocketReceiver | null;
};

function receiverOf({ settings, now, log }: SlackDeps): Entry {
  const { appToken, signingSecret } = settings.credentials;
  if (settings.mode === "socket") {
    const socket = createSocketReceiver({ appToken: appToken ?? "", apiUrl: settings.apiUrl, log });
    return { receiver: socket, handle: null, socket };
  }
  const receiver = createFetchReceiver({ signingSecret: signingSecret ?? "", now, log });
  return { receiver, handle: receiver.handle, socket: null };
}

function stateOf(socket: SocketReceiver | null, workspaces: Workspaces): { ok: boolean; finding: string } {
  const trouble = workspaces.trouble();
  const state = socket?.state() ?? "connected";
  if (state !== "connected") return { ok: false, finding: trouble ?? `Slack: the socket is ${state}` };
  return { ok: trouble === null, finding: trouble ?? "connected" };
}

/** Asks Slack at the start, and again while it cannot be reached, so that its state is known without a post. */
function keepProbing(workspaces: Workspaces, everyMs: number): { readonly stop: () => void } {
  const look = async (): Promise<void> => {
    try {
      for (const { client } of await workspaces.all()) await client.read((web) => web.auth.test());
    } catch {
      // What it found is in `trouble`; a refusal is the doctor's to explain.
    }
  };
  const timer = setInterval(() => {
    if (workspaces.trouble() !== null) void look();
  }, everyMs);
  timer.unref();
  void look();
  return { stop: () => clearInterval(timer) };
}

async function stopApp(app: App): Promise<void> {
  await app.stop();
}

/** Changes tokens in time and forgets what is old. */
function keepUp({ real, log }: SlackDeps, installations: Installations | null): { readonly stop: () => void } {
  const look = async (): Promise<void> => {
    try {
      const rotated = (await installations?.rotateDue()) ?? 0;
      if (rotated > 0) log.info({ rotated }, "slack: tokens were changed");
      await reapSlackMessages(real.db.sql, MESSAGES_DAYS);
    } catch (error) {
      log.warn({ err: error }, "slack: upkeep failed, tried again");
    }
  };
  const timer = setInterval(() => void look(), UPKEEP_MS);
  timer.unref();
  void look();
  return { stop: () => clearInterval(timer) };
}
