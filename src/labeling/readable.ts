/** Which strings of a payload a person would read: not identifiers, numbers, dates, links and hashes. */

const LINK = /(?:\b[a-z][a-z0-9+.-]*:\/\/|\bwww\.|\bdata:[a-z]+\/|\bmailto:)\S*/giu;
const MAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const LETTER = /\p{L}/u;
const SPACE = /\s/u;
/** A UUID, a hexadecimal digest, or an id with a prefix: `doc_01h…`, `cl_0_sub_1`. */
const IDENTIFIER =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|[a-z]{1,12}_[0-9][0-9a-z_]*|[a-z]{1,12}_[0-9a-z]*[0-9][0-9a-z]{7,})$/i;
/** No spaces and a slash, or a short ending after a point: a path, a file, a media type. */
const FILE = /^\S*(?:\/\S*|\.[a-z0-9]{2,5})$/i;

/** The text without its links and addresses. */
export function withoutLinks(text: string): string {
  // Few texts have any, and a look costs less than a search.
  const bare = text.includes(":") || text.includes("www.") ? text.replace(LINK, " ") : text;
  return bare.includes("@") ? bare.replace(MAIL, " ") : bare;
}

/** Whether a value says nothing to a reader. */
export function isUnreadable(text: string): boolean {
  const bare = withoutLinks(text).trim();
  if (!LETTER.test(bare) || DATE.test(bare)) return true;
  return !SPACE.test(bare) && (IDENTIFIER.test(bare) || FILE.test(bare) || isHashLike(bare));
}

/** Sixteen characters or more without a space, of which a quarter are digits, or which mix cases within. */
function isHashLike(text: string): boolean {
  if (text.length < 16 || !/^[\x21-\x7e]+$/.test(text)) return false;
  const digits = text.replace(/\D/g, "").length;
  const turns = text.match(/[a-z][A-Z0-9]|[0-9][A-Za-z]/g)?.length ?? 0;
  return digits * 4 >= text.length || turns * 4 >= text.length;
}

/**
 * Top-level keys that Shoal itself writes into documents, by their default names: facts of clusters, with the cluster's name in front where
 * several wrote at once, and of taxonomies. Labels must not be made from labels.
 */
const WRITTEN =
  /^(?:(?:parent_)?cluster_.+|.+_(?:parent_)?cluster_(?:id|label|summary|keywords)|taxonomy_.+|label_confidence)$/;

/** Documents that a path's values are judged by, and shares of them. */
const FEW = 8;
const MOST = 0.5;

/**
 * Paths worth reading, in code unit order, from the texts of some documents. Left out: paths whose values are mostly unreadable, and
 * paths most of whose values are different words without spaces, which are names of things, not descriptions.
 */
export function readablePaths(documents: { path: string; text: string }[][], except: ReadonlySet<string>): string[] {
  const values = new Map<string, string[]>();
  for (const texts of documents)
    for (const { path, text } of texts) {
      const known = values.get(path);
      if (known) known.push(text);
      else values.set(path, [text]);
    }
  return [...values]
    .filter(([path, own]) => !except.has(path) && !isWritten(path) && isReadable(own))
    .map(([path]) => path)
    .sort();
}

const isWritten = (path: string): boolean => WRITTEN.test(path.split(".", 1)[0]!);

function isReadable(values: string[]): boolean {
  const unreadable = values.filter(isUnreadable).length;
  if (unreadable > MOST * values.length) return false;
  const single = values.filter((value) => !SPACE.test(value.trim()));
  const areNames = single.length > MOST * values.length && new Set(single).size > MOST * values.length;
  return !(areNames && values.length >= FEW);
}
