// The button that ends the term of this instance.

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
