// Colours and sizes that every plot shares, on a light and on a dark page.
const darkOf = JSON.parse(document.getElementById("dark-of").textContent);
const looks = document.querySelectorAll("template[id^=key-]");
const darkMode = matchMedia("(prefers-color-scheme: dark)");
const touch = matchMedia("(pointer: coarse)").matches;
const fontFamily = getComputedStyle(document.body).fontFamily;

// Read once, as each reading makes the browser compute the styles of what was drawn before.
const inks = new Map();
darkMode.addEventListener("change", () => inks.clear());

// While the browser prints, plots are as wide as paper and have the colours of a light page.
const root = document.documentElement;
function toPaper(is) {
  root.classList.toggle("paper", is);
  inks.clear();
  if (window.Plotly) document.querySelectorAll(".figure .plot").forEach((plot) => Plotly.purge(plot));
}

function css(name) {
  if (!inks.has(name)) inks.set(name, getComputedStyle(root).getPropertyValue(name).trim());
  return inks.get(name);
}

// Figures come with the colours of a light page; on a dark one each has its counterpart.
function recolour(value) {
  if (typeof value === "string") return darkOf[value] || value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(recolour);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recolour(inner)]));
}

const themed = (value) => (darkMode.matches && !root.classList.contains("paper") ? recolour(value) : value);

function axis(own) {
  const lines = { gridcolor: css("--grid"), linecolor: css("--line"), tickcolor: css("--line") };
  return { automargin: true, showline: true, ticks: "outside", ticklen: 3, ...lines, ...own };
}

function fullLayout(own) {
  return {
    ...themed(own),
    xaxis: axis(own.xaxis),
    yaxis: axis(own.yaxis),
    font: { family: fontFamily, size: 12, color: css("--ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 46, r: 10, t: own.annotations ? 20 : 8, b: 38, ...own.margin },
    showlegend: false,
    dragmode: touch ? false : "zoom",
    hoverlabel: { bgcolor: css("--raised"), bordercolor: css("--line"), font: { color: css("--ink"), size: 12 } },
  };
}

const config = {
  responsive: true, displaylogo: false, doubleClick: "reset",
  modeBarButtons: [["toImage", "resetScale2d"]], displayModeBar: touch ? false : "hover",
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const swatch = (place) => looks[place % looks.length].content.cloneNode(true);
