import type { FakeState, Json } from "./state.ts";

/** Who must wait: one post a second in a channel after a short burst, and whatever a test limits. */
export type Pace = {
  /** Seconds to wait; 0 = go on. */
  readonly take: (method: string, args: Json) => number;
  /** Nothing more for this channel for so many seconds. */
  readonly limitChannel: (channel: string, seconds: number) => void;
};

const PACED = new Set(["chat.postMessage", "chat.postEphemeral"]);

export function createPace(state: FakeState): Pace {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const limited = new Map<string, number>();
  return {
    take: (method, args) => {
      const channel = args["channel"];
      if (typeof channel !== "string" || !method.startsWith("chat.")) return 0;
      const now = state.now();
      const until = limited.get(channel) ?? 0;
      if (until > now) return Math.ceil((until - now) / 1000);
      if (!PACED.has(method)) return 0;
      const bucket = buckets.get(channel) ?? { tokens: state.features.postBurst, at: now };
      const tokens = Math.min(state.features.postBurst, bucket.tokens + (now - bucket.at) / 1000);
      buckets.set(channel, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
      return tokens < 1 ? Math.max(1, Math.ceil(1 - tokens)) : 0;
    },
    limitChannel: (channel, seconds) => {
      limited.set(channel, state.now() + seconds * 1000);
    },
  };
}
