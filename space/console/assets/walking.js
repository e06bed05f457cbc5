// Keys of a list that is searched: "/" goes to the search field, the arrows from hit to hit.
const walk = (event) => {
  const typing = event.target.matches("input, textarea, select, [contenteditable]");
  const field = document.querySelector("input[data-search], [data-search] input");
  if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !typing) {
    event.preventDefault();
    field.focus();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const hits = [...document.querySelectorAll(".ybz-hit-title")];
  const here = hits.indexOf(document.activeElement);
  if (event.target !== field && here < 0) return;
  const next = event.key === "ArrowDown" ? here + 1 : here - 1;
  event.preventDefault();
  (next < 0 ? field : hits[Math.min(next, hits.length - 1)])?.focus();
};

// A dataset's page leads back to the search it was found by; the tab remembers its address, and no more.
const SEARCH = "ybz-search";
const remember = () => sessionStorage.setItem(SEARCH, location.pathname + location.search);

export const listen = () => {
  document.addEventListener("keydown", walk);
  addEventListener("pagehide", remember);
};

export const backward = () => {
  const kept = sessionStorage.getItem(SEARCH) ?? "";
  if (!/^\/console\/catalogue(\?|$)/.test(kept)) return;
  document.querySelectorAll("a[data-back]").forEach((link) => (link.href = kept));
};
