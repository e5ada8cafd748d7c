// The map: points in two dimensions, with a tip, zoom, a lasso that lists names, filters, and the keyboard.

const WITHOUT_WEBGL = 3000;
const webgl = (() => {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl"));
  } catch {
    return false;
  }
})();
const plot = byId("map-plot");
const view = { mode: "lasso", method: 0, walked: -1, shown: [[], [], [], []] };

const mapTraces = () => {
  const { x, y } = report.map.maps[view.method];
  const groups = [[], [], [], []];
  for (let at = 0; at < points.name.length; at += 1) if (passes(at)) groups[points.status[at]].push(at);
  view.shown = groups;
  return [3, 0, 2, 1].map((status) => {
    const rows = !webgl && status !== 1 ? groups[status].slice(0, WITHOUT_WEBGL) : groups[status];
    const large = status === 1 || status === 2;
    return {
      type: webgl ? "scattergl" : "scatter", mode: "markers", name: STATUS[status], hoverinfo: "none",
      x: rows.map((at) => x[at]), y: rows.map((at) => y[at]), customdata: rows,
      marker: {
        color: coloursOf(rows, status), size: large ? (points.name.length > 5000 ? 7 : 9) : (points.name.length > 5000 ? 3.5 : 5),
        opacity: large ? 0.95 : 0.5, line: { width: large ? 1 : 0, color: colour("card") },
      },
      selected: { marker: { opacity: 1 } }, unselected: { marker: { opacity: large ? 0.45 : 0.15 } },
    };
  });
};

const mapLayout = () => baseLayout({
  dragmode: view.mode, hovermode: "closest", uirevision: `map-${view.method}`, margin: { l: 8, r: 8, t: 8, b: 8 },
  xaxis: { fixedrange: false, showticklabels: false, zeroline: false, showgrid: true },
  yaxis: { fixedrange: false, showticklabels: false, zeroline: false, rangemode: "normal" },
  newselection: { line: { color: colour("ink"), width: 1.5 } },
  activeselection: { fillcolor: colour("selected"), opacity: 0.08 },
});

const drawMap = () => {
  Plotly.react(plot, mapTraces(), mapLayout(), CONFIG);
  drawLegend(view.shown);
  filterGallery();
  const shown = view.shown.reduce((sum, rows) => sum + rows.length, 0);
  plot.dataset.shown = shown;
  if (shown < points.name.length) byId("said").textContent = `${count(shown)} of ${count(points.name.length)} points are shown`;
};

const tip = byId("tip");
const showTip = (at, left, top) => {
  tip.replaceChildren();
  const small = report.thumbnails[at];
  if (small) tip.append(element("img", "", { src: small, alt: "" }));
  const rank = points.rank[at] === null ? STATUS[points.status[at]] : `rank ${count(points.rank[at])}`;
  tip.append(element("b", points.name[at]), element("span", rank));
  if (points.sample_id && points.sample_id[at] !== points.name[at]) tip.append(element("span", `id ${points.sample_id[at]}`));
  for (const attribute of new Set([chosen.colour, chosen.only])) {
    if (attribute) tip.append(element("span", `${attribute.name}: ${valueText(attribute, at)}`));
  }
  tip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tip;
  tip.style.left = `${Math.max(4, Math.min(left + 14, innerWidth - width - 4))}px`;
  tip.style.top = `${Math.max(4, Math.min(top + 14, innerHeight - height - 4))}px`;
};
const hideTip = () => (tip.hidden = true);

const list = (rows, what) => {
  const names = rows.map((at) => points.name[at]);
  byId("listed").value = names.join("\n");
  byId("listed-count").textContent = `${count(names.length)} ${names.length === 1 ? "name" : "names"}, ${what}`;
};
const ordered = (rows) => [...rows].sort((left, right) => (points.rank[left] ?? Infinity) - (points.rank[right] ?? Infinity) || left - right);

const zoomBy = (factor) => {
  const { xaxis, yaxis } = plot._fullLayout;
  if (!factor) return Plotly.relayout(plot, { "xaxis.autorange": true, "yaxis.autorange": true });
  const ranges = {};
  for (const [name, axis] of [["xaxis", xaxis], ["yaxis", yaxis]]) {
    const [low, high] = axis.range;
    const middle = (low + high) / 2;
    ranges[`${name}.range`] = [middle + (low - middle) * factor, middle + (high - middle) * factor];
  }
  return Plotly.relayout(plot, ranges);
};

