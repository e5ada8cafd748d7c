// Charts: drawn when they come near the window, in the colours of the page, each with its numbers as a table.

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
const SETS = ["input", "selected", "random"];
const SET_NAMES = { input: `all ${report.kind}s`, selected: "selected", random: "random" };
const LONGEST = 18;

/** Text as the drawing library shows it: it would read tags in it. */
const plainText = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const shortened = (text, longest = LONGEST) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

const baseLayout = (extra = {}) => {
  const axis = {
    gridcolor: colour("line"), linecolor: colour("line"), zerolinecolor: colour("line"),
    tickfont: { size: 11 }, automargin: true, fixedrange: true,
  };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: FONT, color: colour("soft"), size: 12 },
    margin: { l: 44, r: 8, t: 10, b: 34 },
    hoverlabel: { bgcolor: colour("card"), bordercolor: colour("line"), font: { color: colour("ink"), family: FONT } },
    showlegend: false, dragmode: false, hovermode: "x unified",
    ...extra,
    xaxis: { ...axis, showgrid: false, zeroline: false, ...extra.xaxis },
    yaxis: { ...axis, rangemode: "tozero", ...extra.yaxis },
  };
};
const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, scrollZoom: false, showTips: false };

const waiting = new Map();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    const draw = waiting.get(entry.target);
    draw();
    themed.push(draw);
  }
}, { rootMargin: "400px" });

/** Draws a chart when it comes near the window, and again when the colours change. */
const chart = (place, label, build) => {
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", label);
  waiting.set(place, () => {
    const { traces, layout } = build();
    Plotly.react(place, traces, baseLayout(layout), CONFIG);
  });
  watcher.observe(place);
};

/** The numbers of a chart as a table that opens; it is made when it does. */
const asTable = (heads, rows) => {
  const details = element("details");
  details.append(element("summary", "As a table"));
  details.addEventListener("toggle", () => {
    if (details.querySelector("table")) return;
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const text of heads) head.append(element("th", text, { scope: "col" }));
    const body = table.createTBody();
    for (const [first, ...cells] of rows()) {
      const row = body.insertRow();
      row.append(element("th", first, { scope: "row" }));
      for (const text of cells) row.append(element("td", text));
    }
    const scroll = element("div", "", { class: "scroll" });
    scroll.append(table);
    details.append(scroll);
  });
  return details;
};

/** Target against achieved, class by class, of every balance. */
const startBalances = () => {
  for (const place of document.querySelectorAll("[data-objective]")) {
    const { name, classes } = report.objectives[Number(place.dataset.objective)];
    const named = classes.map((each) => each.class);
    const shares = [["target", "target"], ["reached", "selected"], ["input", "input"], ["random", "random"]]
      .filter(([key]) => classes.some((each) => each[key] !== null));
    const said = classes.map((each, at) => `${named[at]} ${percent(each.reached)} of ${percent(each.target)}`);
    place.style.height = `${Math.min(120 + 18 * classes.length, 320)}px`;
    chart(place, `Reached against target, ${name}: ${said.join(", ")}`, () => ({
      traces: shares.map(([key, tone]) => ({
        type: "bar", name: { target: "target", reached: "reached", input: "all candidates", random: "random" }[key],
        x: named.map((_, at) => at), y: classes.map((each) => each[key]),
        marker: {
          color: key === "target" ? "rgba(0,0,0,0)" : colour(tone),
          line: { color: colour(tone), width: key === "target" ? 1.5 : 0 },
        },
        hovertemplate: "%{y:.1%}",
      })),
      layout: {
        barmode: "group", bargap: 0.25, showlegend: true,
        legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 11 } },
        margin: { l: 44, r: 8, t: 30, b: 34 },
        xaxis: { tickvals: named.map((_, at) => at), ticktext: named.map((each) => plainText(shortened(each))) },
        yaxis: { tickformat: ".0%" },
      },
    }));
    place.after(asTable(["class", ...shares.map(([key]) => key)], () =>
      classes.map((each, at) => [named[at], ...shares.map(([key]) => (each[key] === null ? "–" : percent(each[key])))])));
  }
};
