// The card of one trial: its settings, results and curves, and the command that trains it again.

import { element } from "../dom.js";
import { decode } from "../encoding.js";
import { loadData } from "../load_script.js";
import { replicateText } from "../text.js";
import { cardParts, drawTracks } from "./trial_parts.js";

/** @import { TrialData } from "../types.d.ts" */

export class TrialCard {
  /**
   * @param {HTMLElement} place holds the columns of all trials, or names their file
   * @param {Promise<void> | null} library plotly.js, when it is there
   * @param {() => void} changed called when another trial is wanted
   */
  constructor(place, library, changed) {
    this.place = place;
    this.library = library;
    this.changed = changed;
    /** @type {string | null} id of the trial */
    this.wanted = null;
    /** @type {Promise<TrialData> | null} */
    this.loading = null;
    this.root = element("dialog", { id: "card", "aria-labelledby": "card-title" });
    this.root.addEventListener("close", () => this.want(null));
    this.root.addEventListener("click", (event) => event.target === this.root && this.root.close());
    document.body.append(this.root);
  }

  data() {
    this.loading ??= this.arrive();
    return this.loading;
  }

  /** @returns {Promise<TrialData>} */
  async arrive() {
    const { file } = this.place.dataset;
    return decode(file ? await loadData("trials", file) : this.place.textContent);
  }

  /**
   * Opens on a trial, or closes.
   * @param {string | null} id
   */
  want(id) {
    if (id === this.wanted) return;
    this.wanted = id;
    this.changed();
    this.show();
  }

  /**
   * @param {number} variant
   * @param {number} replicate
   */
  async wantReplicate(variant, replicate) {
    const { trials } = await this.data();
    const place = trials.id.findIndex(
      (_, i) =>
        trials.variant[i] === variant &&
        trials.replicate[i] === replicate &&
        trials.point[i] === null,
    );
    if (trials.id[place]) this.want(trials.id[place]);
  }

  show() {
    return this.open().catch((error) => {
      this.root.replaceChildren(element("p", {}, error.message));
      if (!this.root.open) this.root.showModal();
    });
  }

  async open() {
    const data = await this.data();
    const place = this.wanted ? data.trials.id.indexOf(this.wanted) : -1;
    if (place < 0) {
      if (this.root.open) this.root.close();
      return;
    }
    const grid = element("div", { class: "panels" });
    this.root.replaceChildren(this.head(data, place), ...cardParts(data, place), grid);
    if (!this.root.open) this.root.showModal();
    await this.library;
    if (window.Plotly) drawTracks(window.Plotly, grid, data.tracks, place);
  }

  /**
   * @param {TrialData} data
   * @param {number} place
   */
  head(data, place) {
    const close = element("button", { type: "button", class: "chip", autofocus: "" }, "close");
    close.addEventListener("click", () => this.root.close());
    const steps = [
      this.step(data, place - 1, place, "previous"),
      this.step(data, place + 1, place, "next"),
    ];
    const title = `${data.variants[data.trials.variant[place]].title}, ${replicateText(data.trials, place)}`;
    return element(
      "header",
      {},
      element("h2", { id: "card-title" }, title),
      element("span", { class: "steps" }, ...steps, close),
    );
  }

  /**
   * To the neighbouring trial of the same variant and phase.
   * @param {TrialData} data
   * @param {number} to
   * @param {number} from
   * @param {string} word
   */
  step({ trials: { id, variant, point } }, to, from, word) {
    const button = element("button", { type: "button", class: "chip" }, word);
    button.disabled =
      !id[to] || variant[to] !== variant[from] || (point[to] === null) !== (point[from] === null);
    button.addEventListener("click", () => this.want(id[to]));
    return button;
  }

  /** @param {URLSearchParams} params */
  save(params) {
    if (this.wanted) params.set("trial", this.wanted);
  }

  /** @param {URLSearchParams} params */
  load(params) {
    this.wanted = params.get("trial");
    if (this.wanted || this.root.open) this.show();
  }
}
