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

export function get(path) {
  return call(path, { method: "GET" });
}

export function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": csrfToken() },
    body: JSON.stringify(body),
  });
}

async function call(path, options) {
  const response = await fetch(`/api/chat${path}`, { ...options, credentials: "same-origin" }).catch(() => null);
  if (response === null) throw new ApiError(0, UNREACHABLE);
  if (!response.ok) throw await refusal(response);
  return response.json();
}

export async function refusal(response) {
  const body = await response.json().catch(() => null);
  return new ApiError(response.status, body?.error ?? UNREACHABLE);
}

/** POST that answers in lines of JSON; `onLine` gets each as it comes. */
export async function postLines(path, body, onLine) {
  const response = await fetch(`/api/chat${path}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", "x-csrf-token": csrfToken() },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (response === null) throw new ApiError(0, UNREACHABLE);
  if (!response.ok) throw await refusal(response);
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
