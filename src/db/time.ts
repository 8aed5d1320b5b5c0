/** ISO-8601 UTC with the microseconds that the contract's timestamps show, e.g. `2026-11-21T13:20:40.122000Z`. */
export const timestamp = (at: Date | number | string = Date.now()): string =>
  new Date(at).toISOString().replace(/(\.\d{3})Z$/, "$1000Z");
