// The terms on a time line: a lane for each leader, a bar for each term.

// What the time line can span: four of these.
const quarters = [[15, "s"], [1, "min"], [5, "min"], [15, "min"], [1, "h"], [6, "h"], [1, "d"], [7, "d"]];
const termsInView = 8;
const tip = document.getElementById("tip");

function showLanes(card, terms, now) {
  const [count, unit] = quarterFor(terms, now);
  const span = 4 * count * units[unit];
  const start = now - span;
  const inView = stretches(terms, now).filter(stretch => stretch.to >= start);
  const keys = new Set(inView.map(stretch => stretch.key));
  for (const [key, bar] of card.bars) {
    if (keys.has(key)) continue;
    bar.remove();
    card.bars.delete(key);
  }

  for (const stretch of inView) placeBar(card, stretch, start, span, now);
  for (const [name, lane] of card.lanes) {
    if (lane.track.childElementCount > 0) continue;
    lane.root.remove();
    card.lanes.delete(name);
  }

  const marks = [4, 3, 2, 1].map(quarter => `−${quarter * count} ${unit}`);
  const axis = [...marks, "now"].join("|");
  if (card.axisText !== axis) card.slots.axis.replaceChildren(...axis.split("|").map(mark => make("span", "", mark)));
  card.axisText = axis;
}

// The shortest span that holds the last terms: a rare change stays visible, a flapping election readable.
function quarterFor(terms, now) {
  const first = terms.at(-termsInView) ?? terms[0];
  const age = first ? now - Date.parse(first.from) : 0;
  return quarters.find(([count, unit]) => age <= 4 * count * units[unit]) ?? quarters.at(-1);
}

function stretches(terms, now) {
  const result = [];
  terms.forEach((term, index) => {
    const from = Date.parse(term.from);
    const to = term.to === null ? now : Date.parse(term.to);
    result.push({ key: keyOf(term), lane: term.leader, term, from, to });
    const next = terms[index + 1];
    const until = next ? Date.parse(next.from) : now;
    if (term.to !== null && until - to >= 100) {
      result.push({ key: `after ${keyOf(term)}`, lane: null, term: null, from: to, to: until });
    }
  });
  return result;
}

function placeBar(card, stretch, start, span, now) {
  let bar = card.bars.get(stretch.key);
  if (!bar) {
    bar = make("button", "term", stretch.term ? `#${stretch.term.token}` : "");
    bar.type = "button";
    bar.classList.add(stretch.term ? toneOf(card, stretch.lane) : "nobody");
    for (const name of ["mouseenter", "focus"]) bar.addEventListener(name, () => showTip(bar));
    for (const name of ["mouseleave", "blur"]) bar.addEventListener(name, () => { tip.hidden = true; });
    laneOf(card, stretch.lane).track.append(bar);
    card.bars.set(stretch.key, bar);
  }

  const left = Math.max(0, (stretch.from - start) / span);
  const width = Math.min(1, (stretch.to - start) / span) - left;
  bar.style.left = `${(left * 100).toFixed(3)}%`;
  bar.style.width = `${(width * 100).toFixed(3)}%`;
  bar.classList.toggle("narrow", width < 0.06);
  bar.classList.toggle("open", stretch.term?.to === null);
  const times = `${clockTime(stretch.from, now)} to ${stretch.to === now ? "now" : clockTime(stretch.to, now)}`
    + `, ${duration(stretch.to - stretch.from)}`;
  bar.words = stretch.term
    ? `${stretch.lane}, token ${stretch.term.token}\n${times}\n${ending(stretch.term)}`
    : `no leader known\n${times}`;
  const label = bar.words.replaceAll("\n", "; ");
  if (stretch.to !== now || !bar.hasAttribute("aria-label")) bar.setAttribute("aria-label", label);
}

function toneOf(card, instance) {
  if (!card.tones.has(instance)) card.tones.set(instance, card.tones.size % 6);
  return `tone${card.tones.get(instance)}`;
}

function laneOf(card, name) {
  let lane = card.lanes.get(name);
  if (!lane) {
    lane = { root: make("li", "lane", ""), track: make("div", "track", "") };
    const label = make("span", name === null ? "lane-name nobody" : "lane-name", name ?? "no leader");
    label.title = name ?? "";
    lane.root.append(label, lane.track);
    // Nobody comes last.
    if (name !== null && card.lanes.has(null)) card.lanes.get(null).root.before(lane.root);
    else card.slots.lanes.append(lane.root);
    card.lanes.set(name, lane);
  }

  return lane;
}

function showTip(bar) {
  setText(tip, bar.words);
  tip.hidden = false;
  const at = bar.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left), innerWidth - size.width - 8);
  const above = at.top - size.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}
