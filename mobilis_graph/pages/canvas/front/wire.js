/**
 * The wire to Python. Every action is sent with all those Python has not acknowledged yet, so that
 * none is lost when two reruns overlap; Python takes each number once.
 */

let last = 0; // shared by all components of the page, never goes back

export class Wire {
  constructor() {
    this.pending = [];
    this.write = () => {};
  }

  /** Take the setter of this run (an old one writes into the void) and what Python has taken. */
  rebind(setStateValue, taken) {
    this.write = () => setStateValue("ops", this.pending);
    this.pending = this.pending.filter((op) => op.seq > (taken || 0));
  }

  send(op) {
    last = Math.max(last + 1, Date.now());
    this.pending = [...this.pending, { ...op, seq: last }];
    this.write();
  }
}

/** An element with attributes, listeners (`on…`) and children; text only ever becomes text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}
