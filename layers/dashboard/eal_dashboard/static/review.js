// Keys of the scope review. They only press what is on the page, which works without them.
const items = [...document.querySelectorAll("article.review")];

function current() {
  return items.indexOf(document.activeElement?.closest("article.review"));
}

function go(index) {
  const item = items[Math.min(Math.max(index, 0), items.length - 1)];
  item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: "center" });
}

function press(item, key) {
  const part = item?.querySelector(`[data-key="${key}"]`);
  if (!part) return;
  if (part.localName === "details") {
    part.open = !part.open;
    if (part.open) part.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  } else {
    part.querySelector("button")?.click();
  }
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const item = items[current()];
  if (event.key === "Escape" && item) {
    for (const part of item.querySelectorAll("details[open]")) part.open = false;
    item.focus();
    return;
  }
  if (event.target.matches("input, select, textarea")) return;
  if (event.key === "j") go(current() + 1);
  else if (event.key === "k") go(current() - 1);
  else if (["a", "e", "r"].includes(event.key)) press(item, event.key);
  else return;
  event.preventDefault();
});

for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = items.length === 0;

// After a decision: on to the next item without one, when the browser has gone to the decided one.
addEventListener("load", () => {
  if (!new URLSearchParams(location.search).has("done")) return;
  const decided = items.findIndex((item) => `#${item.id}` === location.hash);
  const next = items.findIndex((item, index) => index > decided && item.dataset.status === "proposed");
  if (location.hash) setTimeout(() => go(next >= 0 ? next : decided));
});
