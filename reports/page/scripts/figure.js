// One figure of the page: its legend, lists, and as many plots as panels are to be seen.
class Figure {
  // changed: called after the reader chose something; true for what moves in small steps
  // clicked: called with the places of variant and replicate of a dot
  // spec: all of it but what its panels show; library: plotly, when it is there
  constructor(root, spec, library, chips, roles, painter, { changed, clicked }) {
    this.root = root;
    this.spec = spec;
    this.library = library;
    this.chips = chips;
    this.painter = painter;
    this.roles = roles;
    this.changed = changed;
    this.clicked = clicked;
    this.grid = root.querySelector(".panels");
    this.hidden = new Set();
    this.arrange();
    this.state = this.initial();
    this.scale = spec.scale;
    this.near = false;
    this.drawn = false;
    this.buildControls();
    this.more = this.buildMore();
    if (this.coversAll()) this.note = coverNote(root);
    this.stays = element("p", { class: "stays", hidden: "" }, "Colours and panels stay as they came, whatever roles the factors have.");
    root.querySelector(".controls").before(this.stays);
    this.refresh();
  }

  initial() {
    return Object.fromEntries(this.choosers.map((each) => [each.key, each.chosen]));
  }

  // Panels, lists and legend with the roles that factors have now; whether lists or legend changed.
  arrange() {
    const now = arranged(this.spec, this.roles, this.chips);
    const before = this.arrangement;
    this.arrangement = JSON.stringify([now.choosers.map(({ key }) => key), now.colour]);
    if (this.colour !== now.colour) this.hidden.clear();
    const { panels, choosers, legend, legendTitle, colour } = now;
    Object.assign(this, { panels, choosers, legend, legendTitle, colour });
    this.title = now.title;
    this.grid.style.setProperty("--columns", now.columns);
    const rows = Math.ceil(now.columns / 3);  // of one row on a wide screen; paper has room for three
    this.grid.style.setProperty("--paper-columns", Math.ceil(now.columns / rows));
    return before !== this.arrangement;
  }

  // The lists that stay keep what was chosen.
  rearrange() {
    if (!this.arrange()) return;
    this.state = { ...this.initial(), ...this.state };
    this.buildControls();
  }

  coversAll() {
    return study.variants.length > 1 && (this.spec.arrangement?.whole || this.spec.panels.every((panel) => !panel.variants.length));
  }

  buildControls() {
    const place = this.root.querySelector(".controls");
    place.replaceChildren();
    this.keys = [];
    this.inputs = new Map();
    if (this.legend.length > 1) {
      place.append(element("span", { class: "title" }, this.legendTitle));
      for (const key of this.legend) place.append(this.keyButton(key));
    }
    for (const chooser of this.choosers) {
      place.append(chooser.slider ? this.slider(chooser) : this.list(chooser));
    }
    if (this.spec.scale) place.append(this.scaleButton());
  }

  buildMore() {
    const button = element("button", { type: "button", class: "chip", hidden: "" });
    button.addEventListener("click", () => this.showRest());
    this.grid.after(button);
    return button;
  }

  scaleButton() {
    this.logButton = element("button", { type: "button", class: "chip" }, "log scale");
    this.logButton.addEventListener("click", () => {
      this.scale = this.scale === "log" ? "linear" : "log";
      this.refresh();
      this.changed();
    });
    return this.logButton;
  }

  keyButton(key) {
    const button = element("button", { type: "button", class: "key" }, swatch(key.place), key.text);
    button.addEventListener("click", () => {
      if (!this.hidden.delete(key.place)) this.hidden.add(key.place);
      this.refresh();
      this.changed();
    });
    this.keys.push({ ...key, button });
    return button;
  }

  list(chooser) {
    const options = chooser.options.map(([value, text]) => element("option", { value }, text));
    const select = element("select", { name: chooser.key }, ...options);
    select.addEventListener("change", () => this.choose(chooser.key, select.value));
    this.inputs.set(chooser.key, (value, left) => {
      for (const option of options) option.hidden = option.disabled = !left.includes(option.value);
      select.value = value;
    });
    return element("label", {}, chooser.label, select);
  }

