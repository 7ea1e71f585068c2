// What moves with time while nothing is heard.

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
