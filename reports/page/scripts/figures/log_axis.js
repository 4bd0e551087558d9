// Another y axis for the same panels: logarithmic ones made linear, and the other way round.

/** @import { Axis, Layout, PanelContents, Range, Trace } from "../types.d.ts" */

/**
 * The change of layout that gives the wanted scale.
 * @param {PanelContents[]} panels those seen together, which share their range
 * @param {string} wanted linear | log
 * @returns {(layout: Layout) => Layout}
 */
export function rescaled(panels, wanted) {
  if (wanted === "linear") return (layout) => ({ ...layout, yaxis: linearAxis(layout.yaxis) });
  const axis = logAxis(panels.flatMap(({ data }) => data));
  return (layout) => ({ ...layout, yaxis: { ...layout.yaxis, ...axis } });
}

/**
 * @param {Axis} axis logarithmic
 * @returns {Axis}
 */
function linearAxis({ range, zeroline }) {
  return { type: "linear", zeroline, range: range && [0, 10 ** range[1]], exponentformat: "power" };
}

/**
 * @param {Trace[]} traces
 * @returns {Axis}
 */
export function logAxis(traces) {
  const range = logRange(traces);
  return { type: "log", range, exponentformat: "power", dtick: logStep(range) };
}

/**
 * Around the lines, not the bands, as a band may reach below zero. In powers of ten.
 * @param {Trace[]} traces
 * @returns {Range | undefined}
 */
function logRange(traces) {
  const lines = traces.filter((trace) => !trace.fill);
  const logs = lines.flatMap(({ y }) =>
    y.flatMap((each) => (each !== null && each > 0 ? [Math.log10(each)] : [])),
  );
  if (!logs.length) return undefined;
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const air = Math.max(0.05 * (high - low), 0.02);
  return [low - air, high + air];
}

/**
 * Labels at whole powers of ten, or within little more than one decade at 1, 2 and 5.
 * @param {Range} [range]
 */
export function logStep([low, high] = [0, 1]) {
  return high - low > 1.5 ? Math.ceil((high - low) / 6) : "D2";
}
