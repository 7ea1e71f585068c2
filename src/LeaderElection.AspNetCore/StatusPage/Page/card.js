// One election: who leads it, and what this instance knows of it.

const cards = new Map();
// When any of them was heard of.
let lastNews = performance.now();

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
  if (before && before.leader?.token !== election.leader?.token) tellWhoLeads(card, election);
  if (before && before.token !== election.token) {
    showConfirm(card, false);
    setText(card.slots.outcome, "");
  }

  showTime(card);
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

function isWebAddress(address) {
  return /^https?:\/\//i.test(address);
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

function tellWhoLeads(card, election) {
  const leader = election.leader;
  setText(news, leader
    ? `${leader.instanceId} leads ${election.name}, token ${leader.token}.`
    : `Nobody is known to lead ${election.name}.`);
  const box = card.slots.leaderBox;
  box.classList.remove("changed");
  // Read between the two, or the browser sees no change and does not run the animation again.
  void box.offsetWidth;
  box.classList.add("changed");
}
