import { randomBytes } from "node:crypto";

import { checkView } from "./block-rules.ts";
import { textArg, type Methods } from "./method.ts";
import { FakeRefusal, mint, type FakeState, type FakeView, type Json } from "./state.ts";

/** A click's proof opens one view, within three seconds. */
export const TRIGGER_MS = 3_000;

export const VIEW_METHODS: Methods = {
  "views.open": {
    scopes: [],
    token: "bot",
    run: ({ state, args }) => {
      const user = spendTrigger(state, textArg(args, "trigger_id"));
      const body = checkView(state, args["view"], "modal");
      const view = keep(state, { user, type: "modal", body });
      return { view: viewJson(state, view) };
    },
  },
  "views.update": {
    scopes: [],
    token: "bot",
    run: ({ state, args }) => {
      const view = state.views.get(textArg(args, "view_id") ?? "");
      if (view === undefined || !view.open) throw new FakeRefusal("not_found");
      const hash = textArg(args, "hash");
      if (hash !== null && hash !== view.hash) throw new FakeRefusal("hash_conflict");
      view.body = checkView(state, args["view"], "modal");
      view.hash = newHash();
      return { view: viewJson(state, view) };
    },
  },
  "views.push": {
    scopes: [],
    token: "bot",
    run: ({ state, args }) => {
      const user = spendTrigger(state, textArg(args, "trigger_id"));
      const open = [...state.views.values()].filter((view) => view.open && view.user === user && view.type === "modal");
      if (open.length === 0) throw new FakeRefusal("not_found");
      if (open.length >= 3) throw new FakeRefusal("push_limit_reached");
      const view = keep(state, { user, type: "modal", body: checkView(state, args["view"], "modal") });
      return { view: viewJson(state, view) };
    },
  },
  "views.publish": {
    scopes: [],
    token: "bot",
    run: ({ state, args }) => {
      const user = textArg(args, "user_id") ?? "";
      if (!state.users.has(user)) throw new FakeRefusal("user_not_found");
      const body = checkView(state, args["view"], "home");
      const known = [...state.views.values()].find((view) => view.type === "home" && view.user === user);
      const hash = textArg(args, "hash");
      if (known !== undefined && hash !== null && hash !== known.hash) throw new FakeRefusal("hash_conflict");
      if (known !== undefined) {
        known.body = body;
        known.hash = newHash();
        return { view: viewJson(state, known) };
      }
      return { view: viewJson(state, keep(state, { user, type: "home", body })) };
    },
  },
};

export function mintTrigger(state: FakeState, user: string): string {
  const id = `${mint(state, "1")}.${randomBytes(4).toString("hex")}`;
  state.triggers.set(id, { id, user, at: state.now(), used: false });
  return id;
}

function spendTrigger(state: FakeState, id: string | null): string {
  const trigger = state.triggers.get(id ?? "");
  if (trigger === undefined) throw new FakeRefusal("invalid_trigger_id");
  if (trigger.used) throw new FakeRefusal("exchanged_trigger_id");
  if (state.now() - trigger.at > TRIGGER_MS) throw new FakeRefusal("expired_trigger_id");
  trigger.used = true;
  return trigger.user;
}

function keep(state: FakeState, given: Pick<FakeView, "user" | "type" | "body">): FakeView {
  const view: FakeView = { ...given, id: mint(state, "V"), hash: newHash(), open: true };
  state.views.set(view.id, view);
  return view;
}

const newHash = (): string => `${randomBytes(6).toString("hex")}.1`;

/** A view as payloads and answers carry it. */
export function viewJson(state: FakeState, view: FakeView, values: Json = {}): Json {
  const { body } = view;
  return {
    id: view.id,
    team_id: state.team.id,
    app_id: state.appId,
    app_installed_team_id: state.team.id,
    bot_id: state.bot.id,
    type: view.type,
    title: body["title"] ?? { type: "plain_text", text: "View Title" },
    blocks: body["blocks"],
    submit: body["submit"] ?? null,
    close: body["close"] ?? null,
    callback_id: body["callback_id"] ?? "",
    private_metadata: body["private_metadata"] ?? "",
    external_id: body["external_id"] ?? "",
    clear_on_close: body["clear_on_close"] ?? false,
    notify_on_close: body["notify_on_close"] ?? false,
    hash: view.hash,
    root_view_id: view.id,
    previous_view_id: null,
    state: { values },
  };
}
