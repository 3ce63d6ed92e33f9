import type { Card } from "../../bot/card.ts";
import { inviteUrl, NEEDED } from "../../bot/channels/discord/permissions.ts";
import type { DiscordSettings } from "../../domain/discord.ts";
import { AppError } from "../../domain/errors.ts";
import type { CliCommand } from "../cli-command.ts";

/** `discord invite`: the address that brings the bot into a server, with the rights it needs and nothing else. */
export const discordCli: CliCommand = {
  name: "discord",
  summary: "the address that invites the bot to a Discord server, with the rights it needs",
  usage: ["discord invite [SERVER-ID]"],
  options: {},
  run: async (call) => {
    const [verb = "invite", server, ...rest] = call.words;
    if (verb !== "invite" || rest.length > 0) {
      throw new AppError("bad-input", "discord knows only `invite`.", { remedy: "finops discord invite" });
    }
    if (server !== undefined && !/^\d{15,21}$/.test(server)) {
      throw new AppError("bad-input", `"${server.slice(0, 40)}" is no server id.`, {
        remedy: "Server menu → Copy Server ID (needs Developer Mode: User Settings → Advanced).",
      });
    }
    const url = inviteUrl(applicationIdOf(call.config.settings.discord ?? null), server);
    const rights = NEEDED.map(({ name, why }) => ({ name, why }));
    return { data: { url, permissions: rights }, card: inviteCard(url), exitCode: 0 };
  },
};

/** The token of a bot begins with its id; for all but the oldest applications that is the application's id too. */
function applicationIdOf(settings: DiscordSettings | null): string {
  const first = settings?.token.split(".")[0] ?? "";
  const id = settings?.applicationId ?? Buffer.from(first, "base64url").toString();
  if (/^\d{15,21}$/.test(id)) return id;
  throw new AppError("bad-input", "Which application is not known.", {
    remedy: "Set DISCORD_APPLICATION_ID (General Information page of the developer portal) or DISCORD_TOKEN.",
  });
}

function inviteCard(url: string): Card {
  return {
    title: "Invite the bot",
    summary: url,
    tone: "neutral",
    blocks: [
      {
        kind: "list",
        caption: "What it asks for",
        items: NEEDED.map(({ name, why }) => [
          { kind: "strong", text: name },
          { kind: "text", text: ` – ${why}` },
        ]),
      },
    ],
    actions: [],
    footer: ["Open it as somebody who may manage the server. Then: finops doctor"],
  };
}
