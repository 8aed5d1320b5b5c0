/** Builds elements without markup strings, so that no text of the API can become markup. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props] attributes; `onclick` and the like are listeners; null, undefined, false are left out
 * @param {...unknown} children elements, texts, nested arrays of them; null, undefined, false are left out
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (isAbsent(value)) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Number.POSITIVE_INFINITY).filter((child) => !isAbsent(child)));
  return element;
}

const isAbsent = (value) => value === null || value === undefined || value === false;

/** The element of this id; a page without it is a mistake of ours, so it throws. */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}`);
  return element;
}
