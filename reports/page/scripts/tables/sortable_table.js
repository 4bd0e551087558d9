// A table that is sorted by a click on a heading, loses the rows of hidden variants, and turns pages.

import { element, findAll } from "../dom.js";
import { rowsText } from "../text.js";
import { offerCsv } from "./csv_button.js";
import { sortedBy } from "./sort_order.js";

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { Row } from "../types.d.ts" */

/** @typedef {{ count: number, load: () => Promise<Row[]> }} More rows that are still deflated; count is of all */

const PAGE_ROWS = 100; // as many are in the page: PAGE_ROWS of render.py

export class SortableTable {
  /**
   * @param {HTMLTableElement} root
   * @param {Row[]} rows
   * @param {LevelFilters} filters
   * @param {More | null} [more]
   */
  constructor(root, rows, filters, more = null) {
    this.root = root;
    this.rows = rows;
    this.filters = filters;
    this.more = more;
    this.first = 0;
    /** @type {Promise<unknown> | null} */
    this.completed = null;
    this.status = element("span", { role: "status" });
    this.steps = [this.step("previous", -PAGE_ROWS), this.step("next", PAGE_ROWS)];
    this.pager = element(
      "p",
      { class: "pager" },
      this.status,
      ...this.steps.map(({ button }) => button),
    );
    for (const button of findAll(root, "th button")) {
      const head = button.closest("th");
      if (head) button.addEventListener("click", () => this.sort(head));
    }
  }

  /**
   * @param {string} word
   * @param {number} rows
   */
  step(word, rows) {
    const button = element("button", { type: "button", class: "chip" }, word);
    button.addEventListener("click", () => this.turn(rows));
    return { button, rows };
  }

  /** @param {number} rows */
  async turn(rows) {
    this.first += rows;
    await this.show();
    const scroll = this.root.closest(".scroll");
    if (scroll) scroll.scrollTop = 0;
  }

  /** @param {HTMLTableCellElement} head */
  async sort(head) {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of findAll(this.root, "th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    await this.complete();
    this.rows = sortedBy(this.rows, (row) => row.key(head.cellIndex), descending);
    this.first = 0;
    await this.show();
  }

  complete() {
    this.completed ??= (this.more?.load() ?? Promise.resolve([])).then((rows) =>
      this.rows.push(...rows),
    );
    return this.completed;
  }

  left() {
    return this.rows.filter(({ variant }) => variant === undefined || this.filters.shown[variant]);
  }

  /** @param {string} study */
  offerCsv(study) {
    offerCsv(study, this.root, async () => {
      await this.complete();
      return this.left().map((row) => row.element());
    });
  }

  async show() {
    if (this.first || !this.filters.all) await this.complete();
    const left = this.left();
    const count = this.completed || !this.more ? left.length : this.more.count;
    if (this.first >= count) this.first = 0;
    const seen = left.slice(this.first, this.first + PAGE_ROWS).map((row) => row.element());
    const [body] = this.root.tBodies;
    const isShown =
      seen.length === body.rows.length && seen.every((each, i) => each === body.rows[i]);
    if (!isShown) body.replaceChildren(...seen);
    this.showPager(count, seen.length);
  }

  /**
   * @param {number} count
   * @param {number} seen
   */
  showPager(count, seen) {
    if (count > PAGE_ROWS) this.root.closest(".scroll")?.after(this.pager);
    else this.pager.remove();
    this.status.textContent = rowsText(this.first, seen, count);
    for (const { button, rows } of this.steps)
      button.disabled = this.first + rows < 0 || this.first + rows >= count;
  }
}
