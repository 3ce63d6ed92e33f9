import { roleOf } from "../../domain/actor.ts";
import type { Command } from "../command.ts";

export const whoamiCommand: Command = {
  name: "whoami",
  summary: "who the bot takes you for, and what you may do",
  usage: "whoami",
  examples: ["whoami"],
  role: "viewer",
  run: async ({ ctx }) => {
    const name = ctx.actor.kind === "user" ? ctx.actor.name : ctx.actor.id;
    const role = roleOf(ctx.actor);
    const scope = ctx.scope.length === 0 ? "everything" : `${ctx.scope.length} conditions apply`;
    return {
      card: {
        title: `You are ${name}`,
        summary: `${name}, with the role ${role}.`,
        tone: "neutral",
        blocks: [
          {
            kind: "facts",
            facts: [
              { label: "Id", value: ctx.actor.id },
              { label: "Role", value: role },
              { label: "You see", value: scope },
            ],
          },
        ],
        actions: [{ label: "What can I ask?", style: "plain", command: "help" }],
        footer: [],
      },
      data: { id: ctx.actor.id, name, role, scope: ctx.scope },
      exitCode: 0,
    };
  },
};
