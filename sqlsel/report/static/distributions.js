// How every score, class and metadata key is distributed, for all samples, the selected and a random selection.

/** Shares of one set; of what has a value. */
const sharesOf = (told, set) => {
  const known = told.total[set] - told.missing[set];
  return told[set].map((each) => (known ? each / known : 0));
};

const withOthers = (told) => {
  if (!told.others) return told;
  const extended = { ...told, classes: [...told.classes, `${count(told.others.classes)} others`] };
  for (const set of SETS) extended[set] = [...told[set], told.others[set]];
  return extended;
};

const categoryChart = (told) => {
  const all = withOthers(told);
  const at = all.classes.map((_, place) => place);
  const step = Math.max(1, Math.ceil(at.length / 12));
  const ticks = at.filter((place) => place % step === 0);
  return {
    traces: SETS.map((set) => ({
      type: "bar", name: SET_NAMES[set], x: at, y: sharesOf(all, set), marker: { color: colour(set) },
      text: all.classes.map(plainText), textposition: "none", hovertemplate: "%{text}: %{y:.1%}",
    })),
    layout: {
      barmode: "group", bargap: 0.2,
      xaxis: {
        tickvals: ticks, ticktext: ticks.map((place) => plainText(shortened(all.classes[place], 12))),
        hoverformat: " ", unifiedhovertitle: { text: " " },
      },
      yaxis: { tickformat: ".0%" },
    },
  };
};

const numberChart = (told) => {
  const time = told.kind === "time";
  const edge = (value) => (time ? new Date(value * 1000).toISOString() : value);
  const middles = told.edges.slice(1).map((high, at) => edge((high + told.edges[at]) / 2));
  const line = (set, dash, fill) => ({
    type: "scatter", mode: "lines", name: SET_NAMES[set], x: middles, y: sharesOf(told, set),
    line: { shape: "hvh", color: colour(set), width: 2, dash }, fill, hovertemplate: "%{y:.1%}",
    fillcolor: fill ? `color-mix(in srgb, ${colour(set)} 15%, transparent)` : undefined,
  });
  return {
    traces: [
      { type: "bar", name: SET_NAMES.input, x: middles, y: sharesOf(told, "input"),
        marker: { color: colour("input"), opacity: 0.45 }, hovertemplate: "%{y:.1%}" },
      line("selected", "solid"), line("random", "dot"),
    ],
    layout: {
      bargap: 0, xaxis: { type: time ? "date" : "linear", hoverformat: time ? undefined : ".4~g", nticks: 6 },
      yaxis: { tickformat: ".0%" },
    },
  };
};

const rowsOf = (told) => {
  if (told.kind === "category") {
    const all = withOthers(told);
    return all.classes.map((name, at) => [name, ...SETS.map((set) => count(all[set][at]))]);
  }
  const show = told.kind === "time" ? moment : number;
  return told.input.map((_, at) => [
    `${show(told.edges[at])} – ${show(told.edges[at + 1] ?? told.edges[at])}`, ...SETS.map((set) => count(told[set][at])),
  ]);
};

const said = (told) => {
  if (told.kind !== "category") {
    const show = told.kind === "time" ? (value) => (value === null ? "–" : moment(value)) : number;
    return `mean ${show(told.mean.selected)}, against ${show(told.mean.input)} of all and ${show(told.mean.random)} of a random selection`;
  }
  const largest = told.classes.slice(0, 3).map((name, at) =>
    `${shortened(name, 30)}: ${percent(sharesOf(told, "selected")[at])} (all: ${percent(sharesOf(told, "input")[at])})`);
  const more = told.classes.length + (told.others?.classes ?? 0) - largest.length;
  return largest.join(", ") + (more > 0 ? `, ${count(more)} more` : "");
};

const distribution = (told) => {
  const figure = element("figure", "", { class: "card", "data-name": told.name });
  const caption = element("figcaption");
  caption.append(breakable(told.name), element("span", told.of === "objects" ? "objects" : told.group, { class: "pill" }));
  figure.append(caption);
  const empty = told.kind === "category" ? !told.classes.length : !told.input.length;
  const single = told.kind === "category" && told.others && told.input[0] === 1;
  const known = count(told.total.input - told.missing.input);
  const constant = told.kind === "category" ? told.classes.length === 1 && !told.others : told.min === told.max;
  if (empty || single || constant) {
    const only = () => (told.kind === "category" ? told.classes[0] : told.kind === "time" ? moment(told.min) : number(told.min));
    const what = empty ? `No ${report.kind} has a value.` : single ? `${known} values, all different.` : `One value: ${only()} (${known} ${report.kind}s).`;
    figure.append(element("p", what, { class: "empty" }));
    return figure;
  }
  const place = element("div", "", { class: "chart" });
  figure.append(place, element("p", said(told), { class: "about" }));
  const notes = [];
  if (told.missing.input) notes.push(`${count(told.missing.input)} have no value, ${count(told.missing.selected)} of them selected`);
  if (told.clipped) notes.push("the outermost bins hold all that lies beyond");
  if (notes.length) figure.append(element("p", `${notes.join("; ")}.`, { class: "about" }));
  figure.append(asTable([told.kind === "category" ? "value" : "from – to", ...SETS.map((set) => SET_NAMES[set])], () => rowsOf(told)));
  chart(place, `Distribution of ${told.name}: ${said(told)}`, () => (told.kind === "category" ? categoryChart(told) : numberChart(told)));
  return figure;
};

const startDistributions = () => {
  const grid = byId("spread");
  if (!grid) return;
  const figures = report.distributions.map(distribution);
  grid.append(...figures);
  byId("find").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const figure of figures) figure.hidden = !figure.dataset.name.toLowerCase().includes(wanted);
    const shown = figures.filter((figure) => !figure.hidden).length;
    byId("found").textContent = wanted ? `${shown} of ${figures.length}` : "";
  });
};
