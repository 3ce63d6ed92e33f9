/** A browser's cookies and token, for tests that speak HTTP. */
export type HttpClient = {
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly cookie: string;
  readonly csrf: string;
};

/** The body as what the test knows it to be. */
export async function jsonOf<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

export type Refusal = { readonly error: { readonly code: string; readonly message: string } };

/** Comes in on loopback and keeps what the server set. */
export async function createClient(url: string): Promise<HttpClient> {
  return clientOf(url, await fetch(`${url}/api/chat/session`));
}

/** Signs in with a token, one's own or the shared one. */
export async function signIn(url: string, name: string, token: string): Promise<HttpClient> {
  const response = await fetch(`${url}/api/chat/login`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/json" },
    body: JSON.stringify({ name, token }),
  });
  return clientOf(url, response);
}

function clientOf(url: string, entry: Response): HttpClient {
  const cookies = entry.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const cookie = cookies.join("; ");
  const csrf = decodeURIComponent(
    cookies.find((text) => text.startsWith("finops_csrf="))?.slice("finops_csrf=".length) ?? "",
  );
  return {
    cookie,
    csrf,
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers: { cookie, ...headers } }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { cookie, origin: url, "x-csrf-token": csrf, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}
