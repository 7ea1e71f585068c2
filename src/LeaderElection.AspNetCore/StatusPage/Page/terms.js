// The terms as a table, for those who open it.

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
