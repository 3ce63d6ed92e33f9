import { Composer } from "./ask/composer.js";
import { drawChannels, neighbour, wireChannelKeys } from "./chat/channels.js";
import { hideEmpty, showEmpty, showSetup } from "./chat/empty.js";
import { notify } from "./chat/notify.js";
import { openSearch } from "./chat/search.js";
import { Stream } from "./chat/stream.js";
import { ThreadPanel } from "./chat/thread.js";
import { Unread } from "./chat/unread.js";
import { createUpload } from "./chat/upload.js";
import { wireKeys } from "./keys.js";
import { get, post } from "./lib/api.js";
import { byId, iconButton } from "./lib/dom.js";
import { Live } from "./lib/live.js";
import { readRoute, routeHash } from "./lib/route.js";
import { announce, toast } from "./lib/say.js";
import { setTimeZone } from "./lib/time.js";
import { showLogin, wireLogin } from "./person/login.js";
import { openSettings } from "./person/settings.js";
import { drawPerson, wireSwitch } from "./person/switch.js";
import { setTheme } from "./person/theme.js";

/** The page: one open channel and perhaps a thread; everything else follows from the server. */
const narrow = matchMedia("(max-width: 760px)");
const SOUGHT_MS = 6_000;
let start = null;
let open = null;
const askedByMe = new Set();

const handlers = { run: ask, act, isOwn, newReplies };
const unread = new Unread(drawNews);
const stream = new Stream({
  scroller: byId("stream"),
  list: byId("messages"),
  jump: byId("jump"),
  handlers,
  onRead: markRead,
});
const thread = new ThreadPanel({
  handlers,
  person: () => start.person,
  answered,
  seek,
  onClose: () => go({ channel: open.name }),
  onRead: (channel, id, last) => isLooking() && unread.readThread(channel, id, last),
});
const attach = iconButton("attach", "Load bill files", () => byId("file").click(), { id: "attach" });
const composer = new Composer({
  dock: byId("dock"),
  id: "composer",
  label: "Your question or command",
  ask,
  channel: () => open.name,
  before: attach,
});
const live = new Live({
  onMessage: receive,
  onReset: () => void boot({ keepPlace: true }),
  onState: showLive,
  isSignedIn: async () => (await get("/session")).signedIn,
});
createUpload({
  channel: () => open.name,
  bytesMax: () => start.uploadBytesMax,
  onDone: (message) => receive(message),
});

function ask(text, askId = crypto.randomUUID()) {
  const channel = open.name;
  if (!stream.isWhole) return void showNewest().then(() => ask(text, askId));
  hideEmpty();
  stream.pending(askId, text, start.person);
  return void post("/ask", { channel, text, askId }).then(
    ({ messages, preferences }) => answered(messages, preferences),
    (error) => open.name === channel && stream.failed(askId, error, () => ask(text, askId)),
  );
}

/** Runs an action of a card. What came of it arrives as messages, on this page as on every other. */
async function act(request) {
  const { messages, preferences, said } = await post("/act", request);
  answered(messages, preferences);
  if (said !== null) toast(said);
}

function answered(messages, preferences) {
  for (const message of messages) receive(message);
  applyPreferences(preferences);
}

function receive(message) {
  thread.receive(message);
  const isHere = message.channel === open.name && message.thread === null;
  if (isHere) hideEmpty();
  const isFirst = isHere ? stream.show(message) : message.revision === 1;
  const isNews = !isOwn(message) && (unread.received(message) || (isFirst && message.thread !== null));
  if (isHere) markRead();
  if (!isNews) return;
  const { notify: level = "mentions" } = start.preferences;
  notify(message, {
    level,
    person: start.person,
    follows: (id) => unread.follows(id),
    onOpen: (one) => go(placeOf(one)),
  });
  if (isHere || message.thread === thread.id)
    announce(`${message.author.name}: ${message.card?.summary ?? message.text}`);
}

/** One's own words, and the answer to them: both carry the id of the asking, on every page and device. */
function isOwn(message) {
  const [kind, askId] = message.key.split(":");
  const mine = message.author.kind === "person" && message.author.id === start.person.id;
  if (mine && kind === "ask") askedByMe.add(askId);
  return mine || (kind === "answer" && askedByMe.has(askId));
}

function newReplies({ id, replies }) {
  return unread.isThreadNew(id, replies.lastId);
}

