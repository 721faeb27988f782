// Moves on the board of leads, by dragging and by arrow keys. Both fill in a card's form, which works without this file.
const board = document.querySelector("[data-board]") ?? document.createElement("div"); // none without leads
const columns = [...board.querySelectorAll("[data-status]")];
let dragged = null;

function announce(text) {
  document.getElementById("announcement").textContent = text;
}

function allowed(card) {
  return [...card.querySelectorAll("select[name=to] option")].map((one) => one.value).filter(Boolean);
}

// The card's form with its destination, ready to be sent; or sent, if nothing more is needed.
function move(card, status, isSent) {
  const form = card.querySelector("form");
  form.elements.to.value = status;
  needReason(form);
  if (isSent && !form.elements.reason.required) return form.requestSubmit();
  form.closest("details").open = true;
  (form.elements.reason.required ? form.elements.reason : form.querySelector("button")).focus();
  announce(`${card.querySelector("[data-title]").textContent}: move to ${form.elements.to.selectedOptions[0].text}?`);
}

function needReason(form) {
  form.elements.reason.required = form.elements.to.value === board.dataset.needsReason;
}

document.addEventListener("change", (event) => {
  if (event.target.name === "to") needReason(event.target.form);
});

// Dragging: only from the card itself, and only to columns that the lead's status allows.
board.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("[data-card]");
  if (card) card.draggable = allowed(card).length > 0 && !event.target.closest("details");
});
board.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-card]");
  event.dataTransfer.setData("text/plain", dragged.id);
  event.dataTransfer.effectAllowed = "move";
  for (const one of columns) one.dataset.drop = allowed(dragged).includes(one.dataset.status) ? "yes" : "no";
});
board.addEventListener("dragover", (event) => {
  const column = event.target.closest("[data-drop=yes]");
  for (const one of columns) one.toggleAttribute("data-over", one === column);
  if (column) event.preventDefault();
});
board.addEventListener("drop", (event) => {
  const column = event.target.closest("[data-drop=yes]");
  event.preventDefault();
  if (column && dragged) move(dragged, column.dataset.status, true);
});
board.addEventListener("dragend", () => {
  dragged = null;
  for (const one of columns) {
    delete one.dataset.drop;
    one.removeAttribute("data-over");
  }
});

// Arrow keys go from card to card. With Shift they choose the next column that is allowed in their direction.
board.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-card]");
  if (event.key === "Escape" && card?.querySelector("details[open]")) {
    card.querySelector("details").open = false;
    card.querySelector("[data-title]").focus();
    return;
  }
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !card || !event.target.matches("[data-title]")) return;
  const here = columns.indexOf(card.closest("[data-status]"));
  const isSideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  event.preventDefault();
  if (event.shiftKey && isSideways) {
    const onwards = step > 0 ? columns.slice(here + 1) : columns.slice(0, here).reverse();
    const next = onwards.find((one) => allowed(card).includes(one.dataset.status));
    return next ? move(card, next.dataset.status, false) : announce("No move in this direction");
  }
  const cards = [...card.parentElement.querySelectorAll("[data-card]")];
  const place = cards.indexOf(card);
  const onwards = step > 0 ? columns.slice(here + 1) : columns.slice(0, here).reverse();
  const beside = onwards.map((one) => [...one.querySelectorAll("[data-card]")]).find((found) => found.length);
  (isSideways ? beside?.[Math.min(place, beside.length - 1)] : cards[place + step])?.querySelector("[data-title]").focus();
});

document.querySelector("[data-keys]").hidden = !board.querySelector("select[name=to]");

// After a move: on to the moved card.
addEventListener("load", () => {
  const moved = location.hash && board.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`);
  if (moved) moved.querySelector("[data-title]").focus();
});
