/** The current request: `vector_config` and `attribute_config` hold what the method needs. */
import type { Move } from "../translate";

export const structured: Move[] = [
  { from: ["vector_config", "feature_uri"], to: ["vector_config", "feature_uris"], value: (uri) => [uri] },
  { from: ["vector_config", "feature_addresses"], to: ["vector_config", "feature_uris"] },
  {
    from: ["vector_config", "feature_address"],
    to: ["vector_config", "feature_uris"],
    value: (address) => [address],
  },
];
