import { randomBytes } from "node:crypto";

import { textArg, type Methods } from "./method.ts";
import { FakeRefusal, type FakeState, type Json } from "./state.ts";

export const CLIENT_ID = "1111.2222";
export const CLIENT_SECRET = "client-secret-of-the-fake";
export const BOT_SCOPES = [
  "commands",
  "chat:write",
  "files:write",
  "files:read",
  "app_mentions:read",
  "users:read",
  "users:read.email",
  "usergroups:read",
  "im:write",
  "im:history",
  "channels:read",
  "groups:read",
] as const;

/** Installing, and changing a token for the next one. A refresh token is good for one use. */
export const OAUTH_METHODS: Methods = {
  "oauth.v2.access": {
    scopes: [],
    token: "none",
    run: ({ state, args }) => {
      if (args["client_id"] !== CLIENT_ID || args["client_secret"] !== CLIENT_SECRET) {
        throw new FakeRefusal("invalid_client_id");
      }
      if (args["grant_type"] === "refresh_token") return refresh(state, textArg(args, "refresh_token"));
      const code = textArg(args, "code") ?? "";
      const team = state.oauth.codes.get(code);
      if (team === undefined) throw new FakeRefusal("invalid_code");
      state.oauth.codes.delete(code);
      return grant(state, team);
    },
  },
  "apps.connections.open": {
    scopes: ["connections:write"],
    token: "app",
    run: ({ base }) => ({ url: `${base.replace(/^http/, "ws")}/link/?ticket=${randomBytes(6).toString("hex")}` }),
  },
  "auth.revoke": {
    scopes: [],
    token: "bot",
    run: ({ token }) => {
      if (token !== null) token.revoked = true;
      return { revoked: true };
    },
  },
};

function refresh(state: FakeState, token: string | null): Json {
  const team = state.oauth.refreshTokens.get(token ?? "");
  if (team === undefined) throw new FakeRefusal("invalid_refresh_token");
  state.oauth.refreshTokens.delete(token ?? "");
  state.oauth.refreshes += 1;
  return grant(state, team);
}

function grant(state: FakeState, team: string): Json {
  const { organisation } = state;
  const whole = team === organisation?.id;
  const access = `xoxe.xoxb-${randomBytes(8).toString("hex")}`;
  const next = `xoxe-1-${randomBytes(8).toString("hex")}`;
  const expiresAt = state.now() + state.oauth.expiresInSeconds * 1000;
  state.tokens.set(access, {
    token: access,
    team,
    kind: "bot",
    scopes: new Set(BOT_SCOPES),
    expiresAt,
    revoked: false,
  });
  state.oauth.refreshTokens.set(next, team);
  return {
    access_token: access,
    token_type: "bot",
    scope: BOT_SCOPES.join(","),
    bot_user_id: state.bot.user,
    app_id: state.appId,
    expires_in: state.oauth.expiresInSeconds,
    refresh_token: next,
    team: whole ? null : { id: team, name: state.team.name },
    enterprise: organisation,
    is_enterprise_install: whole,
    authed_user: { id: [...state.users.keys()][0] ?? "U0ANA000001" },
  };
}
