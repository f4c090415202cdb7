/** What surrounds the drawing: toolbar, legend, hint, menu, question, first sentence, live region. */

import { el } from "./wire.js";

export class Frame {
  constructor(outer, send, canvas) {
    this.outer = outer;
    this.canvas = canvas;
    this.send = (op) => {
      this.busy();
      send(op);
    };
    this.board = el("div", { class: "board" });
    // Before the style sheet has come, for the first layout needs a size.
    Object.assign(outer.style, { position: "relative", height: "max(430px, calc(100vh - 228px))", overflow: "hidden" });
    Object.assign(this.board.style, { position: "absolute", inset: "0" });
    this.band = el("div", { class: "band", hidden: true });
    this.tools = el("div", { class: "tools" });
    this.count = el("div", { class: "count" });
    this.legend = el("div", { class: "legend" });
    this.tip = el("div", { class: "hint", hidden: true });
    this.menu = el("div", { class: "menu", role: "menu", hidden: true });
    this.question = el("div", { class: "question", role: "dialog", hidden: true });
    this.opening = el("div", { class: "opening", hidden: true });
    this.live = el("div", { class: "live", "aria-live": "polite" });
    this.keys = el("div", { class: "live", id: "mobilis-keys" });
    outer.replaceChildren(this.board, this.band, this.count, this.tools, this.legend, this.tip, this.menu, this.question, this.opening, this.live, this.keys);
    outer.setAttribute("aria-describedby", "mobilis-keys");
    this.away = (event) => !event.composedPath().includes(this.menu) && this.closeMenu();
    document.addEventListener("pointerdown", this.away);
  }

  leave() {
    document.removeEventListener("pointerdown", this.away);
    document.removeEventListener("keydown", this.canvas.elsewhere);
  }

  size() {
    return { width: this.board.clientWidth || 900, height: this.board.clientHeight || 560 };
  }

  insets() {
    return { top: 50, bottom: this.legend.offsetHeight + 26 };
  }

  /** Draw all that surrounds, for this data. */
  show(data) {
    const { words } = data;
    this.words = words;
    this.outer.classList.remove("busy");
    clearTimeout(this.wait);
    this.outer.setAttribute("aria-label", words.name);
    this.keys.textContent = words.keys;
    this.count.textContent = data.count;
    this.showTools(data);
    this.showLegend(data);
    this.showOpening(data.start);
    this.showQuestion(data.ask);
    if (!this.menu.hidden) this.fillMenu(this.menuFor);
  }

  showTools({ words, can, hidden }) {
    const button = (label, title, act, disabled) => el("button", { type: "button", title, "aria-label": title, disabled, onclick: act }, label);
    this.tools.replaceChildren(
      hidden ? button(words.hidden.replace("{n}", hidden), words.unhide, () => this.send({ op: "unhide" })) : "",
      button("↶", `${words.undo} (Ctrl+Z)`, () => this.send({ op: "undo" }), !can.undo),
      button("↷", `${words.redo} (Ctrl+Y)`, () => this.send({ op: "redo" }), !can.redo),
      button("+", words.zoomIn, () => this.canvas.zoom(1.25)),
      button("−", words.zoomOut, () => this.canvas.zoom(0.8)),
      button(words.fit, `${words.fit} (F)`, () => this.canvas.fit()),
    );
  }

  showLegend({ legend, words, images, nodes }) {
    this.legend.hidden = !legend.length;
    const types = legend.map((row) => el("button", {
      type: "button", class: "type", "aria-pressed": String(row.on), title: row.on ? words.mute : words.unmute,
      onclick: () => this.send({ op: "mute", type: row.type }),
    }, el("img", { src: images[row.icon], alt: "", width: 20, height: 20 }), el("span", {}, row.label), el("b", {}, String(row.n))));
    const styles = nodes.length > 1 ? ["solid", "dashed", "dotted"].map((style) => el("span", { class: "style" }, el("i", { class: style }), words[style])) : [];
    this.legend.replaceChildren(el("div", { class: "row" }, types), styles.length ? el("div", { class: "row lines" }, styles) : "");
  }

  showOpening(start) {
    this.opening.hidden = !start;
    if (!start) return;
    this.opening.replaceChildren(
      el("p", { class: "sentence" }, start.sentence),
      start.id ? el("button", { type: "button", class: "primary", onclick: () => this.send({ op: "start", ids: [start.id] }) }, start.button) : "",
      start.note ? el("p", { class: "note" }, start.note) : "",
    );
  }

  showQuestion(ask) {
    const isNew = JSON.stringify(ask) !== this.asked;
    this.asked = JSON.stringify(ask);
    this.question.hidden = !ask;
    if (!ask || !isNew) return;
    this.question.setAttribute("aria-label", ask.title);
    this.question.replaceChildren(
      el("h3", {}, ask.title), ask.text ? el("p", {}, ask.text) : "",
      el("div", { class: "answers" }, ask.answers.map((a) => el("button", { type: "button", onclick: () => this.send(a.op) }, el("span", {}, a.label), el("b", {}, a.n)))),
      el("button", { type: "button", class: "quiet", onclick: () => this.send({ op: "cancel" }) }, this.words.cancel),
    );
    this.question.querySelector("button").focus();
  }

