// The tables of the page, and everything else outside the figures that follows the filters.

import { coverNote } from "../cover_note.js";
import { findAll } from "../dom.js";
import { decodeText } from "../encoding.js";
import { offerCsv } from "./csv_button.js";
import { SortableTable } from "./sortable_table.js";

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { Study } from "../study.js" */
/** @import { Row } from "../types.d.ts" */

export class PageTables {
  /**
   * @param {Study} study
   * @param {LevelFilters} filters
   */
  constructor(study, filters) {
    this.filters = filters;
    const roots = [...document.querySelectorAll("table")];
    this.tables = roots
      .filter((root) => root.matches(".sortable"))
      .map((root) => tableOf(root, filters));
    for (const table of this.tables) table.offerCsv(study.name);
    for (const root of roots.filter((each) => each.matches("main .scroll table:not(.sortable)"))) {
      offerCsv(study.name, root, async () =>
        [...root.tBodies[0].rows].filter((row) => !row.hidden),
      );
    }
    this.matrices = roots.filter((root) => root.matches(".matrix"));
    this.tagged = findAll(document, "[data-variant]").filter((each) => !each.closest(".sortable"));
    this.holders = findAll(document, "[data-holds]");
    this.notes = findAll(document, "[data-covers-all]").map((place) =>
      coverNote(place, study.variants.length),
    );
  }

  /** What holds variants goes when none of them is left. */
  filter() {
    for (const table of this.tables) table.show();
    for (const each of this.tagged) hide(each, !this.filters.shown[Number(each.dataset.variant)]);
    for (const each of this.holders) each.hidden = !findAll(each, "[data-variant]").some(isShown);
    for (const table of this.matrices) filterColumns(table);
    for (const note of this.notes) note.hidden = this.filters.all;
  }
}

/**
 * @param {HTMLTableRowElement} row
 * @returns {Row}
 */
function rowOf(row) {
  const { variant } = row.dataset;
  return {
    variant: variant === undefined ? undefined : Number(variant),
    key: (column) => row.cells[column].dataset.sort,
    element: () => row,
  };
}

/**
 * A table of the page; of a long one most rows are deflated.
 * @param {HTMLTableElement} root
 * @param {LevelFilters} filters
 */
function tableOf(root, filters) {
  const encoded = root.querySelector("script");
  root.tFoot?.remove();
  const more = encoded && {
    count: Number(encoded.dataset.count),
    load: () => inflatedRows(encoded),
  };
  return new SortableTable(root, [...root.tBodies[0].rows].map(rowOf), filters, more);
}

/** @param {HTMLScriptElement} encoded */
async function inflatedRows(encoded) {
  const rows = document.createElement("template");
  rows.innerHTML = await decodeText(encoded.textContent);
  encoded.remove();
  return [...rows.content.children]
    .filter((each) => each instanceof HTMLTableRowElement)
    .map(rowOf);
}

/** @param {HTMLElement} each */
const isShown = (each) => !each.hidden && !each.classList.contains("off");

/**
 * A cell keeps its place in the row.
 * @param {HTMLElement} each
 * @param {boolean} hidden
 */
function hide(each, hidden) {
  if (each.tagName === "TD") each.classList.toggle("off", hidden);
  else each.hidden = hidden;
}

/** @param {HTMLTableElement} table */
function filterColumns(table) {
  for (const head of table.tHead?.rows[0].cells ?? []) {
    const cells = [...table.tBodies[0].rows].map((row) => row.cells[head.cellIndex]);
    const variants = cells.filter((cell) => "variant" in cell.dataset);
    const gone = variants.length > 0 && variants.every((cell) => cell.classList.contains("off"));
    for (const cell of [head, ...cells]) cell.hidden = gone;
  }
}
