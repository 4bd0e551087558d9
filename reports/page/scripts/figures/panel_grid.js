// The places of a figure's panels on the page, as many as are seen.

import { element } from "../dom.js";

/** @import { DrawQueue } from "./draw_queue.js" */
/** @import { Panel } from "../types.d.ts" */

export class PanelGrid {
  /**
   * @param {HTMLElement} root
   * @param {DrawQueue} queue
   */
  constructor(root, queue) {
    this.root = root;
    this.queue = queue;
    /** @type {{ slot: HTMLElement, title: HTMLElement, note: HTMLElement, plot: HTMLElement }[]} */
    this.slots = [];
  }

  /** @param {number} columns */
  setColumns(columns) {
    this.root.style.setProperty("--columns", String(columns));
    const rows = Math.ceil(columns / 3); // of one row on a wide screen; paper has room for three
    this.root.style.setProperty("--paper-columns", String(Math.ceil(columns / rows)));
  }

  /**
   * @param {Panel[]} panels
   * @param {string} figure its title
   */
  show(panels, figure) {
    this.root.classList.toggle("empty-grid", !panels.length);
    for (const { slot, plot } of this.slots.splice(panels.length)) {
      this.queue.drop(plot);
      window.Plotly?.purge(plot);
      slot.remove();
    }
    while (this.slots.length < panels.length) this.add();
    for (const [place, panel] of panels.entries()) this.label(place, panel, figure);
  }

  add() {
    const [title, note] = [element("h4"), element("p", { class: "note" })];
    const plot = element("div", { class: "plot" });
    const slot = element("div", { class: "panel" }, title, note, plot);
    this.root.append(slot);
    this.slots.push({ slot, title, note, plot });
  }

  /**
   * @param {number} place
   * @param {Panel} panel
   * @param {string} figure
   */
  label(place, panel, figure) {
    const { title, note, plot } = this.slots[place];
    title.textContent = panel.title;
    title.hidden = !panel.title;
    note.textContent = panel.note;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", figure + (panel.title ? `: ${panel.title}` : ""));
  }
}
