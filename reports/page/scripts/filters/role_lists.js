// The lists from which the reader chooses the factor of each role.

import { element } from "../dom.js";
import { ROLES } from "./roles.js";

/** @import { Roles } from "./roles.js" */
/** @import { Study } from "../study.js" */
/** @import { Role } from "../types.d.ts" */

/** @type {Record<Role, string>} */
const NAMES = { colour: "colour", x: "x axis", columns: "panels", rows: "more panels" };

export class RoleLists {
  /**
   * @param {Study} study
   * @param {Roles} roles
   * @param {() => void} changed called after every change
   */
  constructor(study, roles, changed) {
    this.study = study;
    this.roles = roles;
    this.changed = changed;
    /** @type {Map<Role, HTMLSelectElement>} */
    this.selects = new Map();
    // Where levels are crossed, factors that have no role are chosen from lists in the figures.
    const used = ROLES.filter((role, i) => (study.isCrossed ? study.roles[role] : i < 3));
    const labels = used.map((role) => element("label", {}, NAMES[role], this.select(role)));
    this.root = element(
      "div",
      { role: "group", "aria-label": "roles of factors", class: "roles" },
      ...labels,
    );
    this.show();
  }

  /** @param {Role} role */
  select(role) {
    const options = this.study.factors.map(({ path, name }) =>
      element("option", { value: path }, name),
    );
    if (!this.study.isCrossed && role !== "colour")
      options.unshift(element("option", { value: "" }, "–"));
    const select = element(
      "select",
      { name: `role.${role}`, "aria-label": NAMES[role] },
      ...options,
    );
    select.addEventListener("change", () => {
      this.roles.give(role, select.value || null);
      this.changed();
    });
    this.selects.set(role, select);
    return select;
  }

  show() {
    for (const [role, select] of this.selects) select.value = this.roles.paths[role] ?? "";
  }
}
