// The numbers of the report, the colours of the page, and the switch between light and dark.

const report = JSON.parse(document.getElementById("report-data").textContent);
const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const themed = [];

/** A colour of the style sheet, as it is now. */
const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

/** An element with text in it: whatever the text holds, it is shown as it is. */
const element = (tag, text = "", attributes = {}) => {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};

/** A name that lines may break behind its separators. */
const breakable = (text) => {
  const made = element("span");
  for (const part of text.split(/(?<=[/_.:])/)) made.append(part, document.createElement("wbr"));
  return made;
};

/** A whole number with commas, and a number of four digits. */
const count = (value) => (value === null ? "–" : Math.round(value).toLocaleString("en-US"));
const number = (value) => {
  if (value === null || value === undefined) return "–";
  if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-4)) return value.toExponential(2);
  return Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 6 });
};
const percent = (share) => `${Number((share * 100).toFixed(1))}\u202f%`;
const moment = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");

const setTheme = (dark) => {
  root.dataset.theme = dark ? "dark" : "light";
  byId("theme").setAttribute("aria-pressed", String(dark));
  byId("theme").textContent = dark ? "Light" : "Dark";
  themed.forEach((draw) => draw());
};

const startTheme = () => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = false;
  setTheme(system.matches);
  system.addEventListener("change", () => chosen || setTheme(system.matches));
  byId("theme").addEventListener("click", () => {
    chosen = true;
    setTheme(root.dataset.theme !== "dark");
  });
};

/** Copies the text of an element, and says so on the button for a while. */
const copyFrom = async (button) => {
  const source = byId(button.dataset.copies);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // without the right to the clipboard, as in some browsers for files
    const area = source.select ? source : document.body.appendChild(element("textarea", text));
    area.select();
    document.execCommand("copy");
    if (area !== source) area.remove();
  }
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
};
