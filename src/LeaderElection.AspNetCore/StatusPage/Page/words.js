// What the page says of times and terms.
const units = { s: 1000, min: 60000, h: 3600000, d: 86400000 };

function duration(milliseconds) {
  if (milliseconds < 10 * units.s) return seconds(milliseconds);
  const unit = milliseconds < 2 * units.min ? "s"
    : milliseconds < 2 * units.h ? "min"
    : milliseconds < 2 * units.d ? "h" : "d";
  return `${Math.round(milliseconds / units[unit])} ${unit}`;
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function clockTime(time, now) {
  const date = new Date(time);
  const clock = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return Math.abs(now - date) < 43200000 ? clock : `${date.toLocaleDateString()} ${clock}`;
}

const roles = { leader: "leads here", follower: "stands by", stopped: "stopped", overdue: "overdue" };
const endings = {
  released: "stepped down", stopped: "stopped", expired: "lease ran out", superseded: "superseded",
};

function ending(term) {
  return term.to === null ? "leads" : endings[term.endedBy] ?? "over";
}
