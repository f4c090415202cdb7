/**
 * What vis-network does not draw: captions, badges, pins, rings, line labels. Drawn on its canvas,
 * in network coordinates, after its own drawing. Text goes to the canvas, never to HTML.
 */

const FONT = 13;
const LINE = 15;
const LEAST = 10.5; // px on the screen; smaller letters are not read
const WRAP = 132;

/** The colours of the moment, read from the theme's variables. */
export function colours(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const paper = read("--st-background-color", "#ffffff");
  const dark = luminance(paper) < 0.4;
  return {
    dark, paper, ink: read("--st-text-color", dark ? "#e8ebf0" : "#20242c"), accent: read("--st-primary-color", "#2463c0"),
    font: style.fontFamily || "sans-serif",
    line: dark ? "#8b97ab" : "#7d8798", faint: dark ? "#4d576a" : "#c3c9d3", strong: dark ? "#f1f4f8" : "#20242c",
    muted: dark ? "#9ba6b8" : "#5c6675",
  };
}

function luminance(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  const hex = probe.fillStyle; // a canvas gives any opaque colour back as #rrggbb
  if (!hex.startsWith("#")) return 1;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const ruler = document.createElement("canvas").getContext("2d");

/** A caption cut into lines that fit, with the size it takes. */
export function caption(text, note, font) {
  ruler.font = `${FONT}px ${font}`;
  const rows = wrap(text, 2);
  const width = Math.max(...rows.map((row) => ruler.measureText(row).width));
  ruler.font = `italic ${FONT - 2}px ${font}`;
  const notes = note ? wrap(note, 3) : [];
  const noteWidth = notes.length ? Math.max(...notes.map((row) => ruler.measureText(row).width)) : 0;
  return { rows, notes, width: Math.max(width, noteWidth), height: rows.length * LINE + notes.length * (LINE - 2) + 4 };
}

function wrap(text, most) {
  const rows = [""];
  for (const word of text.split(" ")) {
    const longer = rows[rows.length - 1] ? `${rows[rows.length - 1]} ${word}` : word;
    if (!rows[rows.length - 1] || ruler.measureText(longer).width <= WRAP) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  const kept = rows.slice(0, most).map(cut);
  if (rows.length > most) kept[most - 1] = cut(`${kept[most - 1]}…`);
  return kept;
}

function cut(row) {
  if (ruler.measureText(row).width <= WRAP + 14) return row;
  let short = [...row];
  while (short.length > 1 && ruler.measureText(`${short.join("")}…`).width > WRAP) short = short.slice(0, -1);
  return `${short.join("")}…`;
}

/** The ring around what is selected, under the icons. */
export function rings(ctx, spots, selected, ink) {
  for (const spot of spots) {
    if (!selected.has(spot.id)) continue;
    ctx.beginPath();
    ctx.arc(spot.x, spot.y, spot.r + 6, 0, 2 * Math.PI);
    ctx.lineWidth = 3;
    ctx.strokeStyle = ink.accent;
    ctx.stroke();
  }
}

/**
 * Captions with a halo; dimmed ones faintly. Far out they keep a size that can be read, and only those
 * that stand free of one another are drawn: the chosen ones first, then those around them, then the largest.
 */
export function captions(ctx, spots, scale, ink, state) {
  const grown = Math.max(1, LEAST / (FONT * scale));
  const taken = [];
  for (const spot of grown > 1 ? byWeight(spots, state) : spots) {
    const chosen = weight(spot, state) > 2;
    if (grown > 1 && !room(spot, grown, taken) && !chosen) continue;
    ctx.globalAlpha = state.dim && !state.lit.has(spot.id) ? 0.3 : 1;
    let y = spot.y + spot.r + 6;
    for (const row of spot.caption.rows) {
      haloed(ctx, row, spot.x, y, `${chosen ? "600 " : ""}${FONT * grown}px ${ink.font}`, ink.ink, ink.paper);
      y += LINE * grown;
    }
    for (const row of grown > 1 ? [] : spot.caption.notes) {
      haloed(ctx, row, spot.x, y, `italic ${FONT - 2}px ${ink.font}`, ink.muted, ink.paper);
      y += LINE - 2;
    }
  }
  ctx.globalAlpha = 1;
}

const weight = (spot, state) => (state.selected.has(spot.id) || state.hovered === spot.id ? 3 : 0) + (state.lit.has(spot.id) ? 2 : 0);

function byWeight(spots, state) {
  return [...spots].sort((a, b) => weight(b, state) - weight(a, state) || b.r - a.r || (a.id < b.id ? -1 : 1));
}

/** Whether a caption of that size stands free of those taken before; then it is taken too. */
function room(spot, grown, taken) {
  const wide = spot.caption.width * grown, top = spot.y + spot.r + 6;
  const box = { left: spot.x - wide / 2, right: spot.x + wide / 2, top, bottom: top + spot.caption.rows.length * LINE * grown };
  const free = taken.every((t) => t.right < box.left || box.right < t.left || t.bottom < box.top || box.bottom < t.top);
  if (free) taken.push(box);
  return free;
}

function haloed(ctx, text, x, y, font, ink, paper) {
  ctx.font = font;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = paper;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = ink;
  ctx.fillText(text, x, y);
}

/** +N for neighbours not drawn, and a pin for what stays put. */
export function badges(ctx, spots, ink, state) {
  for (const spot of spots) {
    ctx.globalAlpha = state.dim && !state.lit.has(spot.id) ? 0.3 : 1;
    if (spot.more) pill(ctx, spot.x + spot.r * 0.8, spot.y - spot.r * 0.85, `+${spot.more}`, ink);
    if (spot.pinned) pill(ctx, spot.x - spot.r * 0.85, spot.y - spot.r * 0.85, "●", ink);
  }
  ctx.globalAlpha = 1;
}

function pill(ctx, x, y, text, ink) {
  ctx.font = `600 10px ${ink.font}`;
  const width = Math.max(16, ctx.measureText(text).width + 8);
  ctx.beginPath();
  ctx.roundRect(x - width / 2, y - 8, width, 16, 8);
  ctx.fillStyle = ink.dark ? "#8fb8f5" : "#1f4f9c";
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = ink.paper;
  ctx.stroke();
  ctx.fillStyle = ink.dark ? "#10151f" : "#ffffff";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y + 0.5);
}

/** The words of a line, level, on a plate at its middle. */
export function lineLabel(ctx, text, at, ink) {
  ctx.font = `11px ${ink.font}`;
  const width = ctx.measureText(text).width + 10;
  ctx.beginPath();
  ctx.roundRect(at.x - width / 2, at.y - 9, width, 18, 5);
  ctx.fillStyle = ink.paper;
  ctx.globalAlpha = 0.94;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1;
  ctx.strokeStyle = ink.faint;
  ctx.stroke();
  ctx.fillStyle = ink.ink;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, at.x, at.y + 0.5);
}

/** A line that cannot be drawn without running under someone: its two ends only. */
export function stubs(ctx, a, b, width, ink) {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1, ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
  ctx.lineWidth = width;
  ctx.strokeStyle = ink.line;
  for (const [from, sign] of [[a, 1], [b, -1]]) {
    const start = from.r, end = Math.min(from.r + 16, length / 3);
    ctx.beginPath();
    ctx.moveTo(from.x + sign * ux * start, from.y + sign * uy * start);
    ctx.lineTo(from.x + sign * ux * end, from.y + sign * uy * end);
    ctx.stroke();
  }
}
