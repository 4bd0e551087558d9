// What the index does with its studies that needs no page: search, order, and what two do not share.

/** @import { StudyFacts } from "./types.d.ts" */

/**
 * Whether a text has all words of a search.
 * @param {string} text
 * @param {string} search
 */
export function matches(text, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => text.toLowerCase().includes(word));
}

/** @type {Record<string, (a: StudyFacts, b: StudyFacts) => number>} */
export const ORDERS = {
  date: (a, b) => b.date.localeCompare(a.date),
  study: (a, b) => a.study.localeCompare(b.study),
  trials: (a, b) => b.trials - a.trials,
};

/**
 * Rows of a table: conclusions, and the settings that differ.
 * @param {StudyFacts} a
 * @param {StudyFacts} b
 * @returns {[string, string, string][]}
 */
export function differences(a, b) {
  const paths = [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])];
  const differing = paths.filter((path) => a.settings[path] !== b.settings[path]);
  return [
    ["question", a.question, b.question],
    ["finding", a.finding, b.finding],
    ["date", a.date, b.date],
    ["done", a.done, b.done],
    ...differing.map(
      (path) =>
        /** @type {[string, string, string]} */ ([
          path,
          a.settings[path] ?? "–",
          b.settings[path] ?? "–",
        ]),
    ),
  ];
}

/** @param {string[]} studies set beside each other */
export const fragmentOf = (studies) =>
  studies.map((study) => `beside=${encodeURIComponent(study)}`).join("&");

/**
 * Names of at most two studies.
 * @param {string} fragment with its #
 */
export const studiesOf = (fragment) =>
  new URLSearchParams(fragment.slice(1)).getAll("beside").slice(0, 2);
