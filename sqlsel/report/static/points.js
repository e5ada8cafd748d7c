// The points of the map: what they are, which of them pass the filter, and in which colour.

const STATUS = ["left out", "selected", "preselected", `no candidate`];
const TONES = ["input", "selected", "earlier", "filtered"];
const PALETTE = ["#3b82f6", "#ef7d1a", "#22a06b", "#d9455f", "#9061f9", "#0ea5b7", "#b7791f", "#d53f8c", "#5f8f2f", "#64748b",
  "#1e40af", "#f6ad55", "#68d391", "#fc8181", "#b794f4", "#67e8f9", "#ecc94b", "#f687b3", "#a3c46c", "#a0aec0"];
const points = report.map?.points;
const attributes = points?.attributes ?? [];
const chosen = { colour: null, only: null, wanted: "", low: null, high: null, class: null };

const isPick = (at) => points.status[at] === 1;

/** What an attribute says of a point, as text. */
const valueText = (attribute, at) => {
  const value = attribute.values[at];
  if (value === null) return "no value";
  if (attribute.kind === "category") return attribute.classes[value] ?? "another value";
  return attribute.kind === "time" ? moment(value) : number(value);
};

/** Whether a point passes what was chosen, and is among the first picks that the slider lets in. */
const passes = (at) => {
  if (isPick(at) && points.rank[at] > lastRank()) return false;
  if (chosen.wanted && !points.name[at].toLowerCase().includes(chosen.wanted)) return false;
  if (!chosen.only) return true;
  const value = chosen.only.values[at];
  if (chosen.only.kind === "category") return chosen.class === null || value === chosen.class;
  if (chosen.low === null && chosen.high === null) return true;
  return value !== null && value >= (chosen.low ?? -Infinity) && value <= (chosen.high ?? Infinity);
};

/** Colours of points: by what became of them, or by the value of an attribute. */
const coloursOf = (rows, status) => {
  const attribute = chosen.colour;
  if (!attribute) return colour(TONES[status]);
  if (attribute.kind === "category") {
    return rows.map((at) => {
      const value = attribute.values[at];
      if (value === null || attribute.classes[value] === null) return colour("filtered");
      return PALETTE[value % PALETTE.length];
    });
  }
  const [low, high] = span(attribute);
  return rows.map((at) => {
    const value = attribute.values[at];
    return value === null ? colour("filtered") : ramp(high > low ? (value - low) / (high - low) : 0.5);
  });
};

const span = (attribute) => {
  const known = attribute.values.filter((value) => value !== null);
  return known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
};

// from dark violet over teal to yellow, as viridis goes
const STOPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const ramp = (share) => {
  const place = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const at = Math.min(Math.floor(place), STOPS.length - 2);
  const mixed = STOPS[at].map((from, index) => Math.round(from + (STOPS[at + 1][index] - from) * (place - at)));
  return `rgb(${mixed.join()})`;
};

const drawLegend = (shown) => {
  const legend = byId("legend");
  legend.replaceChildren();
  const entry = (tone, text) => {
    const item = element("span");
    const dot = element("i");
    dot.style.background = tone;
    item.append(dot, text);
    legend.append(item);
  };
  if (!chosen.colour) {
    for (const status of [1, 2, 0, 3]) {
      const number = shown[status].length;
      if (number) entry(colour(TONES[status]), `${STATUS[status]} (${count(number)})`);
    }
  } else if (chosen.colour.kind === "category") {
    chosen.colour.classes.forEach((name, at) => at < PALETTE.length || name === null
      ? entry(name === null ? colour("filtered") : PALETTE[at], name === null ? "other values" : shortened(name, 30)) : null);
    legend.append(element("span", "large points are selected"));
  } else {
    const [low, high] = span(chosen.colour);
    const show = chosen.colour.kind === "time" ? moment : number;
    const item = element("span", `${show(low)} `);
    const bar = element("i", "", { class: "ramp" });
    bar.style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map(ramp).join()})`;
    item.append(bar, show(high));
    legend.append(item, element("span", "large points are selected"));
  }
};

/** Hides those of the first picks that do not pass. */
const filterGallery = () => {
  const cards = [...document.querySelectorAll(".pick")];
  if (!cards.length) return;
  const place = new Map(points.name.map((name, at) => [name, at]));
  for (const card of cards) {
    const at = place.get(card.dataset.name);
    card.hidden = at !== undefined && !passes(at);
  }
  byId("picks-none").hidden = cards.some((card) => !card.hidden);
};
