/** Emoji as documents, from the package `emojibase-data` (Unicode's names and CLDR's keywords, in English). */
import { readFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";

const read = (name) => JSON.parse(readFileSync(inRoot(`node_modules/emojibase-data/en/${name}.json`), "utf8"));

/**
 * Every emoji of the keyboard: no components (skin tones, hair), no regional indicators, no variants by skin tone. Its group and
 * subgroup come along to compare with; nobody clusters by them.
 *
 * @returns {{document_id: string, payload: {emoji: string, label: string, tags: string[], group: string, subgroup: string}}[]}
 */
export function emojiDocuments() {
  const { groups, subgroups } = read("messages");
  const keyOf = (list) => new Map(list.map(({ key, order }) => [order, key]));
  const groupOf = keyOf(groups);
  const subgroupOf = keyOf(subgroups);
  return read("data")
    .filter(({ group }) => group !== undefined && groupOf.get(group) !== "component")
    .map(({ hexcode, emoji, label, tags = [], group, subgroup }) => ({
      document_id: hexcode,
      payload: { emoji, label, tags, group: groupOf.get(group), subgroup: subgroupOf.get(subgroup) },
    }));
}

/** `count` of the list, evenly spread over it, the first among them. */
export function spread(list, count) {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]);
}
