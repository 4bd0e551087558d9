// What the card of a trial is made of: status, settings, final metrics, and plots of its curves.

import { element } from "../dom.js";
import { logAxis } from "../figures/log_axis.js";
import { NOT_THE_SAME, RETRAIN, seedText, statusText, valueText } from "../text.js";
import { colourAt, config, fullLayout, swatch, themed } from "../theme.js";

/** @import { Layout, PlotLibrary, Trace, Track, TrialData } from "../types.d.ts" */

const DASHES = ["solid", "dash", "dot"];
const MOST_MARKED = 24; // points of a line that has them marked

/**
 * All but its head and its plots.
 * @param {TrialData} data
 * @param {number} place
 */
export function cardParts(data, place) {
  const { trials } = data;
  const log = data.errors[place];
  return [
    element("p", { class: `status ${trials.status[place]}` }, statusText(trials, place)),
    ...(log ? [element("pre", {}, log)] : []),
    settingsList(data, place),
    ...finalTable(data, place),
    element("p", { class: "caption" }, RETRAIN),
    element(
      "pre",
      { class: "command" },
      element("code", {}, `${data.command} ${trials.id[place]}`),
    ),
  ];
}

/**
 * @param {TrialData} data
 * @param {number} place
 */
function settingsList(data, place) {
  const variant = data.variants[data.trials.variant[place]];
  const tuned = data.tuned[data.trials.tuned[place]];
  const other = Object.entries(variant.other).filter(([path]) => !(path in tuned));
  const rows = [
    ...Object.entries(variant.factors).map(([path, text]) => [path, text, "factor"]),
    ...Object.entries(tuned).map(([path, text]) => [path, text, "tuned"]),
    ...other.map(([path, text]) => [path, text, NOT_THE_SAME]),
    ["seed", seedText(data, place), ""],
    ["trial", data.trials.id[place], ""],
  ];
  const items = rows.map(([path, text, kind]) => {
    const said = kind ? [" ", element("small", {}, kind)] : [];
    return element("div", {}, element("dt", {}, path), element("dd", {}, text, ...said));
  });
  return element("dl", { class: "settings" }, ...items);
}

/**
 * One row for each metric, one column for each split.
 * @param {TrialData} data
 * @param {number} place
 */
function finalTable(data, place) {
  const names = Object.keys(data.final).filter((name) => data.final[name][place] !== null);
  if (!names.length) return [];
  const splits = [...new Set(names.map((name) => name.split("/")[0]))];
  const metrics = [...new Set(names.map((name) => name.split("/").slice(1).join("/")))];
  const rows = metrics.map((metric) => {
    const values = splits.map((split) =>
      valueText(data.final[`${split}/${metric}`]?.[place], data.units[metric]),
    );
    const cells = values.map((text) => element("td", { class: "number" }, text));
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, metric.replaceAll("_", " ")),
      ...cells,
    );
  });
  const heads = ["final", ...splits].map((text, i) =>
    element("th", { scope: "col", class: i ? "number" : "" }, text),
  );
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  return [
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Final metrics" },
      table,
    ),
  ];
}

/**
 * @param {PlotLibrary} library
 * @param {HTMLElement} grid
 * @param {Track[]} tracks
 * @param {number} place of the trial
 */
export function drawTracks(library, grid, tracks, place) {
  for (const track of tracks) {
    const traces = tracesOf(track, place);
    if (!traces.length) continue;
    const plot = element("div", { class: "plot", role: "img", "aria-label": track.title });
    grid.append(
      element("div", { class: "panel" }, element("h3", {}, track.title), legendOf(traces), plot),
    );
    library.newPlot(plot, themed(traces), fullLayout(layoutOf(track, traces)), config);
  }
}

/**
 * @param {Track} track
 * @param {number} place
 * @returns {Trace[]}
 */
function tracesOf({ x, lines, values }, place) {
  const found = lines.flatMap((name, line) => {
    const start = (place * lines.length + line) * x.length;
    const y = values.slice(start, start + x.length);
    return y.some((value) => value !== null) ? [{ name, y }] : [];
  });
  return found.map(({ name, y }, line) => ({
    type: "scatter",
    mode: x.length <= MOST_MARKED ? "lines+markers" : "lines",
    name,
    x,
    y,
    line: { color: colourAt(line), width: 2, dash: DASHES[line % DASHES.length] },
    marker: { color: colourAt(line), size: 5 },
    hovertemplate: `${name}: %{y:.4g} at %{x}<extra></extra>`,
  }));
}

/** @param {Trace[]} traces */
function legendOf(traces) {
  const keys = traces.map(({ name }, line) =>
    element("span", { class: "key" }, swatch(line), name ?? ""),
  );
  return element("p", { class: "controls" }, ...keys);
}

/**
 * @param {Track} track
 * @param {Trace[]} traces
 * @returns {Layout}
 */
function layoutOf({ along, x, log, share }, traces) {
  const scale = log ? logAxis(traces) : share ? { tickformat: ".2~%" } : {};
  return {
    xaxis: { title: { text: along }, zeroline: false, ...(x.length <= 12 && { dtick: 1 }) },
    yaxis: { ...scale, zeroline: false },
    hovermode: "closest",
  };
}
