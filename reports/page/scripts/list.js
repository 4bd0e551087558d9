// The list of all trials, built when it is opened; it follows the chips.
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
    this.table ??= this.build(data);
    await this.table.show();
  }

  build(data) {
    const titles = [...data.heads, "replicate", "status", data.compared.replace("/", " "), "trial"];
    const heads = titles.map((title) => element("th", { scope: "col" }, element("button", { type: "button" }, title)));
    const table = element("table", { class: "trials" },
      element("thead", {}, element("tr", {}, ...heads)), element("tbody"));
    const scroll = { class: "scroll", tabindex: "0", role: "region", "aria-label": "Every trial" };
    this.root.querySelector(".list").replaceChildren(element("div", scroll, table));
    const made = new Table(table, data.trials.id.map((_, place) => trialRow(data, place)), this.chips);
    made.offerCsv();
    return made;
  }
}

// A row whose cells are made when they are seen.
function trialRow(data, place) {
  const variant = data.trials.variant[place];
  const keys = () => [
    ...data.variants[variant].levels.map((text, i) => levelKey(data, i, text)),
    replicateKey(data, place), data.trials.status[place],
    data.final[data.compared]?.[place] ?? undefined, data.trials.id[place],
  ];
  let made;
  return { variant, key: (column) => keys()[column], element: () => (made ??= trialElement(data, place, keys())) };
}

// Trials of the tuning come after the others.
const replicateKey = ({ trials }, place) => trials.replicate[place] + (trials.point[place] === null ? 0 : 1e4 * (1 + trials.point[place]));

function trialElement(data, place, keys) {
  const { trials, variants, final, compared, units } = data;
  const id = trials.id[place];
  const link = id ? element("a", { href: `#trial=${id}` }, element("code", {}, id)) : "settings not selected yet";
  const value = valueText(final[compared]?.[place], units[compared.split("/").pop()]);
  const contents = [...variants[trials.variant[place]].levels, replicateText(data, place).replace("replicate ", ""), trials.status[place], value, link];
  return element("tr", {}, ...contents.map((content, i) => element("td", keys[i] === undefined ? {} : { "data-sort": keys[i] }, content)));
}

// Levels are sorted as the study has them.
function levelKey(data, head, text) {
  const factor = study.factors.find((each) => each.name === data.heads[head]);
  return factor ? factor.levels.indexOf(text) : text;
}
