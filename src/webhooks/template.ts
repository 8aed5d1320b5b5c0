/** Templates of payloads, blocks and mails: JSON or text in which `{{metadata.run_id}}` stands for a value of the event. */

export type Escape = (text: string) => string;
const plain: Escape = (text) => text;

const PLACEHOLDER = /\{\{\s*([\w.]+)\s*\}\}/g;
const ALONE = /^\{\{\s*([\w.]+)\s*\}\}$/;

/** Slack's control characters. https://docs.slack.dev/messaging/formatting-message-text/#escaping */
export const escapeSlack: Escape = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const escapeHtml: Escape = (text) => escapeSlack(text).replaceAll('"', "&quot;").replaceAll("'", "&#39;");

/** The value at a dot path; undefined where there is none. */
function valueAt(data: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Record<string, unknown>)[name];
  }, data);
}

const text = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** Text with its placeholders filled; what the event does not have is empty. */
export const renderText = (template: string, data: unknown, escaped: Escape = plain): string =>
  template.replace(PLACEHOLDER, (_, path: string) => escaped(text(valueAt(data, path))));

/**
 * JSON with its placeholders filled. A string that is one placeholder alone becomes the value with its type (null where the
 * event has none); keys stay as they are. The result is values, not text, so that nothing of the event can break out of it.
 */
export function renderJson(template: unknown, data: unknown, escaped: Escape = plain): unknown {
  if (typeof template === "string") {
    const alone = ALONE.exec(template)?.[1];
    if (alone === undefined) return renderText(template, data, escaped);
    const value = valueAt(data, alone);
    return typeof value === "string" ? escaped(value) : (value ?? null);
  }
  if (Array.isArray(template)) return template.map((item) => renderJson(item, data, escaped));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, renderJson(value, data, escaped)]));
}
