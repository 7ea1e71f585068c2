// What the page is made of, and how it is written to.

// The page may be served with or without a slash at its end, and below any path.
const base = location.pathname.replace(/\/*$/, "/");
// For those who hear the page.
const news = document.getElementById("news");

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
