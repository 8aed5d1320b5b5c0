/** `labeling_inputs.input_mappings` as paths of the payload. */
import type { Labeling } from "../domain/definition/labeling";

/** Keys of inputs that are no texts. */
const MEDIA = /(?:image|video|audio|media|file|blob|vector)/i;

/** Paths that words are to be taken from, in the order of the mappings; null where the definition leaves the choice to the run. */
export function mappedPaths(labeling: Labeling | null): string[] | null {
  const mappings = labeling?.labeling_inputs?.input_mappings;
  if (!mappings) return null;
  const paths = mappings
    .filter(
      ({ source_type, path, input_key }) => (source_type ?? "payload") === "payload" && path && !MEDIA.test(input_key),
    )
    .map(({ path }) => path!.replace(/^payload\./, ""));
  return paths.length > 0 ? [...new Set(paths)] : null;
}
