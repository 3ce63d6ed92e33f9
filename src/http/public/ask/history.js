const KEY = "finops-history";
const ENTRIES_MAX = 100;

/** What was asked from this browser before: ↑ goes back, ↓ forward to what was being typed. */
export function createHistory() {
  let entries = load();
  let at = entries.length;
  let draft = "";
  return {
    add(text) {
      entries = load().filter((entry) => entry !== text);
      entries.push(text);
      entries.splice(0, entries.length - ENTRIES_MAX);
      localStorage.setItem(KEY, JSON.stringify(entries));
      at = entries.length;
    },
    /** Whether ↑ and ↓ mean history here: something was recalled already, or nothing is typed. */
    applies: (typed) => load().length > 0 && (at < entries.length || typed === ""),
    step(by, typed) {
      if (at >= entries.length) {
        // Another field of the page, or another page, may have asked meanwhile.
        entries = load();
        at = entries.length;
        draft = typed;
      }
      at = Math.min(entries.length, Math.max(0, at + by));
      return at === entries.length ? draft : entries[at];
    },
  };
}

function load() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(entries) ? entries.filter((entry) => typeof entry === "string") : [];
  } catch {
    return [];
  }
}
