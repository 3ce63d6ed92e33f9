import { explainedScopes, manifestSteps, slackManifest } from "../../bot/channels/slack/manifest.ts";
import { AppError } from "../../domain/errors.ts";
import { isOrganisation } from "../../domain/slack.ts";
import type { CliCommand } from "../cli-command.ts";

/** `slack manifest`: the app as Slack takes it, with the rights it needs, each explained. */
export const slackCli: CliCommand = {
  name: "slack",
  summary: "the manifest the Slack app is made from, with the rights it needs and why",
  usage: ["slack manifest [--socket]"],
  options: { socket: { type: "boolean" } },
  run: async (call) => {
    const [verb = "manifest", ...rest] = call.words;
    if (verb !== "manifest" || rest.length > 0) {
      throw new AppError("bad-input", "slack knows only `manifest`.", { remedy: "finops slack manifest --socket" });
    }
    const { settings, publicUrl } = call.config;
    const slack = settings.slack ?? null;
    const socket = call.flag("socket") || slack?.mode === "socket";
    if (!socket && publicUrl === null) {
      throw new AppError(
        "bad-input",
        "Slack must know where to send what people do, and there is no server.publicUrl.",
        {
          remedy:
            "Set server.publicUrl in finops.yaml, or use a socket, which needs no address: finops slack manifest --socket",
        },
      );
    }
    const input = {
      socket,
      history: slack?.history ?? false,
      publicUrl,
      oauth: (slack?.credentials.oauth ?? null) !== null,
      organisation: (slack?.teams ?? []).some(isOrganisation),
    };
    const manifest = slackManifest(input);
    const scopes = explainedScopes(input).map(({ name, why, without }) => ({
      name,
      why,
      ...(without === undefined ? {} : { without }),
    }));
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    // People copy what is on stdout; what it means is beside it.
    call.terminal.err(explanation(scopes, manifestSteps(input)));
    return { data: { manifest, scopes }, card: text, exitCode: 0 };
  },
};

function explanation(
  scopes: readonly { name: string; why: string; without?: string }[],
  steps: readonly string[],
): string {
  const width = Math.max(...scopes.map(({ name }) => name.length));
  return [
    "Rights it asks for:",
    ...scopes.map(
      ({ name, why, without }) =>
        `  ${name.padEnd(width)}  ${why}${without === undefined ? "" : ` (without it: ${without})`}`,
    ),
    "",
    "What to do:",
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    "",
  ].join("\n");
}
