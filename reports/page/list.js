// The list of all trials, built when it is opened; it follows the chips.
const MOST_ROWS = 1000;

class TrialList {
  constructor(root, card, chips) {
    this.root = root;
    this.card = card;
    this.chips = chips;
    root.addEventListener("toggle", () => this.show());
  }

  show() {
    if (!this.root.open) return;
    this.fill().catch((error) => this.root.querySelector(".list").replaceChildren(error.message));
  }

  async fill() {
    const data = await this.card.data();
    const shown = data.trials.id.flatMap((_, place) => (this.chips.shown[data.trials.variant[place]] ? [place] : []));
    const table = this.table(data, shown.slice(0, MOST_ROWS));
    const more = shown.length - MOST_ROWS;
    const note = more > 0 ? [element("p", { class: "caption" }, `${more} more trials: chips narrow them down.`)] : [];
    this.root.querySelector(".list").replaceChildren(table, ...note);
  }

  table(data, places) {
    const titles = [...data.heads, "replicate", "status", data.compared.replace("/", " "), "trial"];
    const heads = titles.map((title) => this.headCell(title));
    const rows = places.map((place) => this.row(data, place));
    const scroll = { class: "scroll", tabindex: "0", role: "region", "aria-label": "Every trial" };
    return element("div", scroll, element("table", { class: "trials" },
      element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
  }

  headCell(title) {
    const button = element("button", { type: "button" }, title);
    const head = element("th", { scope: "col" }, button);
    button.addEventListener("click", () => sortBy(head));
    return head;
  }

  row(data, place) {
    const { trials } = data;
    const metric = data.compared;
    const value = data.final[metric]?.[place] ?? null;
    const id = trials.id[place];
    const link = id ? element("a", { href: `#trial=${id}` }, element("code", {}, id)) : "settings not selected yet";
    const levels = data.variants[trials.variant[place]].levels;
    return element("tr", {},
      ...levels.map((text, i) => cell(text, levelKey(data, i, text))),
      cell(String(trials.replicate[place]), trials.replicate[place]),
      cell(trials.status[place], trials.status[place]),
      cell(valueText(value, data.units[metric.split("/").pop()]), value),
      cell(link, id));
  }
}

function cell(content, key) {
  return element("td", key === null ? {} : { "data-sort": key }, content);
}

// Levels are sorted as the study has them.
function levelKey(data, head, text) {
  const factor = study.factors.find((each) => each.name === data.heads[head]);
  return factor ? factor.levels.indexOf(text) : text;
}
