/**
 * Conditions as text: comparisons of measured values and numbers, joined by `and`, `or`, `not` and parentheses, as in
 * `embedding_drift > 0.2 and (documents_added >= 100 or silhouette < 0.1)`. A comparison with a value that was not measured is false.
 */

type Operator = "<" | "<=" | ">" | ">=" | "==" | "!=";
type Operand = { name: string } | { number: number };
export type Expression =
  | { kind: "compare"; operator: Operator; left: Operand; right: Operand }
  | { kind: "and" | "or"; of: Expression[] }
  | { kind: "not"; of: Expression };

const MAX_CHARACTERS = 500;
const TOKEN = /\s*(<=|>=|==|!=|[<>()]|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[A-Za-z_]\w*)/y;

/** What is wrong with the text, or null. */
export function expressionProblem(text: string, names: readonly string[]): string | null {
  if (text.length > MAX_CHARACTERS) return `must have at most ${MAX_CHARACTERS} characters, has ${text.length}`;
  try {
    const unknown = namesOf(parseExpression(text)).find((name) => !names.includes(name));
    return unknown === undefined ? null : `speaks of "${unknown}"; measured are ${names.join(", ")}`;
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
}

/** @throws Error that says what was expected where */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const take = (...wanted: string[]): string | null =>
    at < tokens.length && wanted.includes(tokens[at]!.toLowerCase()) ? tokens[at++]! : null;
  const found = () => (at < tokens.length ? `"${tokens[at]}"` : "the end");

  const joined = (word: "and" | "or", part: () => Expression): Expression => {
    const of = [part()];
    while (take(word)) of.push(part());
    return of.length === 1 ? of[0]! : { kind: word, of };
  };
  const any = (): Expression => joined("or", all);
  const all = (): Expression => joined("and", one);
  const one = (): Expression => {
    if (take("not")) return { kind: "not", of: one() };
    if (take("(")) {
      const inner = any();
      if (!take(")")) throw new Error(`expected ")", found ${found()}`);
      return inner;
    }
    const left = operand();
    const operator = take("<", "<=", ">", ">=", "==", "!=") as Operator | null;
    if (!operator) throw new Error(`expected a comparison, found ${found()}`);
    return { kind: "compare", operator, left, right: operand() };
  };
  const operand = (): Operand => {
    const token = tokens[at];
    if (token === undefined || !/^[-\w]/.test(token) || /^(and|or|not)$/i.test(token))
      throw new Error(`expected a value, found ${found()}`);
    at += 1;
    return /^[-\d]/.test(token) ? { number: Number(token) } : { name: token };
  };

  const expression = any();
  if (at < tokens.length) throw new Error(`expected the end, found ${found()}`);
  return expression;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  for (let at = 0; at < trimmed.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(trimmed);
    if (!match) throw new Error(`"${trimmed.slice(at).trimStart().slice(0, 20)}" is no value, comparison or word`);
    tokens.push(match[1]!);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

/** Every measured value that the expression speaks of. */
export function namesOf(expression: Expression): string[] {
  if (expression.kind === "compare")
    return [expression.left, expression.right].flatMap((operand) => ("name" in operand ? [operand.name] : []));
  return expression.kind === "not" ? namesOf(expression.of) : expression.of.flatMap(namesOf);
}

export function holds(expression: Expression, values: Record<string, number | null>): boolean {
  switch (expression.kind) {
    case "and":
      return expression.of.every((part) => holds(part, values));
    case "or":
      return expression.of.some((part) => holds(part, values));
    case "not":
      return !holds(expression.of, values);
    case "compare": {
      const [left, right] = [expression.left, expression.right].map((operand) =>
        "name" in operand ? (values[operand.name] ?? null) : operand.number,
      ) as [number | null, number | null];
      return left !== null && right !== null && compare(left, expression.operator, right);
    }
  }
}

function compare(left: number, operator: Operator, right: number): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "==":
      return left === right;
    case "!=":
      return left !== right;
  }
}
