// Colours and sizes that every plot shares, on a light and on a dark page.

import { textOf } from "./dom.js";

/** @import { Axis, Layout } from "./types.d.ts" */

/** @type {Record<string, string>} */
const darkOf = JSON.parse(textOf("dark-of"));
/** @type {HTMLTemplateElement[]} */
const swatches = [...document.querySelectorAll("template")].filter((each) =>
  each.id.startsWith("key-"),
);
export const darkMode = matchMedia("(prefers-color-scheme: dark)");
const mouse = matchMedia("(hover: hover) and (pointer: fine)").matches;
const fontFamily = getComputedStyle(document.body).fontFamily;

// Read once, as each reading makes the browser compute the styles of what was drawn before.
/** @type {Map<string, string>} */
const inks = new Map();
darkMode.addEventListener("change", () => inks.clear());

const root = document.documentElement;

/**
 * While the browser prints, plots are as wide as paper and have the colours of a light page.
 * @param {boolean} is
 */
export function toPaper(is) {
  root.classList.toggle("paper", is);
  inks.clear();
  for (const plot of document.querySelectorAll(".figure .plot")) window.Plotly?.purge(plot);
}

/** @param {string} name of a property of the style sheet */
function css(name) {
  const known = inks.get(name) ?? getComputedStyle(root).getPropertyValue(name).trim();
  inks.set(name, known);
  return known;
}

/**
 * Figures come with the colours of a light page; on a dark one each has its counterpart.
 * @param {unknown} value
 * @returns {unknown}
 */
function recolour(value) {
  if (typeof value === "string") return darkOf[value] || value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(recolour);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recolour(inner)]));
}

/**
 * The same value in the colours of the page.
 * @template Value
 * @param {Value} value
 * @returns {Value}
 */
export function themed(value) {
  const isDark = darkMode.matches && !root.classList.contains("paper");
  return isDark ? /** @type {Value} */ (recolour(value)) : value;
}

/** @param {Axis} own */
function axis(own) {
  const lines = { gridcolor: css("--grid"), linecolor: css("--line"), tickcolor: css("--line") };
  return { automargin: true, showline: true, ticks: "outside", ticklen: 3, ...lines, ...own };
}

/** @param {Layout} own */
export function fullLayout(own) {
  return {
    ...themed(own),
    xaxis: axis(own.xaxis),
    yaxis: axis(own.yaxis),
    font: { family: fontFamily, size: 12, color: css("--ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 46, r: 10, t: own.annotations ? 20 : 8, b: 38, ...own.margin },
    showlegend: false,
    modebar: { bgcolor: "rgba(0,0,0,0)", color: css("--line"), activecolor: css("--muted") },
    dragmode: mouse ? "zoom" : false,
    hoverlabel: {
      bgcolor: css("--raised"),
      bordercolor: css("--line"),
      font: { color: css("--ink"), size: 12 },
    },
  };
}

export const config = {
  responsive: true,
  displaylogo: false,
  doubleClick: "reset",
  modeBarButtons: [["toImage", "resetScale2d"]],
  displayModeBar: mouse ? "hover" : false,
};

/**
 * Line and symbol of the level at a place.
 * @param {number} place
 */
export const swatch = (place) => swatches[place % swatches.length].content.cloneNode(true);

/** @param {number} place */
export function colourAt(place) {
  const { content } = swatches[place % swatches.length];
  const drawn = content.firstElementChild;
  return drawn instanceof SVGElement ? drawn.style.getPropertyValue("--light").trim() : "";
}
