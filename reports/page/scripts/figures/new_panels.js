// Panels for other factors: the variants of all panels, sorted anew by their levels.

import { once } from "../once.js";
import { LevelAxis } from "./level_axis.js";
import { mergeLayouts } from "./merge_layouts.js";
import { pieces } from "./traces.js";

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { Study } from "../study.js" */
/** @import { Arrangement, FigureSpec, Panel, PanelContents, RolePaths, SourcePanel } from "../types.d.ts" */

export const MOST_COLUMNS = 5; // side by side

/**
 * What new panels are made with.
 * @typedef {object} Making
 * @property {Study} study
 * @property {FigureSpec} spec
 * @property {Arrangement} arrangement
 * @property {RolePaths} roles
 * @property {LevelFilters} filters
 * @property {string[]} split paths of the factors that make panels
 * @property {string[]} lists paths of the factors that are chosen from lists
 */

/**
 * A new panel: the panels that hold its variants, and its place among the others.
 * @typedef {Panel & { sources: Set<SourcePanel>, order: number[] }} NewPanel
 */

/**
 * One panel for each part and combination of levels, in the order of the study.
 * @param {Making} making
 * @returns {Panel[]}
 */
export function newPanels(making) {
  const every = [...sorted(making).values()].sort((a, b) => inOrder(a.order, b.order));
  /** @type {Map<string, Set<SourcePanel>>} */
  const together = new Map();
  for (const { when, sources } of every) {
    const key = JSON.stringify(when);
    together.set(key, new Set([...(together.get(key) ?? []), ...sources]));
  }
  return every.map((panel) => {
    const beside = together.get(JSON.stringify(panel.when)) ?? panel.sources;
    return {
      ...panel,
      note: shortNote(making, panel),
      contents: once(() => drawn(making, panel, beside)),
    };
  });
}

/**
 * The variants of all panels, sorted into new ones.
 * @param {Making} making
 */
function sorted(making) {
  const { study, spec, split, lists } = making;
  /** @type {Map<string, NewPanel>} */
  const made = new Map();
  /** @type {Map<string, number>} */
  const parts = new Map();
  for (const source of spec.panels) {
    const fixed = Object.entries(source.when).filter(([key]) => !study.find(key));
    const part = JSON.stringify([fixed, source.part]);
    const partPlace = parts.get(part) ?? parts.size;
    parts.set(part, partPlace);
    for (const variant of source.variants) {
      const places = [...lists, ...split].map((path) => study.level(path, variant));
      const key = JSON.stringify([part, places]);
      const panel = made.get(key) ?? emptyPanel(making, source, fixed, partPlace, places);
      made.set(key, panel);
      panel.variants.push(variant);
      panel.sources.add(source);
    }
  }
  return made;
}

/**
 * @param {Making} making
 * @param {SourcePanel} source
 * @param {[string, string][]} fixed what lists of no factor must show
 * @param {number} partPlace
 * @param {number[]} places of the levels
 * @returns {NewPanel}
 */
function emptyPanel({ study, split, lists }, { part, contents }, fixed, partPlace, places) {
  const levels = Object.fromEntries(
    [...lists, ...split].map((path, i) => [path, study.factor(path).levels[places[i]]]),
  );
  const named = split.map((path) => titleIn(study, path, levels[path]));
  return {
    title: [part, ...named].filter(Boolean).join(", "),
    note: "",
    when: Object.fromEntries([...fixed, ...lists.map((path) => [path, levels[path]])]),
    variants: [],
    contents,
    sources: new Set(),
    order: isWide(study, split) ? [...places, partPlace] : [partPlace, ...places],
  };
}

/**
 * A level in the title of a panel: see _title in facets.py.
 * @param {Study} study
 * @param {string} path
 * @param {string} level
 */
function titleIn(study, path, level) {
  if (path === "variant") return level;
  const { name } = study.factor(path);
  return level === "–" ? `no ${name}` : `${name} ${level}`;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function inOrder(a, b) {
  const i = a.findIndex((value, place) => value !== b[place]);
  return i < 0 ? 0 : a[i] - b[i];
}

/**
 * @param {Making} making
 * @param {NewPanel} panel
 */
function shortNote({ study, roles }, { variants, sources }) {
  const short = [...sources]
    .flatMap((source) => source.short)
    .filter(([variant]) => variants.includes(variant));
  const texts = short.map(([variant, text]) => `${study.levelName(roles.colour, variant)} ${text}`);
  return texts.length ? `fewer than ${study.replicates} replicates: ${texts.join(", ")}` : "";
}

/**
 * The traces and the axes of a new panel, from those of the panels that had its variants.
 * @param {Making} making
 * @param {NewPanel} panel
 * @param {Set<SourcePanel>} beside the sources of all panels that are seen together, which share their ranges
 * @returns {PanelContents}
 */
function drawn({ study, arrangement, roles, filters }, panel, beside) {
  const { along, dashed } = arrangement;
  const mine = new Set(panel.variants);
  const look = { colour: roles.colour, dashed };
  const sources = [...panel.sources].map((source) => source.contents());
  const traces = sources
    .flatMap(({ data }) => data)
    .flatMap((trace) => pieces(study, trace, mine, look));
  const ranged = [...beside].map((source) => source.contents().layout);
  const layout = mergeLayouts(
    sources.map((source) => source.layout),
    ranged,
    Boolean(along),
  );
  if (!along)
    return {
      data: traces.sort((a, b) => Number(Boolean(b.fill)) - Number(Boolean(a.fill))),
      layout,
    };
  const axis = new LevelAxis(study, along, roles, filters);
  return {
    data: axis.placed(traces, layout.yaxis.range),
    layout: { ...layout, xaxis: axis.layout() },
  };
}

/**
 * More levels than fit side by side, and nothing else: each then has its parts beside each other.
 * @param {Study} study
 * @param {string[]} split
 */
export const isWide = (study, split) =>
  split.length === 1 && study.factor(split[0]).levels.length > MOST_COLUMNS;
