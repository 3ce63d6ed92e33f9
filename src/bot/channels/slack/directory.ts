import type { Logger } from "pino";

import { isOrganisation } from "../../../domain/slack.ts";

import { slackCode } from "./slack-error.ts";
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
/** Whoever is in more workspaces of an organisation has the groups of these. */
const TEAMS_LOOKED_AT_MAX = 5;

/** Who somebody is in their workspace. Never rejects: without an answer there is the name they came under, and no group. */
export type Directory = {
  readonly nameOf: (team: string, user: string, fallback: string) => Promise<string>;
  /** Those configured groups the person is in, as they are configured. */
  readonly groupsOf: (team: string, user: string) => Promise<string[]>;
  /** Whether somebody met in a shared channel of a tenant is of this organisation (E…). Not known = no. */
  readonly isOfOrganisation: (tenant: string, user: string, organisation: string) => Promise<boolean>;
};

/** `teams`: in an organisation, the workspaces of it they are in; groups belong to those. */
type Person = { readonly name: string; readonly organisation: string | null; readonly teams: readonly string[] };

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
  const people = new Map<string, { readonly person: Person; readonly at: number }>();
  const members = new Map<string, { readonly members: Members; readonly at: number }>();

  /** null = Slack did not say in time. What it said before holds. */
  const personOf = async (team: string, user: string): Promise<Person | null> => {
    const known = people.get(`${team}:${user}`);
    if (known !== undefined && now() - known.at < NAME_MS) return known.person;
    const person = await inTime(loadPerson(workspaces, team, user), null);
    if (person === null) return known?.person ?? null;
    if (people.size >= NAMES_MAX) people.clear();
    people.set(`${team}:${user}`, { person, at: now() });
    return person;
  };
  const membersOf = async (team: string, within: string | null): Promise<Members> => {
    const key = `${team}:${within ?? ""}`;
    const known = members.get(key);
    const age = known === undefined ? Infinity : now() - known.at;
    if (known !== undefined && age < GROUPS_MS) return known.members;
    try {
      const fresh = await loadMembers(await workspaces.of(team), groups, within);
      members.set(key, { members: fresh, at: now() });
      return fresh;
    } catch (error) {
      log.warn({ err: error }, "slack: user groups cannot be read");
      return known !== undefined && age < GROUPS_STALE_MS ? known.members : new Map();
    }
  };

  return {
    nameOf: async (team, user, fallback) => (await personOf(team, user))?.name ?? fallback,
    groupsOf: async (team, user) => {
      if (groups.length === 0) return [];
      const within = isOrganisation(team) ? ((await personOf(team, user))?.teams ?? []) : [null];
      const found = await Promise.all(within.slice(0, TEAMS_LOOKED_AT_MAX).map((one) => membersOf(team, one)));
      return groups.filter((group) => found.some((of) => of.get(group)?.has(user) === true));
    },
    isOfOrganisation: async (tenant, user, organisation) => {
      return (await personOf(tenant, user))?.organisation === organisation;
    },
  };
}

async function loadPerson(workspaces: Workspaces, team: string, user: string): Promise<Person | null> {
  const { client } = await workspaces.of(team);
  const { user: found } = await client.read((web) => web.users.info({ user }));
  const name = found?.real_name ?? found?.name ?? "";
  const { enterprise_id: organisation = null, teams = [] } = found?.enterprise_user ?? {};
  return name === "" ? null : { name, organisation, teams };
}

/**
 * Members by group as configured. A workspace without user groups (not a paid plan) has none, and a group of another
 * workspace is none of this one's. `within`: the workspace meant, where the token is of an organisation.
 */
async function loadMembers({ client }: Workspace, groups: readonly string[], within: string | null): Promise<Members> {
  const of = within === null ? {} : { team_id: within };
  const handles = groups.some((group) => !isGroupId(group));
  const listed = handles ? await client.read((web) => web.usergroups.list(of)) : { usergroups: [] };
  const members = new Map<string, ReadonlySet<string>>();
  for (const group of groups) {
    const wanted = group.replace(/^@/, "").toLowerCase();
    const id = isGroupId(group) ? group : listed.usergroups?.find(({ handle }) => handle?.toLowerCase() === wanted)?.id;
    if (id === undefined) continue;
    const answer = await client
      .read((web) => web.usergroups.users.list({ usergroup: id, ...of }))
      .catch((error: unknown) => {
        if (slackCode(error) !== "no_such_subteam") throw error;
        return { users: [] };
      });
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
