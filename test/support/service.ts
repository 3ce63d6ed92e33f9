import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const READY_TIMEOUT_MS = 90_000;

export type Service = {
  readonly url: string;
  readonly process: ChildProcess;
  /** All it printed so far: stdout and the log. */
  readonly printed: () => string;
  /** Ends when the process has; its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

/** Starts the real service as a process of its own; `ready` waits until it says so. */
export function spawnService(env: Record<string, string>, port: number): Service & { ready: Promise<void> } {
  const { FINOPS_TODAY: _today, DATABASE_URL: _url, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    env: { ...inherited, ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${text}`)), READY_TIMEOUT_MS);
    const listen = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes("is ready")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    void ended.then((how) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${how} before it was ready:\n${text}`));
    });
  });
  ready.catch(() => undefined);
  return { url: `http://127.0.0.1:${port}`, process: child, printed: () => text, ended, ready };
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

export type Shown = { key: string; card: { title: string; summary: string; blocks: { kind: string }[] } };

/** The messages of a channel, as the page gets them. */
export async function messagesOf(url: string, channel = "finops"): Promise<Shown[]> {
  const session = await fetch(`${url}/api/chat/session`);
  const cookie = session.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const response = await fetch(`${url}/api/chat/messages?channel=${channel}`, { headers: { cookie } });
  const { messages } = (await response.json()) as { messages: Shown[] };
  return messages;
}
