/** Labels made from keywords: at most four words, no word twice, no label twice in a run. */
import type { ClusterName } from "../domain/run/types";

const LABEL_WORDS = 4;
const LABEL_KEYWORDS = 3;

export interface Unnamed {
  id: string;
  /** A name that the cluster has already, as an attribute's value is. */
  given: string | null;
  keywords: string[];
}

/** Names in the order of the clusters: of two that would be called the same the later one takes a further keyword. */
export function nameClusters(clusters: Unnamed[]): Map<string, ClusterName> {
  const names = new Map<string, ClusterName>();
  const taken = new Set(clusters.flatMap(({ given }) => (given === null ? [] : [given.toLowerCase()])));
  for (const { id, given, keywords } of clusters) {
    const label = given ?? unique(keywords, id, taken);
    taken.add(label.toLowerCase());
    names.set(id, { label, summary: null, keywords, extra: null });
  }
  return names;
}

/** `cl_3` → `Cluster 3`, `cl_0_sub_1` → `Cluster 0.1`: what a cluster is called of which nothing is known. */
export const plainLabel = (id: string): string => `Cluster ${id.replace(/^cl_/, "").replaceAll("_sub_", ".")}`;

function unique(keywords: string[], id: string, taken: ReadonlySet<string>): string {
  if (keywords.length === 0) return plainLabel(id);
  const chosen: string[] = [];
  for (const keyword of keywords) {
    if (chosen.length >= LABEL_KEYWORDS) break;
    if (fits(keyword, chosen)) chosen.push(keyword);
  }
  const label = labelOf(chosen);
  if (!taken.has(label.toLowerCase())) return label;
  for (const keyword of keywords) {
    const longer = labelOf([...chosen, keyword]);
    if (!chosen.includes(keyword) && !taken.has(longer.toLowerCase())) return longer;
  }
  return `${label} (${id})`;
}

function fits(keyword: string, chosen: string[]): boolean {
  const before = chosen.flatMap((one) => one.toLowerCase().split(" "));
  const own = keyword.toLowerCase().split(" ");
  return before.length + own.length <= LABEL_WORDS && !own.some((word) => before.includes(word));
}

/** `smiling face, grin` → `Smiling face, grin`; a word that is written with capitals of its own keeps them. */
function labelOf(keywords: string[]): string {
  const [first = ""] = keywords[0]?.split(" ") ?? [];
  const text = keywords.join(", ");
  return first === first.toLowerCase() ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
}
