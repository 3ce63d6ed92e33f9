import type { ResponseLike, RESTOptions } from "@discordjs/rest";
import { Agent, FormData as UndiciFormData, request } from "undici";

/** Lines to Discord at once: a burst of acknowledgements shares them instead of opening one each. */
const CONNECTIONS_MAX = 64;

/**
 * How discord.js sends, on lines of our own. Its own way takes whichever copy of undici was loaded first in the process:
 * where that is Slack's, the forms it makes are not known to it and every card with a picture fails ("action is not a
 * function"). An answer is read at once and whole: one that is only looked at would keep its line for ever.
 */
export function createRequest(): RESTOptions["makeRequest"] {
  const dispatcher = new Agent({ connections: CONNECTIONS_MAX });
  return async (url, { method = "GET", headers, body, signal }) => {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: Object.fromEntries(new Headers(headers as Record<string, string>)),
      body: body instanceof FormData ? formOf(body) : (body as string | null | undefined),
      signal,
    });
    return responseOf(answer.statusCode, answer.headers, await answer.body.arrayBuffer());
  };
}

function formOf(form: FormData): UndiciFormData {
  const same = new UndiciFormData();
  for (const [name, value] of form) {
    if (typeof value === "string") same.append(name, value);
    else same.append(name, value, value.name);
  }
  return same;
}

function responseOf(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  bytes: ArrayBuffer,
): ResponseLike {
  const text = (): string => new TextDecoder().decode(bytes);
  const given = Object.entries(headers).flatMap(([name, value = []]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return {
    status,
    statusText: "",
    ok: status >= 200 && status < 300,
    headers: new Headers(given),
    body: null,
    bodyUsed: false,
    text: () => Promise.resolve(text()),
    json: () => Promise.resolve(JSON.parse(text()) as unknown),
    arrayBuffer: () => Promise.resolve(bytes),
  };
}
