import { ApiError, csrfToken, postLines } from "../lib/api.js";
import { byId, el } from "../lib/dom.js";

const MEGABYTE = 1024 * 1024;
const PHASES = {
  waiting: "Waiting",
  checking: "Checking",
  reading: "Reading",
  building: "Adding up",
  storing: "Storing",
};

/** Bills by drop, button or paste: files go up one after the other, then one ingest runs over all of them. */
export function createUpload({ channel, bytesMax, onDone }) {
  const panel = byId("upload");
  let busy = false;

  async function load(files) {
    if (files.length === 0 || busy) return;
    const large = files.find((file) => file.size > bytesMax());
    if (large !== undefined) {
      return fail(
        `${large.name} is larger than the ${Math.floor(bytesMax() / MEGABYTE)} MB taken here. Use: finops ingest PATH`,
      );
    }
    busy = true;
    try {
      const uploads = [];
      for (const [index, file] of files.entries()) {
        const label =
          files.length === 1 ? `Sending ${file.name}` : `Sending ${index + 1} of ${files.length}: ${file.name}`;
        uploads.push(await send(file, (percent) => progress(label, percent)));
      }
      let done = null;
      await postLines("/ingest", { channel: channel(), uploads }, (line) => {
        if (line.progress !== undefined) {
          const { phase, what, percent } = line.progress;
          progress(`${PHASES[phase] ?? phase} ${what.split("/").at(-1)}`, percent);
        }
        done = line.done ?? done;
      });
      if (done === null)
        throw new ApiError(0, {
          message: "The connection was lost while the bills were read.",
          remedy: "Drop them again: what is stored already stays as it is.",
        });
      panel.hidden = true;
      onDone(done);
    } catch (error) {
      fail(`${error.message} ${error.remedy ?? ""}`.trim());
    } finally {
      busy = false;
      byId("file").value = "";
    }
  }

  function progress(text, percent) {
    const whole = Math.max(0, Math.min(100, Math.floor(percent)));
    panel.className = "upload";
    panel.hidden = false;
    panel.replaceChildren(
      el("div", { class: "upload-row" }, el("span", { text }), el("b", { text: `${whole} %` })),
      el("progress", { max: "100", value: String(whole), "aria-label": text }),
    );
  }

  function fail(text) {
    panel.className = "upload bad";
    panel.hidden = false;
    const close = el("button", {
      class: "button",
      type: "button",
      text: "Close",
      onclick: () => (panel.hidden = true),
    });
    panel.replaceChildren(el("div", { class: "upload-row", role: "alert" }, el("span", { text, title: text }), close));
  }

  wire(load);
  return { load };
}

/** XMLHttpRequest, because fetch cannot tell how much of a body has gone out. */
function send(file, onPercent) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/chat/upload?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("x-csrf-token", csrfToken());
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => onPercent((event.loaded / Math.max(1, event.total)) * 100));
    request.addEventListener("error", () =>
      reject(new ApiError(0, { message: `${file.name} could not be sent.`, remedy: "Try again." })),
    );
    request.addEventListener("load", () => {
      const body = JSON.parse(request.responseText || "{}");
      if (request.status === 200) resolve(body.upload);
      else reject(new ApiError(request.status, body.error ?? { message: `${file.name} was not accepted.` }));
    });
    onPercent(0);
    request.send(file);
  });
}

function wire(load) {
  const drop = byId("drop");
  let depth = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  byId("file").addEventListener("change", (event) => void load([...event.target.files]));
  window.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    drop.hidden = false;
  });
  window.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) drop.hidden = true;
  });
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    drop.hidden = true;
    void load([...(event.dataTransfer?.files ?? [])]);
  });
}
