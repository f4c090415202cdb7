/** Mouse and keyboard on the canvas, turned into operations. */

import { towards } from "./geometry.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function listen(canvas) {
  pointer(canvas);
  hover(canvas);
  lasso(canvas);
  canvas.frame.outer.addEventListener("keydown", (event) => key(canvas, event));
  canvas.elsewhere = (event) => undoAnywhere(canvas, event);
  document.addEventListener("keydown", canvas.elsewhere);
}

function pointer(canvas) {
  const { network, frame } = canvas;
  network.on("click", (p) => {
    frame.closeMenu();
    frame.hideHint();
    frame.outer.focus({ preventScroll: true });
    const id = p.nodes[0], many = p.event.srcEvent && (p.event.srcEvent.ctrlKey || p.event.srcEvent.metaKey);
    if (id !== undefined && many) canvas.select(toggled(canvas.selected, id));
    else if (id !== undefined) canvas.select([id]);
    else if (p.edges[0] !== undefined) canvas.select([], p.edges[0]);
    else if (canvas.selected.size || canvas.line) canvas.select([]);
  });
  network.on("doubleClick", (p) => p.nodes.length && frame.send({ op: "expand", ids: [p.nodes[0]] }));
  network.on("oncontext", (p) => {
    p.event.preventDefault();
    const id = network.getNodeAt(p.pointer.DOM);
    if (id === undefined) return;
    if (!canvas.selected.has(id)) canvas.select([id]);
    frame.openMenu(id, p.pointer.DOM);
  });
  network.on("dragStart", () => frame.hideHint());
  network.on("dragEnd", (p) => p.nodes.length && canvas.moved(p.nodes));
  network.on("zoom", () => frame.hideHint());
}

function toggled(selected, id) {
  return selected.has(id) ? [...selected].filter((s) => s !== id) : [...selected, id];
}

function hover(canvas) {
  const { network, frame } = canvas;
  network.on("hoverNode", ({ node, pointer: at }) => {
    if (!canvas.spots.has(node)) return;
    canvas.hovered = node;
    frame.hint(canvas.spots.get(node).node.hover, at.DOM);
    network.redraw();
  });
  network.on("hoverEdge", ({ edge, pointer: at }) => {
    if (!canvas.lines.has(edge)) return;
    canvas.hoveredLine = edge;
    frame.hint(canvas.lines.get(edge).edge.hover, at.DOM);
    network.redraw();
  });
  for (const left of ["blurNode", "blurEdge"]) {
    network.on(left, () => {
      canvas.hovered = canvas.hoveredLine = null;
      frame.hideHint();
      network.redraw();
    });
  }
}

/** Shift-drag draws a frame and selects what is in it. */
function lasso(canvas) {
  const { board, band } = canvas.frame;
  let start = null;
  const at = (event) => {
    const box = board.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const allow = (on) => canvas.network.setOptions({ interaction: { dragView: on, dragNodes: on } });
  board.addEventListener("pointerdown", (event) => {
    if (!event.shiftKey || event.button !== 0) return;
    start = at(event);
    allow(false);
    board.setPointerCapture(event.pointerId);
  }, true);
  board.addEventListener("pointermove", (event) => {
    if (!start) return;
    const end = at(event);
    band.hidden = false;
    Object.assign(band.style, { left: `${Math.min(start.x, end.x)}px`, top: `${Math.min(start.y, end.y)}px`, width: `${Math.abs(end.x - start.x)}px`, height: `${Math.abs(end.y - start.y)}px` });
  }, true);
  board.addEventListener("pointerup", (event) => {
    if (!start) return;
    const a = canvas.network.DOMtoCanvas(start), b = canvas.network.DOMtoCanvas(at(event));
    start = null;
    band.hidden = true;
    allow(true);
    const within = (v, p, q) => v >= Math.min(p, q) && v <= Math.max(p, q);
    const ids = [...canvas.spots.values()].filter((s) => within(s.x, a.x, b.x) && within(s.y, a.y, b.y)).map((s) => s.id);
    if (ids.length) setTimeout(() => canvas.select(ids)); // after the click that ends the gesture
  }, true);
}

function key(canvas, event) {
  if (event.target.closest("input, select, textarea")) return;
  if (event.target.closest("[role=menu], [role=dialog]") && event.key !== "Escape") return;
  if (act(canvas, event)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Do what a key says; true when it said something. */
function act(canvas, event) {
  const ids = [...canvas.selected], letter = event.key.toLowerCase(), send = canvas.frame.send;
  if (event.ctrlKey || event.metaKey) return undoKey(canvas, event);
  if (event.altKey) return false;
  if (event.key in ARROWS) return step(canvas, ARROWS[event.key]);
  if (letter === "f") canvas.fit();
  else if (event.key === "Escape") return escape(canvas);
  else if (event.key === "+" || event.key === "-") canvas.zoom(event.key === "+" ? 1.25 : 0.8);
  else if (!ids.length) return false;
  else if (letter === "e") send({ op: "expand", ids });
  else if (letter === "h") send({ op: "hide", ids });
  else if (letter === "p") send({ op: "pin", ids });
  else if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10") || letter === "m") openAt(canvas, ids[0]);
  else return false;
  return true;
}

function undoKey(canvas, event) {
  const letter = event.key.toLowerCase();
  if (letter === "z") canvas.frame.send({ op: event.shiftKey ? "redo" : "undo" });
  else if (letter === "y") canvas.frame.send({ op: "redo" });
  else return false;
  return true;
}

/** Ctrl+Z outside the canvas works too, except while somebody types. */
function undoAnywhere(canvas, event) {
  const from = event.composedPath();
  if (!(event.ctrlKey || event.metaKey) || from.includes(canvas.frame.outer)) return;
  if (from.some((n) => n.matches && n.matches("input, textarea, select, [contenteditable=true]"))) return;
  if (undoKey(canvas, event)) event.preventDefault();
}

function escape(canvas) {
  const { frame } = canvas;
  if (frame.menuOpen()) frame.closeMenu();
  else if (frame.asking()) frame.send({ op: "cancel" });
  else canvas.select([]);
  frame.outer.focus({ preventScroll: true });
  return true;
}

/** The arrow keys walk from entity to entity. */
function step(canvas, [dx, dy]) {
  const spots = [...canvas.spots.values()];
  if (!spots.length) return false;
  const from = canvas.spots.get([...canvas.selected].pop());
  const next = from ? towards(from, spots, dx, dy) : spots[0];
  if (next) {
    canvas.select([next.id]);
    canvas.bringIntoView([next]);
  }
  return true;
}

function openAt(canvas, id) {
  canvas.frame.openMenu(id, canvas.network.canvasToDOM(canvas.spots.get(id)));
}
