/** The list of operations with its filter, and the mark at the one that is being read. */
import { h } from "../shared/dom.js";
import { matchesText } from "./operations.js";

/**
 * @param {{ nav: HTMLElement, filter: HTMLInputElement, count: HTMLElement }} elements
 * @param {ReturnType<typeof import("./operations.js").groupOperations>} groups
 */
export function sidebar({ nav, filter, count }, groups) {
  const entries = groups.flatMap(({ operations }) =>
    operations.map((operation) => ({ operation, item: h("li", {}, link(operation)) })),
  );
  const itemOf = new Map(entries.map(({ operation, item }) => [operation.id, item]));
  const sections = groups.map(({ tag, operations }) =>
    h(
      "section",
      {},
      h("h2", {}, tag),
      h(
        "ul",
        {},
        operations.map(({ id }) => itemOf.get(id)),
      ),
    ),
  );
  nav.replaceChildren(...sections);

  const apply = () => {
    for (const { operation, item } of entries) item.hidden = !matchesText(operation, filter.value.trim());
    for (const section of sections) section.hidden = section.querySelector("li:not([hidden])") === null;
    const shown = entries.filter(({ item }) => !item.hidden).length;
    count.textContent = shown === entries.length ? `${shown} operations` : `${shown} of ${entries.length} operations`;
  };
  filter.addEventListener("input", apply);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape") filter.value = "";
    if (event.key === "Enter") nav.querySelector("li:not([hidden]) a")?.click();
    apply();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea")) return;
    event.preventDefault();
    filter.focus();
  });
  apply();
  markCurrent(nav, itemOf);
}

const link = ({ id, method, path, summary }) =>
  h(
    "a",
    { href: `#${id}`, title: `${method} ${path}` },
    h("span", { class: `method small ${method.toLowerCase()}` }, method === "DELETE" ? "DEL" : method),
    h("span", {}, summary),
  );

/** The operation nearest the top of the window is the current one. */
function markCurrent(nav, itemOf) {
  const visible = new Set();
  let current = null;
  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) visible[isIntersecting ? "add" : "delete"](target.id);
      const first = [...itemOf.keys()].find((id) => visible.has(id));
      const next = first === undefined ? current : itemOf.get(first).firstElementChild;
      if (next === current) return;
      current?.removeAttribute("aria-current");
      next.setAttribute("aria-current", "location");
      keepInView(nav, next);
      current = next;
    },
    { rootMargin: "-72px 0px -60% 0px" },
  );
  for (const id of itemOf.keys()) observer.observe(document.getElementById(id));
}

/** Scrolls the list only: `scrollIntoView` would move the page as well. */
function keepInView(nav, element) {
  const box = element.getBoundingClientRect();
  const frame = nav.getBoundingClientRect();
  if (box.top < frame.top || box.bottom > frame.bottom) nav.scrollTop += box.top - frame.top - frame.height / 3;
}
