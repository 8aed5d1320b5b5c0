/** Documents → what a model sees of them, by the input mappings or, without any, its readable texts. */
import type { InputMapping, Media, MediaKind, Sample, SampleDocument } from "./contract";
import { blobValueAt, valueAt } from "./paths";

const MEDIA_KEYS: Record<string, MediaKind> = { image_url: "image", video_url: "video", audio_url: "audio" };

/** Files of one document, and numbers of a vector, that a model is shown. */
const MOST_MEDIA = 4;
const VECTOR_NUMBERS = 8;

/** What went beside what was asked for, over all documents that were read. */
export class InputNotes {
  /** Mappings (`input_key` and path) that some document lacks, with how many. */
  readonly missing = new Map<string, number>();
  documents = 0;
}

export function sampleOf(
  document: SampleDocument,
  mappings: InputMapping[] | null,
  textLength: number,
  notes: InputNotes,
): Sample {
  notes.documents += 1;
  if (mappings) return mapped(document, mappings, textLength, notes);
  return { text: shortened([...new Set(document.texts)].join(" · "), textLength), media: [] };
}

function mapped(document: SampleDocument, mappings: InputMapping[], textLength: number, notes: InputNotes): Sample {
  const texts: string[] = [];
  const media: Media[] = [];
  for (const mapping of mappings) {
    const value = mappedValue(document, mapping);
    const kind = MEDIA_KEYS[mapping.input_key];
    if (kind) {
      const urls = (Array.isArray(value) ? value : [value]).filter((url): url is string => isUrl(url));
      if (urls.length === 0) missing(mapping, notes);
      media.push(...urls.map((url) => ({ kind, url })));
    } else {
      const text = textOf(value);
      if (text === "") missing(mapping, notes);
      // A key of the user's own choice tells the model what the text is; `text` is just the text.
      else texts.push(mapping.input_key === "text" ? text : `${mapping.input_key}: ${text}`);
    }
  }
  return { text: shortened(texts.join("\n"), textLength), media: media.slice(0, MOST_MEDIA) };
}

function mappedValue({ payload, vectors = {} }: SampleDocument, mapping: InputMapping): unknown {
  const path = mapping.path ?? "";
  switch (mapping.source_type) {
    case "literal":
      return mapping.override;
    case "blob":
      return blobValueAt(payload, path);
    case "vector": {
      const vector = path === "" ? Object.values(vectors)[0] : vectors[path];
      // No model reads a vector; its first numbers are what a prompt has room for.
      return (
        vector &&
        `[${vector
          .slice(0, VECTOR_NUMBERS)
          .map((value) => Number(value.toPrecision(3)))
          .join(", ")}${vector.length > VECTOR_NUMBERS ? ", …" : ""}]`
      );
    }
    default:
      return valueAt(payload, path);
  }
}

function missing({ input_key, path }: InputMapping, notes: InputNotes): void {
  const name = path ? `${input_key} (${path})` : input_key;
  notes.missing.set(name, (notes.missing.get(name) ?? 0) + 1);
}

const isUrl = (value: unknown): value is string => typeof value === "string" && /^[a-z][a-z0-9+.-]*:/i.test(value);

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** At most `length` UTF-16 units, white space folded, never half of a character that takes two. */
export function shortened(text: string, length: number): string {
  const folded = text.replace(/[^\S\n]+/g, " ").trim();
  if (folded.length <= length) return folded;
  const cut = folded.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
