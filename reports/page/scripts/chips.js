// Chips choose levels of factors; the figures and tables of the page show those variants alone.
const study = JSON.parse(document.getElementById("study").textContent);

class Chips {
  // changed: called after every change
  constructor(changed) {
    this.changed = changed;
    this.off = new Map(study.factors.map((factor) => [factor.path, new Set()]));
    this.buttons = [];
    this.root = this.build();
    this.update();
  }

  build() {
    this.said = element("span", { role: "status" });
    this.reset = element("button", { type: "button", class: "chip reset" }, "all");
    this.reset.addEventListener("click", () => this.clear());
    const groups = study.factors.map((factor) => this.group(factor));
    return element("details", { id: "chips" }, element("summary", {}, this.said), element("div", { class: "groups" }, ...groups, this.reset));
  }

  group(factor) {
    const chips = factor.levels.map((text, level) => this.chip(factor, text, level));
    return element("div", { role: "group", "aria-label": `levels of ${factor.name}` },
      element("span", { class: "title" }, factor.name), ...chips);
  }

  chip(factor, text, level) {
    const button = element("button", { type: "button", class: "chip", title: "with Shift: this one alone" });
    button.append(element("span", { class: "look" }, swatch(level)), text);
    button.addEventListener("click", (event) => this.toggle(factor, level, event.shiftKey));
    this.buttons.push({ button, off: this.off.get(factor.path), level, path: factor.path });
    return button;
  }

  toggle(factor, level, alone) {
    const off = this.off.get(factor.path);
    if (alone) factor.levels.forEach((_, other) => (other === level ? off.delete(other) : off.add(other)));
    else if (!off.delete(level)) off.add(level);
    this.update();
    this.changed();
  }

  clear() {
    for (const off of this.off.values()) off.clear();
    this.update();
    this.changed();
  }

  // Chips of the factor that has the colours show them.
  coloured(path) {
    for (const each of this.buttons) each.button.querySelector(".look").hidden = each.path !== path;
  }

  update() {
    const offs = study.factors.map((factor) => this.off.get(factor.path));
    this.shown = study.variants.map((levels) => levels.every((level, i) => !offs[i].has(level)));
    this.count = this.shown.filter(Boolean).length;
    this.all = this.count === this.shown.length;
    for (const { button, off, level } of this.buttons) button.setAttribute("aria-pressed", String(!off.has(level)));
    this.reset.hidden = this.all;
    this.said.textContent = this.all
      ? `showing all ${this.count.toLocaleString("en")} variants`
      : `showing ${this.count.toLocaleString("en")} of ${this.shown.length.toLocaleString("en")} variants; sentences, tests and counts of trials cover all of them`;
  }

  // Of a factor's levels, those left; null for what is no factor with chips.
  left(path) {
    const factor = study.factors.find((each) => each.path === path);
    return factor ? factor.levels.filter((_, level) => !this.off.get(path).has(level)) : null;
  }

  // A trace without the points of hidden variants; null where none is left.
  kept(trace) {
    const tag = trace.meta;
    if (this.all || !tag) return trace;
    if (!tag.variants) return this.shown[tag.variant] ? trace : null;
    return picked(trace, tag.variants.flatMap((variant, i) => (this.shown[variant] ? [i] : [])));
  }

  save(params) {
    for (const factor of study.factors) {
      for (const level of this.off.get(factor.path)) params.append("hide", `${factor.path}=${factor.levels[level]}`);
    }
  }

  load(params) {
    const hidden = new Set(params.getAll("hide"));
    for (const factor of study.factors) {
      const off = this.off.get(factor.path);
      off.clear();
      factor.levels.forEach((text, level) => hidden.has(`${factor.path}=${text}`) && off.add(level));
    }
    this.update();
  }
}

// A trace with these points only.
function picked(trace, points) {
  const pick = (values) => (values && values.filter ? points.map((i) => values[i]) : values);
  const { x, y, text, customdata, error_y: bars, marker } = trace;
  return {
    ...trace, x: pick(x), y: pick(y), text: pick(text), customdata: pick(customdata),
    meta: Object.fromEntries(Object.entries(trace.meta).map(([name, values]) => [name, pick(values)])),
    // Plotly draws half a bar where the key is there, with or without a value.
    ...(bars && { error_y: { ...bars, array: pick(bars.array), ...(bars.arrayminus && { arrayminus: pick(bars.arrayminus) }) } }),
    ...(marker && { marker: { ...marker, symbol: pick(marker.symbol) } }),
  };
}
