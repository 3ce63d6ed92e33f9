import { describeFilter } from "../../analysis/describe-filter.ts";
import { ROLES, type Role } from "../../domain/actor.ts";
import { whoAmI, type WhoAmI } from "../../service/who-am-i.ts";
import type { Card } from "../card.ts";
import type { Command } from "../command.ts";

/** What each role adds to those before it. */
const MAY: Readonly<Record<Role, string>> = {
  viewer: "ask, look at findings and digests",
  analyst: "name owners, propose and assign recommendations, read the audit",
  approver: "approve and reject recommendations",
  admin: "manage people, channels and sources, load bills and roll them back",
};

export const whoamiCommand: Command = {
  name: "whoami",
  summary: "who the bot takes you for, and what you may do",
  usage: "whoami",
  examples: ["whoami"],
  role: "viewer",
  run: async ({ ctx }) => {
    const data = await whoAmI({ ctx, input: {} });
    return { card: whoamiCard(data), data, exitCode: 0 };
  },
};

function whoamiCard(who: WhoAmI): Card {
  const held = ROLES.slice(0, ROLES.indexOf(who.role) + 1);
  const names = who.identities.map(({ surface, externalId }) => `${surface}:${externalId}`);
  const here = describeFilter(who.scope);
  return {
    title: `You are ${who.name}`,
    summary: `${who.name}, with the role ${who.role}.`,
    tone: "neutral",
    blocks: [
      {
        kind: "facts",
        facts: [
          { label: "Id", value: who.handle === null ? who.id : `${who.handle} (${who.id})` },
          { label: "Role", value: who.roleFrom === "configuration" ? `${who.role} (finops.yaml)` : who.role },
          { label: "You see", value: describeFilter(who.own) },
          ...(here === describeFilter(who.own) ? [] : [{ label: "Shown here", value: here }]),
          { label: "Known as", value: names.join(", ") || "–" },
          { label: "You may", value: held.map((role) => MAY[role]).join("; ") },
        ],
      },
    ],
    actions: [
      { kind: "button", label: "What can I ask?", style: "plain", command: "help" },
      { kind: "button", label: "Settings", style: "plain", command: "settings" },
    ],
    footer: [],
  };
}
