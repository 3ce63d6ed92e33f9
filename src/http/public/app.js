import { get, post } from "./api.js";
import { createComposer } from "./composer.js";
import { byId, el, icon } from "./dom.js";
import { createLive } from "./live.js";
import { initial } from "./message.js";
import {
  clearStream,
  oldestId,
  showEmpty,
  showFailed,
  showHistory,
  showMessage,
  showOlder,
  showPending,
} from "./stream.js";
import { createUpload } from "./upload.js";

/** The page: one open channel, everything else follows from the server. */
let start = null;
let open = null;
const unread = new Set();

const composer = createComposer({ ask });
const live = createLive({ onMessage: receive, onReset: () => void boot() });
createUpload({
  channel: () => open.name,
  bytesMax: () => start.uploadBytesMax,
  onDone: (message) => (message.channel === open.name ? receive(message) : undefined),
});

function ask(text) {
  const askId = crypto.randomUUID();
  void sendAsk(askId, text);
}

async function sendAsk(askId, text) {
  const channel = open.name;
  showPending(askId, text, start.person);
  try {
    const { question, answer } = await post("/ask", { channel, text, askId });
    receive(question);
    receive(answer);
  } catch (error) {
    if (open.name === channel) showFailed(askId, error, () => void sendAsk(askId, text));
  }
}

function receive(message) {
  if (message.channel === open.name) {
    showMessage(message, { run: ask });
    return;
  }
  unread.add(message.channel);
  drawChannels();
}

async function openChannel(name) {
  open = start.channels.find((channel) => channel.name === name) ?? start.channels[0];
  unread.delete(open.name);
  history.replaceState(null, "", `#${encodeURIComponent(open.name)}`);
  document.title = `${open.title} · Cloud Intelligence`;
  byId("channel-title").textContent = open.kind === "shared" ? `# ${open.title}` : open.title;
  byId("channel-topic").textContent = open.topic;
  drawChannels();
  drawer(false);
  clearStream();
  const wanted = open.name;
  const { messages, more } = await get(`/messages?channel=${encodeURIComponent(wanted)}`);
  if (open.name !== wanted) return;
  showHistory(messages, { run: ask });
  byId("older").hidden = !more;
  showEmpty(start.emptyText, start.starters, ask, start.checklist);
}

async function loadOlder() {
  const before = oldestId();
  if (before === null) return;
  const { messages, more } = await get(`/messages?channel=${encodeURIComponent(open.name)}&before=${before}`);
  showOlder(messages, { run: ask });
  byId("older").hidden = !more;
}

function drawChannels() {
  const item = (channel) =>
    el(
      "li",
      {},
      el(
        "button",
        {
          class: unread.has(channel.name) ? "channel unread" : "channel",
          type: "button",
          "aria-current": channel.name === open.name ? "page" : null,
          onclick: () => void openChannel(channel.name),
        },
        icon(channel.kind === "shared" ? "hash" : "lock"),
        el("span", { text: channel.title }),
      ),
    );
  byId("channels").replaceChildren(...start.channels.filter((channel) => channel.kind === "shared").map(item));
  byId("direct").replaceChildren(...start.channels.filter((channel) => channel.kind === "direct").map(item));
}

function drawPerson() {
  const { person, people, roles } = start;
  byId("person-name").textContent = person.name;
  byId("person-mark").textContent = initial(person.name);
  const options = (roles ?? [person.role]).map((role) => el("option", { value: role, text: role }));
  // In the sample estate one may be oneself in any role, or one of its people.
  const others = (people ?? []).filter(({ id }) => id !== "local");
  const group = (label, items) => el("optgroup", { label }, ...items);
  const names = others.map(({ id, name }) => el("option", { value: `person:${id}`, text: name }));
  byId("role").replaceChildren(...(names.length === 0 ? options : [group("You, as", options), group("Be", names)]));
  byId("role").value = others.some(({ id }) => id === person.id) ? `person:${person.id}` : person.role;
  byId("role").disabled = roles === null;
}

function drawer(show) {
  byId("sidebar").classList.toggle("open", show);
  byId("scrim").hidden = !show;
  byId("menu").setAttribute("aria-expanded", String(show));
  if (show) byId("channels").querySelector("button")?.focus();
}

async function boot() {
  live.stop();
  const { signedIn } = await get("/session");
  byId("login").hidden = signedIn;
  byId("app").hidden = !signedIn;
  if (!signedIn) return;
  start = await get("/start");
  byId("estate").textContent = start.estate === "demo" ? "Sample estate" : "Your bills";
  byId("banner").hidden = start.banner === null;
  byId("banner-text").textContent = start.banner ?? "";
  composer.setCommands(start.commands, start.starters[0], matchMedia("(max-width: 760px)").matches);
  drawPerson();
  await openChannel(open?.name ?? decodeURIComponent(location.hash.slice(1)));
  live.follow(`${start.estate}-${start.seq}`);
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

byId("older-button").addEventListener("click", () => void loadOlder());
byId("menu").addEventListener("click", () => drawer(true));
byId("scrim").addEventListener("click", () => drawer(false));
byId("lightbox").addEventListener("click", (event) => event.target === byId("lightbox") && byId("lightbox").close());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") drawer(false);
  if (event.key === "/" && event.target === document.body) {
    event.preventDefault();
    composer.focus();
  }
});
byId("role").addEventListener("change", async (event) => {
  const [kind, id] = event.target.value.split(":");
  await (id === undefined ? post("/role", { role: kind }) : post("/person", { id }));
  await boot();
});
byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("login-error").textContent = "";
  try {
    await post("/login", { name: byId("login-name").value, token: byId("login-token").value });
    byId("login-token").value = "";
    await boot();
  } catch (error) {
    byId("login-error").textContent = `${error.message} ${error.remedy ?? ""}`;
  }
});

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
void bootUntilItWorks();
