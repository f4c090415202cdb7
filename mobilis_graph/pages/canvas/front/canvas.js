/**
 * The live canvas: one vis-network, mounted once, changed by difference, never laid out again.
 *
 * Python sends what is to be drawn; this file keeps where it is. What was on the canvas stays where
 * it was (0 px), newcomers get a place beside their neighbour, what comes back after an undo comes
 * back where it stood. Every action goes to Python as an operation and returns as new data.
 */

import { DataSet, Network } from "./vis-network-10.1.5.min.mjs";
import * as geometry from "./geometry.js";
import * as paint from "./paint.js";
import { Frame } from "./frame.js";
import { listen } from "./gestures.js";
import { Wire } from "./wire.js";

const LIVE = new WeakMap(); // shadow root → canvas
const PARK = new Map(); // store name → where things were when the page was left
const DASHES = { solid: false, dashed: [8, 6], dotted: [2, 5] };
const SMALL = 60; // up to here no line at all runs under an entity; above, none under a young person

export default function ({ data, parentElement: root, setStateValue }) {
  let canvas = LIVE.get(root);
  if (!canvas) {
    canvas = new Canvas(root, data);
    LIVE.set(root, canvas);
  }
  canvas.wire.rebind(setStateValue, data.taken);
  canvas.receive(data);
  return () => {
    canvas.leave();
    LIVE.delete(root);
  };
}

class Canvas {
  constructor(root, data) {
    this.wire = new Wire();
    this.frame = new Frame(root.querySelector(".mobilis-canvas"), (op) => this.wire.send(op), this);
    this.nodes = new DataSet();
    this.edges = new DataSet();
    this.spots = new Map();
    this.lines = new Map();
    this.selected = new Set();
    this.line = null;
    this.hovered = null;
    this.hoveredLine = null;
    this.store = data.store;
    const parked = PARK.get(data.store) || { memory: new Map(), camera: null };
    this.memory = parked.memory; // where every entity last stood
    this.camera = parked.camera;
    this.network = new Network(this.frame.board, { nodes: this.nodes, edges: this.edges }, OPTIONS);
    this.ink = paint.colours(this.frame.outer);
    this.network.on("beforeDrawing", (ctx) => this.drawBelow(ctx));
    this.network.on("afterDrawing", (ctx) => {
      this.drawAbove(ctx);
      this.remember();
    });
    listen(this);
    this.watch = setInterval(() => this.checkTheme(), 600);
    this.frame.outer.probe = () => this.probe();
  }

  /** Take what Python sent: change what differs, then follow its commands. */
  receive(data) {
    this.data = data;
    this.steady = false; // vis-network may draw at any change: not before all of it is in place
    document.documentElement.lang = data.lang;
    this.frame.show(data);
    this.applyNodes(data.nodes);
    this.applyLines(data.edges);
    this.arrange();
    this.forgetGone();
    this.steady = true;
    this.repaint();
    if (data.focus && data.focus.seq !== this.focused) {
      this.focused = data.focus.seq;
      this.select(data.focus.nodes, data.focus.line, { tell: false });
      this.bringIntoView(data.focus.nodes.map((id) => this.spots.get(id)).filter(Boolean));
      if (document.activeElement === document.body) this.frame.outer.focus({ preventScroll: true });
    }
  }

  applyNodes(wanted) {
    const ids = new Set(wanted.map((n) => n.id));
    for (const id of [...this.spots.keys()].filter((id) => !ids.has(id))) {
      this.spots.delete(id);
      this.nodes.remove(id);
    }
    this.newcomers = [];
    for (const node of wanted) {
      const known = this.spots.get(node.id);
      const spot = this.measure(node, known || { id: node.id });
      if (!known) this.newcomers.push(spot);
      else if (this.nodes.get(node.id).image !== this.data.images[node.icon] || known.pinned !== spot.pinned) {
        this.nodes.update({ id: node.id, image: this.data.images[node.icon], fixed: spot.pinned });
      }
    }
  }

