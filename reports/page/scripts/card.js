// The card of one trial: its settings, results and curves, and the command that trains it again.
const dashes = ["solid", "dash", "dot"];
const colourOf = (line) => looks[line % looks.length].content.querySelector("svg").style.getPropertyValue("--light").trim();

class Card {
  // place: holds the columns of all trials, or names their file; library: plotly, when it is there
  constructor(place, library, changed) {
    this.place = place;
    this.library = library;
    this.changed = changed;
    this.wanted = null;  // id of the trial, "" for none
    this.root = element("dialog", { id: "card", "aria-labelledby": "card-title" });
    this.root.addEventListener("close", () => this.want(null));
    this.root.addEventListener("click", (event) => event.target === this.root && this.root.close());
    document.body.append(this.root);
  }

  data() {
    return (this.inflated ??= this.arrive());
  }

  async arrive() {
    const { file } = this.place.dataset;
    return packs.unpacked(file ? await packs.beside("trials", file) : this.place.textContent);
  }

  // Opens on a trial, or closes.
  want(id) {
    if (id === this.wanted) return;
    this.wanted = id;
    this.changed();
    this.show();
  }

  async wantReplicate(variant, replicate) {
    const { trials } = await this.data();
    const place = trials.id.findIndex((_, i) => trials.variant[i] === variant && trials.replicate[i] === replicate && trials.point[i] === null);
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
    this.root.replaceChildren(...this.parts(data, place));
    if (!this.root.open) this.root.showModal();
    await this.library;
    if (window.Plotly) this.draw(data, place);
  }

  parts(data, place) {
    const { trials } = data;
    const variant = data.variants[trials.variant[place]];
    const log = data.errors[place];
    return [
      this.head(data, place, `${variant.title}, ${replicateText(data, place)}`),
      element("p", { class: `status ${trials.status[place]}` }, statusText(trials, place)),
      ...(log ? [element("pre", {}, log)] : []),
      settingsList(data, place, variant),
      ...finalTable(data, place),
      element("p", { class: "caption" }, "To train it again and compare with the stored result:"),
      element("pre", { class: "command" }, element("code", {}, `${data.command} ${trials.id[place]}`)),
      element("div", { class: "panels" }),
    ];
  }

  head(data, place, title) {
    const close = element("button", { type: "button", class: "chip", autofocus: "" }, "close");
    close.addEventListener("click", () => this.root.close());
    const steps = [["previous", -1], ["next", 1]].map(([word, step]) => this.step(data, place + step, place, word));
    return element("header", {}, element("h2", { id: "card-title" }, title),
      element("span", { class: "steps" }, ...steps, close));
  }

  // To the neighbouring trial of the same variant and phase.
  step(data, to, from, word) {
    const { id, variant, point } = data.trials;
    const button = element("button", { type: "button", class: "chip" }, word);
    button.disabled = !id[to] || variant[to] !== variant[from] || (point[to] === null) !== (point[from] === null);
    button.addEventListener("click", () => this.want(id[to]));
    return button;
  }

  draw(data, place) {
    const grid = this.root.querySelector(".panels");
    for (const track of data.tracks) {
      const traces = tracesOf(track, place);
      if (!traces.length) continue;
      const plot = element("div", { class: "plot", role: "img", "aria-label": track.title });
      grid.append(element("div", { class: "panel" }, element("h3", {}, track.title), keysOf(traces), plot));
      Plotly.newPlot(plot, themed(traces), fullLayout(trackLayout(track, traces)), config);
    }
  }

  save(params) {
    if (this.wanted) params.set("trial", this.wanted);
  }

  load(params) {
    this.wanted = params.get("trial");
    if (this.wanted || this.root.open) this.show();
  }
}

function statusText(trials, place) {
  const epochs = trials.epochs[place];
  if (epochs === null) return trials.status[place] === "missing" ? "not trained yet" : trials.status[place];
  return `${trials.status[place]} after ${epochs} ${epochs === 1 ? "epoch" : "epochs"} in ${trials.wall_s[place].toPrecision(2)} s`;
}

