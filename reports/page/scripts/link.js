// The state of the view stands in the URL's fragment, so that a link shows the same view.
class Link {
  // parts: each has save(params) and load(params); card: of a trial; shown: called after all have loaded
  constructor(parts, card, shown) {
    this.parts = [...parts, card];
    this.card = card;
    this.shown = shown;
    this.section = null;
    addEventListener("popstate", () => this.load());
    document.addEventListener("click", (event) => this.follow(event));
  }

  // Whatever is unknown or malformed is passed over by the parts.
  load() {
    const params = new URLSearchParams(location.hash.slice(1));
    for (const part of this.parts) part.load(params);
    this.section = params.get("at");
    this.shown();
  }

  save({ replace = false } = {}) {
    const params = new URLSearchParams();
    if (this.section) params.set("at", this.section);
    for (const part of this.parts) part.save(params);
    const text = params.toString();
    if (text === location.hash.slice(1)) return;
    const url = text ? `#${text}` : location.pathname + location.search;
    history[replace ? "replaceState" : "pushState"](null, "", url);
  }

  scroll() {
    const place = this.section && document.getElementById(this.section);
    if (place) place.scrollIntoView();
  }

  // Links within the page change their own part of the state and leave the rest.
  follow(event) {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const trial = new URLSearchParams(link.hash.slice(1)).get("trial");
    if (trial) this.card.want(trial);
    else this.go(link.hash.slice(1));
  }

  go(section) {
    this.section = section;
    this.save();
    this.scroll();
  }
}
