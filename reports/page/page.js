// Draws the figures (small multiples of plotly plots) and sorts the tables. No network, no storage.
(async () => {
  const heads = await packs.unpacked(document.getElementById("heads").textContent);
  const darkOf = JSON.parse(document.getElementById("dark-of").textContent);
  const looks = document.querySelectorAll("template[id^=key-]");
  const darkMode = matchMedia("(prefers-color-scheme: dark)");
  const touch = matchMedia("(pointer: coarse)").matches;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Figures come with the colours of a light page; on a dark one each has its counterpart.
  function recolour(value) {
    if (typeof value === "string") return darkOf[value] || value;
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(recolour);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recolour(inner)]));
  }

  const themed = (value) => (darkMode.matches ? recolour(value) : value);

  function axis(own) {
    const lines = { gridcolor: css("--grid"), linecolor: css("--line"), tickcolor: css("--line") };
    return { automargin: true, showline: true, ticks: "outside", ticklen: 3, ...lines, ...own };
  }

  function fullLayout(own) {
    return {
      ...themed(own),
      xaxis: axis(own.xaxis),
      yaxis: axis(own.yaxis),
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: css("--ink") },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 46, r: 10, t: own.annotations ? 20 : 8, b: 38, ...own.margin },
      showlegend: false,
      dragmode: touch ? false : "zoom",
      hoverlabel: { bgcolor: css("--raised"), bordercolor: css("--line"), font: { color: css("--ink"), size: 12 } },
    };
  }

  const plotly = document.getElementById("plotly");  // absent where there is no figure
  const library = plotly && packs.run(plotly.textContent);

  const config = {
    responsive: true, displaylogo: false, doubleClick: "reset",
    modeBarButtons: [["toImage", "resetScale2d"]], displayModeBar: touch ? false : "hover",
  };

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // One figure of the page: its legend, lists, and as many plots as panels are to be seen.
  class Figure {
    constructor(root) {
      this.root = root;
      this.spec = heads[root.dataset.name];
      this.grid = root.querySelector(".panels");
      this.hidden = new Set();
      this.state = Object.fromEntries(this.spec.choosers.map((each) => [each.key, each.chosen]));
      this.drawn = false;
      this.buildControls(root.querySelector(".controls"));
      this.buildSlots();
    }

    buildControls(place) {
      if (this.spec.legend.length > 1) {
        place.append(element("span", { class: "title" }, this.spec.legend_title));
        for (const key of this.spec.legend) place.append(this.keyButton(key));
      }
      for (const chooser of this.spec.choosers) {
        place.append(chooser.slider ? this.slider(chooser) : this.list(chooser));
      }
    }

    keyButton(key) {
      const swatch = looks[key.place % looks.length].content;
      const button = element("button", { type: "button", class: "key", "aria-pressed": "true" },
        swatch.cloneNode(true), key.text);
      button.addEventListener("click", () => {
        const group = String(key.place);
        if (!this.hidden.delete(group)) this.hidden.add(group);
        button.setAttribute("aria-pressed", String(!this.hidden.has(group)));
        this.draw();
      });
      return button;
    }

    list(chooser) {
      const options = chooser.options.map(([value, text]) => {
        const option = element("option", { value }, text);
        option.selected = value === chooser.chosen;
        return option;
      });
      const select = element("select", { name: chooser.key }, ...options);
      select.addEventListener("change", () => this.choose(chooser.key, select.value));
      return element("label", {}, chooser.label, select);
    }

    slider(chooser) {
      const place = chooser.options.findIndex(([value]) => value === chooser.chosen);
      const range = { type: "range", name: chooser.key, min: 0, max: chooser.options.length - 1, value: place };
      const input = element("input", range);
      const output = element("output", {}, chooser.options[place][1]);
      input.addEventListener("input", () => {
        const [value, text] = chooser.options[input.value];
        output.textContent = text;
        this.choose(chooser.key, value);
      });
      return element("label", { class: "slider" }, chooser.label, input, output);
    }

    choose(key, value) {
      this.state[key] = value;
      this.buildSlots();
      this.draw();
    }

    visible() {
      const shown = (panel) => Object.entries(panel.when)
        .every(([key, value]) => !(key in this.state) || this.state[key] === value);
      return this.spec.panels.filter(shown);
    }

    buildSlots() {
      const wanted = this.visible();
      while (this.grid.children.length > wanted.length) {
        const last = this.grid.lastElementChild;
        if (window.Plotly) Plotly.purge(last.querySelector(".plot"));
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
      slot.lastElementChild.setAttribute("role", "img");
      slot.lastElementChild.setAttribute("aria-label", this.spec.title + (panel.title ? ": " + panel.title : ""));
    }

    // What the panels show comes later than the figure's place on the page.
    load() {
      this.loading ??= this.arrive().catch((error) => {
        this.root.querySelector(".beside").textContent = error.message;
      });
      return this.loading;
    }

    async arrive() {
      const inside = this.root.querySelector("script.data");
      const text = inside ? inside.textContent : await packs.beside(this.spec.name, this.root.dataset.file);
      const contents = await packs.unpacked(text);
      this.spec.panels.forEach((panel, i) => Object.assign(panel, contents[i]));
      inside?.remove();
      this.loaded = true;
    }

    async draw() {
      this.drawn = true;
      if (!this.loaded) await Promise.all([library, this.load()]);
      if (!this.loaded) return;
      this.visible().forEach((panel, i) => {
        const data = panel.data.filter((trace) => !this.hidden.has(trace.legendgroup));
        Plotly.react(this.grid.children[i].lastElementChild, themed(data), fullLayout(panel.layout), config);
      });
    }
  }

  function sortBy(header) {
    const table = header.closest("table");
    const column = header.cellIndex;
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.sort;
    const rows = [...table.tBodies[0].rows].map((row, place) => ({ row, place, key: key(row) }));
    rows.sort((a, b) => compare(a.key, b.key, descending) || a.place - b.place);
    table.tBodies[0].append(...rows.map((each) => each.row));
  }

  // Cells without a value stay last in both directions.
  function compare(a, b, descending) {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    const order = isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
    return descending ? -order : order;
  }

  for (const button of document.querySelectorAll(".sortable th button")) {
    button.addEventListener("click", () => sortBy(button.closest("th")));
  }

  const figures = new Map([...document.querySelectorAll(".figure")].map((root) => [root, new Figure(root)]));
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      near.unobserve(entry.target);
      figures.get(entry.target).draw();
    }
  }, { rootMargin: "600px" });
  for (const root of figures.keys()) near.observe(root);

  darkMode.addEventListener("change", () => {
    for (const figure of figures.values()) if (figure.drawn) figure.draw();
  });
  addEventListener("beforeprint", () => {
    for (const figure of figures.values()) if (!figure.drawn) figure.draw();
  });

  // All is inflated before somebody may print, one figure after another, when there is time.
  await library;
  for (const figure of figures.values()) {
    await new Promise((resolve) => setTimeout(resolve));
    await figure.load();
  }
})();
