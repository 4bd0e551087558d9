// The bar of buttons, one for each level of a factor, that hide and show variants.

import { element, find } from "../dom.js";
import { filtersText, ONLY_THIS_LEVEL } from "../text.js";
import { swatch } from "../theme.js";

/** @import { LevelFilters } from "./level_filters.js" */
/** @import { Study } from "../study.js" */
/** @import { Factor } from "../types.d.ts" */

export class LevelButtons {
  /**
   * @param {Study} study
   * @param {LevelFilters} filters
   * @param {() => void} changed called after every change
   */
  constructor(study, filters, changed) {
    this.filters = filters;
    this.changed = changed;
    /** @type {{ button: HTMLButtonElement, path: string, level: number }[]} */
    this.buttons = [];
    this.status = element("span", { role: "status" });
    this.reset = element("button", { type: "button", class: "chip reset" }, "all");
    this.reset.addEventListener("click", () => {
      this.filters.clear();
      this.changed();
    });
    const groups = study.factors.map((factor) => this.group(factor));
    this.groups = element("div", { class: "groups" }, ...groups, this.reset);
    this.root = element(
      "details",
      { id: "level-filters" },
      element("summary", {}, this.status),
      this.groups,
    );
    this.show(null);
  }

  /** @param {Factor} factor */
  group(factor) {
    const buttons = factor.levels.map((text, level) => this.button(factor, text, level));
    const title = element("span", { class: "title" }, factor.name);
    return element(
      "div",
      { role: "group", "aria-label": `levels of ${factor.name}` },
      title,
      ...buttons,
    );
  }

  /**
   * @param {Factor} factor
   * @param {string} text
   * @param {number} level
   */
  button({ path }, text, level) {
    const look = element("span", { class: "look" }, swatch(level));
    const button = element(
      "button",
      { type: "button", class: "chip", title: ONLY_THIS_LEVEL },
      look,
      text,
    );
    button.addEventListener("click", (event) => {
      this.filters.toggle(path, level, event.shiftKey);
      this.changed();
    });
    this.buttons.push({ button, path, level });
    return button;
  }

  /**
   * Brings the buttons in line with the filters; those of the factor with the colours show them.
   * @param {string | null} colour
   */
  show(colour) {
    for (const { button, path, level } of this.buttons) {
      button.setAttribute("aria-pressed", String(!this.filters.hidden(path).has(level)));
      find(button, ".look").hidden = path !== colour;
    }
    this.reset.hidden = this.filters.all;
    this.status.textContent = filtersText(this.filters.count, this.filters.shown.length);
  }
}
