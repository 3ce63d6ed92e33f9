import { byId } from "./dom.js";

/** Within this distance of the end, what is new scrolls into view. */
const NEAR_END_PX = 120;
const stream = byId("stream");
let following = true;

function toEnd() {
  stream.scrollTop = stream.scrollHeight;
  byId("jump").hidden = true;
}

/** From now on the end is kept in view. */
export function followEnd() {
  following = true;
  toEnd();
}

/** Something was added at the end: it is shown, or announced where the reader is further up. */
export function addedAtEnd() {
  if (following) toEnd();
  else byId("jump").hidden = false;
}

/** Runs a change above what is read, and leaves that where it is on the screen. */
export function keepPlace(change) {
  const height = stream.scrollHeight;
  change();
  stream.scrollTop += stream.scrollHeight - height;
}

stream.addEventListener("scroll", () => {
  following = stream.scrollHeight - stream.scrollTop - stream.clientHeight < NEAR_END_PX;
  if (following) byId("jump").hidden = true;
});
byId("jump").addEventListener("click", followEnd);
// Pictures and unfolded receipts change heights long after a message was drawn.
const sizes = new ResizeObserver(() => following && toEnd());
sizes.observe(byId("messages"));
sizes.observe(stream);