  /** The spot of a node: its sizes, its caption, its marks. */
  measure(node, spot) {
    const caption = paint.caption(node.label, node.note, this.ink.font);
    return Object.assign(spot, {
      r: node.size, w: Math.max(node.size * 2, caption.width), h: node.size * 2 + 6 + caption.height, caption,
      young: node.young, more: node.more, pinned: node.pinned, fixed: false, node,
    });
  }

  applyLines(wanted) {
    const ids = new Set(wanted.map((e) => e.id));
    for (const id of [...this.lines.keys()].filter((id) => !ids.has(id))) {
      this.lines.delete(id);
      this.edges.remove(id);
    }
    for (const edge of wanted) {
      const line = this.lines.get(edge.id) || { id: edge.id, from: edge.from, to: edge.to, bend: null };
      this.lines.set(edge.id, Object.assign(line, { edge }));
    }
  }

  /** Give newcomers a place and every line a way around. */
  arrange() {
    if (this.newcomers.length) {
      if (this.spots.size) this.seatNewcomers();
      else this.layOut();
    }
    this.routeLines();
  }

  layOut() {
    const spots = this.newcomers;
    const remembered = spots.length && spots.every((s) => this.memory.has(s.id));
    for (const spot of spots) Object.assign(spot, remembered ? this.memory.get(spot.id) : { x: spot.node.x || 0, y: spot.node.y || 0 });
    if (!remembered) {
      const view = this.frame.size();
      geometry.spread(spots, view.width - 60, view.height - 120);
      geometry.clear(spots, [...this.lines.values()]);
    }
    for (const spot of spots) this.settle(spot);
    if (remembered && this.camera) this.network.moveTo(this.camera);
    else this.fit(false);
    this.camera = null;
  }

  /** Where the viewer looks, kept while the board has a size: a board that has been taken away tells of none. */
  remember() {
    if (this.frame.board.clientWidth) this.seen = { position: this.network.getViewPosition(), scale: this.network.getScale() };
  }

  seatNewcomers() {
    const view = this.view();
    const old = [...this.spots.values()];
    const drawn = (a, b, bend) => {
      const path = geometry.points(a, b, bend);
      return { path, box: geometry.boundsOf(path) };
    };
    const paths = [...this.lines.values()].filter((l) => l.bend !== null)
      .map((l) => drawn(this.spots.get(l.from), this.spots.get(l.to), l.bend));
    const waiting = this.byLinks(this.newcomers);
    for (const spot of waiting) {
      const neighbours = this.neighbours(spot.id).map((id) => this.spots.get(id)).filter(Boolean);
      const before = this.memory.get(spot.id);
      const back = before && this.free({ ...spot, ...before }, paths);
      Object.assign(spot, back ? before : pick(geometry.seat(spot, neighbours, [...this.spots.values()], paths, view)));
      for (const n of neighbours) {
        const way = geometry.route({ from: spot.id, to: n.id }, new Map([[spot.id, spot], [n.id, n]]), [...this.spots.values()]);
        paths.push(drawn(spot, n, way.bend));
      }
      this.settle(spot);
    }
    this.unblock(old);
    this.bringIntoView(this.newcomers);
  }

  /** Those with placed neighbours first, so that each has somebody to stand beside. */
  byLinks(spots) {
    const placed = (s) => this.neighbours(s.id).filter((id) => this.spots.has(id)).length;
    return [...spots].sort((a, b) => placed(b) - placed(a) || (a.id < b.id ? -1 : 1));
  }

  free(spot, paths) {
    const wide = (s) => ({ left: s.x - s.w / 2, right: s.x + s.w / 2, top: s.y - s.r, bottom: s.y - s.r + s.h });
    const mine = wide(spot);
    return [...this.spots.values()].every((s) => {
      const other = wide(s);
      return mine.right < other.left || other.right < mine.left || mine.bottom < other.top || other.bottom < mine.top;
    }) && paths.every(({ path }) => !geometry.comesNear(spot, path, spot.r + 4));
  }

