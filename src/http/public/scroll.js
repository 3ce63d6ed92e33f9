import { byId } from "./dom.js";

/** Within this distance of where it would be put, what is new scrolls into view. */
const NEAR_PX = 120;
/** Left above a message that is brought to the upper edge. */
const GAP_PX = 10;
const stream = byId("stream");
const list = byId("messages");
let following = true;

/**
 * Where reading goes on: the end, but never past the beginning of the last answer. A card says the most important
 * thing first; one that is taller than the screen must not be entered from its foot.
 */
function goal() {
  const end = stream.scrollHeight - stream.clientHeight;
  const last = list.lastElementChild;
  if (last === null) return end;
  const before = last.previousElementSibling;
  const first = before?.querySelector(".asked") === null || before === null ? last : before;
  const top = first.getBoundingClientRect().top - stream.getBoundingClientRect().top + stream.scrollTop - GAP_PX;
  return Math.max(0, Math.min(end, top));
}

function toGoal() {
  stream.scrollTop = goal();
  byId("jump").hidden = true;
}

/** From now on what is new is kept in view. */
export function followEnd() {
  following = true;
  toGoal();
}

/** Something changed or was added at the end: it is shown, or what is new is announced to a reader further up. */
export function addedAtEnd(isNew) {
  if (following) toGoal();
  else if (isNew) byId("jump").hidden = false;
}

/** Runs a change above what is read, and leaves that where it is on the screen. */
export function keepPlace(change) {
  const height = stream.scrollHeight;
  change();
  stream.scrollTop += stream.scrollHeight - height;
}

stream.addEventListener("scroll", () => {
  const atEnd = stream.scrollHeight - stream.scrollTop - stream.clientHeight < NEAR_PX;
  following = atEnd || Math.abs(stream.scrollTop - goal()) < 2;
  if (following) byId("jump").hidden = true;
});
byId("jump").addEventListener("click", followEnd);

// Pictures change heights long after a message was drawn. What the reader does (scrolls inside a tall card, unfolds a
// receipt, shows all rows) must not: then the place stays.
let heightBefore = 0;
const sizes = new ResizeObserver(() => {
  const height = stream.scrollHeight;
  const readerIsPastGoal = stream.scrollTop > goal() + NEAR_PX;
  if (following && !readerIsPastGoal && height !== heightBefore) toGoal();
  heightBefore = height;
});
sizes.observe(list);
sizes.observe(stream);
