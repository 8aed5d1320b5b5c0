import { h } from "../shared/dom.js";
import { NOISE_ID } from "./palette.js";
import { swatchColor } from "./scatter.js";

const GAP = 14;

/** A box beside the hovered point that never leaves the map. @param {HTMLElement} box @returns what takes the point */
export function tooltip(box) {
  return (point) => {
    box.hidden = point === null;
    if (point === null) return;
    const swatch = h("span", { class: "swatch" });
    swatch.style.background = swatchColor(point.cluster);
    const name = point.cluster === NOISE_ID ? "noise" : point.cluster;
    box.replaceChildren(h("code", {}, point.document), h("span", {}, swatch, name));
    const { offsetWidth, offsetHeight, parentElement } = box;
    const isRight = point.left + GAP + offsetWidth > parentElement.clientWidth;
    box.style.left = `${isRight ? point.left - GAP - offsetWidth : point.left + GAP}px`;
    box.style.top = `${Math.max(4, Math.min(point.top - offsetHeight / 2, parentElement.clientHeight - offsetHeight - 4))}px`;
  };
}
