// An x axis of levels: only those that the chips leave, with the colours beside each other.
class Along {
  constructor(along, roles, chips) {
    this.roles = roles;
    this.path = roles.x || roles.colour;
    this.factor = factorOf(this.path);
    const left = chips.left(this.path);
    this.levels = this.factor.levels.flatMap((text, place) => (left.includes(text) ? [place] : []));
    this.joins = Boolean(roles.x) && this.factor.is_scale;
    this.dodges = along === "dodged" || !this.joins;
    this.wasDodged = along === "dodged";
    this.isShared = Boolean(roles.x) && severalColours(roles);
  }

  layout() {
    const places = this.levels.map((_, i) => i);
    const title = this.factor.name.replace(/[&<>]/g, (character) => escapes[character]);
    return {
      tickvals: places, ticktext: this.levels.map((place) => this.factor.ticks[place]),
      range: [-0.5, places.length - 0.5], title: { text: title }, zeroline: false, showgrid: false,
    };
  }

  // Pieces of one kind and colour become one trace again, along x.
  placed(traces, range) {
    const groups = new Map();
    for (const trace of traces) {
      if (trace.fill && !this.joins) continue;
      const key = [trace.fill, trace.name, trace.mode, trace.legendgroup].join();
      groups.set(key, [...(groups.get(key) || []), this.moved(trace, range)]);
    }
    const every = [...groups.values()].map((group) => this.joined(group));
    return every.sort((a, b) => Boolean(b.fill) - Boolean(a.fill));
  }

  // A piece shows one variant: its points keep their steps sideways, as far as there is room.
  moved(trace, range) {
    const [variant] = trace.meta.variants;
    const from = this.wasDodged ? positionBefore(variant) : placeBefore(variant);
    const to = this.position(variant);
    const room = colourCount(study.roles) / colourCount(this.roles);
    const moved = { ...trace, x: trace.x.map((x) => to + (x - from) * room) };
    if (trace.name === "lost" && range) moved.y = moved.y.map(() => this.foot(variant, range));
    return moved;
  }

  position(variant) {
    const place = this.levels.indexOf(levelOf(this.path, variant));
    return this.dodges && this.isShared ? place + sideways(this.roles.colour, variant) : place;
  }

  foot(variant, [low, high]) {
    return low + (high - low) * (0.01 + 0.065 * (levelOf(this.roles.colour, variant) % 2));
  }

  joined(group) {
    group.sort((a, b) => a.x[0] - b.x[0]);
    const made = merged(group);
    if (made.fill) return polygon(made, group);
    if (!("error_y" in made)) return made;
    const bars = made.name === "mean" ? { mode: this.joins ? "lines+markers" : "markers" } : {};
    return { ...made, ...bars, error_y: { ...made.error_y, visible: this.dodges || this.wasDodged } };
  }
}

// Whether some level on x has variants of more than one colour.
function severalColours({ x, colour }) {
  const pairs = new Set(study.variants.map((_, variant) => `${levelOf(x, variant)} ${levelOf(colour, variant)}`));
  return pairs.size > factorOf(x).levels.length;
}

const colourCount = (roles) => (roles.colour ? factorOf(roles.colour).levels.length : 1);
const placeBefore = (variant) => levelOf(study.roles.x, variant);

function sideways(path, variant) {
  const count = factorOf(path).levels.length;
  return (levelOf(path, variant) - (count - 1) / 2) * (0.76 / count);
}

// Where the page put it: see x_position in outcomes.py.
function positionBefore(variant) {
  if (!study.roles.x) return levelOf(study.roles.colour, variant);
  return placeBefore(variant) + sideways(study.roles.colour, variant);
}

function merged(group) {
  const [first] = group;
  const all = (get) => group.flatMap((trace) => get(trace) ?? []);
  const made = { ...first, x: all((t) => [...t.x]), y: all((t) => [...t.y]) };
  if (first.text) made.text = all((t) => t.text);
  if (first.customdata) made.customdata = all((t) => [...t.customdata]);
  made.meta = Object.fromEntries(Object.keys(first.meta).map((key) => [key, all((t) => [...t.meta[key]])]));
  if (Array.isArray(first.marker?.symbol)) made.marker = { ...first.marker, symbol: all((t) => t.marker.symbol) };
  if (first.error_y) {
    const ends = ["array", "arrayminus"].filter((key) => first.error_y[key]);
    made.error_y = { ...first.error_y, ...Object.fromEntries(ends.map((key) => [key, all((t) => [...t.error_y[key]])])) };
  }
  return made;
}

// A piece of a band has an upper and a lower end: up along x, and back below.
function polygon(made, group) {
  const back = [...group].reverse();
  const both = (get) => [...group.map((t) => get(t)[0]), ...back.map((t) => get(t)[1])];
  return { ...made, x: both((t) => t.x), y: both((t) => t.y), meta: { variants: both((t) => t.meta.variants) } };
}
