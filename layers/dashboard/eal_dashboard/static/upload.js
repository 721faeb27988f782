// Send the files of a form to their bucket: ask the dashboard for the URL of each, then PUT the file there.

const PARALLEL = 3;
const POLL_SECONDS = 3;
const MAX_POLLS = 100;
const UNCLEAR = "The dashboard did not accept the file. Reload the page, then try again.";

const form = document.querySelector("form[data-upload]");
const list = document.getElementById("uploads");
const isDeclared = form !== null && "declared" in form.dataset;
const uploads = [];

// `isFinal`: another try would not help.
class Refused extends Error {
  constructor(message, isFinal = false) {
    super(message);
    this.isFinal = isFinal;
  }
}

async function sha256(file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (one) => one.toString(16).padStart(2, "0")).join("");
}

// By the extension, because browsers know no type of some files, such as HEIC.
function typeOf(file) {
  const name = file.name.toLowerCase();
  const types = Object.entries(JSON.parse(form.dataset.upload));
  return types.find(([, extensions]) => extensions.some((one) => name.endsWith(one)))?.[0];
}

function check(file) {
  const maximum = Number(form.dataset.maxBytes);
  const extensions = Object.values(JSON.parse(form.dataset.upload)).flat().join(", ");
  if (!typeOf(file)) throw new Refused(`The name of the file must end with one of: ${extensions}.`, true);
  if (file.size === 0) throw new Refused("The file is empty.", true);
  if (file.size > maximum) throw new Refused(`The file is larger than ${maximum / 1048576} MiB.`, true);
}

async function fieldsFor(upload) {
  const { file } = upload;
  const fields = new URLSearchParams();
  for (const [name, value] of upload.fields) if (typeof value === "string") fields.append(name, value);
  fields.set("_key", upload.key);
  if (isDeclared) {
    fields.set("filename", file.name);
    fields.set("content_type", typeOf(file));
    fields.set("size_bytes", file.size);
    fields.set("sha256", await sha256(file));
  }
  return fields;
}

// Where to send the file, and the page that follows.
async function ask(upload) {
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: await fieldsFor(upload),
  });
  const isData = response.headers.get("Content-Type")?.startsWith("application/json");
  const content = isData ? await response.json() : { message: UNCLEAR };
  if (response.ok && isData) return content;
  if (response.status < 500) upload.key = crypto.randomUUID(); // the API would repeat its response to the old one
  throw new Refused(content.message);
}

// Not fetch, which does not say how much it has sent.
function put(file, target, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(target.method, target.url);
    for (const [name, value] of Object.entries(target.headers)) {
      if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value); // the browser's own
    }
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("loadend", () => resolve(request.status));
    request.send(file);
  });
}

function show(upload, state, text) {
  upload.state = state;
  upload.row.dataset.state = state;
  upload.row.querySelector(".state").textContent = text;
  upload.row.querySelector("progress").hidden = state !== "sending";
  upload.row.querySelector("button").hidden = state !== "failed";
}

async function send(upload) {
  const progress = upload.row.querySelector("progress");
  progress.value = 0;
  try {
    check(upload.file);
    show(upload, "sending", "Preparing");
    const { id, upload: target, next } = await ask(upload);
    const status = await put(upload.file, target, (part) => {
      progress.value = part;
      show(upload, "sending", `Uploading, ${Math.floor(100 * part)} %`);
    });
    // 412: the bucket has the file already, from a try whose response was lost.
    if (status !== 200 && status !== 412) {
      if (status !== 0) upload.key = crypto.randomUUID();
      throw new Refused("The file did not arrive. Check your connection.");
    }
    upload.id = id;
    show(upload, "sent", isDeclared ? "Being inspected" : "Uploaded");
    return next;
  } catch (error) {
    const isKnown = error instanceof Refused;
    const text = isKnown ? error.message : "The file could not be read or sent. Check your connection.";
    show(upload, isKnown && error.isFinal ? "refused" : "failed", text);
    return null;
  }
}

function add(file, fields) {
  const row = document.getElementById("upload").content.firstElementChild.cloneNode(true);
  row.querySelector(".name").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", file.name);
  const upload = { file, fields, row, key: crypto.randomUUID(), state: "waiting" };
  const again = row.querySelector("button");
  again.setAttribute("aria-label", `Try again: ${file.name}`);
  again.addEventListener("click", () => work([upload]));
  show(upload, "waiting", "Waiting");
  list.append(row);
  list.hidden = false;
  uploads.push(upload);
  return upload;
}

function isBusy() {
  return uploads.some((one) => one.state === "waiting" || one.state === "sending");
}

async function work(waiting) {
  const queue = [...waiting];
  let next = null;
  const worker = async () => {
    while (queue.length > 0) next = (await send(queue.shift())) ?? next;
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (isDeclared) {
    announce(summary());
    poll();
  } else if (next) {
    location.assign(next);
  }
}

// ---------------------------------------------------------------- the inspection of photos

let polls = 0;
let timer = null;

function summary() {
  const count = (...states) => uploads.filter((one) => states.includes(one.state)).length;
  const failed = count("failed", "refused", "rejected");
  return `${count("sent", "ready")} of ${uploads.length} files uploaded${failed ? `, ${failed} refused` : ""}.`;
}

function refresh() {
  document.getElementById("gallery").dispatchEvent(new CustomEvent("refresh"));
}

function poll() {
  polls = 0;
  clearTimeout(timer);
  refresh();
}

// The gallery says what became of the uploaded photos. Those that are on none of its first page stay as they are.
function settle() {
  const shown = document.getElementById("gallery");
  const pending = uploads.filter((one) => one.state === "sent");
  for (const upload of pending) {
    const photo = shown.querySelector(`[data-photo="${upload.id}"]`);
    if (photo?.dataset.status === "ready") show(upload, "ready", "Added");
    if (photo?.dataset.status === "rejected") show(upload, "rejected", photo.dataset.reason);
  }
  const isWaiting = uploads.some((one) => one.state === "sent");
  if (pending.length > 0 && !isWaiting) announce(summary());
  if (!isWaiting || ++polls > MAX_POLLS) return;
  timer = setTimeout(refresh, POLL_SECONDS * 1000);
}

if (form) {
  form.hidden = false;
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isDeclared && isBusy()) return;
    if (!isDeclared) {
      list.replaceChildren();
      uploads.length = 0;
    }
    const fields = [...new FormData(form)];
    const added = [...input.files].map((file) => add(file, fields));
    if (isDeclared) input.value = "";
    work(added);
  });
  if (isDeclared) document.addEventListener("htmx:after:swap", settle);
  addEventListener("beforeunload", (event) => {
    if (isBusy()) event.preventDefault();
  });
}