  /** Where a line still cannot get past, move newcomers, and only them. */
  unblock(old) {
    const spots = [...this.spots.values()], lines = [...this.lines.values()];
    if (spots.length > SMALL) return;
    for (const spot of old) spot.fixed = true;
    if ([...geometry.routes(lines, spots).values()].some((r) => r.under.length)) geometry.clear(spots, lines);
    for (const spot of spots) spot.fixed = false;
    for (const spot of this.newcomers) this.settle(spot);
  }

  settle(spot) {
    this.spots.set(spot.id, spot);
    this.memory.set(spot.id, { x: spot.x, y: spot.y });
    const vis = { id: spot.id, x: spot.x, y: spot.y, size: spot.r, fixed: spot.pinned, image: this.data.images[spot.node.icon] };
    this.nodes.update({ ...vis, shape: "image" });
  }

  /** Route new lines, and old ones that now run under somebody. */
  routeLines() {
    const spots = [...this.spots.values()], place = this.spots;
    const changed = [];
    for (const line of this.lines.values()) {
      const path = line.bend === null ? null : geometry.points(place.get(line.from), place.get(line.to), line.bend);
      if (path && !line.stub && !geometry.under(path, line, spots).length) continue;
      const found = geometry.route(line, place, spots);
      line.stub = found.under.length > 0 && (spots.length <= SMALL || found.under.some((s) => s.young));
      line.bend = found.bend;
      changed.push(line);
    }
    this.edges.update(changed.map((l) => ({
      id: l.id, from: l.from, to: l.to, hidden: l.stub, endPointOffset: this.arrowOffsets(l),
      smooth: l.bend ? { enabled: true, type: l.bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.abs(l.bend) } : false,
    })));
  }

  /** Arrowheads stand clear of the caption they point at. */
  arrowOffsets(line) {
    const path = geometry.points(this.spots.get(line.from), this.spots.get(line.to), line.bend);
    const clear = (id) => Math.max(0, geometry.outOfCaption(this.spots.get(id), path) - this.spots.get(id).r);
    return { from: line.edge.arrows.includes("from") ? clear(line.from) : 0, to: line.edge.arrows.includes("to") ? clear(line.to) : 0 };
  }

  neighbours(id) {
    return [...this.lines.values()].flatMap((l) => (l.from === id ? [l.to] : l.to === id ? [l.from] : []));
  }

  /** A spot was dragged: take its place, and give the lines that need it another way. */
  moved(ids) {
    const at = this.network.getPositions(ids);
    for (const id of ids) {
      const spot = this.spots.get(id);
      if (!spot || !at[id]) continue;
      Object.assign(spot, at[id]);
      this.memory.set(id, { ...at[id] });
      for (const line of this.lines.values()) if (line.from === id || line.to === id) line.bend = null;
    }
    this.routeLines();
    this.repaint();
  }

  /** Select entities or a line; `tell` sends it to Python. */
  select(ids, line = null, { tell = true } = {}) {
    this.selected = new Set(ids.filter((id) => this.spots.has(id)));
    this.line = line && this.lines.has(line) ? line : null;
    this.repaint();
    this.frame.speak(this.spoken());
    if (tell) this.wire.send({ op: "select", ids: [...this.selected], line: this.line });
  }

  spoken() {
    if (this.line) return this.lines.get(this.line).edge.hover.join(". ");
    return [...this.selected].map((id) => this.spots.get(id).node.hover.join(", ")).join("; ");
  }

  forgetGone() {
    this.selected = new Set([...this.selected].filter((id) => this.spots.has(id)));
    if (this.line && !this.lines.has(this.line)) this.line = null;
  }

