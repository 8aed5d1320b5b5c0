/**
 * The part of JSON Schema that a `response_shape` uses, checked without making code: a Worker may not. Keywords beyond it
 * (`$ref`, formats) are left to the model's good will and named by `unsupported`.
 */

export type JsonSchema = Record<string, unknown>;

const KNOWN = new Set([
  ...["type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "oneOf", "allOf"],
  ...["minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ...["minItems", "maxItems", "uniqueItems", "nullable"],
  // Words for the reader.
  ...["title", "description", "default", "examples", "$schema", "$id", "$comment"],
]);

/** Keywords of a schema that are not checked. */
export function unsupported(schema: unknown): string[] {
  const found = new Set<string>();
  visit(schema, (one) => {
    for (const key of Object.keys(one)) if (!KNOWN.has(key)) found.add(key);
  });
  return [...found];
}

function visit(schema: unknown, tell: (schema: JsonSchema) => void): void {
  if (!isObject(schema)) return;
  tell(schema);
  for (const inner of Object.values(isObject(schema.properties) ? schema.properties : {})) visit(inner, tell);
  for (const key of ["items", "additionalProperties"]) visit(schema[key], tell);
  for (const key of ["anyOf", "oneOf", "allOf"]) for (const inner of listOf(schema[key])) visit(inner, tell);
}

/** What is wrong with a value, the first finding of each place; empty where nothing is. */
export function violations(schema: unknown, value: unknown, at = "value"): string[] {
  if (schema === true || !isObject(schema)) return schema === false ? [`${at} is not allowed`] : [];
  if (value === null && schema.nullable === true) return [];
  const types = listOf(schema.type).length > 0 ? listOf(schema.type) : schema.type === undefined ? [] : [schema.type];
  if (types.length > 0 && !types.some((type) => hasType(value, type)))
    return [`${at} must be of type ${types.join(" or ")}`];
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value)))
    return [`${at} must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(", ")}`];
  if ("const" in schema && !same(schema.const, value)) return [`${at} must be ${JSON.stringify(schema.const)}`];
  const own =
    typeof value === "string"
      ? ofText(schema, value, at)
      : typeof value === "number"
        ? ofNumber(schema, value, at)
        : Array.isArray(value)
          ? ofList(schema, value, at)
          : isObject(value)
            ? ofObject(schema, value, at)
            : [];
  return [...own, ...ofChoices(schema, value, at)];
}

function ofText({ minLength, maxLength, pattern }: JsonSchema, value: string, at: string): string[] {
  const length = [...value].length;
  if (typeof minLength === "number" && length < minLength) return [`${at} must have at least ${minLength} characters`];
  if (typeof maxLength === "number" && length > maxLength) return [`${at} must have at most ${maxLength} characters`];
  const expression = typeof pattern === "string" ? regex(pattern) : null;
  return expression && !expression.test(value) ? [`${at} must match ${String(pattern)}`] : [];
}

function ofNumber(schema: JsonSchema, value: number, at: string): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === "number" && value < minimum) return [`${at} must be at least ${minimum}`];
  if (typeof maximum === "number" && value > maximum) return [`${at} must be at most ${maximum}`];
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum)
    return [`${at} must be more than ${exclusiveMinimum}`];
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum)
    return [`${at} must be less than ${exclusiveMaximum}`];
  return [];
}

function ofList({ items, minItems, maxItems, uniqueItems }: JsonSchema, value: unknown[], at: string): string[] {
  if (typeof minItems === "number" && value.length < minItems) return [`${at} must have at least ${minItems} items`];
  if (typeof maxItems === "number" && value.length > maxItems) return [`${at} must have at most ${maxItems} items`];
  if (uniqueItems === true && new Set(value.map((one) => JSON.stringify(one))).size < value.length)
    return [`${at} must not repeat an item`];
  return value.flatMap((one, index) => violations(items, one, `${at}[${index}]`));
}

function ofObject(schema: JsonSchema, value: Record<string, unknown>, at: string): string[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const lacking = listOf(schema.required).filter((key) => typeof key === "string" && !Object.hasOwn(value, key));
  const found = lacking.map((key) => `${at}.${String(key)} is required`);
  for (const [key, inner] of Object.entries(value)) {
    if (Object.hasOwn(properties, key)) found.push(...violations(properties[key], inner, `${at}.${key}`));
    else if (schema.additionalProperties === false) found.push(`${at}.${key} is not a known field`);
    else if (isObject(schema.additionalProperties))
      found.push(...violations(schema.additionalProperties, inner, `${at}.${key}`));
  }
  return found;
}

function ofChoices({ anyOf, oneOf, allOf }: JsonSchema, value: unknown, at: string): string[] {
  const found = listOf(allOf).flatMap((one) => violations(one, value, at));
  const fitting = (choices: unknown[]) => choices.filter((one) => violations(one, value, at).length === 0).length;
  if (Array.isArray(anyOf) && fitting(anyOf) === 0) found.push(`${at} fits none of anyOf`);
  if (Array.isArray(oneOf) && fitting(oneOf) !== 1) found.push(`${at} must fit exactly one of oneOf`);
  return found;
}

function hasType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    default:
      return true;
  }
}

function regex(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
