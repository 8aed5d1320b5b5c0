import { readFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";

/** The local server's root key, as `.dev.vars` sets it. */
export const localKey = () =>
  /^SHOAL_ROOT_KEY=(.*)$/m.exec(readFileSync(inRoot(".dev.vars"), "utf8"))?.[1].trim() ?? "";
