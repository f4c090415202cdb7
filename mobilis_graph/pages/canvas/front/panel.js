/**
 * A panel: blocks of text from Python as real elements, so that a screen reader reads them and no
 * word of theirs is ever parsed. Which folds are open, and the focus, survive a new drawing.
 */

import { el, Wire } from "./wire.js";

const LIVE = new WeakMap();

export default function ({ data, parentElement: root, setStateValue }) {
  const panel = LIVE.get(root) || { wire: new Wire(), folds: new Map(), box: root.querySelector(".mobilis-panel") };
  LIVE.set(root, panel);
  panel.wire.rebind(setStateValue, data.taken);
  document.documentElement.lang = data.lang;
  const drawn = JSON.stringify({ ...data, taken: 0 });
  if (drawn === panel.drawn) return undefined;
  const sameCard = panel.title === data.title, top = panel.box.scrollTop;
  const focus = root.activeElement && root.activeElement.dataset.focus;
  if (!sameCard) panel.folds.clear();
  Object.assign(panel, { drawn, title: data.title, images: data.images || {} });
  panel.box.className = `mobilis-panel ${data.look || ""}`;
  panel.box.replaceChildren(...data.blocks.map((b) => build(panel, b)));
  panel.box.scrollTop = sameCard ? top : 0;
  const again = focus && [...panel.box.querySelectorAll("[data-focus]")].find((n) => n.dataset.focus === focus);
  if (again) again.focus();
  return undefined;
}

function build(panel, block) {
  return BLOCKS[block.is](panel, block);
}

const children = (panel, block) => (block.body || []).map((b) => build(panel, b));
const icon = (panel, name, size) => (panel.images[name] ? el("img", { src: panel.images[name], alt: "", width: size, height: size }) : "");
const chip = ({ text, tone }) => el("span", { class: `chip ${tone || ""}` }, text);

const BLOCKS = {
  brand: (panel, b) => el("div", { class: "brand" }, el("b", {}, "MOBILIS"), " graph", b.text ? el("span", { class: "banner" }, b.text) : ""),
  title: (panel, b) => el("header", { class: "title" }, icon(panel, b.icon, 44), el("div", {},
    el("h2", { dir: "auto" }, b.text), el("div", { class: "chips" }, (b.chips || []).map(chip)))),
  section: (panel, b) => el("section", {}, el("h3", {}, b.text, b.n === undefined ? "" : el("b", {}, String(b.n))), children(panel, b)),
  text: (panel, b) => el("p", { class: b.tone || "", dir: "auto" }, b.text),
  quote: (panel, b) => el("blockquote", { dir: "auto" }, b.text),
  pairs: (panel, b) => el("dl", {}, b.rows.flatMap(([term, told]) => [el("dt", {}, term), el("dd", { dir: "auto" }, told)])),
  chips: (panel, b) => el("div", { class: "chips" }, b.items.map(chip)),
  buttons: (panel, b) => el("div", { class: "buttons" }, b.items.map((i) => el("button", {
    type: "button", class: i.main ? "main" : "", "data-focus": JSON.stringify(i.op.op), onclick: () => panel.wire.send(i.op),
  }, i.text, i.key ? el("kbd", {}, i.key) : ""))),
  row: (panel, b) => el("button", { type: "button", class: "row", "data-focus": JSON.stringify(b.op), onclick: () => panel.wire.send(b.op) },
    icon(panel, b.icon, 26), el("span", { class: "what" }, el("span", { dir: "auto" }, b.text), b.note ? el("small", { dir: "auto" }, b.note) : ""),
    b.side ? el("span", { class: "side" }, b.side) : ""),
  fold,
  table,
};

/** A heading that opens; with `go`, a button beside it that shows its entity on the canvas. */
function fold(panel, b) {
  const open = panel.folds.has(b.key) ? panel.folds.get(b.key) : Boolean(b.open);
  const details = el("details", { open, ontoggle: () => panel.folds.set(b.key, details.open) },
    el("summary", { "data-focus": b.key }, icon(panel, b.icon, 22),
      el("span", { class: "what" }, el("span", { dir: "auto" }, b.text), b.note ? el("small", { dir: "auto" }, b.note) : ""),
      b.line ? el("i", { class: `line ${b.line}` }) : "", b.side ? el("span", { class: "side" }, b.side) : "",
      b.go ? el("button", { type: "button", class: "go", title: b.go.title, "aria-label": b.go.title, onclick: (event) => { event.preventDefault(); panel.wire.send(b.go.op); } }, "→") : ""),
    el("div", { class: "inside" }, children(panel, b)));
  return details;
}

/** A table that says what a drawing says; a row can be chosen. */
function table(panel, b) {
  const cell = (row, i) => (text, n) => el(n ? "td" : "th", n ? { dir: "auto" } : { scope: "row", dir: "auto" },
    n || !b.ops ? text : el("button", { type: "button", class: "link", "data-focus": JSON.stringify(b.ops[i]), onclick: () => panel.wire.send(b.ops[i]) }, text));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": b.text }, el("table", {},
    el("caption", {}, b.text),
    el("thead", {}, el("tr", {}, b.head.map((h) => el("th", { scope: "col" }, h)))),
    el("tbody", {}, b.rows.map((row, i) => el("tr", {}, row.map(cell(row, i)))))));
}
