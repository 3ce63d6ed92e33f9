import { byId } from "./dom.js";

/** Pauses before a refused or dead stream is opened again; the browser itself handles short breaks. */
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000];

/**
 * Live updates. The position travels with each event; after a lost connection the browser names the last one
 * (Last-Event-ID) and gets everything since. `onReset`: the page shows another estate now.
 */
export function createLive({ onMessage, onReset }) {
  let source = null;
  let position = "";
  let failures = 0;
  let timer = null;

  function open() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(`/api/chat/events?since=${encodeURIComponent(position)}`);
    source.addEventListener("hello", () => {
      failures = 0;
      show(true);
    });
    source.addEventListener("message", (event) => {
      position = event.lastEventId || position;
      onMessage(JSON.parse(event.data));
    });
    source.addEventListener("reset", () => {
      source.close();
      onReset();
    });
    source.addEventListener("error", () => {
      show(false);
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]);
      failures += 1;
    });
  }

  window.addEventListener("online", () => position !== "" && open());
  return {
    follow(from) {
      position = from;
      open();
    },
    stop: () => source?.close(),
  };
}

function show(on) {
  byId("live").classList.toggle("on", on);
  byId("live").classList.toggle("off", !on);
  byId("live-text").textContent = on ? "Live" : "Reconnecting…";
}
