// The button that shows all columns of tables of which the most important are seen first.

import { element, findAll } from "../dom.js";
import { columnsText } from "../text.js";

const KEY = "columns";

export class MoreColumns {
  /**
   * @param {() => void} changed called after the reader chose
   */
  constructor(changed) {
    this.all = false;
    this.tables = [...document.querySelectorAll("table")].filter((each) =>
      each.querySelector("th.more"),
    );
    this.buttons = this.tables.map((table) => {
      const button = element("button", { type: "button", class: "csv" });
      button.addEventListener("click", () => {
        this.all = !this.all;
        this.show();
        changed();
      });
      table.closest(".scroll")?.previousElementSibling?.append(" ", button);
      return button;
    });
    this.show();
  }

  show() {
    this.tables.forEach((table, i) => {
      const more = findAll(table, "th.more").length;
      table.classList.toggle("few", !this.all);
      this.buttons[i].textContent = columnsText(more, this.all);
      this.buttons[i].setAttribute("aria-expanded", String(this.all));
    });
  }

  /** @param {URLSearchParams} params */
  save(params) {
    if (this.all) params.set(KEY, "all");
  }

  /** @param {URLSearchParams} params */
  load(params) {
    this.all = params.get(KEY) === "all";
    this.show();
  }
}
