import { Composer } from "./ask/composer.js";
import { drawChannels, neighbour, wireChannelKeys } from "./chat/channels.js";
import { showSetup } from "./chat/empty.js";
import { calls, notify } from "./chat/notify.js";
import { isLooking, Room } from "./chat/room.js";
import { openSearch } from "./chat/search.js";
import { ThreadPanel } from "./chat/thread.js";
import { countText, Unread } from "./chat/unread.js";
import { createUpload } from "./chat/upload.js";
import { wireKeys } from "./keys.js";
import { ApiError, get, post } from "./lib/api.js";
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
const askedByMe = new Set();
let start = null;

const handlers = { run: (text) => room.ask(text), act, openThread, isOwn, me: () => start.person.id, newReplies };
const unread = new Unread(drawNews);
const room = new Room({ start: () => start, unread, handlers, answered, onEnter: entered });
const thread = new ThreadPanel({
  handlers,
  person: () => start.person,
  answered,
  onClose: () => go({ channel: room.channel.name }),
  onRead: (channel, id, last) => isLooking() && unread.readThread(channel, id, last),
});
const composer = new Composer({
  dock: byId("dock"),
  id: "composer",
  label: "Your question or command",
  ask: (text) => room.ask(text),
  channel: () => room.channel.name,
  before: iconButton("attach", "Load bill files", () => byId("file").click(), { id: "attach" }),
});
const live = new Live({
  onMessage: receive,
  onRead: (marks) => void readElsewhere(marks),
  onReset: () => void boot({ keepPlace: true }),
  onState: showLive,
  isSignedIn: async () => (await get("/session")).signedIn,
});

/**
 * Runs an action of a card. What came of it is messages, in the card's thread or in one's private talk; or the card itself
 * changes, on this page as on every other. Rejects with why nothing was done.
 */
async function act(request) {
  const actId = crypto.randomUUID();
  const { done, said, messages, preferences } = await post("/act", { ...request, actId });
  answered(messages, preferences);
  if (!done) throw new ApiError(0, { message: said });
  if (said !== null) toast(said);
  const [first] = messages;
  if (first === undefined) return;
  if (first.thread !== null && first.thread !== thread.id) go({ channel: first.channel, thread: first.thread });
  else if (first.thread === null && first.channel === room.channel.name) room.followEnd();
  else if (first.channel !== room.channel.name) room.aside(actId, messages);
}

function answered(messages, preferences) {
  for (const message of messages) receive(message);
  applyPreferences(preferences);
}

function receive(message) {
  // Counted before it is drawn: what is drawn in view is read.
  const isNews = !isOwn(message) && unread.received(message, callsMe(message));
  const isHere = message.channel === room.channel.name && message.thread === null;
  thread.receive(message);
  if (isHere) room.receive(message);
  if (!isNews) return;
  const { notify: level = "mentions" } = start.preferences;
  const follows = (id) => unread.follows(id);
  notify(message, { level, isCalled: callsMe(message), follows, onOpen: (one) => go(placeOf(one)) });
  if (isHere || message.thread === thread.id) {
    announce(`${message.author.name}: ${message.card?.summary ?? message.text}`);
  }
}

/** One's own words, and the answer to them: both carry the id of the asking, on every page and device. */
function isOwn(message) {
  const [kind, askId] = message.key.split(":");
  const mine = message.author.kind === "person" && message.author.id === start.person.id;
  if (mine && kind === "ask") askedByMe.add(askId);
  return mine || (kind === "answer" && askedByMe.has(askId));
}

function callsMe(message) {
  return calls(message, start.person);
}

function newReplies({ channel, id }) {
  return unread.countInThread(channel, id);
}

function entered() {
  thread.close();
  drawNews();
}

/** What was read on another page is no news here. Of a very long absence only the server knows what is left. */
async function readElsewhere(marks) {
  if (start === null || unread.readElsewhere(marks)) return;
  const { channels, threads } = await get("/start");
  unread.begin(channels, threads);
}

function drawNews() {
  if (start === null || room.channel === null) return;
  const onOpen = (name) => {
    drawer(false);
    go({ channel: name });
  };
  drawChannels({
    channels: start.channels,
    current: room.channel.name,
    count: (name) => unread.count(name),
    isCalled: (name) => unread.isCalled(name),
    onOpen,
  });
  drawThreadNews();
  const total = start.preferences.notify === "none" ? 0 : unread.total();
  document.title = `${total === 0 ? "" : `(${countText(total)}) `}${room.channel.title} · Cloud Intelligence`;
}

/** Answers in threads of this channel that one has been in: they may hang far up. */
function drawThreadNews() {
  const { name } = room.channel;
  const [first] = unread.newThreads(name).filter((id) => id !== thread.id);
  byId("thread-news").hidden = first === undefined;
  if (first === undefined) return;
  const count = unread.countInThread(name, first);
  byId("thread-news-text").textContent = `${count} new ${count === 1 ? "reply" : "replies"} in a thread you are in`;
  byId("thread-news").dataset.thread = first;
}

