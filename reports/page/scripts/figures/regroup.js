// Takes the panels of a figure apart by variant, and puts them together again by other factors.

import { once } from "../once.js";
import { isWide, MOST_COLUMNS, newPanels } from "./new_panels.js";
import { splitByLook } from "./traces.js";

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { Roles } from "../filters/roles.js" */
/** @import { Study } from "../study.js" */
/** @import { Arrangement, Chooser, FigureSpec, Panel, RolePaths, Shown, SourcePanel } from "../types.d.ts" */

/**
 * What a figure shows with these roles, not drawn yet. As it came, while the roles are those it
 * came with and no level of its x axis is hidden.
 * @param {Study} study
 * @param {FigureSpec} spec
 * @param {Roles} roles
 * @param {LevelFilters} filters
 * @returns {Shown}
 */
export function regrouped(study, spec, roles, filters) {
  const own = { ...spec, legendTitle: spec.legend_title, colour: study.roles.colour };
  const { arrangement } = spec;
  const moved = !roles.isInitial || (arrangement?.along && hidesX(study, roles.now, filters));
  if (!moved || !arrangement || !follows(spec, roles)) return own;
  const { name, path, levels } = study.factor(roles.now.colour);
  const coloured = {
    ...own,
    legendTitle: name,
    colour: path,
    legend: levels.map((text, place) => ({ text, place })),
  };
  if (!arrangement.panels) {
    const look = { colour: path, dashed: arrangement.dashed };
    return { ...coloured, panels: spec.panels.map((panel) => recoloured(study, panel, look)) };
  }
  const split = panelPaths(study, arrangement, roles.now);
  const lists = listPaths(study, arrangement, roles.now, split);
  const kept = spec.choosers.filter(({ key }) => !study.find(key));
  return {
    ...coloured,
    panels: newPanels({ study, spec, arrangement, roles: roles.now, filters, split, lists }),
    choosers: [...lists.map((each) => listOf(study, each, spec)), ...kept],
    legend: spec.legend.length ? coloured.legend : [],
    title: titleOf(study, spec, roles.now),
    columns: columnsOf(study, split, spec),
  };
}

/**
 * Whether a figure can show these roles.
 * @param {FigureSpec} spec
 * @param {Roles} roles
 */
export function follows({ arrangement }, { known, now }) {
  return arrangement !== null && known && !(arrangement.whole && isTask(now.colour));
}

/** @param {string | null} path */
const isTask = (path) => path?.startsWith("task.") ?? false;

/**
 * A panel that stays, with the colours of another factor; what shows no variant keeps its own.
 * @param {Study} study
 * @param {SourcePanel} panel
 * @param {{ colour: string, dashed: boolean }} look
 * @returns {Panel}
 */
function recoloured(study, panel, look) {
  const contents = once(() => {
    const { data, layout } = panel.contents();
    return {
      layout,
      data: data.flatMap((trace) => (trace.meta ? splitByLook(study, trace, look) : [trace])),
    };
  });
  return { ...panel, contents };
}

/**
 * Some titles say what x is: Final test accuracy by depth.
 * @param {Study} study
 * @param {FigureSpec} spec
 * @param {RolePaths} roles
 */
function titleOf(study, { title, arrangement }, { x }) {
  if (!arrangement?.along || !study.roles.x || !x) return title;
  return title.replace(
    ` by ${study.factor(study.roles.x).name}`,
    () => ` by ${study.factor(x).name}`,
  );
}

/**
 * Whether the filters hide a level of the x axis.
 * @param {Study} study
 * @param {RolePaths} roles
 * @param {LevelFilters} filters
 */
function hidesX(study, { x }, filters) {
  const factor = study.find(x);
  return factor !== undefined && (filters.left(x)?.length ?? 0) < factor.levels.length;
}

/**
 * @param {Study} study
 * @param {Arrangement} arrangement
 * @param {RolePaths} roles
 */
function panelPaths(study, { panels, most }, roles) {
  const others = study.factors
    .map(({ path }) => path)
    .filter((path) => path !== roles.colour && !isTask(path));
  const paths = (panels ?? []).flatMap((role) =>
    role === "others" ? others : (roles[role] ?? []),
  );
  const count = () =>
    paths.reduce((product, path) => product * study.factor(path).levels.length, 1);
  while (count() > most) paths.shift();
  return paths;
}

/**
 * @param {Study} study
 * @param {string[]} split
 * @param {FigureSpec} spec
 */
function columnsOf(study, split, spec) {
  if (isWide(study, split)) return MOST_COLUMNS - 1;
  const last = split.at(-1);
  return last === undefined ? spec.columns : study.factor(last).levels.length;
}

/**
 * @param {Study} study
 * @param {Arrangement} arrangement
 * @param {RolePaths} roles
 * @param {string[]} split
 */
function listPaths(study, { along, whole }, roles, split) {
  const placed = [roles.colour, ...split, ...(along ? [roles.x] : [])];
  if (!study.isCrossed || whole) return [];
  return study.factors.map(({ path }) => path).filter((path) => !placed.includes(path));
}

/**
 * @param {Study} study
 * @param {string} path
 * @param {FigureSpec} spec
 * @returns {Chooser}
 */
function listOf(study, path, spec) {
  const came = spec.choosers.find(({ key }) => key === path);
  if (came) return came;
  const { name, levels, start } = study.factor(path);
  return {
    key: path,
    label: name,
    options: levels.map((text) => [text, text]),
    chosen: start,
    slider: false,
  };
}
