// Traces of plotly.js: points picked, taken apart by variant, given another look, and joined again.

/** @import { Study } from "../study.js" */
/** @import { Trace, TraceMeta } from "../types.d.ts" */

/** @typedef {{ colour: string | null, dashed: boolean }} LookOf path of the factor with the colours, and whether dashes follow */

/**
 * A trace with these points only.
 * @param {Trace} trace
 * @param {number[]} points
 * @returns {Trace}
 */
export function pick(trace, points) {
  /** @type {<Value>(values: Value) => Value} */
  const own = (values) =>
    /** @type {typeof values} */ (Array.isArray(values) ? points.map((i) => values[i]) : values);
  const { x, y, text, customdata, error_y: bars, marker, meta } = trace;
  return {
    ...trace,
    x: own(x),
    y: own(y),
    text: own(text),
    customdata: own(customdata),
    meta: {
      ...meta,
      ...(meta?.variants && { variants: own(meta.variants) }),
      ...(meta?.replicates && { replicates: own(meta.replicates) }),
    },
    // Plotly draws half a bar where the key is there, with or without a value.
    ...(bars && {
      error_y: {
        ...bars,
        array: own(bars.array),
        ...(bars.arrayminus && { arrayminus: own(bars.arrayminus) }),
      },
    }),
    ...(marker && { marker: { ...marker, symbol: own(marker.symbol) } }),
  };
}

/**
 * Traces of one kind, joined one after another.
 * @param {Trace[]} group
 * @returns {Trace}
 */
export function merge(group) {
  const [first] = group;
  /** @type {<Value>(get: (trace: Trace) => Value[] | undefined) => Value[]} */
  const all = (get) => group.flatMap((trace) => get(trace) ?? []);
  const made = {
    ...first,
    x: all((t) => t.x),
    y: all((t) => t.y),
    meta: mergedMeta(first.meta, all),
  };
  if (first.text) made.text = group.flatMap((t) => t.text ?? []);
  if (first.customdata) made.customdata = all((t) => t.customdata);
  if (Array.isArray(first.marker?.symbol))
    made.marker = { ...first.marker, symbol: group.flatMap((t) => t.marker?.symbol ?? []) };
  if (first.error_y) {
    made.error_y = { ...first.error_y, array: all((t) => t.error_y?.array) };
    if (first.error_y.arrayminus) made.error_y.arrayminus = all((t) => t.error_y?.arrayminus);
  }
  return made;
}

/**
 * @param {TraceMeta | undefined} first
 * @param {<Value>(get: (trace: Trace) => Value[] | undefined) => Value[]} all
 * @returns {TraceMeta}
 */
function mergedMeta(first, all) {
  return {
    ...(first?.variants && { variants: all((t) => t.meta?.variants) }),
    ...(first?.replicates && { replicates: all((t) => t.meta?.replicates) }),
  };
}

/**
 * A piece of a band has an upper and a lower end: up along x, and back below.
 * @param {Trace[]} group in the order of x
 * @returns {Trace}
 */
export function band(group) {
  const back = [...group].reverse();
  /** @type {<Value>(get: (trace: Trace) => Value[]) => Value[]} */
  const both = (get) => [...group.map((t) => get(t)[0]), ...back.map((t) => get(t)[1])];
  const variants = both((t) => t.meta?.variants ?? []);
  return { ...merge(group), x: both((t) => t.x), y: both((t) => t.y), meta: { variants } };
}

/**
 * A trace of many variants becomes one for each level.
 * @param {Study} study
 * @param {Trace} trace
 * @param {LookOf} look
 */
export function splitByLook(study, trace, look) {
  const variants =
    trace.meta?.variants ?? (trace.meta?.variant === undefined ? [] : [trace.meta.variant]);
  const found = pieces(study, trace, new Set(variants), look);
  return grouped(found, (piece) => piece.legendgroup).map((group) =>
    trace.meta?.variants ? merge(group) : group[0],
  );
}

