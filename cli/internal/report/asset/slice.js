// Slices: the objective by each parameter alone.
function drawSlices(figure) {
  const plot = figure.querySelector(".plot");
  const shown = data.shown.filter((i) => value(i) !== null);
  const r = shown.length > 400 ? 1.3 : shown.length > 120 ? 2 : 3;
  const cells = data.parameters.map((p) => {
    const cell = html("div", {}, html("h3", { title: p.name }, p.name + (p.scale ? ` (${p.scale})` : "")));
    plot.append(cell);
    return cell;
  });
  const width = cells.length ? cells[0].clientWidth : 0;
  return cells.map((cell, k) => {
    const narrow = axes[k].bands && (width - 54) / axes[k].bands < 40;
    const view = canvas(cell, "slice", narrow ? 210 : 172, width);
    const box = { left: 48, right: view.width - 12, top: 8, bottom: view.height - (narrow ? 66 : 26) };
    left(view.svg, objectiveAxis, box, 4);
    bottom(view.svg, axes[k], box);
    const spread = axes[k].bands ? 0.6 / axes[k].bands : 0;
    const items = shown.filter((i) => places[k][i] !== null).map((i) => ({
      i, x: box.left + (places[k][i] + jitter(i) * spread) * (box.right - box.left), y: box.bottom - objectiveAxis.place(value(i)) * (box.bottom - box.top),
    }));
    return scatter(view, items, r);
  });
}
