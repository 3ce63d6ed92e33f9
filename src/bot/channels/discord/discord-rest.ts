import { REST, type RawFile, type RequestData, type RouteLike } from "@discordjs/rest";

import { toChannelError } from "./discord-error.ts";
import { createRequest } from "./request.ts";

/** A call that takes longer is given up; interactive ones have 3 s anyway. */
const TIMEOUT_MS = 10_000;
/** One more try of a 5xx or a timeout by the client itself; after that the outbox waits longer. Posts carry a nonce. */
const RETRIES = 1;

export type DiscordRestOptions = {
  /** `https://discord.com/api`, or whatever stands in its place. */
  readonly apiUrl: string;
  readonly token: string;
};

export type Call = {
  readonly body?: unknown;
  readonly files?: readonly RawFile[];
  readonly query?: Readonly<Record<string, string>>;
  /** False on interaction routes: they carry their own token. */
  readonly auth?: false;
};

/** Discord's REST as one function a method. Answers are typed by the caller; failures are DiscordAPIError and its kin. */
export type DiscordRest = {
  readonly get: <T>(route: RouteLike, call?: Call) => Promise<T>;
  readonly post: <T>(route: RouteLike, call?: Call) => Promise<T>;
  readonly put: <T>(route: RouteLike, call?: Call) => Promise<T>;
  readonly patch: <T>(route: RouteLike, call?: Call) => Promise<T>;
  readonly delete: <T>(route: RouteLike, call?: Call) => Promise<T>;
  /** When the last call was answered at all, and what went wrong since; for health. */
  readonly trouble: () => string | null;
};

/**
 * The client for everything we send, gateway or not. A spent bucket of a channel rejects at once: its place waits in the
 * outbox and no other. Calls about interactions queue, as they must be answered by whoever asked.
 */
export function createDiscordRest({ apiUrl, token }: DiscordRestOptions): DiscordRest {
  const rest = new REST({
    api: apiUrl.replace(/\/+$/, ""),
    version: "10",
    timeout: TIMEOUT_MS,
    retries: RETRIES,
    makeRequest: createRequest(),
    rejectOnRateLimit: ({ route }) => route.startsWith("/channels/"),
  }).setToken(token);
  let trouble: string | null = null;
  const call = async <T>(
    send: (route: RouteLike, data: RequestData) => Promise<unknown>,
    route: RouteLike,
    given: Call,
  ) => {
    const { auth, body, files, query } = given;
    // The client forgets its token after a single 401, also of a proxy that had a bad moment.
    rest.setToken(token);
    try {
      const answer = await send(route, {
        ...(body === undefined ? {} : { body }),
        ...(files === undefined || files.length === 0 ? {} : { files: [...files] }),
        ...(query === undefined ? {} : { query: new URLSearchParams(query) }),
        ...(auth === undefined ? {} : { auth }),
      });
      trouble = null;
      return answer as T;
    } catch (error) {
      const { kind, message } = toChannelError(error);
      trouble = kind === "unavailable" ? message : null;
      throw error;
    }
  };
  return {
    get: (route, given = {}) => call((path, data) => rest.get(path, data), route, given),
    post: (route, given = {}) => call((path, data) => rest.post(path, data), route, given),
    put: (route, given = {}) => call((path, data) => rest.put(path, data), route, given),
    patch: (route, given = {}) => call((path, data) => rest.patch(path, data), route, given),
    delete: (route, given = {}) => call((path, data) => rest.delete(path, data), route, given),
    trouble: () => trouble,
  };
}