  slider(chooser) {
    const input = element("input", { type: "range", name: chooser.key, min: 0, max: chooser.options.length - 1 });
    const output = element("output");
    input.addEventListener("input", () => this.choose(chooser.key, chooser.options[input.value][0], true));
    this.inputs.set(chooser.key, (value) => {
      input.value = chooser.options.findIndex((option) => option[0] === value);
      output.textContent = chooser.options[input.value][1];
      input.setAttribute("aria-valuetext", output.textContent);
    });
    return element("label", { class: "slider" }, chooser.label, input, output);
  }

  choose(key, value, small = false) {
    this.state[key] = value;
    this.refresh();
    this.changed(small);
  }

  // What the lists stand on: the reader's choice, or the first one that the chips leave.
  now() {
    const entries = this.choosers.map(({ key }) => {
      const left = this.left(key);
      return [key, left.includes(this.state[key]) ? this.state[key] : left[0]];
    });
    return Object.fromEntries(entries);
  }

  left(key) {
    const every = this.choosers.find((each) => each.key === key).options.map(([value]) => value);
    const shown = this.chips.left(key);
    const both = shown ? every.filter((value) => shown.includes(value)) : every;
    return both.length ? both : every;
  }

  visible() {
    const now = this.now();
    const chosen = (panel) => Object.entries(panel.when).every(([key, value]) => !(key in now) || now[key] === value);
    const shown = (panel) => this.note || !panel.variants.length || panel.variants.some((place) => this.chips.shown[place]);
    const wanted = this.panels.filter((panel) => chosen(panel) && shown(panel));
    this.rest = this.whole ? 0 : Math.max(0, wanted.length - mostPanels());
    return this.rest ? wanted.slice(0, -this.rest) : wanted;
  }

  // On a phone panels stand below each other: of many the others come by a click.
  showRest() {
    this.whole = true;
    this.refresh();
  }

  // The title names what some lists stand on: see Figure.titled in records.py.
  titled(now) {
    const texts = this.choosers.map(({ key, options }) => [`{${key}}`, options.find(([value]) => value === now[key])[1]]);
    const title = texts.reduce((text, [slot, option]) => text.replace(slot, () => option), this.title);
    return title[0].toUpperCase() + title.slice(1);
  }

  // Brings controls and panels in line with the state; plots only where the reader can see them.
  refresh() {
    this.rearrange();
    const now = this.now();
    this.root.querySelector("h3").textContent = this.titled(now);
    for (const [key, show] of this.inputs) show(now[key], this.left(key));
    const levels = this.chips.left(this.colour);
    for (const { button, place, text } of this.keys) {
      button.setAttribute("aria-pressed", String(!this.hidden.has(place)));
      button.hidden = Boolean(levels) && !this.note && !levels.includes(text);
    }
    if (this.note) this.note.hidden = this.chips.all;
    this.stays.hidden = this.roles.isInitial || follows(this.spec, this.roles);
    this.logButton?.setAttribute("aria-pressed", String(this.scale === "log"));
    this.buildSlots();
    this.drawn = false;
    if (this.near) this.draw();
  }

  buildSlots() {
    const wanted = this.visible();
    this.grid.classList.toggle("empty-grid", !wanted.length);
    this.more.hidden = !this.rest;
    this.more.textContent = `${this.rest} more ${this.rest === 1 ? "panel" : "panels"}`;
    while (this.grid.children.length > wanted.length) {
      const last = this.grid.lastElementChild;
      this.painter.drop(last.lastElementChild);
      if (window.Plotly) Plotly.purge(last.lastElementChild);
      last.remove();
    }
    while (this.grid.children.length < wanted.length) {
      this.grid.append(element("div", { class: "panel" }, element("h4"), element("p", { class: "note" }), element("div", { class: "plot" })));
    }
    wanted.forEach((panel, i) => this.label(this.grid.children[i], panel));
  }

