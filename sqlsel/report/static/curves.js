// Distance and coverage against rank, and the slider that says how many picks are looked at.

const following = [];
let firstPicks = report.curves ? report.curves.ranks.length : Infinity;

/** The greatest rank that is looked at: that of the pick at the slider. */
const lastRank = () => (report.curves ? report.curves.ranks[Math.min(firstPicks, report.curves.ranks.length) - 1] : Infinity);

/** The value of a curve with the last n that is not beyond. */
const valueAt = (curve, key, n) => {
  let at = -1;
  while (at + 1 < curve.n.length && curve.n[at + 1] <= n) at += 1;
  return at < 0 ? null : curve[key][at];
};

const marker = () => ({
  shapes: [{ type: "line", xref: "x", yref: "paper", x0: lastRank(), x1: lastRank(), y0: 0, y1: 1,
    line: { color: colour("ink"), width: 1.5, dash: "dash" } }],
});

const worth = () => {
  const { distance, coverage } = report.curves;
  const parts = [];
  const own = distance[firstPicks - 1];
  if (own !== null) parts.push(`the last of them is ${number(own)} from the nearest before it`);
  const of = (key) => [valueAt(coverage.selected, key, firstPicks), valueAt(coverage.random, key, firstPicks)];
  for (const [key, what] of [["mean", "mean distance of the candidates"], ["largest", "largest"]]) {
    const [selected, random] = of(key);
    if (selected !== null) parts.push(`${what} ${number(selected)} (random ${number(random)})`);
  }
  return parts.join(" · ");
};

const distanceChart = () => ({
  traces: [{
    type: "scatter", mode: report.curves.ranks.length < 60 ? "lines+markers" : "lines", x: report.curves.ranks, y: report.curves.distance, name: "distance",
    line: { color: colour("selected"), width: 2 }, marker: { size: 5 }, hovertemplate: "%{y:.4~g}",
  }],
  layout: { ...marker(), xaxis: { title: { text: "rank" }, hoverformat: "d" }, margin: { l: 50, r: 8, t: 10, b: 44 } },
});

const coverageChart = () => {
  const { selected, random } = report.curves.coverage;
  const line = (curve, key, name, tone, dash) => ({
    // a line of one point cannot be seen
    type: "scatter", mode: curve.n.length < 2 ? "markers" : "lines", x: curve.n, y: curve[key], name, line: { color: colour(tone), width: 2, dash },
    hovertemplate: "%{y:.4~g}",
  });
  return {
    traces: [
      line(selected, "largest", "selected, largest", "selected", "dot"), line(random, "largest", "random, largest", "random", "dot"),
      line(selected, "mean", "selected, mean", "selected", "solid"), line(random, "mean", "random, mean", "random", "solid"),
    ],
    layout: {
      ...marker(), showlegend: true, legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 11 } },
      xaxis: { title: { text: "number of picks" }, hoverformat: "d" }, margin: { l: 50, r: 8, t: 40, b: 44 },
    },
  };
};

const startCurves = () => {
  const slider = byId("n");
  if (!slider) return;
  const places = [byId("distance-chart"), byId("coverage-chart")];
  const { ranks, distance, coverage } = report.curves;
  chart(places[0], `Distance of each pick to the nearest before it, from ${number(distance[1] ?? distance[0])} to ${number(distance.at(-1))} at rank ${count(ranks.at(-1))}`, distanceChart);
  chart(places[1], `Mean distance of the candidates to the nearest pick, ${number(coverage.selected.mean.at(-1) ?? null)} at the end, against ${number(coverage.random.mean.at(-1) ?? null)} of a random selection`, coverageChart);
  places[0].after(asTable(["rank", "distance"], () => ranks.map((rank, at) => [count(rank), number(distance[at])])));
  places[1].after(asTable(["picks", "mean", "largest", "random mean", "random largest"], () =>
    coverage.selected.n.map((n, at) => [count(n), number(coverage.selected.mean[at]), number(coverage.selected.largest[at]),
      number(valueAt(coverage.random, "mean", n)), number(valueAt(coverage.random, "largest", n))])));
  const follow = () => {
    firstPicks = Number(slider.value);
    byId("n-shown").textContent = count(firstPicks);
    slider.setAttribute("aria-valuetext", `the first ${count(firstPicks)} picks`);
    byId("n-worth").textContent = worth();
    for (const place of places) if (place.data) Plotly.relayout(place, marker());
    following.forEach((update) => update());
  };
  slider.addEventListener("input", follow);
  follow();
};
