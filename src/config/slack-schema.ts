import { z } from "zod";

import { ROLES } from "../domain/actor.ts";

/** The `slack` section of finops.yaml. Tokens and secrets come from the environment (src/config/slack.ts). */
const TEAMS_MAX = 200;
/** Each is one call to Slack every few minutes. */
const GROUPS_MAX = 20;

export const slackSchema = z
  .strictObject({
    mode: z
      .enum(["http", "socket"])
      .optional()
      .meta({
        description:
          "socket: we call Slack, no public address is needed. http: Slack calls /slack/events. Default: socket when SLACK_APP_TOKEN is set.",
        examples: ["socket"],
      }),
    apiUrl: z
      .url({ protocol: /^https?$/, error: "must be an http:// or https:// address" })
      .optional()
      .meta({ description: "Base of Slack's Web API.", examples: ["https://slack.com/api/"] }),
    teams: z
      .array(z.string().regex(/^[TE][A-Z0-9]{2,}$/, "must be the id of a workspace (T…) or organisation (E…)"))
      .max(TEAMS_MAX)
      .optional()
      .meta({
        description: "Workspaces that may use the bot; needed when it is installed by OAuth.",
        examples: [["T024BE7LD"]],
      }),
    userGroups: z
      .array(
        z
          .strictObject({
            id: z
              .string()
              .regex(/^@?[A-Za-z0-9][\w.-]{0,79}$/, "must be the id (S…) or the handle of a user group")
              .meta({ description: "Its id, or the handle people mention it by.", examples: ["finance-approvers"] }),
            role: z.enum(ROLES).meta({ description: "What its members may do.", examples: ["approver"] }),
          })
          .describe("A user group of Slack and what it means here."),
      )
      .max(GROUPS_MAX)
      .optional()
      .describe("Which of Slack's user groups may do what (a paid plan of Slack)."),
    nativeTables: z
      .boolean()
      .optional()
      .describe(
        "Sends tables as Slack's own; a workspace that does not take them gets the plain form. Default: false.",
      ),
    history: z
      .boolean()
      .optional()
      .describe(
        "The app may read channels (channels:history): replies in its threads need no mention, and a post cut off by a crash is found again. Default: false.",
      ),
  })
  .describe("The bot in Slack: docs/slack.md.");
export type SlackFile = z.output<typeof slackSchema>;