  label(slot, panel) {
    slot.firstElementChild.textContent = panel.title;
    slot.firstElementChild.hidden = !panel.title;
    slot.children[1].textContent = panel.note;
    slot.lastElementChild.setAttribute("role", "group");
    slot.lastElementChild.setAttribute("aria-label", this.root.querySelector("h3").textContent + (panel.title ? ": " + panel.title : ""));
  }

  // What the panels show comes later than the figure's place on the page.
  inflate() {
    this.loading ??= this.arrive().catch((error) => {
      this.root.querySelector(".beside").textContent = error.message;
    });
    return this.loading;
  }

  async arrive() {
    const inside = this.root.querySelector("script.data");
    const text = inside ? inside.textContent : await packs.beside(this.spec.name, this.root.dataset.file);
    const contents = await packs.entries(text);
    inside?.remove();
    this.take(contents);
  }

  // The same without waiting; of what lies beside the page nothing can come so fast.
  arriveNow() {
    const inside = this.root.querySelector("script.data");
    if (inside && !this.loaded) this.take(packs.entriesNow(inside.textContent));
  }

  take(contents) {
    if (this.loaded) return;
    this.spec.panels.forEach((panel, i) => { panel.contents = () => contents(i); });
    this.loaded = true;
  }

  async draw() {
    this.drawn = true;
    if (!this.loaded || !window.Plotly) await Promise.all([this.library, this.inflate()]);
    if (!this.loaded) return;
    const panels = this.visible();
    const scaled = this.scale === this.spec.scale ? (layout) => layout : rescaled(panels.map((panel) => panel.contents()), this.scale);
    panels.forEach((panel, i) => {
      const plot = this.grid.children[i].lastElementChild;
      this.painter.add(plot, () => this.paint(plot, panel.contents(), scaled));
    });
  }

  paint(plot, { data, layout }, scaled) {
    const shown = data.filter((trace) => !this.hidden.has(Number(trace.legendgroup)))
      .map((trace) => (this.note ? trace : this.chips.kept(trace))).filter(Boolean);
    const seen = uncrowded({ data: shown, layout: scaled(layout) });
    // What a plot was told of its buttons it keeps.
    Plotly.react(plot, themed(seen.data.map(barred)), fullLayout(seen.layout), plot.data ? undefined : config);
    plot.removeAllListeners("plotly_click");
    plot.on("plotly_click", ({ points }) => this.click(points[0]));
  }

  click({ data, pointNumber }) {
    const { variants, replicates } = data.meta || {};
    if (replicates) this.clicked(variants[pointNumber], replicates[pointNumber]);
  }

  comesNear(near) {
    this.near = near;
    if (near && !this.drawn) this.draw();
  }

  // In the URL only what differs from the page as it opens.
  save(params) {
    for (const { key, chosen } of this.choosers) {
      if (this.state[key] !== chosen) params.set(`${this.spec.name}.${key}`, this.state[key]);
    }
    if (this.scale !== this.spec.scale) params.set(`${this.spec.name}.y`, this.scale);
    for (const { place, text } of this.keys) {
      if (this.hidden.has(place)) params.append(`${this.spec.name}.without`, text);
    }
  }

  load(params) {
    this.rearrange();
    this.state = this.initial();
    for (const { key, options } of this.choosers) {
      const value = params.get(`${this.spec.name}.${key}`);
      if (options.some((option) => option[0] === value)) this.state[key] = value;
    }
    const scale = params.get(`${this.spec.name}.y`);
    this.scale = this.spec.scale && ["linear", "log"].includes(scale) ? scale : this.spec.scale;
    const without = params.getAll(`${this.spec.name}.without`);
    this.hidden = new Set(this.keys.filter(({ text }) => without.includes(text)).map(({ place }) => place));
  }
}

const narrow = matchMedia("(max-width: 40rem)");
const mostPanels = () => (narrow.matches ? 8 : Infinity);

// A band needs two intervals side by side; where there is one, it is a bar.
function barred(trace) {
  const bars = trace.error_y;
  if (bars?.visible !== false || bars.array.filter((half) => half > 0).length !== 1) return trace;
  return { ...trace, error_y: { ...bars, visible: true } };
}
