/**
 * Where things go: pure geometry, no DOM and no vis-network.
 *
 * The rule this file keeps: no line runs under an entity it does not end at. A line is straight or
 * one quadratic curve, the same that vis-network draws for `curvedCW` and `curvedCCW`.
 *
 * A spot is {id, x, y, r, w, h, young, fixed}: centre, radius of the icon, size of icon and
 * caption together (the caption hangs below). A line is {id, from, to}.
 */

const CLEAR = 5; // px between a line and an icon it does not belong to
const SAMPLES = 28;
const BENDS = [0.08, 0.14, 0.2, 0.28, 0.36, 0.45, 0.55, 0.66, 0.78, 0.9, 1].flatMap((b) => [b, -b]);

/** The control point of a bent line: vis-network 10.1.5, BezierEdgeStatic. Bend > 0 is curvedCW. */
export function control(a, b, bend) {
  const factor = Math.abs(bend);
  const length = Math.hypot(b.x - a.x, a.y - b.y) * (factor * 0.5 + 0.5);
  const angle = Math.atan2(a.y - b.y, b.x - a.x) + (bend * 0.5 + 0.5) * Math.PI;
  return { x: a.x + length * Math.sin(angle), y: a.y + length * Math.cos(angle) };
}

/** The points of a line from `a` to `b`. */
export function points(a, b, bend) {
  if (!bend) return [a, b];
  const c = control(a, b, bend);
  return Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const t = i / SAMPLES, u = 1 - t;
    return { x: u * u * a.x + 2 * u * t * c.x + t * t * b.x, y: u * u * a.y + 2 * u * t * c.y + t * t * b.y };
  });
}

/** The square of the distance from point `p` to the segment `a`–`b`. */
function toSegment(p, a, b) {
  const dx = b.x - a.x, dy = b.y - a.y, px = p.x - a.x, py = p.y - a.y, square = dx * dx + dy * dy;
  const t = square ? Math.max(0, Math.min(1, (px * dx + py * dy) / square)) : 0;
  const ex = px - t * dx, ey = py - t * dy;
  return ex * ex + ey * ey;
}

/** Whether a path comes nearer to point `p` than `reach`. */
export function comesNear(p, path, reach) {
  for (let i = 1; i < path.length; i++) if (toSegment(p, path[i - 1], path[i]) < reach * reach) return true;
  return false;
}

/** The box around a path. */
export function boundsOf(path) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const p of path) {
    if (p.x < box.left) box.left = p.x;
    if (p.x > box.right) box.right = p.x;
    if (p.y < box.top) box.top = p.y;
    if (p.y > box.bottom) box.bottom = p.y;
  }
  return box;
}

function near(x, y, box, margin) {
  return x > box.left - margin && x < box.right + margin && y > box.top - margin && y < box.bottom + margin;
}

/** The spots that a path runs under, its own ends apart. */
export function under(path, line, spots) {
  const box = boundsOf(path);
  return spots.filter((s) => s.id !== line.from && s.id !== line.to
    && near(s.x, s.y, box, s.r + CLEAR) && comesNear(s, path, s.r + CLEAR));
}

/** How many captions a path crosses: only a reason to prefer another path. */
function captionsCrossed(path, line, spots) {
  const box = boundsOf(path);
  return spots.filter((s) => s.id !== line.from && s.id !== line.to && near(s.x, s.y + s.r + 12, box, 14)
    && comesNear({ x: s.x, y: s.y + s.r + 12 }, path, 9)).length;
}

/** The gentlest bend that runs under nobody; without one, the bend with the fewest, no young person if possible. */
export function route(line, place, spots) {
  const a = place.get(line.from), b = place.get(line.to);
  const straight = { bend: 0, under: under([a, b], line, spots) };
  if (!straight.under.length) return straight;
  let best = { ...straight, cost: cost(straight.under, 0, 0) };
  for (const bend of BENDS) {
    const path = points(a, b, bend);
    const met = under(path, line, spots);
    if (met.length > best.under.length && !best.under.some((s) => s.young)) continue;
    const price = cost(met, bend, captionsCrossed(path, line, spots));
    if (price < best.cost) best = { bend, under: met, cost: price };
    if (!met.length && price < 0.45) break;
  }
  return best;
}

