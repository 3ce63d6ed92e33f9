import { textArg, type Methods } from "./method.ts";
import {
  FakeRefusal,
  mint,
  visibleChannel,
  type FakeChannel,
  type FakeState,
  type FakeToken,
  type FakeUser,
  type Json,
} from "./state.ts";

/** Who is who and where: identity of the token, users, groups, conversations. */
export const PEOPLE_METHODS: Methods = {
  "api.test": { scopes: [], token: "none", run: () => ({}) },
  "auth.test": {
    scopes: [],
    token: "bot",
    run: ({ state, token }) => ({
      url: `https://${state.team.domain}.slack.com/`,
      team: state.team.name,
      user: "finops",
      team_id: state.team.id,
      user_id: state.bot.user,
      bot_id: state.bot.id,
      ...(state.organisation === null ? {} : { enterprise_id: state.organisation.id }),
      is_enterprise_install: ofOrganisation(token),
    }),
  },
  "users.info": {
    scopes: ["users:read"],
    token: "bot",
    run: ({ state, args, token }) => {
      const user = state.users.get(textArg(args, "user") ?? "");
      if (user === undefined) throw new FakeRefusal("user_not_found");
      const email = token?.scopes.has("users:read.email") === true ? { email: user.email } : {};
      return {
        user: {
          id: user.id,
          team_id: user.home ?? state.team.id,
          ...organisationOf(state, user),
          name: user.name,
          real_name: user.realName,
          tz: "Europe/Berlin",
          deleted: false,
          is_bot: false,
          profile: { real_name: user.realName, display_name: user.name, ...email },
        },
      };
    },
  },
  "usergroups.list": {
    scopes: ["usergroups:read"],
    token: "bot",
    run: ({ state, args, token }) => {
      if (!state.features.paidPlan) throw new FakeRefusal("plan_upgrade_required");
      const team = workspaceMeant(state, args, token);
      const here = [...state.groups.keys()].map((id) => ({ id, ...groupAt(state, id) }));
      return { usergroups: here.filter((group) => group.team === team).map(({ id, handle }) => ({ id, handle })) };
    },
  },
  "usergroups.users.list": {
    scopes: ["usergroups:read"],
    token: "bot",
    run: ({ state, args, token }) => {
      if (!state.features.paidPlan) throw new FakeRefusal("plan_upgrade_required");
      const team = workspaceMeant(state, args, token);
      const id = textArg(args, "usergroup") ?? "";
      const users = groupAt(state, id).team === team ? state.groups.get(id) : undefined;
      if (users === undefined) throw new FakeRefusal("no_such_subteam");
      return { users };
    },
  },
  "conversations.info": {
    scopes: ["channels:read", "groups:read", "im:read"],
    token: "bot",
    run: ({ state, args, token }) => {
      const channel = visibleChannel(state, args["channel"]);
      const needed = { public: "channels:read", private: "groups:read", im: "im:read" }[channel.kind];
      if (token?.scopes.has(needed) !== true) throw new FakeRefusal("missing_scope", { needed });
      return { channel: channelJson(state, channel) };
    },
  },
  "conversations.open": {
    scopes: ["im:write"],
    token: "bot",
    run: ({ state, args }) => {
      const user = textArg(args, "users") ?? "";
      if (!state.users.has(user)) throw new FakeRefusal("user_not_found");
      const channel = directTalk(state, user);
      return { no_op: true, already_open: true, channel: { id: channel.id } };
    },
  },
};

function ofOrganisation(token: FakeToken | null): boolean {
  return token?.team.startsWith("E") === true;
}

/** A token of a whole organisation stands for many workspaces: one must be named (api.slack.com/enterprise/apps/changes-apis). */
function workspaceMeant(state: FakeState, args: Json, token: FakeToken | null): string {
  if (!ofOrganisation(token)) return state.team.id;
  const team = textArg(args, "team_id");
  if (team === null) throw new FakeRefusal("missing_argument", { needed: "team_id" });
  return team;
}

function groupAt(state: FakeState, id: string): { readonly handle: string; readonly team: string } {
  return state.groupsAt.get(id) ?? { handle: id.toLowerCase(), team: state.team.id };
}

function organisationOf(state: FakeState, user: FakeUser): Json {
  const id = user.organisation === undefined ? (state.organisation?.id ?? null) : user.organisation;
  if (id === null) return {};
  return { enterprise_user: { id: user.id, enterprise_id: id, teams: [user.home ?? state.team.id] } };
}

/** The talk between the bot and one person, made when there is none. */
export function directTalk(state: FakeState, user: string): FakeChannel {
  const known = [...state.channels.values()].find((one) => one.kind === "im" && one.user === user);
  if (known !== undefined) return known;
  const id = mint(state, "D");
  const channel: FakeChannel = {
    id,
    name: "directmessage",
    kind: "im",
    archived: false,
    members: new Set([user, state.bot.user]),
    user,
  };
  state.channels.set(id, channel);
  return channel;
}

function channelJson(state: FakeState, channel: FakeChannel): Json {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.kind === "public",
    is_group: channel.kind === "private",
    is_im: channel.kind === "im",
    is_private: channel.kind !== "public",
    is_archived: channel.archived,
    is_member: channel.members.has(state.bot.user),
  };
}
