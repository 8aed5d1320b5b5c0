/** Errors on the page, in the API's own words. */
import { h } from "../shared/dom.js";
import { ApiError } from "./api.js";

/** @param {HTMLElement} place @param {unknown} error null clears it; an aborted request is not an error */
export function showProblem(place, error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  place.hidden = error === null;
  if (error === null) return;
  const { issues, code, requestId } = error instanceof ApiError ? error : { issues: [], code: null, requestId: null };
  const facts = [code, requestId && `request ${requestId}`].filter(Boolean).join(" · ");
  place.replaceChildren(
    h("p", {}, error.message),
    issues.length > 1
      ? h(
          "ul",
          {},
          issues.map(({ loc, msg }) => h("li", {}, h("code", {}, loc.join(".")), " ", msg)),
        )
      : "",
    facts ? h("p", { class: "facts" }, facts) : "",
  );
}