  /** Colours, widths and dimming: only what changed goes to vis-network. */
  repaint() {
    const chosen = this.selected.size > 0 || this.line !== null;
    this.lit = new Set(this.selected);
    for (const l of this.lines.values()) {
      if (l.id === this.line || this.selected.has(l.from) || this.selected.has(l.to)) this.lit.add(l.from).add(l.to);
    }
    const nodes = [], edges = [];
    for (const spot of this.spots.values()) {
      const opacity = chosen && !this.lit.has(spot.id) ? 0.22 : 1;
      if (spot.opacity !== opacity) nodes.push({ id: spot.id, opacity: (spot.opacity = opacity) });
    }
    for (const line of this.lines.values()) {
      const look = this.lookOf(line, chosen), key = JSON.stringify(look);
      if (line.look !== key) edges.push({ id: line.id, ...look });
      line.look = key;
    }
    this.nodes.update(nodes);
    this.edges.update(edges);
    this.network.redraw();
  }

  lookOf(line, chosen) {
    const near = line.id === this.line || this.selected.has(line.from) || this.selected.has(line.to);
    const colour = line.edge.grey ? (near ? this.ink.line : this.ink.faint) : near ? this.ink.strong : this.ink.line;
    const arrow = (end) => ({ enabled: line.edge.arrows.includes(end), scaleFactor: 0.45 });
    return {
      width: line.edge.width, dashes: DASHES[line.edge.style], arrows: { to: arrow("to"), from: arrow("from") },
      color: { color: colour, inherit: false, opacity: chosen && !near ? 0.18 : 1 },
    };
  }

  drawBelow(ctx) {
    if (!this.steady) return;
    paint.rings(ctx, this.spots.values(), this.selected, this.ink);
    for (const line of this.lines.values()) {
      if (line.stub) paint.stubs(ctx, this.spots.get(line.from), this.spots.get(line.to), line.edge.width, this.ink);
    }
  }

  drawAbove(ctx) {
    if (!this.steady) return;
    const state = { selected: this.selected, hovered: this.hovered, lit: this.lit || new Set(), dim: this.selected.size > 0 || this.line !== null };
    paint.captions(ctx, [...this.spots.values()], this.network.getScale(), this.ink, state);
    paint.badges(ctx, this.spots.values(), this.ink, state);
    const taken = [];
    for (const line of this.labelled()) {
      const at = this.labelPlace(line, taken);
      taken.push(at);
      paint.lineLabel(ctx, line.edge.words, at, this.ink);
    }
  }

  /** Lines that show their words: hovered, selected, or of the one selected entity when they are few. */
  labelled() {
    const lines = [...this.lines.values()].filter((l) => !l.stub);
    const few = lines.filter((l) => this.selected.has(l.from) || this.selected.has(l.to));
    const shown = new Set(few.length <= 9 ? few : []);
    for (const l of lines) if (l.id === this.line || l.id === this.hoveredLine) shown.add(l);
    return shown;
  }

  labelPlace(line, taken) {
    const a = this.spots.get(line.from), b = this.spots.get(line.to), path = geometry.points(a, b, line.bend);
    const at = (t) => (path.length === 2
      ? { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t } : path[Math.round(t * (path.length - 1))]);
    const crowd = (p) => taken.filter((o) => Math.abs(o.x - p.x) < 96 && Math.abs(o.y - p.y) < 20).length * 2
      + [...this.spots.values()].filter((s) => Math.abs(s.x - p.x) < s.w / 2 + 46 && p.y > s.y - s.r - 10 && p.y < s.y - s.r + s.h + 10).length;
    return [0.5, 0.42, 0.58, 0.34, 0.66].map(at).reduce((best, p) => (crowd(p) < crowd(best) ? p : best));
  }

  /** Where these entities are on the screen. */
  onScreen(ids) {
    return ids.map((id) => this.spots.get(id)).filter(Boolean).map((s) => this.network.canvasToDOM({ x: s.x, y: s.y }));
  }

  /** The part of the network in sight, toolbar and legend apart. */
  view() {
    const { width, height } = this.frame.size(), scale = this.network.getScale(), centre = this.network.getViewPosition();
    const { top, bottom } = this.frame.insets();
    return {
      left: centre.x - (width / 2 - 12) / scale, right: centre.x + (width / 2 - 12) / scale,
      top: centre.y - (height / 2 - top) / scale, bottom: centre.y + (height / 2 - bottom) / scale,
    };
  }

