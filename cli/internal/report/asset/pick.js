// What is picked by limits on axes, and which trial the pointer is at. Charts say what they do about it.
const limits = new Map(); // number of an axis → [low, high] in places
const places = data.parameters.map((_, k) => everyone.map((i) => axes[k].place(trials.values[k][i])));
if (objectiveAxis) places.push(everyone.map((i) => objectiveAxis.place(value(i))));
const allAxes = objectiveAxis ? [...axes, objectiveAxis] : axes;
const axisName = (k) => (k < data.parameters.length ? data.parameters[k].name : metric);

let picked = null; // of each trial, whether it is; null: all are
const whenPicked = [], whenHovered = [];
let waiting = false;
let hovered = -1;

const isPicked = (i) => picked === null || picked[i];

function pick() {
  picked = null;
  if (limits.size) {
    picked = everyone.map((i) => [...limits].every(([k, [low, high]]) => places[k][i] !== null && places[k][i] >= low - 1e-9 && places[k][i] <= high + 1e-9));
  }
  sayPicked();
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const f of whenPicked) f();
  });
}

function sayPicked() {
  document.getElementById("clear").hidden = !limits.size;
  const status = document.getElementById("status");
  if (!limits.size) return void (status.textContent = "");
  const by = [...limits].map(([k, [low, high]]) => `${axisName(k)} ${spanText(k, low, high)}`);
  status.textContent = `${picked.filter(Boolean).length} of ${count} trials picked: ${by.join("; ")}`;
}

// spanText says what lies within limits of an axis.
function spanText(k, low, high) {
  const axis = allAxes[k];
  if (!axis.bands) return `${axis.text(low)} to ${axis.text(high)}`;
  const names = axis.ticks().filter((t) => t.at >= low - 1e-9 && t.at <= high + 1e-9).map((t) => t.text);
  return names.length > 3 ? `${names[0]} to ${names[names.length - 1]}` : names.join(", ") || "none";
}

function hover(i, event) {
  const tip = document.getElementById("tip");
  tip.hidden = i < 0 || !event;
  if (!tip.hidden) {
    tip.textContent = tipText(i);
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 12 : event.clientY + 18) + "px";
  }
  if (i === hovered) return;
  hovered = i;
  for (const f of whenHovered) f();
}

function tipText(i) {
  const head = `Trial ${trials.number[i]}, ${(trials.status[i] || words[state(i)]).toLowerCase()}`;
  const objective = trials.objective[i] === null ? "" : `\n${metric} ${value(i) === null ? trials.objective[i] : digits(value(i))}`;
  const rest = data.parameters.slice(0, 12).map((p, k) => (said(k, i) === "" ? "" : `\n${p.name} ${said(k, i)}`));
  return head + objective + rest.join("");
}

// pointable tells hover the item, {i, x, y}, that is nearest to the pointer.
function pointable(view, items) {
  view.svg.addEventListener("pointermove", (e) => {
    if (e.buttons) return;
    const r = view.svg.getBoundingClientRect(), x = ((e.clientX - r.left) * view.width) / r.width, y = ((e.clientY - r.top) * view.height) / r.height;
    let best = -1, near = 18 * 18;
    for (const item of items) {
      const d = (item.x - x) ** 2 + (item.y - y) ** 2;
      if (d < near) [best, near] = [item.i, d];
    }
    hover(best, e);
  });
  view.svg.addEventListener("pointerleave", () => hover(-1));
}
