import { randomUUID } from "node:crypto";

/** One person with the page open: a session of their own, its live stream, questions and pictures over HTTP. */
export type ChatUser = {
  /** Asks as the page does and waits until the answer is visible. */
  readonly ask: (text: string) => Promise<Answer>;
  /** Fetches a picture as the page does. Returns milliseconds. */
  readonly fetchPicture: (path: string) => Promise<number>;
  readonly close: () => void;
};
export type Answer = {
  /** From sending the question to the card on the page: by its answer or by the live stream, whichever came first. */
  readonly textMs: number;
  readonly title: string;
  /** Path of the first picture of the card; null = it has none. Its last part names what it shows. */
  readonly picture: string | null;
};

type Message = {
  id: string;
  key: string;
  card: { title: string; blocks: { kind: string; picture?: string }[] } | null;
};

/** Signs in under a name with the shared token, reads the start view and opens the live stream. */
export async function openChatUser(base: string, login: { name: string; token: string }): Promise<ChatUser> {
  const api = `${base}/api/chat`;
  const cookies = await signIn(api, base, login);
  const headers = { cookie: cookies.header, origin: base };
  const start = (await (await okay(fetch(`${api}/start`, { headers }))).json()) as {
    seq: string;
    estate: string;
    channels: { name: string; kind: string }[];
  };
  const channel = start.channels.find(({ kind }) => kind === "shared")?.name ?? "";
  const seen = new Map<string, (at: number) => void>();
  const closing = new AbortController();
  const stream = await okay(
    fetch(`${api}/events?since=${start.estate}-${start.seq}`, { headers, signal: closing.signal }),
  );
  const following = follow(stream, (message) => seen.get(message.key)?.(performance.now()));
  following.catch(() => undefined); // ends with `close`

  return {
    ask: async (text) => {
      const askId = randomUUID();
      const started = performance.now();
      let live = Number.POSITIVE_INFINITY;
      seen.set(`answer:${askId}`, (at) => (live = at));
      const answered = await okay(
        fetch(`${api}/ask`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json", "x-csrf-token": cookies.csrf },
          body: JSON.stringify({ channel, text, askId }),
        }),
      );
      const { messages } = (await answered.json()) as { messages: readonly Message[] };
      const answer = messages.find(({ key }) => key === `answer:${askId}`);
      if (answer === undefined)
        throw new Error(`${text}: no answer among ${messages.map(({ key }) => key).join(", ")}`);
      const visible = Math.min(performance.now(), live);
      seen.delete(`answer:${askId}`);
      const picture = answer.card?.blocks.find((block) => block.kind === "chart")?.picture;
      return {
        textMs: visible - started,
        title: answer.card?.title ?? "",
        picture: picture === undefined ? null : `/picture/${answer.id}/${picture}.png`,
      };
    },
    fetchPicture: async (path) => {
      const started = performance.now();
      const bytes = await (await okay(fetch(`${api}${path}?theme=light`, { headers }))).arrayBuffer();
      if (bytes.byteLength === 0) throw new Error(`${path} is empty`);
      return performance.now() - started;
    },
    close: () => closing.abort(),
  };
}

async function signIn(api: string, origin: string, login: { name: string; token: string }) {
  const response = await okay(
    fetch(`${api}/login`, {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify(login),
    }),
  );
  await response.arrayBuffer();
  const pairs = response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const csrf = pairs.find((pair) => pair.startsWith("finops_csrf="))?.slice("finops_csrf=".length) ?? "";
  return { header: pairs.join("; "), csrf: decodeURIComponent(csrf) };
}

/** Reads server-sent events until the stream ends. */
async function follow(response: Response, onMessage: (message: Message) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const events = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const lines = event.split("\n");
      if (!lines.includes("event: message")) continue;
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice("data: ".length));
      onMessage(JSON.parse(data.join("\n")) as Message);
    }
  }
}

async function okay(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (response.ok) return response;
  throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
}