  fit(animated = true) {
    if (this.spots.size) this.show(boxOf(this.spots.values()), 1.15, animated);
  }

  /** Zoom out or pan just enough to see these spots too. */
  bringIntoView(spots) {
    if (!spots.length) return;
    const view = this.view(), box = boxOf(spots);
    if (box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom) return;
    const all = boxOf(this.spots.values());
    const both = { left: Math.min(box.left, view.left), right: Math.max(box.right, view.right), top: Math.min(box.top, view.top), bottom: Math.max(box.bottom, view.bottom) };
    this.show({ // never farther out than the whole network
      left: Math.max(both.left, Math.min(all.left, box.left)), right: Math.min(both.right, Math.max(all.right, box.right)),
      top: Math.max(both.top, Math.min(all.top, box.top)), bottom: Math.min(both.bottom, Math.max(all.bottom, box.bottom)),
    }, this.network.getScale(), true);
  }

  show(box, most, animated) {
    const { width, height } = this.frame.size(), { top, bottom } = this.frame.insets();
    const scale = Math.max(0.08, Math.min(most, (width - 40) / (box.right - box.left + 20), (height - top - bottom - 8) / (box.bottom - box.top + 20)));
    const position = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 - (top - bottom) / 2 / scale };
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.network.moveTo({ position, scale, animation: animated && !calm ? { duration: 250, easingFunction: "easeInOutQuad" } : false });
  }

  zoom(factor) {
    this.network.moveTo({ scale: Math.max(0.08, Math.min(4, this.network.getScale() * factor)) });
  }

  checkTheme() {
    const now = paint.colours(this.frame.outer);
    if (JSON.stringify(now) === JSON.stringify(this.ink)) return;
    this.ink = now;
    this.repaint();
  }

  leave() {
    clearInterval(this.watch);
    PARK.set(this.store, { memory: this.memory, camera: this.seen || null });
    this.frame.leave();
    this.network.destroy();
  }

  /** What is really drawn, for the browser tests: places, radii, and points along every line as vis-network has it. */
  probe() {
    const screen = (p) => this.network.canvasToDOM({ x: p.x, y: p.y });
    const at = this.network.getPositions();
    return {
      size: this.frame.size(), scale: this.network.getScale(), selected: [...this.selected], line: this.line,
      nodes: [...this.spots.values()].map((s) => ({ id: s.id, label: s.node.label, ...at[s.id], r: s.r, w: s.w, h: s.h, young: s.young, more: s.more, pinned: s.pinned, screen: screen(at[s.id]) })),
      lines: [...this.lines.values()].map((l) => ({ id: l.id, from: l.from, to: l.to, stub: Boolean(l.stub), bend: l.bend, style: l.edge.style, points: l.stub ? [] : this.drawnPoints(l.id) })),
    };
  }

  drawnPoints(id) {
    const drawn = this.network.body.edges[id].edgeType;
    return Array.from({ length: 61 }, (_, i) => drawn.getPoint(i / 60)).map(({ x, y }) => ({ x, y }));
  }
}

const pick = ({ x, y }) => ({ x, y });

function boxOf(spots) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const s of spots) {
    box.left = Math.min(box.left, s.x - s.w / 2);
    box.right = Math.max(box.right, s.x + s.w / 2);
    box.top = Math.min(box.top, s.y - s.r - 10);
    box.bottom = Math.max(box.bottom, s.y - s.r + s.h);
  }
  return box;
}

const OPTIONS = {
  physics: false,
  layout: { improvedLayout: false },
  nodes: { shape: "image", chosen: false, shapeProperties: { interpolation: false } },
  edges: { chosen: false, smooth: false, selectionWidth: 0, hoverWidth: 0 },
  interaction: { hover: true, selectConnectedEdges: false, keyboard: false, multiselect: false, zoomSpeed: 0.6 },
};