/**
 * The parts of a trace that show these variants, each in the look of its new level.
 * @param {Study} study
 * @param {Trace} trace
 * @param {Set<number>} mine
 * @param {LookOf} look
 * @returns {Trace[]}
 */
export function pieces(study, trace, mine, look) {
  const { variant, variants } = trace.meta ?? {};
  if (!variants)
    return variant !== undefined && mine.has(variant)
      ? [relooked(study, trace, variant, look)]
      : [];
  /** @type {Map<number, number[]>} */
  const points = new Map([...mine].map((each) => [each, []]));
  for (const [i, each] of variants.entries()) points.get(each)?.push(i);
  const found = [...points].filter(([, own]) => own.length);
  return found.map(([each, own]) => relooked(study, pick(trace, own), each, look));
}

/**
 * @param {Study} study
 * @param {Trace} trace
 * @param {number} variant
 * @param {LookOf} look
 * @returns {Trace}
 */
function relooked(study, trace, variant, { colour: path, dashed }) {
  if (trace.legendgroup === undefined) return trace;
  const place = study.level(path, variant);
  const from = study.look(Number(trace.legendgroup));
  const to = study.look(place);
  /** @type {Record<string, string>} */
  const swap = {
    [from.light]: to.light,
    [softOf(from.light)]: softOf(to.light),
    [from.symbol]: to.symbol,
    [`${from.symbol}-open`]: `${to.symbol}-open`,
  };
  const made = swapped(trace, swap);
  const inLook = dashed && trace.line?.color === from.light;
  return {
    ...made,
    legendgroup: String(place),
    hovertemplate: renamed(study, trace.hovertemplate, variant, path),
    ...(inLook && { line: { ...made.line, dash: to.dash } }),
  };
}

/**
 * @param {Trace} trace
 * @param {Record<string, string>} swap
 * @returns {Trace}
 */
function swapped({ line, marker, error_y: bars, fillcolor, ...rest }, swap) {
  /** @param {unknown} value */
  const one = (value) => (typeof value === "string" ? (swap[value] ?? value) : value);
  /** @type {<Part extends object>(part: Part) => Part} */
  const within = (part) =>
    /** @type {typeof part} */ (
      Object.fromEntries(
        Object.entries(part).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.map(one) : one(value),
        ]),
      )
    );
  return {
    ...rest,
    ...(line && { line: within(line) }),
    ...(marker && { marker: within(marker) }),
    ...(bars && { error_y: within(bars) }),
    ...(fillcolor && { fillcolor: swap[fillcolor] ?? fillcolor }),
  };
}

/**
 * The colour of a band: see soft in palette.py.
 * @param {string} hex
 */
function softOf(hex) {
  const [red, green, blue] = [1, 3, 5].map((start) =>
    Number.parseInt(hex.slice(start, start + 2), 16),
  );
  return `rgba(${red},${green},${blue},0.16)`;
}

/**
 * The text of a line under the pointer begins with the level of its colour.
 * @param {Study} study
 * @param {string | undefined} template
 * @param {number} variant
 * @param {string | null} path
 */
function renamed(study, template, variant, path) {
  const before = escaped(study.levelName(study.roles.colour, variant));
  const start = template?.startsWith("theory, ") ? "theory, " : "";
  if (!template?.startsWith(start + before)) return template;
  return (
    start + escaped(study.levelName(path, variant)) + template.slice(start.length + before.length)
  );
}

/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

/**
 * Plotly reads some markup in its texts.
 * @param {string} text
 * @param {RegExp} which
 */
export const escaped = (text, which = /[&<>"']/g) =>
  text.replace(which, (character) => ESCAPES[character]);

/**
 * Values of one key together, in the order in which the keys are met.
 * @template Value
 * @param {Value[]} values
 * @param {(value: Value) => unknown} keyOf
 * @returns {Value[][]}
 */
export function grouped(values, keyOf) {
  /** @type {Map<unknown, Value[]>} */
  const groups = new Map();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups.values()];
}
