import { textArg, type Methods } from "./method.ts";
import { FakeRefusal, mint, visibleChannel, type FakeChannel, type FakeState, type Json } from "./state.ts";

/** Who is who and where: identity of the token, users, groups, conversations. */
export const PEOPLE_METHODS: Methods = {
  "api.test": { scopes: [], token: "none", run: () => ({}) },
  "auth.test": {
    scopes: [],
    token: "bot",
    run: ({ state }) => ({
      url: `https://${state.team.domain}.slack.com/`,
      team: state.team.name,
      user: "finops",
      team_id: state.team.id,
      user_id: state.bot.user,
      bot_id: state.bot.id,
      is_enterprise_install: false,
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
          team_id: state.team.id,
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
  "usergroups.users.list": {
    scopes: ["usergroups:read"],
    token: "bot",
    run: ({ state, args }) => {
      if (!state.features.paidPlan) throw new FakeRefusal("plan_upgrade_required");
      const users = state.groups.get(textArg(args, "usergroup") ?? "");
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
