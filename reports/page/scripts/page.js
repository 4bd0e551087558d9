// Puts the parts of the page together. No network, no storage.
const heads = await packs.unpacked(document.getElementById("heads").textContent);
const plotly = document.getElementById("plotly");  // absent where there is no figure
const library = plotly && packs.run(plotly.textContent);

const chips = new Chips(() => refresh());
if (study.factors.length) document.querySelector("main").before(chips.root);
const roles = new Roles(() => refresh());
if (roles.root) chips.root.querySelector(".groups").append(roles.root);
const tables = new Tables(chips);
const card = new Card(document.getElementById("trials-data"), library, () => link.save());
const list = new TrialList(document.getElementById("trials"), card, chips);
const painter = new Painter();
const figures = [...document.querySelectorAll(".figure")].map(
  (root) => new Figure(root, heads[root.dataset.name], library, chips, roles, painter, {
    changed: (small) => link.save({ replace: small }),
    clicked: (variant, replicate) => card.wantReplicate(variant, replicate),
  }),
);
const link = new Link([chips, roles, ...figures], card, showAll);

function showAll() {
  chips.coloured(roles.now.colour);
  document.body.classList.toggle("recoloured", roles.now.colour !== study.roles.colour);
  tables.filter();
  list.show();
  for (const figure of figures) figure.refresh();
}

function refresh() {
  link.save();
  showAll();
}

const folded = () => document.querySelectorAll(".warnings details:not([open])");

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) figures.find((each) => each.root === entry.target).comesNear(entry.isIntersecting);
}, { rootMargin: "600px" });

link.load();
chips.root.open = !chips.all || matchMedia("(min-width: 60rem)").matches;
link.scroll();
for (const figure of figures) near.observe(figure.root);

darkMode.addEventListener("change", () => {
  for (const figure of figures) figure.refresh();
});
addEventListener("beforeprint", () => {
  toPaper(true);
  for (const each of folded()) Object.assign(each, { open: true }).dataset.unfolded = "";
  if (plotly && !window.Plotly) packs.runNow(plotly.textContent);
  for (const figure of figures) figure.arriveNow();
  for (const figure of figures) if (figure.rest) figure.showRest();
  for (const figure of figures) figure.draw();
  painter.paint(Infinity);
});

addEventListener("afterprint", () => {
  toPaper(false);
  for (const figure of figures) figure.refresh();
  for (const each of document.querySelectorAll("[data-unfolded]")) {
    each.open = false;
    delete each.dataset.unfolded;
  }
});

// One figure after another is inflated when there is time.
const idle = window.requestIdleCallback ?? setTimeout;
await library;
for (const figure of figures) {
  await new Promise((resolve) => idle(resolve, { timeout: 1000 }));
  await figure.inflate();
}
document.documentElement.dataset.inflated = "";