/** The next or the last of the selected by rank, shown and said. */
const walk = (step) => {
  const rows = ordered(view.shown[1]);
  if (!rows.length) return;
  view.walked = (view.walked + step + rows.length) % rows.length;
  const at = rows[view.walked];
  const { x, y } = report.map.maps[view.method];
  const { xaxis, yaxis } = plot._fullLayout;
  const box = plot.getBoundingClientRect();
  showTip(at, box.left + xaxis._offset + xaxis.l2p(x[at]), box.top + yaxis._offset + yaxis.l2p(y[at]));
  byId("said").textContent = `rank ${points.rank[at]}: ${points.name[at]}`;
};

const setMode = (mode) => {
  view.mode = mode;
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  Plotly.relayout(plot, { dragmode: mode });
};

/** The fields for the values of the attribute that points are filtered by. */
const offerValues = () => {
  const place = byId("only-values");
  place.replaceChildren();
  Object.assign(chosen, { low: null, high: null, class: null });
  const attribute = chosen.only;
  if (!attribute) return;
  if (attribute.kind === "category") {
    const select = element("select", "", { "aria-label": `Value of ${attribute.name}` });
    select.append(element("option", "any value", { value: "" }));
    attribute.classes.forEach((name, at) => select.append(element("option", name === null ? "other values" : shortened(name, 40), { value: at })));
    select.addEventListener("change", () => {
      chosen.class = select.value === "" ? null : Number(select.value);
      drawMap();
    });
    place.append(select);
    return;
  }
  const [low, high] = span(attribute);
  for (const [side, bound, word] of [["low", low, "from"], ["high", high, "to"]]) {
    const input = element("input", "", { type: "number", step: "any", placeholder: number(bound).replaceAll(",", ""), "aria-label": `${attribute.name} ${word}` });
    input.addEventListener("input", () => {
      chosen[side] = input.value === "" ? null : Number(input.value);
      drawMap();
    });
    place.append(input);
  }
};

const offerAttributes = () => {
  for (const id of ["colour", "only"]) {
    const select = byId(id);
    attributes.forEach((attribute, at) => select.append(element("option", shortened(attribute.name, 40), { value: at })));
    select.addEventListener("change", () => {
      chosen[id] = select.value === "" ? null : attributes[Number(select.value)];
      if (id === "only") offerValues();
      drawMap();
    });
  }
};

const listenToPlot = () => {
  plot.on("plotly_hover", ({ points: [hit], event }) => showTip(hit.customdata, event.clientX, event.clientY));
  plot.on("plotly_unhover", hideTip);
  plot.on("plotly_selected", (event) => {
    if (event?.points) list(ordered(event.points.map((hit) => hit.customdata)), "drawn around");
  });
  plot.addEventListener("keydown", (event) => {
    const acts = { ArrowRight: () => walk(1), ArrowLeft: () => walk(-1), "+": () => zoomBy(0.6), "=": () => zoomBy(0.6), "-": () => zoomBy(1.6667), 0: () => zoomBy(0), Escape: hideTip };
    if (!(event.key in acts) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  });
  plot.addEventListener("blur", hideTip);
};

const saveListed = () => {
  const link = element("a", "", { href: URL.createObjectURL(new Blob([`${byId("listed").value}\n`], { type: "text/plain" })), download: "filenames.txt" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

const startMap = () => {
  if (!plot) return;
  offerAttributes();
  byId("map-controls").addEventListener("submit", (event) => event.preventDefault());
  byId("search").addEventListener("input", (event) => {
    chosen.wanted = event.target.value.trim().toLowerCase();
    drawMap();
  });
  byId("method")?.addEventListener("change", (event) => {
    view.method = Number(event.target.value);
    drawMap();
  });
  for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => setMode(button.dataset.mode));
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoomBy(Number(button.dataset.zoom)));
  byId("list-selected").addEventListener("click", () => list(ordered(view.shown[1]), "selected and shown"));
  byId("list-all").addEventListener("click", () => list(ordered(view.shown.flat()), "shown"));
  byId("save-listed").addEventListener("click", saveListed);
  if (!webgl) byId("map-sample").append(` This browser has no WebGL: the map shows at most ${count(WITHOUT_WEBGL)} others.`);
  drawMap();
  listenToPlot();
  themed.push(drawMap);
  following.push(drawMap);
};
