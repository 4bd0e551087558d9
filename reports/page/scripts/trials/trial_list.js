// The list of all trials, built when it is opened; it follows the filters.

import { element, find } from "../dom.js";
import { SortableTable } from "../tables/sortable_table.js";
import { NO_SETTINGS_YET, replicateText, valueText } from "../text.js";

/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { SortKey } from "../tables/sort_order.js" */
/** @import { Study } from "../study.js" */
/** @import { Row, TrialColumns, TrialData } from "../types.d.ts" */

const AFTER_OTHERS = 1e4; // added to the replicate of a trial of the tuning, so that it comes last

export class TrialList {
  /**
   * @param {HTMLDetailsElement} root
   * @param {() => Promise<TrialData>} data
   * @param {Study} study
   * @param {LevelFilters} filters
   */
  constructor(root, data, study, filters) {
    this.root = root;
    this.data = data;
    this.study = study;
    this.filters = filters;
    /** @type {SortableTable | null} */
    this.table = null;
    root.addEventListener("toggle", () => this.show());
  }

  show() {
    if (!this.root.open) return;
    this.fill().catch((error) => find(this.root, ".list").replaceChildren(error.message));
  }

  async fill() {
    const data = await this.data();
    this.table ??= this.build(data);
    await this.table.show();
  }

  /** @param {TrialData} data */
  build(data) {
    const titles = [...data.heads, "replicate", "status", data.compared.replace("/", " "), "trial"];
    const heads = titles.map((title) =>
      element("th", { scope: "col" }, element("button", { type: "button" }, title)),
    );
    const table = element(
      "table",
      { class: "trials" },
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody"),
    );
    const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": "Every trial" };
    find(this.root, ".list").replaceChildren(element("div", scroll, table));
    const rows = data.trials.id.map((_, place) => trialRow(this.study, data, place));
    const made = new SortableTable(table, rows, this.filters);
    made.offerCsv(this.study.name);
    return made;
  }
}

/**
 * @param {Study} study
 * @param {TrialData} data
 * @param {number} place
 * @returns {Row}
 */
function trialRow(study, data, place) {
  const { trials, variants, final, compared, heads } = data;
  const variant = trials.variant[place];
  const keys = () => [
    ...variants[variant].levels.map((text, i) => levelKey(study, heads[i], text)),
    replicateKey(trials, place),
    trials.status[place],
    final[compared]?.[place] ?? undefined,
    trials.id[place],
  ];
  /** @type {HTMLTableRowElement | undefined} */
  let made;
  return {
    variant,
    key: (column) => keys()[column],
    element: () => {
      made ??= trialElement(data, place, keys());
      return made;
    },
  };
}

/**
 * @param {TrialColumns} trials
 * @param {number} place
 */
function replicateKey({ replicate, point }, place) {
  const tuned = point[place];
  return replicate[place] + (tuned === null ? 0 : AFTER_OTHERS * (1 + tuned));
}

/**
 * @param {TrialData} data
 * @param {number} place
 * @param {SortKey[]} keys
 */
function trialElement({ trials, variants, final, compared, units }, place, keys) {
  const id = trials.id[place];
  const contents = [
    ...variants[trials.variant[place]].levels,
    replicateText(trials, place).replace("replicate ", ""),
    trials.status[place],
    valueText(final[compared]?.[place], units[compared.split("/").pop() ?? ""]),
    id ? element("a", { href: `#trial=${id}` }, element("code", {}, id)) : NO_SETTINGS_YET,
  ];
  const cells = contents.map((content, i) => {
    const key = keys[i];
    return element("td", key === undefined ? {} : { "data-sort": key }, content);
  });
  return element("tr", {}, ...cells);
}

/**
 * Levels are sorted as the study has them.
 * @param {Study} study
 * @param {string} head
 * @param {string} text
 */
function levelKey(study, head, text) {
  const factor = study.named(head);
  return factor ? factor.levels.indexOf(text) : text;
}
