import type { Logger } from "pino";

import type { Workspace, Workspaces } from "./workspaces.ts";

/** A name changes rarely. */
const NAME_MS = 60 * 60_000;
/** Who left a group must not approve for long. */
const GROUPS_MS = 5 * 60_000;
/** While Slack does not answer, what it said last holds this long and no longer: then groups give no role. */
const GROUPS_STALE_MS = 15 * 60_000;
/** A person waits no longer for their own name. */
const LOOK_MS = 1_500;
const NAMES_MAX = 5_000;

/** Who somebody is in their workspace. Never rejects: without an answer there is the name they came under, and no group. */
export type Directory = {
  readonly nameOf: (team: string, user: string, fallback: string) => Promise<string>;
  /** Those configured groups the person is in, as they are configured. */
  readonly groupsOf: (team: string, user: string) => Promise<string[]>;
};

type Members = ReadonlyMap<string, ReadonlySet<string>>;

export function createDirectory(input: {
  readonly workspaces: Workspaces;
  /** Ids (S…) or handles. */
  readonly groups: readonly string[];
  readonly log: Logger;
  /** ms that only go forward; tests move it. */
  readonly now?: () => number;
}): Directory {
  const { workspaces, groups, log, now = () => performance.now() } = input;
  const names = new Map<string, { readonly name: string; readonly at: number }>();
  const members = new Map<string, { readonly members: Members; readonly at: number }>();

  const membersOf = async (team: string): Promise<Members> => {
    const known = members.get(team);
    const age = known === undefined ? Infinity : now() - known.at;
    if (known !== undefined && age < GROUPS_MS) return known.members;
    try {
      const fresh = await loadMembers(await workspaces.of(team), groups);
      members.set(team, { members: fresh, at: now() });
      return fresh;
    } catch (error) {
      log.warn({ err: error }, "slack: user groups cannot be read");
      return known !== undefined && age < GROUPS_STALE_MS ? known.members : new Map();
    }
  };

  return {
    nameOf: async (team, user, fallback) => {
      const known = names.get(`${team}:${user}`);
      if (known !== undefined && now() - known.at < NAME_MS) return known.name;
      const name = await inTime(loadName(workspaces, team, user), null);
      if (name === null) return known?.name ?? fallback;
      if (names.size >= NAMES_MAX) names.clear();
      names.set(`${team}:${user}`, { name, at: now() });
      return name;
    },
    groupsOf: async (team, user) => {
      if (groups.length === 0) return [];
      const found = await membersOf(team);
      return groups.filter((group) => found.get(group)?.has(user) === true);
    },
  };
}

async function loadName(workspaces: Workspaces, team: string, user: string): Promise<string | null> {
  const { client } = await workspaces.of(team);
  const answer = await client.read((web) => web.users.info({ user }));
  const name = answer.user?.real_name ?? answer.user?.name ?? "";
  return name === "" ? null : name;
}

/** Members by group as configured. A workspace without user groups (not a paid plan) has none. */
async function loadMembers({ client }: Workspace, groups: readonly string[]): Promise<Members> {
  const handles = groups.some((group) => !isGroupId(group));
  const listed = handles ? await client.read((web) => web.usergroups.list({})) : { usergroups: [] };
  const members = new Map<string, ReadonlySet<string>>();
  for (const group of groups) {
    const id = isGroupId(group)
      ? group
      : listed.usergroups?.find(({ handle }) => handle?.toLowerCase() === group.toLowerCase())?.id;
    if (id === undefined) continue;
    const answer = await client.read((web) => web.usergroups.users.list({ usergroup: id }));
    members.set(group, new Set(answer.users ?? []));
  }
  return members;
}

function isGroupId(group: string): boolean {
  return /^S[A-Z0-9]{6,}$/.test(group);
}

/** The answer, or `otherwise` when it is late or there is none. */
async function inTime<T>(work: Promise<T>, otherwise: T): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(otherwise), LOOK_MS);
  try {
    return await Promise.race([work.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
}