function isLooking() {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** What has been in view counts as read, while somebody is at the page. */
function markRead() {
  if (open === null || !isLooking()) return;
  const last = stream.scroll.lastInView()?.dataset.id;
  if (last !== undefined) unread.readUpTo(open.name, last);
}

function drawNews() {
  if (start === null || open === null) return;
  const count = (name) => unread.count(name);
  const onOpen = (name) => {
    drawer(false);
    go({ channel: name });
  };
  drawChannels({ channels: start.channels, current: open.name, count, onOpen });
  const total = start.preferences.notify === "none" ? 0 : unread.total();
  document.title = `${total === 0 ? "" : `(${total > 99 ? "99+" : total}) `}${open.title} · Cloud Intelligence`;
}

function placeOf({ channel, id }) {
  return { channel, message: id };
}

function go(place) {
  const hash = routeHash(place);
  if (location.hash === hash) void showRoute();
  else location.hash = hash;
}

/** Shows what the address names: a channel, a message in it, a thread. */
async function showRoute() {
  const route = readRoute(location.hash) ?? { channel: start.preferences.channel ?? "", message: null, thread: null };
  const known = start.channels.find(({ name }) => name === route.channel);
  const channel = known ?? start.channels[0];
  if (known === undefined && route.channel !== "" && location.hash !== "") toast("That channel is not here.");
  if (route.message !== null && known !== undefined) return showMessage(channel, route.message);
  if (open?.name !== channel.name) await openChannel(channel);
  if (route.thread === null) return thread.close();
  return thread.show({ channel: channel.name, id: route.thread }).catch((error) => {
    toast(error.message);
    go({ channel: channel.name });
  });
}

async function showMessage(channel, id) {
  let element = open?.name === channel.name ? stream.element(id) : null;
  if (element === null) {
    try {
      const { parent } = await openChannel(channel, { around: id });
      if (parent !== null) {
        seek(stream, stream.element(parent));
        return await thread.show({ channel: channel.name, id: parent, sought: id });
      }
      element = stream.element(id);
    } catch (error) {
      toast(error.message);
      if (open === null) await openChannel(channel);
      return undefined;
    }
  }
  thread.close();
  return seek(stream, element);
}

/** Brings a message into view, marks it for a moment and gives it the focus. */
function seek(where, element) {
  if (element === null) return;
  where.scroll.show(element);
  element.classList.add("sought");
  element.focus({ preventScroll: true });
  setTimeout(() => element.classList.remove("sought"), SOUGHT_MS);
}

/** Opens a channel at its end, at what is new, or around a message. Rejects when that message is not there. */
async function openChannel(channel, { around } = {}) {
  const where = around === undefined ? "" : `&around=${around}`;
  const wanted = get(`/messages?channel=${encodeURIComponent(channel.name)}${where}`);
  if (around === undefined) enter(channel);
  const page = await wanted;
  if (around !== undefined) enter(channel);
  if (open.name !== channel.name) return page;
  const newAfter = page.newer ? null : unread.newAfter(channel.name);
  stream.replace(page.messages, { whole: !page.newer, newAfter });
  byId("older").hidden = !page.older;
  byId("newer").hidden = !page.newer;
  if (stream.isEmpty)
    showEmpty({ text: start.emptyText, starters: start.starters, checklist: start.checklist, run: ask });
  if (around === undefined) toNews();
  markRead();
  return page;
}

function enter(channel) {
  open = channel;
  byId("channel-title").textContent = channel.kind === "shared" ? `# ${channel.title}` : channel.title;
  byId("channel-topic").textContent = channel.topic;
  stream.clear();
  hideEmpty();
  thread.close();
  drawNews();
}

/** The end; or where what is new begins, when that does not fit above it. */
function toNews() {
  stream.scroll.followEnd();
  const line = byId("messages").querySelector(".new-line");
  if (line !== null && line.getBoundingClientRect().top < byId("stream").getBoundingClientRect().top) {
    stream.scroll.show(line);
    byId("jump").hidden = false;
  }
}

async function loadOlder() {
  const page = await get(`/messages?channel=${encodeURIComponent(open.name)}&before=${stream.firstId()}`);
  stream.prepend(page.messages);
  byId("older").hidden = !page.older;
}

async function loadNewer() {
  const page = await get(`/messages?channel=${encodeURIComponent(open.name)}&after=${stream.lastId()}`);
  stream.append(page.messages, !page.newer);
  byId("newer").hidden = !page.newer;
  markRead();
}

async function showNewest() {
  if (stream.isWhole) stream.scroll.followEnd();
  else await openChannel(open);
}

function showLive(on) {
  byId("live").classList.toggle("on", on);
  byId("live").classList.toggle("off", !on);
  byId("live-text").textContent = on ? "Live" : "Reconnecting…";
  byId("lost").hidden = on;
}

function applyPreferences(preferences) {
  const zone = start.preferences.timeZone;
  start.preferences = preferences;
  setTheme(preferences.theme ?? "auto");
  setTimeZone(preferences.timeZone ?? null);
  drawNews();
  if (open !== null && zone !== preferences.timeZone) void reopen();
}

/** The same place, drawn again. */
async function reopen() {
  const at = stream.scroll.isFollowing() ? null : (stream.scroll.firstInView()?.dataset.id ?? null);
  await openChannel(open, at === null ? {} : { around: at }).catch(() => openChannel(open));
}

function drawer(show) {
  byId("sidebar").classList.toggle("open", show);
  byId("scrim").hidden = !show;
  byId("menu").setAttribute("aria-expanded", String(show));
  if (show) byId("sidebar").querySelector('[tabindex="0"]')?.focus();
  else if (byId("sidebar").contains(document.activeElement)) byId("menu").focus();
}

function escape() {
  if (byId("sidebar").classList.contains("open")) drawer(false);
  else if (thread.id !== null) go({ channel: open.name });
}

/** Reads everything anew. `keepPlace`: the reader was somewhere (another estate, a long absence) and stays there. */
async function boot({ keepPlace = false } = {}) {
  live.stop();
  const { signedIn } = await get("/session");
  showLogin(!signedIn);
  if (!signedIn) return;
  const at = keepPlace && open !== null && !stream.scroll.isFollowing() ? stream.scroll.firstInView() : null;
  start = await get("/start");
  byId("estate").textContent = start.estate === "demo" ? "Sample estate" : "Your bills";
  byId("banner").hidden = start.banner === null;
  byId("banner-text").textContent =
    start.banner === null ? "" : narrow.matches ? start.banner.short : start.banner.text;
  composer.placeholder = `${narrow.matches ? "Ask, e.g." : "Ask about cost, for example:"} ${start.starters[0]}`;
  drawPerson(start);
  showSetup(start.setup);
  const before = open;
  open = null;
  unread.begin(start.channels, start.threads);
  applyPreferences(start.preferences);
  const again = start.channels.find(({ name }) => name === before?.name);
  const around = at?.dataset.id ?? null;
  if (again !== undefined && around !== null) await openChannel(again, { around }).catch(() => undefined);
  await showRoute();
  live.follow(`${start.estate}-${start.seq}`);
  if (matchMedia("(pointer: fine)").matches && location.hash.split("/").length < 4) composer.focus();
}

async function bootUntilItWorks() {
  for (;;) {
    try {
      return await boot();
    } catch (error) {
      byId("app").hidden = false;
      byId("live").classList.add("off");
      byId("live-text").textContent = error.message;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
}

byId("older-button").addEventListener("click", () => void loadOlder());
byId("newer-button").addEventListener("click", () => void loadNewer());
byId("jump").addEventListener("click", () => void showNewest());
byId("menu").addEventListener("click", () => drawer(true));
byId("scrim").addEventListener("click", () => drawer(false));
byId("find").addEventListener("click", () => search());
byId("settings").addEventListener("click", () =>
  openSettings({ preferences: start.preferences, onSaved: applyPreferences }),
);
byId("setup").addEventListener("click", () => {
  drawer(false);
  ask("start");
});
byId("lost-again").addEventListener("click", () => live.again());
byId("skip").addEventListener("click", (event) => {
  // The address is the place in the chat, not in the document.
  event.preventDefault();
  composer.focus();
});
window.addEventListener("hashchange", () => start !== null && void showRoute());
for (const event of ["focus", "visibilitychange"]) window.addEventListener(event, markRead);
document.addEventListener("visibilitychange", markRead);

function search() {
  openSearch({ channel: open, onOpen: (hit) => go(placeOf(hit)) });
}

wireKeys({
  search,
  escape,
  focusComposer: () => composer.focus(),
  neighbour: (by) => go({ channel: neighbour(start.channels, open.name, by) }),
});
wireChannelKeys();
wireSwitch(boot);
wireLogin(boot);
void bootUntilItWorks();
