// scatter draws items, {i, x, y}, as marks by state: a path for each state, and one for each state's marks that are not picked.
function scatter(view, items, r) {
  const paths = [];
  for (const dim of [true, false]) {
    for (const s of states()) {
      const path = svg("path", { class: `mark s${s}${dim ? " dim" : ""}` });
      view.svg.append(path);
      paths.push({ path, s, dim });
    }
  }
  const ring = svg("circle", { class: "ring", r: r + 4, visibility: "hidden" });
  view.svg.append(ring);
  const byTrial = new Map(items.map((item) => [item.i, item]));
  const update = () => {
    for (const { path, s, dim } of paths) {
      path.setAttribute("d", items.filter((p) => state(p.i) === s && isPicked(p.i) !== dim).map((p) => shape(s, p.x, p.y, r)).join(""));
    }
  };
  const point = () => {
    const at = byTrial.get(hovered);
    ring.setAttribute("visibility", at ? "visible" : "hidden");
    if (at) made(ring, { cx: px(at.x), cy: px(at.y) }, []);
  };
  pointable(view, items);
  update();
  return { update, point };
}

// jitter is the same for a trial at each drawing: −½…½.
const jitter = (i) => ((i * 0.6180339887) % 1) - 0.5;
