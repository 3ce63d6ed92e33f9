import type { Role } from "./actor.ts";
import { stableId } from "./ids.ts";
import type { ScopeFilter } from "./scope.ts";

/** Where a person is met. `os` is the user of the terminal. */
export const SURFACES = ["web", "os", "slack", "discord"] as const;
export type Surface = (typeof SURFACES)[number];

export type Identity = { readonly surface: Surface; readonly externalId: string };

export const THEMES = ["auto", "light", "dark"] as const;
/** What reaches a person outside the channels they look at: all, only what needs them, or nothing. */
export const NOTIFY_LEVELS = ["all", "mentions", "none"] as const;

/** Surfaces a person can be written to on. */
export const PRIVATE_SURFACES = ["web", "slack", "discord"] as const;

export type Preferences = {
  readonly timeZone?: string;
  readonly theme?: (typeof THEMES)[number];
  /** Where private questions may be shared to, and what opens first. */
  readonly channel?: string;
  readonly notify?: (typeof NOTIFY_LEVELS)[number];
  /** Where private cards reach them; absent: wherever they are linked. */
  readonly surface?: (typeof PRIVATE_SURFACES)[number];
};

/** Somebody the bot knows, on however many surfaces. */
export type Person = {
  readonly id: string;
  /** What people type for them; lower case. */
  readonly handle: string;
  readonly name: string;
  /** null: the default role of the installation. Configuration wins over a command. */
  readonly role: Role | null;
  readonly roleFrom: "configuration" | "command" | "default";
  /** Configured and commanded conditions together. */
  readonly scope: ScopeFilter;
  readonly hasToken: boolean;
  readonly preferences: Preferences;
  readonly identities: readonly Identity[];
};

/** A person as finops.yaml names them. */
export type ConfiguredPerson = {
  readonly handle: string;
  readonly name: string;
  readonly role: Role | null;
  readonly scope: ScopeFilter;
  readonly identities: readonly Identity[];
};

/** People as configured: absent in Settings = nobody named, everybody is a viewer. */
export type PeopleSettings = {
  readonly defaultRole: Role;
  readonly people: readonly ConfiguredPerson[];
  /** Group of a chat platform (Slack user group, Discord role) → role of its members. */
  readonly groups?: Readonly<Record<string, Role>>;
};

export const NO_PEOPLE: PeopleSettings = { defaultRole: "viewer", people: [] };

/** Whom to ask and tell about a part of the bill: a person or a channel. */
export type Owner = {
  readonly scope: ScopeFilter;
  readonly person: { readonly id: string; readonly handle: string; readonly name: string } | null;
  readonly channel: string | null;
};

/** Of the entries that cover something, those that say most about it: `team payments` before everything. */
export function mostSpecific(fitting: readonly Owner[]): Owner[] {
  const most = Math.max(0, ...fitting.map((owner) => owner.scope.length));
  return fitting.filter((owner) => owner.scope.length === most);
}

const HANDLE = /^[a-z0-9][a-z0-9._@+-]{1,79}$/;

/** The handle as typed, in lower case and without a leading @; null = it cannot be one. */
export function parseHandle(text: string): string | null {
  const handle = text.trim().replace(/^@/, "").toLowerCase();
  return HANDLE.test(handle) ? handle : null;
}

/** A new id that says nothing about who it is; `seed` is random. */
export function newPersonId(seed: string): string {
  return stableId("person", seed);
}
