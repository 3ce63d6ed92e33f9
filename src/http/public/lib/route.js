/**
 * Addresses within the page: `#/c/CHANNEL`, `#/c/CHANNEL/m/ID` a message, `#/c/CHANNEL/t/ID` the thread under a message.
 * What they name is looked up on the server as the person who opens them.
 */
const PATTERN = /^#\/c\/([^/]+)(?:\/([mt])\/(\d{1,18}))?$/;

/** Where an address leads; null = nowhere. The older form `#CHANNEL` still works. */
export function readRoute(hash) {
  const match = PATTERN.exec(hash);
  if (match === null) return /^#[^/]+$/.test(hash) ? route(decode(hash.slice(1))) : null;
  const [, channel, kind, id] = match;
  return route(decode(channel), kind === "m" ? id : null, kind === "t" ? id : null);
}

export function routeHash({ channel, message, thread }) {
  const place = `#/c/${encodeURIComponent(channel)}`;
  if (typeof message === "string") return `${place}/m/${message}`;
  return typeof thread === "string" ? `${place}/t/${thread}` : place;
}

/** The whole address, to hand to somebody else. */
export function linkTo(target) {
  return new URL(routeHash(target), location.href).href;
}

function route(channel, message = null, thread = null) {
  return { channel, message, thread };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
