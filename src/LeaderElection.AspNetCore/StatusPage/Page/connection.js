// The event stream, and what the page says of it. Runs last: here the page begins.

const reopenAfter = 5000;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const connection = document.getElementById("connection");
let stream = null;
let reopening = 0;
let isLive = false;

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
  if (state === "broken" && connection.dataset.state !== state) setText(news, "Connection lost, reconnecting.");
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
