
"use strict";
// Selects are named after what they compare; which of them there are depends on the findings.
const selects = [...document.querySelectorAll(".filters select")];
const rule = document.getElementById("rule");
const path = document.getElementById("path");
const articles = [...document.querySelectorAll("article")];
// Lists that are folded on the screen are printed in full.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
function filter() {
  const words = [rule.value.toLowerCase(), path.value.toLowerCase()];
  let shown = 0;
  for (const article of articles) {
    const places = [...article.querySelectorAll(".place")].map(place => place.textContent.toLowerCase());
    const fits = selects.every(select => !select.value || article.dataset[select.id] === select.value)
      && article.dataset.rule.toLowerCase().includes(words[0])
      && places.some(place => place.includes(words[1]));
    article.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").value = `${shown} of ${articles.length}`;
  document.getElementById("none").hidden = shown > 0;
}
if (rule) {
  [...selects, rule, path].forEach(input => input.addEventListener("input", filter));
  document.querySelector("form").addEventListener("submit", event => event.preventDefault());
  filter();
}
