// Charts are drawn to the width they have, and again when it changes.
const charts = {
  history: objectiveAxis && drawHistory,
  importance: data.importance && drawImportance,
  parallel: count && allAxes.length && drawParallel,
  slice: objectiveAxis && drawSlices,
  curves: column("curve").some(Boolean) && drawCurves,
  timeline: data.lanes && drawTimeline,
};
const layers = new Map();

function draw(id) {
  const figure = document.getElementById(id);
  figure.querySelector(".plot").replaceChildren();
  const layer = charts[id](figure);
  layers.set(id, layer ? [layer].flat() : []);
}

function drawAll() {
  for (const id of Object.keys(charts)) {
    if (charts[id]) draw(id);
    else if (id !== "importance") document.getElementById(id).querySelector(".plot").hidden = true;
  }
}

const each = (what) => () => { for (const list of layers.values()) for (const layer of list) layer[what](); };
whenPicked.push(each("update"), fillTable);
whenHovered.push(each("point"), () => {
  for (const row of table.tBodies[0].querySelectorAll(".hover")) row.classList.remove("hover");
  if (hovered >= 0) table.tBodies[0].querySelector(`[data-trial="${hovered}"]`)?.classList.add("hover");
});

// themes: the system's until the button is pressed.
const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const theme = document.getElementById("theme");
const nameTheme = () => (theme.textContent = dark() ? "Light" : "Dark");
theme.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; nameTheme(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
nameTheme();

document.getElementById("clear").addEventListener("click", () => { limits.clear(); pick(); });
document.getElementById("copy").addEventListener("click", (e) => copy(e.currentTarget));
document.getElementById("more").addEventListener("click", () => { most += data.rows; fillTable(); });
table.tBodies[0].addEventListener("pointerover", (e) => { const row = e.target.closest("tr"); if (row) hover(Number(row.dataset.trial)); });
table.tBodies[0].addEventListener("pointerleave", () => hover(-1));

sortable();
fillTable();
drawAll();
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  const { axis, side } = document.activeElement?.dataset || {};
  drawAll();
  if (side) document.querySelector(`.handle[data-axis="${axis}"][data-side="${side}"]`)?.focus({ preventScroll: true });
});
