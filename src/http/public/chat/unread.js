import { post } from "../lib/api.js";

/** Reading is told to the server when it has settled, not with every line. */
const TELL_AFTER_MS = 400;
const MANY = 100;

/**
 * What a person has not read yet, by channel: kept on the server, so that it is the same on every device. Ids rise in
 * every channel, so what was read is one number a channel; its thread is another.
 */
export class Unread {
  #channels = new Map();
  #threads = new Map();
  /** Messages that call this person, among others that were read since. */
  #calls = new Set();
  #waiting = new Map();
  #timer = null;
  #onChange;

  constructor(onChange) {
    this.#onChange = onChange;
    // What was read before the page goes away counts.
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#tell());
  }

  /** As the server knows it. `threads`: up to where the threads one has been in were read. */
  begin(channels, threads) {
    this.#channels = new Map(
      channels.map(({ name, unread }) => {
        const ids = new Map(unread.messages.map(({ id, thread }) => [id, thread]));
        for (const { id, calls } of unread.messages) if (calls === true) this.#calls.add(id);
        return [name, { upTo: unread.upTo, ids, more: unread.more }];
      }),
    );
    this.#threads = new Map(Object.entries(threads));
    this.#onChange();
  }

  /**
   * Something was said. Returns whether it is news for this person: in a channel, in a thread they have been in, or in one
   * they are called into.
   */
  received({ channel, id, thread }, isCalled) {
    const state = this.#channels.get(channel);
    if (isCalled && thread !== null && !this.#threads.has(thread)) this.#threads.set(thread, String(BigInt(id) - 1n));
    const upTo = thread === null ? state?.upTo : this.#threads.get(thread);
    if (state === undefined || upTo === undefined) return false;
    if (BigInt(id) <= BigInt(upTo) || state.ids.has(id)) return false;
    state.ids.set(id, thread);
    if (isCalled) this.#calls.add(id);
    this.#onChange();
    return true;
  }

  /** Everything in the channel up to this message has been seen; `isNewest`: there is no later one. */
  readUpTo(channel, id, isNewest) {
    const state = this.#channels.get(channel);
    if (state === undefined || BigInt(id) <= BigInt(state.upTo)) return;
    state.upTo = id;
    state.more &&= !isNewest;
    for (const [one, thread] of state.ids) if (thread === null && BigInt(one) <= BigInt(id)) state.ids.delete(one);
    this.#later(channel, null, id);
    this.#onChange();
  }

  readThread(channel, thread, id) {
    if (BigInt(id) <= BigInt(this.#threads.get(thread) ?? "0")) return;
    this.#threads.set(thread, id);
    const ids = this.#channels.get(channel)?.ids ?? new Map();
    for (const [one, of] of ids) if (of === thread && BigInt(one) <= BigInt(id)) ids.delete(one);
    this.#later(channel, thread, id);
    this.#onChange();
  }

  /** Marks moved on another page: nothing is told back. False: of more than was told, only the server knows the rest. */
  readElsewhere(marks) {
    let isKnown = true;
    let changed = false;
    for (const { channel, thread, upTo } of marks) {
      const state = this.#channels.get(channel);
      const before = thread === null ? state?.upTo : (this.#threads.get(thread) ?? "0");
      if (state === undefined || BigInt(upTo) <= BigInt(before)) continue;
      changed = true;
      if (thread === null) {
        isKnown &&= !state.more;
        state.upTo = upTo;
      } else this.#threads.set(thread, upTo);
      for (const [id, of] of state.ids) if (of === thread && BigInt(id) <= BigInt(upTo)) state.ids.delete(id);
    }
    if (changed) this.#onChange();
    return isKnown;
  }

  /** How many answers in a thread one has been in are not seen yet. */
  countInThread(channel, thread) {
    return Array.from(this.#channels.get(channel)?.ids.values() ?? []).filter((of) => of === thread).length;
  }

  /** Threads of a channel in which there is something new, those with the oldest news first. */
  newThreads(channel) {
    const ids = this.#channels.get(channel)?.ids.values() ?? [];
    return [...new Set(Array.from(ids).filter((thread) => thread !== null))];
  }

  follows(thread) {
    return this.#threads.has(thread);
  }

  /** The last message that was read before; null where all is read. */
  newAfter(channel) {
    const state = this.#channels.get(channel);
    const some = Array.from(state?.ids.values() ?? []).some((thread) => thread === null);
    return some ? state.upTo : null;
  }

  /** Of a very long absence only the first are told by name: what is beyond counts as very many. */
  count(channel) {
    const { ids, more } = this.#channels.get(channel) ?? { ids: new Map(), more: false };
    return more ? Math.max(MANY, ids.size) : ids.size;
  }

  /** Whether something unread there calls this person. */
  isCalled(channel) {
    return Array.from(this.#channels.get(channel)?.ids.keys() ?? []).some((id) => this.#calls.has(id));
  }

  total() {
    return Array.from(this.#channels.keys()).reduce((sum, name) => sum + this.count(name), 0);
  }

  #later(channel, thread, upTo) {
    this.#waiting.set(`${channel}\n${thread ?? ""}`, { channel, thread, upTo });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), TELL_AFTER_MS);
  }

  #tell() {
    clearTimeout(this.#timer);
    const marks = Array.from(this.#waiting.values());
    this.#waiting.clear();
    // Lost once, told again by the next: reading only moves forward.
    if (marks.length > 0) void post("/read", { marks }, { keepalive: true }).catch(() => undefined);
  }
}

/** A number for a small round: more than 99 is "99+". */
export function countText(count) {
  return count >= MANY ? "99+" : String(count);
}
