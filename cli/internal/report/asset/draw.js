// Elements. Texts are set as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function made(node, attributes, children) {
  for (const [name, v] of Object.entries(attributes || {})) node.setAttribute(name, v);
  for (const child of children) node.append(child);
  return node;
}
const svg = (name, attributes, ...children) => made(document.createElementNS(SVG, name), attributes, children);
const html = (name, attributes, ...children) => made(document.createElement(name), attributes, children);

// canvas is an empty drawing of the box's width, read out as the figure's finding.
function canvas(box, id, height, width) {
  const w = Math.max(width || box.clientWidth, 120);
  const drawing = svg("svg", { viewBox: `0 0 ${w} ${height}`, height, role: "img", "aria-labelledby": id + "-finding" });
  box.append(drawing);
  return { svg: drawing, width: w, height };
}

const px = (v) => Math.round(v * 10) / 10;

function write(to, x, y, text, attributes) {
  to.append(svg("text", { x: px(x), y: px(y), ...attributes }, text));
}
const line = (to, x1, y1, x2, y2, cls) => to.append(svg("line", { x1: px(x1), y1: px(y1), x2: px(x2), y2: px(y2), class: cls }));

// cut shortens a text to a width in the middle, for names often differ at their ends; letters are about 7 wide.
function cut(text, width) {
  const most = Math.max(Math.floor(width / 7), 3), head = Math.ceil((most - 1) / 2);
  return text.length <= most ? text : text.slice(0, head) + "…" + text.slice(text.length - (most - 1 - head));
}

// shapes of the states: disc, diamond, cross, ring, hollow diamond. Very small ones are squares.
function shape(s, x, y, r) {
  x = px(x); y = px(y);
  if (s === FAILED) return `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;
  if (r < 2) return `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
  if (s === STOPPED || s === HALTED) return `M${x} ${px(y - r * 1.4)}l${r * 1.4} ${r * 1.4}l${-r * 1.4} ${r * 1.4}l${-r * 1.4} ${-r * 1.4}z`;
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

const words = ["finished", "stopped early", "failed or no value", "running", "stopped with the search"];

function legend(figure, states, more) {
  const list = figure.querySelector(".legend");
  list.replaceChildren();
  for (const s of states) list.append(html("li", {}, svg("svg", { viewBox: "0 0 16 12", "aria-hidden": "true" }, svg("path", { class: "mark s" + s, d: shape(s, 8, 6, 4) })), words[s]));
  for (const [cls, d, text] of more || []) list.append(html("li", {}, svg("svg", { viewBox: "0 0 16 12", "aria-hidden": "true" }, svg("path", { class: cls, d })), text));
}
const states = () => [...new Set(trials.state || [])].sort();
