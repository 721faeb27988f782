// What pages do beyond HTML. Every page works without this file.

// Copy buttons, and a warning before a secret that was not copied is left.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    announce("Copied");
    removeEventListener("beforeunload", warn);
  });
}

function warn(event) {
  event.preventDefault();
}

if (document.querySelector("[data-secret]")) addEventListener("beforeunload", warn);

function announce(text) {
  document.getElementById("announcement").textContent = text;
}

// A refused form: to its first error.
document.querySelector("[data-failed] [aria-invalid], [data-failed] [role=alert]")?.scrollIntoView({ block: "center" });
document.querySelector("[data-failed] [aria-invalid]")?.focus({ preventScroll: true });

// Only one menu is open at a time; Escape closes it.
const menus = document.querySelectorAll(".place, .person, .popover");
for (const menu of menus) {
  menu.addEventListener("toggle", () => {
    if (menu.open) for (const other of menus) if (other !== menu) other.open = false;
  });
}
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// A second click must not send a form twice. The API would not repeat the change; the person should not wonder.
addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Five minutes before an unused session ends (WCAG 2.2.1).
const idle = document.getElementById("idle");
if (idle) {
  const seconds = Number(document.body.dataset.idleSeconds);
  setTimeout(() => {
    idle.hidden = false;
  }, (seconds - 300) * 1000);
}

document.addEventListener("htmx:after:swap", (event) => {
  const isPolled = !["TR", "LI"].includes(event.detail.ctx.target.nodeName); // by a page that waits for work to be done
  const state = document.querySelector("main [role=status]:not([hidden])")?.textContent ?? "The page was updated";
  if (!isPolled) announce("More rows were added");
  else if (!document.querySelector("main [hx-trigger]")) announce(state);
});

// The current page is in sight in a menu that is longer than the screen.
for (const current of document.querySelectorAll("nav [aria-current=page]")) {
  const menu = current.closest("nav");
  menu.scrollTop += current.getBoundingClientRect().top - menu.getBoundingClientRect().top - menu.clientHeight / 2;
}

// What just happened is said once: not again after a reload, and not in a bookmark. After the other listeners of "load",
// which may read it.
addEventListener("load", () =>
  setTimeout(() => {
    const address = new URL(location.href);
    if (!address.searchParams.has("done") && !address.searchParams.has("why")) return;
    address.searchParams.delete("done");
    address.searchParams.delete("why");
    history.replaceState(history.state, "", address);
  }),
);
