/** What the strict local stand-in of Slack knows. Everything it refuses is what the platform refuses. */
export type FakeToken = {
  readonly token: string;
  readonly team: string;
  readonly kind: "bot" | "app";
  readonly scopes: Set<string>;
  /** On the fake's clock; null = does not expire. */
  expiresAt: number | null;
  revoked: boolean;
};
export type FakeUser = {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  /** Workspace they come from, in a channel shared with it; absent = this one. */
  readonly home?: string;
  /** Organisation they belong to, where it is not the one the app is in. */
  readonly organisation?: string | null;
};
export type FakeChannel = {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  archived: boolean;
  /** User ids, the bot's included. */
  readonly members: Set<string>;
  /** Direct talk: whose. */
  readonly user: string | null;
};
export type Json = Record<string, unknown>;
export type FakeMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  text: string;
  blocks: Json[];
  readonly threadTs: string | null;
  readonly metadata: Json | null;
  readonly files: string[];
  edits: number;
  /** Seen by this person alone. */
  readonly ephemeralTo: string | null;
  readonly unfurl: boolean;
};
export type FakeFile = {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly ticket: string;
  bytes: Buffer | null;
  title: string;
  completed: boolean;
  /** Looks at it (files.info) until its type is known; Infinity = never. */
  looksUntilReady: number;
  channel: string | null;
};
export type FakeView = {
  readonly id: string;
  readonly user: string;
  readonly type: "modal" | "home";
  hash: string;
  body: Json;
  open: boolean;
};
export type FakeTrigger = { readonly id: string; readonly user: string; readonly at: number; used: boolean };
export type FakeResponseUrl = {
  readonly id: string;
  readonly channel: string;
  readonly user: string;
  readonly at: number;
  uses: number;
  /**
   * The message clicked on, which may be replaced. A command has none: what was said to it cannot be replaced, it is
   * posted below (slackapi/bolt-js#2287).
   */
  readonly original: FakeMessage | null;
};

/** What Slack answers instead of doing it: `{ ok: false, error }`. */
export class FakeRefusal extends Error {
  readonly code: string;
  readonly extra: Json;
  constructor(code: string, extra: Json = {}) {
    super(code);
    this.code = code;
    this.extra = extra;
  }
}

export type FakeState = {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  /** The workspace is one of an organisation (Enterprise Grid) in which the app is installed as a whole; null = it is by itself. */
  organisation: { readonly id: string; readonly name: string } | null;
  readonly appId: string;
  readonly bot: { readonly user: string; readonly id: string };
  /** Milliseconds; tests move it. */
  now: () => number;
  readonly tokens: Map<string, FakeToken>;
  readonly users: Map<string, FakeUser>;
  readonly channels: Map<string, FakeChannel>;
  readonly messages: FakeMessage[];
  readonly files: Map<string, FakeFile>;
  readonly views: Map<string, FakeView>;
  readonly triggers: Map<string, FakeTrigger>;
  readonly responseUrls: Map<string, FakeResponseUrl>;
  readonly groups: Map<string, string[]>;
  /** Handle and workspace of those groups that have one of their own. */
  readonly groupsAt: Map<string, { readonly handle: string; readonly team: string }>;
  readonly features: {
    /** Native `table` blocks are rolled out here. */
    tables: boolean;
    /** User groups belong to paid plans. */
    paidPlan: boolean;
    /** Looks a new file takes until it is processed. */
    looksUntilReady: number;
    /** Posts in a row one channel takes before one a second. */
    postBurst: number;
    /** No method that begins with this exists: other servers leave some out. */
    withoutMethods: string[];
    editWindowClosed: boolean;
  };
  /** Codes and refresh tokens of OAuth not used yet → team. */
  readonly oauth: {
    readonly codes: Map<string, string>;
    readonly refreshTokens: Map<string, string>;
    refreshes: number;
    readonly expiresInSeconds: number;
  };
  counter: number;
};

/** A new id as the platform writes them: a capital and at least eight more letters or digits. */
export function mint(state: FakeState, letter: string): string {
  state.counter += 1;
  return `${letter}0${state.counter.toString(36).toUpperCase().padStart(9, "A")}`;
}

/** A message's name in its channel: seconds, a dot, six digits; rises. */
export function mintTs(state: FakeState): string {
  state.counter += 1;
  return `${Math.floor(state.now() / 1000)}.${String(state.counter).padStart(6, "0")}`;
}

export function createState(now: () => number): FakeState {
  const state: FakeState = {
    team: { id: "T0TEAM00001", name: "Acme", domain: "acme" },
    organisation: null,
    appId: "A0APP000001",
    bot: { user: "U0BOT000001", id: "B0BOT000001" },
    now,
    tokens: new Map(),
    users: new Map(),
    channels: new Map(),
    messages: [],
    files: new Map(),
    views: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    groups: new Map(),
    groupsAt: new Map(),
    features: {
      tables: false,
      paidPlan: true,
      looksUntilReady: 2,
      postBurst: 6,
      withoutMethods: [],
      editWindowClosed: false,
    },
    oauth: { codes: new Map(), refreshTokens: new Map(), refreshes: 0, expiresInSeconds: 43_200 },
    counter: 0,
  };
  return state;
}

/** The channel a bot names, if it can see it. */
export function visibleChannel(state: FakeState, id: unknown): FakeChannel {
  const channel = typeof id === "string" ? state.channels.get(id) : undefined;
  if (channel === undefined) throw new FakeRefusal("channel_not_found");
  // A private channel the bot is not in does not exist for it.
  if (channel.kind === "private" && !channel.members.has(state.bot.user)) throw new FakeRefusal("channel_not_found");
  return channel;
}