  asking() {
    return !this.question.hidden;
  }

  /** The menu of an entity; its expand-by-type lines arrive from Python a moment later. */
  openMenu(id, at) {
    this.hideHint();
    this.menuFor = id;
    this.menuAt = at;
    this.send({ op: "menu", ids: [id] });
    this.fillMenu(id);
    this.menu.hidden = false;
    this.placeMenu();
    this.menu.querySelector("button").focus();
  }

  fillMenu(id) {
    const { words } = this, spot = this.canvas.spots.get(id), ids = this.canvas.selected.size > 1 ? [...this.canvas.selected] : [id];
    if (!spot) return this.closeMenu();
    const focused = [...this.menu.querySelectorAll("button")].findIndex((b) => b.matches(":focus"));
    const counted = this.canvas.data.menu && this.canvas.data.menu.id === id ? this.canvas.data.menu.rows : null;
    const item = (label, op, side) => el("button", { type: "button", role: "menuitem", onclick: () => { this.closeMenu(); this.send(op); this.outer.focus({ preventScroll: true }); } }, el("span", {}, label), el("kbd", {}, side || ""));
    this.menu.replaceChildren(
      el("div", { class: "who" }, ids.length > 1 ? words.several.replace("{n}", ids.length) : spot.node.label),
      item(words.expand, { op: "expand", ids }, "E"),
      el("div", { class: "types", role: "group" }, counted === null ? el("div", { class: "waiting" }, words.counting)
        : counted.map((row) => item(row.label, { op: "expand", ids: [id], types: row.types }, row.n))),
      el("hr"),
      item(words.only, { op: "only", ids }),
      item(spot.pinned ? words.unpin : words.pin, { op: "pin", ids }, "P"),
      item(words.hide, { op: "hide", ids }, "H"),
    );
    const buttons = this.menu.querySelectorAll("button");
    if (focused >= 0 && buttons[focused]) buttons[focused].focus();
    this.menu.onkeydown = (event) => walk(event, [...buttons]);
    this.placeMenu();
  }

  /** Near the entity, where it covers as few as possible of those it is about. */
  placeMenu() {
    const { width, height } = this.size(), w = this.menu.offsetWidth, h = this.menu.offsetHeight, { x, y } = this.menuAt;
    const about = this.canvas.onScreen([this.menuFor, ...this.canvas.neighbours(this.menuFor)]);
    const held = ([left, top]) => [Math.max(6, Math.min(left, width - w - 6)), Math.max(6, Math.min(top, height - h - 6))];
    const covered = ([left, top]) => about.filter((p) => p.x > left - 30 && p.x < left + w + 30 && p.y > top - 24 && p.y < top + h + 24).length * 1000
      + (Math.abs(left + w / 2 - x) < w / 2 + 24 && Math.abs(top + h / 2 - y) < h / 2 + 24 ? 5000 : 0) // the entity itself
      + Math.hypot(left + w / 2 - x, top + h / 2 - y);
    const tries = [[x + 34, y - 20], [x - w - 34, y - 20], [x + 34, y - h + 20], [x - w - 34, y - h + 20], [x - w / 2, y + 60], [x - w / 2, y - h - 40],
      [6, 6], [width, 6], [6, height], [width, height], [x + 150, y - h / 2], [x - w - 150, y - h / 2]].map(held);
    const [left, top] = tries.reduce((best, t) => (covered(t) < covered(best) ? t : best));
    Object.assign(this.menu.style, { left: `${left}px`, top: `${top}px` });
  }

  menuOpen() {
    return !this.menu.hidden;
  }

  closeMenu() {
    this.menu.hidden = true;
  }

  /** After a moment of hovering, so that nothing flickers under a moving mouse. */
  hint(lines, at) {
    clearTimeout(this.hovering);
    this.hovering = setTimeout(() => this.showHint(lines, at), 320);
  }

  showHint(lines, at) {
    if (this.menuOpen()) return;
    this.tip.replaceChildren(...lines.map((text, i) => el(i ? "div" : "strong", {}, text)));
    this.tip.hidden = false;
    const { width, height } = this.size();
    this.tip.style.left = `${at.x + 18 + this.tip.offsetWidth < width ? at.x + 18 : at.x - 18 - this.tip.offsetWidth}px`;
    this.tip.style.top = `${Math.max(4, Math.min(at.y + 18, height - this.tip.offsetHeight - 4))}px`;
  }

  hideHint() {
    clearTimeout(this.hovering);
    this.tip.hidden = true;
  }

  speak(text) {
    this.live.textContent = text;
  }

  busy() {
    clearTimeout(this.wait);
    this.wait = setTimeout(() => this.outer.classList.add("busy"), 400);
  }
}

function walk(event, buttons) {
  const at = buttons.indexOf(event.target), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || at < 0) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[(at + step + buttons.length) % buttons.length].focus();
}
