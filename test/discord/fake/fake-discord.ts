import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { createPerson, type Person } from "./actors.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { createRestServer } from "./rest.ts";
import { createSigningKey, type SigningKey } from "./signing.ts";
import {
  createWorld,
  directChannelOf,
  type FakeChannel,
  type FakeInteraction,
  type FakeMessage,
  type FakeUser,
  type World,
} from "./world.ts";

/**
 * Discord on this machine: REST, gateway and people, as strict as the real one and stricter where the real one hides
 * mistakes. Interactions travel over the gateway, or as signed POSTs once `interactionsUrl` is set.
 */
export type FakeDiscord = {
  /** What `discord.apiUrl` is set to. */
  readonly apiUrl: string;
  readonly world: World;
  readonly gateway: Gateway;
  readonly limits: RateLimits;
  readonly key: SigningKey;
  readonly setInteractionsUrl: (url: string | null) => void;
  readonly inChannel: (user: FakeUser, channel: FakeChannel) => Person;
  readonly inPrivate: (user: FakeUser) => Person;
  /** Waits until what is asked for is there; fails after half a minute of real time. */
  readonly until: <T>(look: () => T | null | undefined | false, what: string) => Promise<T>;
  /** The finished answer to an interaction: its message, once it no longer says "thinking". */
  readonly answerTo: (interaction: FakeInteraction) => Promise<FakeMessage>;
  /** Throws when the bot did something the real platform would have let pass in silence. */
  readonly requireNoViolations: () => void;
  /** Nothing listens on the port any more; `start` comes back on the same one. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const WAIT_MS = 30_000;
const FLAG_LOADING = 1 << 7;

export async function createFakeDiscord(options: { heartbeatMs?: number } = {}): Promise<FakeDiscord> {
  const key = createSigningKey();
  const world = createWorld(key.publicKeyHex);
  const limits = createRateLimits(world.now);
  let interactionsUrl: string | null = null;
  let port = 0;
  let server = createRestServer(world, limits);
  let gateway = createGateway(world, server, { heartbeatMs: options.heartbeatMs ?? 41_250 });
  const start = async (): Promise<void> => {
    if (server.listening) return;
    if (port !== 0) {
      server = createRestServer(world, limits);
      gateway = createGateway(world, server, { heartbeatMs: options.heartbeatMs ?? 41_250 });
    }
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  };
  const stop = async (): Promise<void> => {
    gateway.close();
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  await start();

  const until: FakeDiscord["until"] = (look, what) => waitFor(world, look, what);
  const way = () =>
    interactionsUrl === null
      ? ({ kind: "gateway", dispatch: (event: string, data: object) => gateway.dispatch(event, data) } as const)
      : ({ kind: "http", url: interactionsUrl, key } as const);
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    world,
    get gateway() {
      return gateway;
    },
    limits,
    key,
    setInteractionsUrl: (url) => {
      interactionsUrl = url;
      world.interactionsEndpoint = url;
    },
    inChannel: (user, channel) => createPerson(world, way(), user, channel),
    inPrivate: (user) => createPerson(world, way(), user, directChannelOf(world, user.id)),
    until,
    answerTo: (interaction) =>
      until(
        () =>
          interaction.original !== null && (interaction.original.flags & FLAG_LOADING) === 0
            ? interaction.original
            : null,
        `an answer to interaction ${interaction.id} (callback ${JSON.stringify(interaction.callback)})`,
      ),
    requireNoViolations: () => {
      if (world.violations.length > 0) throw new Error(world.violations.join("\n"));
    },
    stop,
    start,
    close: stop,
  };
}

/** Looks after every change and every few milliseconds: gateway states change without telling. */
async function waitFor<T>(world: World, look: () => T | null | undefined | false, what: string): Promise<T> {
  const LOOK_MS = 10;
  return new Promise<T>((resolve, reject) => {
    const tick = (): void => {
      const found = look();
      if (found === null || found === undefined || found === false) return;
      end();
      resolve(found);
    };
    const interval = setInterval(tick, LOOK_MS);
    const timeout = setTimeout(() => {
      end();
      reject(new Error(`waited in vain for ${what}; violations: ${world.violations.join("; ") || "none"}`));
    }, WAIT_MS);
    const end = (): void => {
      clearInterval(interval);
      clearTimeout(timeout);
      world.onChange.delete(tick);
    };
    world.onChange.add(tick);
    tick();
  });
}
