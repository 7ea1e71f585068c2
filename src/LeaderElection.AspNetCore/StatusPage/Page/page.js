(() => {
  const { units, roles, duration, seconds, clockTime, ending } = words;

  // The page may be served with or without a slash at its end, and below any path.
  const base = location.pathname.replace(/\/*$/, "/");
  const reopenAfter = 5000;
  // What the time line can span: four of these.
  const quarters = [[15, "s"], [1, "min"], [5, "min"], [15, "min"], [1, "h"], [6, "h"], [1, "d"], [7, "d"]];
  const termsInView = 8;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const connection = document.getElementById("connection");
  const announcer = document.getElementById("announcer");
  const tip = document.getElementById("tip");
  const cards = new Map();

  let stream = null;
  let reopening = 0;
  let lastNews = performance.now();
  let isLive = false;

  // ---- Elements ----

  // Only ever text: names and messages come from other instances.
  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function setMark(element, name, value) {
    if (value === null) element.removeAttribute(`data-${name}`);
    else if (element.getAttribute(`data-${name}`) !== value) element.setAttribute(`data-${name}`, value);
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function isWebAddress(address) {
    return /^https?:\/\//i.test(address);
  }

  function createCard() {
    const root = document.getElementById("election").content.firstElementChild.cloneNode(true);
    const slots = Object.fromEntries(
      [...root.querySelectorAll("[data-slot]")].map(element => [element.dataset.slot, element]));
    slots.ask.addEventListener("click", () => showConfirm(card, true));
    slots.no.addEventListener("click", () => showConfirm(card, false));
    slots.yes.addEventListener("click", () => stepDown(card));
    // Nothing is kept up to date in it while it is closed.
    slots.table.addEventListener("toggle", () => showRows(card, card.election));
    const card = { root, slots, tones: new Map(), bars: new Map(), lanes: new Map(), rows: new Map() };
    document.getElementById("elections").append(root);
    return card;
  }

  // ---- One election ----

  function show(election) {
    let card = cards.get(election.name);
    if (!card) cards.set(election.name, card = createCard());
    const before = card.election;
    card.election = election;
    card.received = performance.now();
    lastNews = card.received;

    setText(card.slots.name, election.name);
    setText(card.slots.electionName, election.electionName === election.name ? "" : election.electionName);
    const role = election.isOverdue ? "overdue" : election.role;
    setMark(card.slots.role, "role", role);
    setText(card.slots.role, roles[role]);
    showLeader(card, election);
    showFacts(card, election);
    showRows(card, election);
    card.slots.stepDown.hidden = !election.canStepDown;
    if (before && before.leader?.token !== election.leader?.token) announce(card, election);
    if (before && before.token !== election.token) {
      showConfirm(card, false);
      setText(card.slots.outcome, "");
    }

    showTime(card);
  }

  function showLeader(card, election) {
    const leader = election.leader;
    setMark(card.slots.leaderBox, "nobody", leader ? null : "");
    setText(card.slots.leader, leader ? leader.instanceId : "nobody is known to lead");
    setText(card.slots.token, leader ? String(leader.token) : "–");
    card.slots.endpoint.hidden = !leader?.endpoint;
    setText(card.slots.endpoint, leader?.endpoint ?? "");
    if (leader?.endpoint && isWebAddress(leader.endpoint)) card.slots.endpoint.href = leader.endpoint;
    else card.slots.endpoint.removeAttribute("href");
  }

  function showFacts(card, election) {
    setText(card.slots.instance, election.instanceId);
    const silence = election.storeSilenceMs;
    setText(card.slots.store, silence === null ? "answers" : `silent for ${duration(silence)}`);
    setMark(card.slots.store, "tone", silence === null ? null : "bad");
    const failure = election.lastFailure;
    const now = Date.parse(election.instanceTime);
    setText(card.slots.failure, failure
      ? `${clockTime(Date.parse(failure.at), now)}, ${failure.operation}: ${failure.message}`
      : "none");
    setMark(card.slots.failure, "tone", failure ? null : "quiet");
  }

  // Rows stay the same elements for as long as their terms are shown: people select and copy what stands there.
  function showRows(card, election) {
    setText(card.slots.count, election.terms.length === 1 ? "1 term" : `${election.terms.length} terms`);
    if (!card.slots.table.open) return;
    const terms = election.terms.toReversed();
    const keys = new Set(terms.map(keyOf));
    for (const [key, row] of card.rows) {
      if (keys.has(key)) continue;
      row.remove();
      card.rows.delete(key);
    }

    const now = Date.parse(election.instanceTime);
    let previous = null;
    for (const term of terms) {
      const row = rowOf(card, term);
      const isInPlace = row.parentNode && row.previousElementSibling === previous;
      if (!isInPlace) previous ? previous.after(row) : card.slots.rows.prepend(row);
      previous = row;
      const from = Date.parse(term.from);
      const length = duration((term.to === null ? now : Date.parse(term.to)) - from);
      const texts = [term.token, term.leader, clockTime(from, now), length, ending(term)];
      texts.forEach((text, column) => setText(row.children[column], String(text)));
    }
  }

  function rowOf(card, term) {
    const key = keyOf(term);
    if (!card.rows.has(key)) {
      const row = document.createElement("tr");
      for (let column = 0; column < 5; column++) row.append(make("td", "", ""));
      card.rows.set(key, row);
    }

    return card.rows.get(key);
  }

  function keyOf(term) {
    return `${term.token} ${term.from}`;
  }

  function announce(card, election) {
    const leader = election.leader;
    setText(announcer, leader
      ? `${leader.instanceId} leads ${election.name}, token ${leader.token}.`
      : `Nobody is known to lead ${election.name}.`);
    const box = card.slots.leaderBox;
    box.classList.remove("changed");
    // Read between the two, or the browser sees no change and does not run the animation again.
    void box.offsetWidth;
    box.classList.add("changed");
  }

  // ---- What moves with time ----

  function showTime(card) {
    const { election } = card;
    const sinceReceived = performance.now() - card.received;
    const now = Date.parse(election.instanceTime) + sinceReceived;
    showLease(card, election, sinceReceived);
    const open = election.terms.at(-1);
    const isOpen = election.leader && open?.to === null;
    setText(card.slots.since, isOpen
      ? `since ${clockTime(Date.parse(election.leader.since), now)}, seen for ${duration(now - Date.parse(open.from))}`
      : "");
    showLanes(card, election.terms, now);
  }

  function showLease(card, election, sinceReceived) {
    const whole = election.leaseDurationMs;
    const left = election.leaseRemainingMs === null ? 0 : Math.max(0, election.leaseRemainingMs - sinceReceived);
    const share = whole ? Math.min(1, left / whole) : 0;
    card.slots.fill.style.transform = `scaleX(${share.toFixed(4)})`;
    setMark(card.slots.bar, "level", election.isOverdue ? "out" : share < 0.25 ? "low" : "well");
    card.slots.bar.setAttribute("aria-valuemax", String(whole ?? 0));
    card.slots.bar.setAttribute("aria-valuenow", String(Math.round(left)));
    const text = election.leaseRemainingMs === null
      ? election.isOverdue ? "overdue" : "no lease known"
      : `${seconds(left)}${whole ? ` of ${whole / 1000} s` : ""}${election.isLeader ? "" : ", as last seen"}`;
    card.slots.bar.setAttribute("aria-valuetext", text);
    setText(card.slots.lease, text);
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

  // ---- Stepping down ----

  function showConfirm(card, isShown) {
    const hadFocus = card.slots.stepDown.contains(document.activeElement);
    card.slots.ask.hidden = isShown;
    card.slots.confirm.hidden = !isShown;
    if (hadFocus) (isShown ? card.slots.no : card.slots.ask).focus();
  }

  async function stepDown(card) {
    const { name, token } = card.election;
    showConfirm(card, false);
    setText(card.slots.outcome, "Stepping down…");
    try {
      const address = `${base}elections/${encodeURIComponent(name)}/step-down?token=${token}`;
      const response = await fetch(address, { method: "POST" });
      if (response.ok) return;
      const problem = await response.json().catch(() => null);
      setText(card.slots.outcome, `Did not step down: ${problem?.title ?? `the server answered ${response.status}`}`);
    } catch {
      setText(card.slots.outcome, "Nobody answered; whether this instance stepped down is not known.");
    }
  }

  // ---- Connection ----

  function open() {
    clearTimeout(reopening);
    stream?.close();
    stream = new EventSource(`${base}events`);
    stream.addEventListener("election", event => {
      isLive = true;
      show(JSON.parse(event.data));
      showConnection();
    });
    stream.addEventListener("error", () => {
      isLive = false;
      showConnection();
      // Refused, as when all streams are taken: browsers do not try again by themselves.
      if (stream.readyState === EventSource.CLOSED) reopening = setTimeout(reopen, reopenAfter);
    });
  }

  async function reopen() {
    try {
      const response = await fetch(`${base}status`);
      if (response.ok) (await response.json()).elections.forEach(show);
    } catch {
      // The page says how old its data is.
    }

    if (!document.hidden) open();
  }

  function showConnection() {
    const age = performance.now() - lastNews;
    const refresh = Math.max(0, ...[...cards.values()].map(card => card.election.refreshIntervalMs));
    const isStale = age > 3 * refresh + 2000;
    const state = isLive && !isStale ? "live" : cards.size > 0 ? "broken" : "connecting";
    if (state === "broken" && connection.dataset.state !== state) setText(announcer, "Connection lost, reconnecting.");
    setMark(connection, "state", state);
    const words = state === "live" ? "live"
      : state === "connecting" ? "connecting…"
      : `reconnecting… data ${duration(Math.floor(age / 1000) * 1000).replace(".0", "")} old`;
    setText(connection, words);
    for (const card of cards.values()) card.root.classList.toggle("stale", isStale);
  }

  setInterval(() => {
    showConnection();
    if (!document.hidden) cards.forEach(showTime);
  }, isCalm ? 1000 : 100);

  // A page that nobody looks at must not hold a stream.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return open();
    clearTimeout(reopening);
    stream?.close();
    isLive = false;
  });

  document.getElementById("json").href = `${base}status`;
  if (!document.hidden) open();
})();
