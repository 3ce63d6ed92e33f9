/** What the server said, when it refused. `message` and `remedy` are for people. */
export class ApiError extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.remedy = error.remedy ?? "";
  }
}

const UNREACHABLE = { message: "The server does not answer.", remedy: "It may be restarting; try again in a moment." };

export function csrfToken() {
  const pair = document.cookie.split("; ").find((entry) => entry.startsWith("finops_csrf="));
  return pair === undefined ? "" : decodeURIComponent(pair.slice("finops_csrf=".length));
}

export async function get(path, options = {}) {
  const response = await call(path, { method: "GET", ...options });
  return response.json();
}

export async function post(path, body, options = {}) {
  const response = await call(path, { ...json(body), ...options });
  return response.json();
}

/** POST that answers in lines of JSON; `onLine` gets each as it comes. */
export async function postLines(path, body, onLine) {
  const response = await call(path, json(body));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(JSON.parse(line));
  }
}

function json(body) {
  return {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": csrfToken() },
    body: JSON.stringify(body),
  };
}

async function call(path, options) {
  const response = await fetch(`/api/chat${path}`, { ...options, credentials: "same-origin" }).catch(() => null);
  if (response === null) throw new ApiError(0, UNREACHABLE);
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw new ApiError(response.status, body?.error ?? UNREACHABLE);
}
