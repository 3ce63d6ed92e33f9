/** Pauses before a refused or dead stream is opened again; the browser itself handles short breaks. */
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000];
/** The server gives a sign of life every 15 s: longer silence than this is a dead connection nobody told us of. */
const SILENCE_MS_MAX = 40_000;
const LOOK_MS = 5_000;
/** Back at the page after this much silence (a laptop that slept), the connection is not believed. */
const STALE_MS = 20_000;

/**
 * Live updates. The position travels with each event; after a lost connection the last one is named and everything since
 * comes, once and in order. `onRead(marks)`: what was read, on whatever page of this person; `onReset`: what the page shows must be read anew; `onState(on)`: whether we are connected.
 */
export class Live {
  #on;
  #source = null;
  #position = "";
  #failures = 0;
  #timer = null;
  #heardAt = 0;

  constructor(handlers) {
    this.#on = handlers;
    setInterval(() => this.#silentFor(SILENCE_MS_MAX) && this.again(), LOOK_MS);
    const back = () => document.visibilityState === "visible" && this.#silentFor(STALE_MS) && this.again();
    for (const event of ["focus", "pageshow", "online"]) window.addEventListener(event, back);
    document.addEventListener("visibilitychange", back);
    window.addEventListener("offline", () => this.#source !== null && this.#on.onState(false));
  }

  follow(position) {
    this.#position = position;
    this.#failures = 0;
    this.#open();
  }

  /** Opens the connection anew, at once. */
  again() {
    if (this.#source !== null) this.#open();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #silentFor(ms) {
    return this.#source !== null && Date.now() - this.#heardAt > ms;
  }

  #open() {
    this.stop();
    this.#heardAt = Date.now();
    const source = new EventSource(`/api/chat/events?since=${encodeURIComponent(this.#position)}`);
    this.#source = source;
    const heard = (handle) => (event) => {
      if (source !== this.#source) return;
      this.#heardAt = Date.now();
      handle(event);
    };
    const hello = () => {
      this.#failures = 0;
      this.#on.onState(true);
    };
    const message = (event) => {
      this.#position = event.lastEventId || this.#position;
      this.#on.onMessage(JSON.parse(event.data));
    };
    source.addEventListener("hello", heard(hello));
    source.addEventListener("alive", heard(hello));
    source.addEventListener("message", heard(message));
    source.addEventListener(
      "read",
      heard((event) => this.#on.onRead(JSON.parse(event.data).marks)),
    );
    source.addEventListener(
      "reset",
      heard(() => this.#end()),
    );
    source.addEventListener("error", () => source === this.#source && this.#failed(source));
  }

  #end() {
    this.stop();
    this.#on.onReset();
  }

  #failed(source) {
    this.#on.onState(false);
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused: the server may know us no more (a new token, an erased person), or be on its way up again.
    const wait = AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#askAgain(), wait);
  }

  async #askAgain() {
    const known = await this.#on.isSignedIn().catch(() => true);
    if (known) this.again();
    else this.#end();
  }
}
