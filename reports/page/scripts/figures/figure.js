// One figure of the page: its legend, lists, and as many plots as panels are to be seen.

import { coverNote } from "../cover_note.js";
import { element, find } from "../dom.js";
import { decodeEntries } from "../encoding.js";
import { loadData } from "../load_script.js";
import { COLOURS_STAY, morePanels, NOT_DRAWN } from "../text.js";
import { config, fullLayout, themed } from "../theme.js";
import { Choices } from "./choices.js";
import { mergeDots } from "./dot_paths.js";
import { FigureControls } from "./figure_controls.js";
import { rescaled } from "./log_axis.js";
import { PanelGrid } from "./panel_grid.js";
import { follows, regrouped } from "./regroup.js";

/** @import { DrawQueue } from "./draw_queue.js" */
/** @import { LevelFilters } from "../filters/level_filters.js" */
/** @import { Roles } from "../filters/roles.js" */
/** @import { Study } from "../study.js" */
/** @import { ClickedPoint, FigureHead, FigureSpec, Layout, Panel, PanelContents, Plot, Trace } from "../types.d.ts" */

/**
 * What all figures share.
 * @typedef {object} Shared
 * @property {Study} study
 * @property {LevelFilters} filters
 * @property {Roles} roles
 * @property {DrawQueue} queue
 * @property {Promise<void> | null} library plotly.js, when it is there
 * @property {(small: boolean) => void} changed called after the reader chose something; true for what moves in small steps
 * @property {(variant: number, replicate: number) => void} clicked called with what a dot shows
 */

export class Figure {
  /**
   * @param {HTMLElement} root
   * @param {FigureHead} head
   * @param {Shared} shared
   */
  constructor(root, head, shared) {
    this.root = root;
    this.shared = shared;
    /** @type {((place: number) => PanelContents) | null} */
    this.contents = null;
    /** @type {Promise<void> | null} */
    this.loading = null;
    /** @type {FigureSpec} */
    this.spec = {
      ...head,
      panels: head.panels.map((panel, i) => ({ ...panel, contents: () => this.entry(i) })),
    };
    this.heading = find(root, "h3");
    this.grid = new PanelGrid(find(root, ".panels"), shared.queue);
    const shown = regrouped(shared.study, this.spec, shared.roles, shared.filters);
    this.choices = new Choices(this.spec, shown, shared.filters);
    this.near = false;
    this.drawn = false;
    this.whole = false; // whether a phone shows all panels
    const place = find(root, ".controls");
    this.controls = new FigureControls(place, Boolean(this.spec.scale), {
      toggled: (level) => {
        this.choices.toggle(level);
        this.chosen(false);
      },
      chose: (key, value, small) => {
        this.choices.state[key] = value;
        this.chosen(small);
      },
      rescaled: () => {
        this.choices.rescale();
        this.chosen(false);
      },
    });
    this.controls.build(shown);
    this.more = element("button", { type: "button", class: "chip", hidden: "" });
    this.more.addEventListener("click", () => this.showRest());
    this.grid.root.after(this.more);
    this.note = this.coversAll() ? coverNote(root, shared.study.variants.length) : null;
    this.stays = element("p", { class: "stays", hidden: "" }, COLOURS_STAY);
    place.before(this.stays);
    this.unprinted = element("p", { class: "unprinted" }, NOT_DRAWN);
    this.grid.root.before(this.unprinted);
    this.refresh();
  }

  /**
   * What a panel shows.
   * @param {number} place
   * @returns {PanelContents}
   */
  entry(place) {
    if (!this.contents) throw new Error(`${this.spec.name} has not been loaded yet`);
    return this.contents(place);
  }

  /** Panels, lists and legend with the roles that factors have now. */
  regroup() {
    const { study, roles, filters } = this.shared;
    const shown = regrouped(study, this.spec, roles, filters);
    this.grid.setColumns(shown.columns);
    if (this.choices.regroup(shown)) this.controls.build(shown);
  }

  /** Whether it shows numbers of all variants, whatever the filters hide. */
  coversAll() {
    const { arrangement, panels } = this.spec;
    return (
      this.shared.study.variants.length > 1 &&
      (arrangement?.whole || panels.every(({ variants }) => !variants.length))
    );
  }

  /** @param {boolean} small */
  chosen(small) {
    this.refresh();
    this.shared.changed(small);
  }

  /** On a phone panels are below each other: of many the others come by a click. */
  showRest() {
    this.whole = true;
    this.refresh();
  }

