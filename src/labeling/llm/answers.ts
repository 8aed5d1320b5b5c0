/** A model's reply → an answer for each cluster, or why there is none. */
import type { Answer, NamingSettings, Reply } from "./contract";
import { violations } from "./json-schema";

export type ReadReply =
  | { kind: "refused"; error: string }
  | { kind: "read"; answers: Map<string, Answer>; wrong: { id: string; error: string }[] };

const LONGEST_LABEL = 120;
const LONGEST_SUMMARY = 1_000;
const MOST_KEYWORDS = 20;
const LONGEST_KEYWORD = 60;
/** Bytes of what a `response_shape` adds to one cluster. */
const LONGEST_EXTRA = 8_192;

const REFUSAL =
  /^\W*(i['’]?m (very )?sorry|i am sorry|sorry\b|i apologi[sz]e|i can(not|['’]t| not)|i(['’]m| am) (unable|not able)|i won['’]?t|as an ai\b|unfortunately,? i)/i;

type Fields = Record<string, unknown>;

export function readReply(
  reply: Pick<Reply, "text" | "blocked" | "cut">,
  ids: string[],
  settings: Pick<NamingSettings, "summary" | "keywords" | "shape">,
): ReadReply {
  const found = jsonIn(reply.text);
  if (reply.blocked || (found === undefined && REFUSAL.test(reply.text))) {
    const words = reply.text.trim().slice(0, 160);
    return { kind: "refused", error: `the model refused to answer${words === "" ? "" : `: ${words}`}` };
  }
  const answers = new Map<string, Answer>();
  const wrong: { id: string; error: string }[] = [];
  const without = reply.cut ? "the reply was cut off before it" : "the reply has no object for it";
  const objects = found === undefined ? new Map<string, Fields>() : objectsOf(found, ids);
  for (const id of ids) {
    const fields = objects.get(id);
    const read = fields ? answerOf(fields, settings) : found === undefined ? noJson(reply) : without;
    if (typeof read === "string") wrong.push({ id, error: read });
    else answers.set(id, read);
  }
  return { kind: "read", answers, wrong };
}

const noJson = ({ cut }: Pick<Reply, "cut">): string =>
  cut ? "the reply was cut off: it is not whole JSON" : "the reply is not JSON";

/** The JSON value of a reply, out of fences and of words around it; undefined where there is none. */
function jsonIn(reply: string): unknown {
  const fenced = /```(?:json)?\s*([\s\S]*?)```/i.exec(reply)?.[1];
  for (const text of [reply, fenced ?? "", between(reply, "[", "]"), between(reply, "{", "}")]) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // The next form may do.
    }
  }
  return undefined;
}

function between(text: string, open: string, close: string): string {
  const [from, to] = [text.indexOf(open), text.lastIndexOf(close)];
  return from >= 0 && to > from ? text.slice(from, to + 1) : "";
}

/** Objects by cluster: a list, a list under some name, an object by id, or, of one cluster, just its object. */
function objectsOf(value: unknown, ids: string[]): Map<string, Fields> {
  const found = new Map<string, Fields>();
  const known = new Map(
    ids.flatMap((id) => [
      [id, id],
      [id.replace(/^cl_/, ""), id],
    ]),
  );
  const idOf = (given: unknown): string | undefined =>
    known.get(
      String(given ?? "")
        .trim()
        .toLowerCase()
        .replace(/^cluster[ _#]*/, ""),
    );
  const list = listIn(value);
  if (list) {
    for (const one of list.filter(isObject)) {
      const id =
        idOf(one.cluster_id ?? one.id) ??
        (ids.length === 1 && list.length === 1 && !one.cluster_id ? ids[0] : undefined);
      if (id !== undefined && !found.has(id)) found.set(id, one);
    }
  } else if (isObject(value)) {
    for (const [key, one] of Object.entries(value)) {
      const id = idOf(key);
      if (id === undefined) continue;
      if (isObject(one)) found.set(id, one);
      else if (typeof one === "string") found.set(id, { label: one });
    }
    const own = idOf(value.cluster_id);
    if (own !== undefined) found.set(own, value);
    else if (found.size === 0 && ids.length === 1 && value.cluster_id === undefined) found.set(ids[0]!, value);
  }
  return found;
}

function listIn(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value) || "label" in value) return null;
  return (
    (Object.values(value).find((one) => Array.isArray(one) && one.some(isObject)) as unknown[] | undefined) ?? null
  );
}

/** The answer, or what is wrong with it. */
function answerOf(
  fields: Fields,
  { summary, keywords, shape }: Pick<NamingSettings, "summary" | "keywords" | "shape">,
): Answer | string {
  const { cluster_id, ...own } = fields;
  if (shape?.kind === "schema") {
    const found = violations(shape.schema, own, "answer");
    if (found.length > 0) return found.slice(0, 3).join("; ");
  }
  const { label, summary: said, keywords: words, ...extra } = own;
  if (typeof label !== "string" || label.trim() === "") return "answer.label must be a text that is not empty";
  const name = label
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(["'“”])(.*)\1$/, "$2");
  if ([...name].length > LONGEST_LABEL) return `answer.label must have at most ${LONGEST_LABEL} characters`;
  if (said !== undefined && said !== null && typeof said !== "string") return "answer.summary must be a text";
  const list = keywordList(words);
  if (list === undefined) return "answer.keywords must be a list of texts";
  const more = shape && Object.keys(extra).length > 0 ? extra : null;
  if (more && new TextEncoder().encode(JSON.stringify(more)).byteLength > LONGEST_EXTRA)
    return `answer has more than ${LONGEST_EXTRA} bytes of further fields`;
  return {
    label: name,
    summary: (summary || shape) && said ? said.trim().slice(0, LONGEST_SUMMARY) : null,
    keywords: (keywords || shape) && list && list.length > 0 ? list : null,
    extra: more,
  };
}

/** Undefined where it is not a list of words; a text is taken as words between commas. */
function keywordList(words: unknown): string[] | null | undefined {
  if (words === undefined || words === null) return null;
  const list = typeof words === "string" ? words.split(",") : words;
  if (!Array.isArray(list) || !list.every((word) => typeof word === "string" || typeof word === "number"))
    return undefined;
  const clean = list.map((word) => String(word).replace(/\s+/g, " ").trim().slice(0, LONGEST_KEYWORD));
  return [...new Set(clean)].filter((word) => word !== "").slice(0, MOST_KEYWORDS);
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
