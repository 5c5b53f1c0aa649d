// Importance: a bar for each parameter, of very many for those that matter most, and one for what none explains.
const barsMost = 10;

function drawImportance(figure) {
  const all = data.importance, list = all.slice(0, barsMost), part = (bars) => bars.reduce((sum, b) => sum + b.share, 0), rest = 1 - part(all);
  if (all.length > barsMost) list.push({ name: `${all.length - barsMost} others`, share: part(all.slice(barsMost)) });
  if (rest >= 0.005) list.push({ name: "not explained", share: rest, rest: true });
  const pitch = 26, view = canvas(figure.querySelector(".plot"), "importance", list.length * pitch + 6);
  const label = Math.min(view.width * 0.45, Math.max(...list.map((b) => b.name.length)) * 7 + 10);
  const most = Math.max(...list.map((b) => b.share)), room = view.width - label - 46;
  list.forEach((b, n) => {
    const y = n * pitch + 6, name = svg("text", { x: px(label - 6), y: y + 13, "text-anchor": "end" }, cut(b.name, label - 6));
    name.append(svg("title", {}, b.name));
    const width = Math.max((b.share / most) * room, 1);
    view.svg.append(name, svg("rect", { class: "share" + (b.rest ? " rest" : ""), x: px(label), y, width: px(width), height: pitch - 8, rx: 2 }));
    write(view.svg, label + width + 6, y + 13, Math.round(b.share * 100) + " %", {});
  });
}
