// Hundreds of dots in one panel: all of a colour become one path, as an element for each takes a
// browser many times as long.

/** @import { Mark, PanelContents, Trace } from "../types.d.ts" */

const MOST_DOTS = 300; // of a panel
const DOT_PX = 5; // style.css gives paths of this width round ends

/**
 * Traces and layout with such dots moved into the layout; what is left of their traces answers to
 * the pointer.
 * @param {PanelContents} panel
 * @returns {PanelContents}
 */
export function mergeDots({ data, layout }) {
  const dots = data.filter(isDots);
  if (dots.reduce((sum, { x }) => sum + x.length, 0) <= MOST_DOTS) return { data, layout };
  return {
    data: data.map((trace) => (isDots(trace) ? { ...trace, mode: "none" } : trace)),
    layout: { ...layout, shapes: [...(layout.shapes ?? []), ...dots.map(dotPath)] },
  };
}

/** @param {Trace} trace */
const isDots = ({ mode, marker }) =>
  mode === "markers" && marker?.size === DOT_PX && !marker.symbol;

/**
 * Lines without length.
 * @param {Trace} trace
 * @returns {Mark}
 */
function dotPath({ x, y, marker }) {
  const points = x.flatMap((each, i) =>
    y[i] === null ? [] : [`M${each},${y[i]}L${each},${y[i]}`],
  );
  const line = { color: marker?.color, width: DOT_PX };
  return { type: "path", path: points.join(""), line, opacity: marker?.opacity, layer: "below" };
}