function placeOf({ channel, id }) {
  return { channel, message: id };
}

function openThread({ channel, id }) {
  go({ channel, thread: id });
}

function go(place) {
  const hash = routeHash(place);
  if (location.hash === hash) void showRoute();
  else location.hash = hash;
}

/** Shows what the address names: a channel, a message in it, a thread. */
async function showRoute() {
  byId("sidebar").classList.remove("open");
  byId("scrim").hidden = true;
  const nothing = { channel: start.preferences.channel ?? "", message: null, thread: null };
  const route = readRoute(location.hash) ?? nothing;
  const known = start.channels.find(({ name }) => name === route.channel);
  const channel = known ?? start.channels[0];
  if (known === undefined && route.channel !== "" && location.hash !== "") toast("That channel is not here.");
  try {
    if (route.message !== null && known !== undefined) {
      const parent = await room.show(channel, route.message);
      if (parent === null) thread.close();
      else await thread.show({ channel: channel.name, id: parent, sought: route.message });
    } else {
      if (room.channel?.name !== channel.name) await room.open(channel);
      if (route.thread === null || known === undefined) thread.close();
      else await thread.show({ channel: channel.name, id: route.thread });
    }
  } catch (error) {
    toast(error.message);
    thread.close();
    if (room.channel === null) await room.open(channel);
  }
  drawNews();
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
  // Times are drawn anew, in the same place.
  if (room.channel !== null && zone !== preferences.timeZone) {
    void room.open(room.channel, { around: room.place() }).catch(() => room.open(room.channel));
  }
}

function drawer(show) {
  const sidebar = byId("sidebar");
  const wasIn = sidebar.contains(document.activeElement);
  sidebar.classList.toggle("open", show);
  byId("scrim").hidden = !show;
  byId("menu").setAttribute("aria-expanded", String(show));
  if (show) sidebar.querySelector('[tabindex="0"]')?.focus();
  else if (wasIn && narrow.matches) byId("menu").focus();
}

function escape() {
  if (byId("sidebar").classList.contains("open")) drawer(false);
  else if (thread.id !== null) go({ channel: room.channel.name });
}

/** Reads everything anew. `keepPlace`: the reader was somewhere (another estate, a long absence) and stays there. */
async function boot({ keepPlace = false } = {}) {
  live.stop();
  const { signedIn } = await get("/session");
  showLogin(!signedIn);
  if (!signedIn) return;
  const before = keepPlace ? room.channel : null;
  const around = before === null ? undefined : room.place();
  start = await get("/start");
  room.channel = null;
  drawStart();
  const again = start.channels.find(({ name }) => name === before?.name);
  if (again !== undefined && around !== undefined) await room.open(again, { around }).catch(() => undefined);
  await showRoute();
  live.follow(`${start.estate}-${start.seq}`);
  const isAtPlace = readRoute(location.hash)?.message ?? readRoute(location.hash)?.thread ?? null;
  if (matchMedia("(pointer: fine)").matches && isAtPlace === null) composer.focus();
}

function drawStart() {
  const { banner, estate, starters } = start;
  byId("estate").textContent = estate === "demo" ? "Sample estate" : "Your bills";
  byId("banner").hidden = banner === null;
  byId("banner-text").textContent = banner === null ? "" : narrow.matches ? banner.short : banner.text;
  composer.placeholder = `${narrow.matches ? "Ask, e.g." : "Ask about cost, for example:"} ${starters[0]}`;
  drawPerson(start);
  showSetup(start.setup);
  unread.begin(start.channels, start.threads);
  applyPreferences(start.preferences);
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

function search() {
  openSearch({ channel: room.channel, onOpen: (hit) => go(placeOf(hit)) });
}

function wire() {
  const clicks = {
    menu: () => drawer(true),
    scrim: () => drawer(false),
    find: search,
    settings: () => openSettings({ preferences: start.preferences, onSaved: applyPreferences }),
    "thread-news": () => go({ channel: room.channel.name, thread: byId("thread-news").dataset.thread }),
    "lost-again": () => live.again(),
    setup: () => {
      drawer(false);
      room.ask("start");
    },
    // The address is the place in the chat, not in the document.
    skip: (event) => {
      event.preventDefault();
      composer.focus();
    },
  };
  for (const [id, handle] of Object.entries(clicks)) byId(id).addEventListener("click", handle);
  window.addEventListener("hashchange", () => start !== null && void showRoute());
  window.addEventListener("focus", () => room.markRead());
  document.addEventListener("visibilitychange", () => room.markRead());
  wireKeys({
    search,
    escape,
    focusComposer: () => composer.focus(),
    neighbour: (by) => go({ channel: neighbour(start.channels, room.channel.name, by) }),
  });
  wireChannelKeys();
  wireSwitch(boot);
  wireLogin(boot);
  createUpload({ channel: () => room.channel.name, bytesMax: () => start.uploadBytesMax, onDone: receive });
}

wire();
void bootUntilItWorks();