function cost(met, bend, captions) {
  return met.length * 100 + met.filter((s) => s.young).length * 10000 + Math.abs(bend) + captions * 0.15;
}

/** Push overlapping boxes (icon and caption) apart. Fixed ones stay. */
export function separate(spots, rounds = 60, room = 8) {
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    for (let i = 0; i < spots.length; i++) {
      for (let j = i + 1; j < spots.length; j++) moved = part(spots[i], spots[j], room) || moved;
    }
    if (!moved) return;
  }
}

function part(a, b, room) {
  if (a.fixed && b.fixed) return false;
  const dx = b.x - a.x, dy = middle(b) - middle(a);
  const overX = (a.w + b.w) / 2 + room - Math.abs(dx), overY = (a.h + b.h) / 2 + room - Math.abs(dy);
  if (overX <= 0 || overY <= 0) return false;
  const share = a.fixed || b.fixed ? 1 : 0.5;
  const [x, y] = overX < overY ? [(dx < 0 ? -1 : 1) * overX * share, 0] : [0, (dy < 0 ? -1 : 1) * overY * share];
  if (!a.fixed) { a.x -= x; a.y -= y; }
  if (!b.fixed) { b.x += x; b.y += y; }
  return true;
}

const middle = (s) => s.y - s.r + s.h / 2; // of icon and caption together

/** Route every line. Returns Map(line id → {bend, under}). */
export function routes(lines, spots) {
  const place = new Map(spots.map((s) => [s.id, s]));
  return new Map(lines.map((l) => [l.id, route(l, place, spots)]));
}

/** Spread seats (any scale) over a box of the canvas's shape, large enough for all of them. */
export function spread(spots, width, height) {
  const need = Math.sqrt((spots.length * 21000) / (width * height)) || 1;
  const box = boundsOf(spots), grow = Math.max(1, need);
  const few = Math.sqrt(spots.length); // two entities need not stand at the two ends of the canvas
  const sx = Math.min(width * grow - 150, 260 * few) / Math.max(box.right - box.left, 1e-6);
  const sy = Math.min(height * grow - 130, 200 * few) / Math.max(box.bottom - box.top, 1e-6);
  for (const s of spots) {
    s.x = spots.length === 1 ? 0 : (s.x - (box.left + box.right) / 2) * sx;
    s.y = spots.length === 1 ? 0 : (s.y - (box.top + box.bottom) / 2) * sy;
  }
}

/** Move entities off the lines that run under them, straight lines first, then bent ones. */
export function clear(spots, lines) {
  separate(spots, 60, spots.length <= 20 ? 34 : 10); // air where there is room for it
  const rounds = spots.length <= 80 ? 60 : 12;
  nudge(spots, rounds, () => straightHits(lines, spots));
  for (let round = 0; round < rounds; round++) {
    const found = routes(lines, spots);
    if (![...found.values()].some((r) => r.under.length)) return;
    const before = spots.map((s) => [s.x, s.y]);
    nudge(spots, 1, () => straightHits(lines.filter((l) => found.get(l.id).under.length), spots));
    if (spots.every((s, i) => s.x === before[i][0] && s.y === before[i][1])) return;
  }
}

function straightHits(lines, spots) {
  const place = new Map(spots.map((s) => [s.id, s]));
  return lines.flatMap((line) => {
    const a = place.get(line.from), b = place.get(line.to);
    return under([a, b], line, spots).map((spot) => ({ spot, a, b }));
  });
}

function nudge(spots, rounds, hits) {
  for (let round = 0; round < rounds; round++) {
    const found = hits();
    if (!found.length) return;
    for (const { spot, a, b } of found) stepAside(spot, a, b);
    separate(spots, 12);
  }
}

function stepAside(spot, a, b) {
  if (spot.fixed) return;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const nx = -(b.y - a.y) / length, ny = (b.x - a.x) / length;
  const offset = (spot.x - a.x) * nx + (spot.y - a.y) * ny;
  const push = (offset < 0 ? -1 : 1) * (spot.r + CLEAR + 2 - Math.abs(offset));
  spot.x += nx * push;
  spot.y += ny * push;
}