  wanted() {
    const now = this.choices.now();
    /** @type {(panel: Panel) => boolean} */
    const isChosen = ({ when }) =>
      Object.entries(when).every(([key, value]) => !(key in now) || now[key] === value);
    /** @type {(panel: Panel) => boolean} */
    const isLeft = ({ variants }) =>
      this.note !== null ||
      !variants.length ||
      variants.some((each) => this.shared.filters.shown[each]);
    return this.choices.shown.panels.filter((panel) => isChosen(panel) && isLeft(panel));
  }

  visible() {
    return this.whole ? this.wanted() : this.wanted().slice(0, mostPanels());
  }

  /** Brings controls and panels in line with the state; plots only where the reader can see them. */
  refresh() {
    const { filters, roles } = this.shared;
    this.regroup();
    const now = this.choices.now();
    const title = this.choices.titled(now);
    this.heading.textContent = title;
    this.controls.showLists(now, (key) => this.choices.left(key));
    const levels = this.note ? null : filters.left(this.choices.shown.colour);
    this.controls.showLegend(this.choices.hidden, levels);
    this.controls.showScale(this.choices.scale === "log");
    if (this.note) this.note.hidden = filters.all;
    this.stays.hidden = roles.isInitial || follows(this.spec, roles);
    const [visible, wanted] = [this.visible(), this.wanted()];
    this.more.hidden = visible.length === wanted.length;
    this.more.textContent = morePanels(wanted.length - visible.length);
    this.grid.show(visible, title);
    this.drawn = false;
    if (this.near) this.draw();
  }

  /** What the panels show comes later than the figure's place on the page. */
  inflate() {
    this.loading ??= this.arrive().catch((error) => {
      const place = this.root.querySelector(".beside");
      if (place) place.textContent = error.message;
    });
    return this.loading;
  }

  async arrive() {
    const inside = this.root.querySelector("script");
    const file = this.root.dataset.file ?? "";
    this.contents = await decodeEntries(
      inside ? inside.textContent : await loadData(this.spec.name, file),
    );
    inside?.remove();
    this.unprinted.remove();
  }

  async draw() {
    this.drawn = true;
    if (!this.contents || !window.Plotly) await Promise.all([this.shared.library, this.inflate()]);
    this.drawLoaded();
  }

  /** The same at once; nothing where the data are not there yet. */
  drawLoaded() {
    if (!this.contents || !window.Plotly) return;
    const panels = this.visible();
    const { scale } = this.choices;
    const contents = () => panels.map((panel) => panel.contents());
    const scaled = scale === this.spec.scale ? null : rescaled(contents(), scale);
    panels.forEach((panel, i) => {
      const { plot } = this.grid.slots[i];
      this.shared.queue.add(plot, () => this.paint(plot, panel.contents(), scaled));
    });
  }

  /**
   * @param {HTMLElement} place
   * @param {PanelContents} contents
   * @param {((layout: Layout) => Layout) | null} scaled
   */
  paint(place, { data, layout }, scaled) {
    const chosen = data.filter((trace) => !this.choices.hidden.has(Number(trace.legendgroup)));
    const left = this.note
      ? chosen
      : chosen.flatMap((trace) => this.shared.filters.kept(trace) ?? []);
    const seen = mergeDots({ data: left, layout: scaled ? scaled(layout) : layout });
    const plot = /** @type {HTMLElement & Partial<Plot>} */ (place); // plotly.js makes it one
    // A plot keeps the buttons that it was given first.
    window.Plotly?.react(
      plot,
      themed(seen.data.map(barred)),
      fullLayout(seen.layout),
      plot.data ? undefined : config,
    );
    plot.removeAllListeners?.("plotly_click");
    plot.on?.("plotly_click", ({ points }) => this.click(points[0]));
  }

  /** @param {ClickedPoint} point */
  click({ data, pointNumber }) {
    const { variants, replicates } = data.meta ?? {};
    if (variants && replicates) this.shared.clicked(variants[pointNumber], replicates[pointNumber]);
  }

  /** @param {boolean} near the window */
  comesNear(near) {
    this.near = near;
    if (near && !this.drawn) this.draw();
  }

  /** @param {URLSearchParams} params */
  save(params) {
    this.choices.save(params);
  }

  /** @param {URLSearchParams} params */
  load(params) {
    this.regroup();
    this.choices.load(params);
  }
}

const narrow = matchMedia("(max-width: 40rem)");
const mostPanels = () => (narrow.matches ? 8 : Number.POSITIVE_INFINITY);

/**
 * A band needs two intervals side by side; where there is one, it is a bar.
 * @param {Trace} trace
 * @returns {Trace}
 */
function barred(trace) {
  const bars = trace.error_y;
  if (bars?.visible !== false) return trace;
  const drawn = bars.array.filter((above, i) => above > 0 || (bars.arrayminus?.[i] ?? 0) > 0);
  if (drawn.length !== 1) return trace;
  return { ...trace, error_y: { ...bars, visible: true } };
}
