// Sentences that a reader sees, as far as scripts make them.

/** @import { TrialData, TrialColumns } from "./types.d.ts" */

export const OLD_BROWSER =
  "This browser cannot decompress the data of this page: figures, trials and rows after the first hundred of a table need a browser of 2023 or later.";
export const NOT_DRAWN =
  "This figure was not loaded yet when the page was printed: print it again.";
export const COLOURS_STAY =
  "This figure keeps its colours and panels, whatever roles the factors have.";
export const ONLY_THIS_LEVEL = "with Shift: only this level";
export const RETRAIN = "To train it again and compare with the stored result:";
export const NO_SETTINGS_YET = "settings not selected yet";
export const NOT_THE_SAME = "fixed, not the same in all variants";

/** @param {number} count */
const grouped = (count) => count.toLocaleString("en");

/** @param {string} file */
export const fileMissing = (file) => `${file} is missing: keep it beside this page.`;

/** @param {number} variants */
export const coversAll = (variants) => `All ${variants} variants, whatever the filters show.`;

/**
 * @param {number} shown variants
 * @param {number} all
 */
export function filtersText(shown, all) {
  if (shown === all) return `showing all ${grouped(all)} variants`;
  return `showing ${grouped(shown)} of ${grouped(all)} variants; sentences, tests and counts of trials cover all of them`;
}

/** @param {number} panels */
export const morePanels = (panels) => `${panels} more ${panels === 1 ? "panel" : "panels"}`;

/**
 * @param {number} columns that can be hidden
 * @param {boolean} all whether they are shown
 */
export const columnsText = (columns, all) =>
  all ? "fewer columns" : `${columns} more ${columns === 1 ? "column" : "columns"}`;

/**
 * @param {number} first counted from 0
 * @param {number} seen
 * @param {number} all
 */
export const rowsText = (first, seen, all) =>
  `rows ${first + 1} to ${first + seen} of ${grouped(all)}`;

/**
 * @param {number} shown studies
 * @param {number} all
 */
export const studiesText = (shown, all) => (shown === all ? "" : `${shown} of ${all} studies`);

/**
 * @param {TrialColumns} trials
 * @param {number} place
 */
export function statusText(trials, place) {
  const status = trials.status[place];
  const [epochs, wall_s] = [trials.epochs[place], trials.wall_s[place]];
  if (epochs === null) return status === "missing" ? "not trained yet" : status;
  const time = wall_s === null ? "" : ` in ${wall_s.toPrecision(2)} s`;
  const final = trials.final[place];
  const of = final === null || final === epochs ? "" : `, result of epoch ${final}`;
  return `${status} after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}${time}${of}`;
}

/**
 * "replicate 3"; of a trial of the tuning "tuning point 5, replicate 1".
 * @param {TrialColumns} trials
 * @param {number} place
 */
export function replicateText(trials, place) {
  const replicate = `replicate ${trials.replicate[place]}`;
  if (trials.point[place] === null) return replicate;
  const several = Math.max(...trials.tuning.map(Number)) > 0;
  const study = several ? `tuning study ${trials.tuning[place]}, ` : "";
  return `${study}tuning point ${trials.point[place]}, ${replicate}`;
}

/**
 * @param {TrialData} data
 * @param {number} place
 */
export const seedText = (data, place) =>
  `study seed ${data.study_seed}, ${replicateText(data.trials, place)}`;

/**
 * @param {number | null | undefined} value of a factor its logarithm
 * @param {string | undefined} unit
 */
export function valueText(value, unit) {
  if (value === undefined || value === null) return "–";
  if (unit === "factor") return `${value < 0 ? "÷" : "×"}${digits(Math.exp(Math.abs(value)), 3)}`;
  return unit === "share" ? `${(100 * value).toFixed(1)} %` : digits(value, 4);
}

/**
 * @param {number} value
 * @param {number} count
 */
const digits = (value, count) => String(Number(value.toPrecision(count)));
