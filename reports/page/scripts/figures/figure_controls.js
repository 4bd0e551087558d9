// What the reader uses to change a figure: its legend, lists, sliders, and the scale of its y axes.

import { element } from "../dom.js";
import { swatch } from "../theme.js";

/** @import { Chooser, Key, Shown } from "../types.d.ts" */

/**
 * @typedef {object} Called after the reader chose something
 * @property {(place: number) => void} toggled a level of the legend
 * @property {(key: string, value: string, small: boolean) => void} chose small for what moves in small steps
 * @property {() => void} rescaled
 */

/** @typedef {(value: string, left: string[]) => void} ShowInput shows a value, and which ones can be chosen */

export class FigureControls {
  /**
   * @param {HTMLElement} root
   * @param {boolean} hasScale
   * @param {Called} called
   */
  constructor(root, hasScale, called) {
    this.root = root;
    this.called = called;
    /** @type {(Key & { button: HTMLButtonElement })[]} */
    this.keys = [];
    /** @type {Map<string, ShowInput>} */
    this.inputs = new Map();
    this.logButton = hasScale ? this.scaleButton() : null;
  }

  /** @param {Shown} shown */
  build({ legend, legendTitle, choosers }) {
    this.root.replaceChildren();
    this.keys =
      legend.length > 1 ? legend.map((key) => ({ ...key, button: this.keyButton(key) })) : [];
    this.inputs = new Map();
    if (this.keys.length) {
      this.root.append(
        element("span", { class: "title" }, legendTitle),
        ...this.keys.map(({ button }) => button),
      );
    }
    for (const chooser of choosers)
      this.root.append(chooser.slider ? this.slider(chooser) : this.list(chooser));
    if (this.logButton) this.root.append(this.logButton);
  }

  scaleButton() {
    const button = element("button", { type: "button", class: "chip" }, "log scale");
    button.addEventListener("click", () => this.called.rescaled());
    return button;
  }

  /** @param {Key} key */
  keyButton({ place, text }) {
    const button = element("button", { type: "button", class: "key" }, swatch(place), text);
    button.addEventListener("click", () => this.called.toggled(place));
    return button;
  }

  /** @param {Chooser} chooser */
  list({ key, label, options }) {
    const choices = options.map(([value, text]) => element("option", { value }, text));
    const select = element("select", { name: key }, ...choices);
    select.addEventListener("change", () => this.called.chose(key, select.value, false));
    this.inputs.set(key, (value, left) => {
      for (const choice of choices) choice.hidden = choice.disabled = !left.includes(choice.value);
      select.value = value;
    });
    return element("label", {}, label, select);
  }

  /** @param {Chooser} chooser */
  slider({ key, label, options }) {
    const input = element("input", { type: "range", name: key, min: 0, max: options.length - 1 });
    const output = element("output");
    input.addEventListener("input", () =>
      this.called.chose(key, options[Number(input.value)][0], true),
    );
    this.inputs.set(key, (value) => {
      const place = options.findIndex(([each]) => each === value);
      input.value = String(place);
      output.textContent = options[place][1];
      input.setAttribute("aria-valuetext", options[place][1]);
    });
    return element("label", { class: "slider" }, label, input, output);
  }

  /**
   * @param {Record<string, string>} now the value of each list
   * @param {(key: string) => string[]} left the values that can be chosen
   */
  showLists(now, left) {
    for (const [key, show] of this.inputs) show(now[key], left(key));
  }

  /**
   * @param {Set<number>} hidden places of levels
   * @param {string[] | null} levels those that the filters leave; null for all
   */
  showLegend(hidden, levels) {
    for (const { button, place, text } of this.keys) {
      button.setAttribute("aria-pressed", String(!hidden.has(place)));
      button.hidden = levels !== null && !levels.includes(text);
    }
  }

  /** @param {boolean} isLog */
  showScale(isLog) {
    this.logButton?.setAttribute("aria-pressed", String(isLog));
  }
}