/** How far from the centre of `spot` a line comes out of its caption: where an arrow can be seen. */
export function outOfCaption(spot, path) {
  const start = Math.hypot(path[0].x - spot.x, path[0].y - spot.y) < 1 ? path : [...path].reverse();
  let out = 0;
  for (const p of densely(start)) {
    const low = p.y > spot.y + spot.r * 0.7 && p.y < spot.y - spot.r + spot.h + 2 && Math.abs(p.x - spot.x) < spot.w / 2 + 2;
    const distance = Math.hypot(p.x - spot.x, p.y - spot.y);
    if (low) out = distance;
    else if (distance > spot.r + spot.h) break;
  }
  return out;
}

function densely(path) {
  if (path.length > 2) return path.flatMap((p, i) => (i ? [0.25, 0.5, 0.75, 1].map((t) => between(path[i - 1], p, t)) : [p]));
  const steps = Math.max(2, Math.ceil(Math.hypot(path[1].x - path[0].x, path[1].y - path[0].y) / 3));
  return Array.from({ length: steps + 1 }, (_, i) => between(path[0], path[1], i / steps));
}

const between = (a, b, t) => ({ x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t });

const RINGS = [135, 160, 190, 225, 265, 310, 365, 430, 510];
const ANGLES = 28;

/**
 * A place for a newcomer beside its neighbours: inside the view, on nobody, under no line, and such
 * that its own lines run under nobody. `paths` are the lines already drawn, each with its box.
 */
export function seat(newcomer, neighbours, spots, paths, view) {
  const anchor = neighbours[0] || { x: (view.left + view.right) / 2, y: (view.top + view.bottom) / 2 };
  const start = neighbours.length ? 0 : -1;
  let best = null;
  for (let ring = start; ring < RINGS.length; ring++) {
    const radius = ring < 0 ? 0 : RINGS[ring];
    for (let k = 0; k < (ring < 0 ? 1 : ANGLES); k++) {
      const angle = ((k + (ring % 2) / 2) / ANGLES) * 2 * Math.PI;
      const at = { ...newcomer, x: anchor.x + radius * Math.cos(angle), y: anchor.y + radius * 0.8 * Math.sin(angle) };
      const price = priceOf(at, neighbours, spots, paths, view, best ? best.price : Infinity);
      if (!best || price < best.price) best = { at, price };
    }
    if (best && best.price < RINGS[ring + 1]) break; // farther out cannot be cheaper
  }
  return best.at;
}

function priceOf(at, neighbours, spots, paths, view, limit) {
  let price = neighbours.reduce((sum, n) => sum + Math.hypot(n.x - at.x, n.y - at.y), 0) / (neighbours.length || 1);
  if (!inside(at, view)) price += 1500;
  for (const s of spots) {
    if (overlap(at, s)) price += 4000;
    price += Math.max(0, 125 - Math.hypot(s.x - at.x, s.y - at.y)) * 1.2; // elbow room
  }
  if (price >= limit) return price;
  const reach = at.r + CLEAR;
  for (const { path, box } of paths) {
    if (near(at.x, at.y, box, reach) && comesNear(at, path, reach)) price += at.young ? 20000 : 3000;
  }
  if (price >= limit) return price;
  for (const n of neighbours) {
    const line = { from: at.id, to: n.id };
    const found = route(line, new Map([[at.id, at], [n.id, n]]), spots);
    price += found.under.length * 2500 + found.under.filter((s) => s.young).length * 20000 + Math.abs(found.bend) * 120;
  }
  return price;
}

function inside(s, view) {
  return s.x - s.w / 2 >= view.left && s.x + s.w / 2 <= view.right && s.y - s.r >= view.top && s.y - s.r + s.h <= view.bottom;
}

function overlap(a, b) {
  return Math.abs(a.x - b.x) < (a.w + b.w) / 2 + 6 && Math.abs(middle(a) - middle(b)) < (a.h + b.h) / 2 + 4;
}

/** The nearest spot in a direction (for the arrow keys), or null. */
export function towards(from, spots, dx, dy) {
  let best = null;
  for (const s of spots) {
    const x = s.x - from.x, y = s.y - from.y, along = x * dx + y * dy, across = Math.abs(x * dy - y * dx);
    if (s.id === from.id || along <= 0 || across > along * 1.6) continue;
    const price = along + across * 1.5;
    if (!best || price < best.price) best = { spot: s, price };
  }
  return best && best.spot;
}
