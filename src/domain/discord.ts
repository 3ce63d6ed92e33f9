/** How Discord is reached; null in Settings = it is not used. */
export type DiscordSettings = {
  /** `gateway`: we connect to Discord. `http`: Discord posts interactions to `/discord/interactions`. */
  readonly mode: "gateway" | "http";
  readonly apiUrl: string;
  /** Secret. */
  readonly token: string;
  /** Hex; what interactions over HTTP are signed for. */
  readonly publicKey: string | null;
  /** null: asked of Discord. */
  readonly applicationId: string | null;
  /** The servers the bot answers in; in any other it says that it does not. */
  readonly guildIds: readonly string[];
  readonly commands: "global" | "guild";
};