// replicate 3; of the tuning: tuning point 5, replicate 1
function replicateText({ trials }, place) {
  const replicate = `replicate ${trials.replicate[place]}`;
  if (trials.point[place] === null) return replicate;
  const study = Math.max(...trials.tuning) > 0 ? `tuning study ${trials.tuning[place]}, ` : "";
  return `${study}tuning point ${trials.point[place]}, ${replicate}`;
}

function settingsList(data, place, variant) {
  const tuned = data.tuned[data.trials.tuned[place]];
  const rows = [
    ...Object.entries(variant.factors).map(([path, text]) => [path, text, "factor"]),
    ...Object.entries(tuned).map(([path, text]) => [path, text, "tuned"]),
    ...Object.entries(variant.other).filter(([path]) => !(path in tuned)).map(([path, text]) => [path, text, "fixed, not the same in all variants"]),
    ["seed", `study seed ${data.study_seed}, ${replicateText(data, place)}`, ""],
    ["trial", data.trials.id[place], ""],
  ];
  const items = rows.map(([path, text, kind]) => element("div", {}, element("dt", {}, path),
    element("dd", {}, text, ...(kind ? [" ", element("small", {}, kind)] : []))));
  return element("dl", { class: "settings" }, ...items);
}

// One row a metric, one column a split.
function finalTable(data, place) {
  const known = Object.entries(data.final).filter(([, values]) => values[place] !== null);
  if (!known.length) return [];
  const splits = [...new Set(known.map(([name]) => name.split("/")[0]))];
  const metrics = [...new Set(known.map(([name]) => name.split("/").slice(1).join("/")))];
  const of = Object.fromEntries(known);
  const rows = metrics.map((metric) => element("tr", {}, element("th", { scope: "row" }, metric.replaceAll("_", " ")),
    ...splits.map((split) => element("td", { class: "number" }, valueText(of[`${split}/${metric}`]?.[place], data.units[metric])))));
  const heads = ["final", ...splits].map((text, i) => element("th", { scope: "col", class: i ? "number" : "" }, text));
  const scroll = { class: "scroll", tabindex: "0", role: "region", "aria-label": "Final metrics" };
  return [element("div", scroll, element("table", {},
    element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)))];
}

function valueText(value, unit) {
  if (value === undefined || value === null) return "–";
  return unit === "share" ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));
}

function tracesOf(track, place) {
  const { x, lines, values } = track;
  return lines.flatMap((name, line) => {
    const start = (place * lines.length + line) * x.length;
    const y = values.slice(start, start + x.length);
    return y.some((value) => value !== null) ? [{ name, x, y }] : [];
  }).map(trackLine);
}

function trackLine({ name, x, y }, line) {
  const color = colourOf(line);
  return {
    type: "scatter", mode: x.length <= 24 ? "lines+markers" : "lines", name, x, y,
    line: { color, width: 2, dash: dashes[line % dashes.length] }, marker: { color, size: 5 },
    hovertemplate: `${name}: %{y:.4g} at %{x}<extra></extra>`,
  };
}

function keysOf(traces) {
  return element("p", { class: "controls" }, ...traces.map((trace, line) => element("span", { class: "key" }, swatch(line), trace.name)));
}

function trackLayout(track, traces) {
  const form = track.share ? { tickformat: ".2~%" } : {};
  const across = { title: { text: track.along }, zeroline: false, ...(track.x.length <= 12 && { dtick: 1 }) };
  return { xaxis: across, yaxis: { ...(track.log ? logScale(traces) : form), zeroline: false }, hovermode: "closest" };
}

function logScale(traces) {
  const range = logRange([{ data: traces }]);
  return { type: "log", range, exponentformat: "power", dtick: logStep(range) };
}
