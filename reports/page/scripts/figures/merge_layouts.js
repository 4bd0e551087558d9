// The layout of a panel that is put together from several.

import { logStep } from "./log_axis.js";

/** @import { Axis, Layout, Mark, Range } from "../types.d.ts" */

/**
 * @param {Layout[]} layouts of the panels that it is made from
 * @param {Layout[]} beside of all panels that are seen together, which share their ranges
 * @param {boolean} hasLevels whether x is an axis of levels
 * @returns {Layout}
 */
export function mergeLayouts(layouts, beside, hasLevels) {
  const [first] = layouts;
  const ranged = isLabelled(first.yaxis) ? layouts : beside;
  const same = layouts.every(
    ({ shapes }) => JSON.stringify(shapes) === JSON.stringify(first.shapes),
  );
  const marked = hasLevels && !same ? [] : layouts;
  return {
    ...first,
    xaxis: mergedAxis(
      first.xaxis,
      ranged.map(({ xaxis }) => xaxis.range),
    ),
    yaxis: mergedAxis(
      first.yaxis,
      ranged.map(({ yaxis }) => yaxis.range),
    ),
    shapes: collected(
      marked.flatMap(({ shapes }) => shapes ?? []),
      ({ y0 }) => y0,
      hasLevels,
    ),
    annotations: collected(
      marked.flatMap(({ annotations }) => annotations ?? []),
      ({ text }) => text,
      hasLevels,
    ),
  };
}

/**
 * Labels of one panel, as of its layers, have no place in another range.
 * @param {Axis} axis
 */
const isLabelled = ({ type, tickvals }) => Boolean(tickvals) && type !== "log";

/**
 * @param {Axis} first
 * @param {(Range | null | undefined)[]} every
 * @returns {Axis}
 */
function mergedAxis(first, every) {
  const ranges = every.filter((range) => range !== null && range !== undefined);
  if (isLabelled(first) || ranges.every((range) => range.join() === first.range?.join()))
    return first;
  /** @type {Range} */
  const range = [
    Math.min(...ranges.map(([low]) => low)),
    Math.max(...ranges.map(([, high]) => high)),
  ];
  if (first.type !== "log") return { ...first, range };
  const { tickvals, ticktext, ...plain } = first;
  return { ...plain, range, exponentformat: "power", dtick: logStep(range) };
}

/**
 * Each line and label once; those of a part of an x axis that is gone are left out.
 * @param {Mark[]} marks
 * @param {(mark: Mark) => unknown} keyOf
 * @param {boolean} hasLevels
 */
function collected(marks, keyOf, hasLevels) {
  const kept = marks.filter(({ xref }) => !hasLevels || xref === "paper");
  const found = [...new Map(kept.map((mark) => [keyOf(mark), mark])).values()];
  return found.length ? found : undefined;
}
