/**
 * Regular expressions that cannot run away: a pattern becomes a nondeterministic automaton whose sets of states are
 * walked character by character, so time grows with the text's length, never exponentially as a backtracking engine's
 * may (K. Thompson, "Regular expression search algorithm", CACM 11(6), 1968). The sets are remembered as a
 * deterministic automaton while they are few. Available: literals, `.`, classes, `\d \w \s \D \W \S`, `^ $`, groups,
 * alternation and the quantifiers. Backreferences, look-around and `\b` are refused.
 */
export const MAX_PATTERN = 256;
const MAX_STATES = 2000;
const MAX_REPEAT = 200;
const MAX_REMEMBERED = 500;

type CharTest = (code: number) => boolean;
type Node =
  | { kind: "start" | "end" }
  | { kind: "char"; test: CharTest }
  | { kind: "sequence" | "choice"; of: Node[] }
  | { kind: "repeat"; of: Node; min: number; max: number };

type State =
  | { kind: "char"; test: CharTest; next: number }
  | { kind: "split"; next: number[] }
  | { kind: "start" | "end"; next: number }
  | { kind: "accept" };

/** Checks a pattern. @throws Error that says what is wrong or not available, and where. */
export function parsePattern(pattern: string, ignoreCase: boolean): void {
  build(pattern, ignoreCase);
}

/** A function that says whether the pattern matches anywhere in a text. Linear in the text's length. */
export function compilePattern(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  return new Automaton(build(pattern, ignoreCase)).search;
}

function build(pattern: string, ignoreCase: boolean): State[] {
  if (pattern.length > MAX_PATTERN) throw new Error(`a pattern has at most ${MAX_PATTERN} characters`);
  const states: State[] = [{ kind: "accept" }];
  const start = emit(new PatternParser(pattern, ignoreCase).parse(), 0, states);
  states.push({ kind: "split", next: [start] });
  return states;
}

class PatternParser {
  readonly #source: string[];
  readonly #ignoreCase: boolean;
  #at = 0;

  constructor(pattern: string, ignoreCase: boolean) {
    this.#source = [...pattern];
    this.#ignoreCase = ignoreCase;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw this.#error("unmatched ')'");
    return node;
  }

  #choice(): Node {
    const of = [this.#sequence()];
    while (this.#take("|")) of.push(this.#sequence());
    return of.length === 1 ? of[0]! : { kind: "choice", of };
  }

  #sequence(): Node {
    const of: Node[] = [];
    while (this.#at < this.#source.length && this.#peek() !== "|" && this.#peek() !== ")") of.push(this.#repeat());
    return { kind: "sequence", of };
  }

  #repeat(): Node {
    let node = this.#atom();
    for (;;) {
      const bounds = this.#quantifier();
      if (bounds === null) return node;
      node = { kind: "repeat", of: node, min: bounds[0], max: bounds[1] };
      // A lazy quantifier finds the same texts: only whether there is a match is asked.
      this.#take("?");
    }
  }

  #quantifier(): [number, number] | null {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    const bounds = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 12).join(""));
    if (!bounds) return null;
    this.#at += bounds[0].length;
    const min = Number(bounds[1]);
    const max = bounds[2] === undefined ? min : bounds[3] ? Number(bounds[3]) : Number.POSITIVE_INFINITY;
    if (max < min) throw this.#error("the bounds of {} are out of order");
    if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT)) {
      throw this.#error(`{} repeats at most ${MAX_REPEAT} times`);
    }
    return [min, max];
  }

  #atom(): Node {
    const char = this.#source[this.#at++]!;
    switch (char) {
      case "(": {
        if (this.#take("?") && !this.#take(":")) throw this.#error("look-around and named groups are not available");
        const node = this.#choice();
        if (!this.#take(")")) throw this.#error("missing ')'");
        return node;
      }
      case "[":
        return { kind: "char", test: this.#class() };
      case ".":
        return { kind: "char", test: (code) => code !== 10 && code !== 13 };
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case "*":
      case "+":
      case "?":
        throw this.#error(`nothing to repeat before '${char}'`);
      case "\\":
        return { kind: "char", test: this.#escape() };
      default:
        return { kind: "char", test: this.#literal(char) };
    }
  }

  #escape(): CharTest {
    const char = this.#source[this.#at++];
    if (char === undefined) throw this.#error("a pattern cannot end in '\\'");
    const set = SETS[char.toLowerCase()];
    if (set) return char === char.toLowerCase() ? set : (code) => !set(code);
    const control = CONTROLS[char];
    if (control !== undefined) return (code) => code === control;
    if (/[\p{L}\p{N}]/u.test(char)) throw this.#error(`'\\${char}' is not available`);
    return this.#literal(char);
  }

  #class(): CharTest {
    const negated = this.#take("^");
    const tests: CharTest[] = [];
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      if (this.#at >= this.#source.length) throw this.#error("missing ']'");
      const char = this.#source[this.#at++]!;
      if (char === "\\" && (SETS[this.#peek().toLowerCase()] || CONTROLS[this.#peek()] !== undefined)) {
        tests.push(this.#escape());
        continue;
      }
      const from = char === "\\" ? this.#source[this.#at++] : char;
      let to = from;
      if (this.#peek() === "-" && this.#source[this.#at + 1] !== "]") {
        this.#at += 1;
        to = this.#take("\\") ? this.#source[this.#at++] : this.#source[this.#at++];
      }
      if (from === undefined || to === undefined) throw this.#error("missing ']'");
      tests.push(this.#range(from.codePointAt(0)!, to.codePointAt(0)!));
    }
    this.#at += 1;
    return (code) => tests.some((test) => test(code)) !== negated;
  }

  #range(from: number, to: number): CharTest {
    if (to < from) throw this.#error("a range in [] is out of order");
    const inside: CharTest = (code) => code >= from && code <= to;
    return this.#ignoreCase ? (code) => inside(code) || caseVariants(code).some(inside) : inside;
  }

  #literal(char: string): CharTest {
    const code = char.codePointAt(0)!;
    return this.#range(code, code);
  }

  #peek(): string {
    return this.#source[this.#at] ?? "";
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #error(message: string): Error {
    return new Error(`${message} (at character ${this.#at})`);
  }
}

const CONTROLS: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const between = (from: string, to: string): CharTest => {
  return (code) => code >= from.charCodeAt(0) && code <= to.charCodeAt(0);
};
const isDigit = between("0", "9");
const isLower = between("a", "z");
const isUpper = between("A", "Z");
const SETS: Record<string, CharTest> = {
  d: isDigit,
  w: (code) => isDigit(code) || isLower(code) || isUpper(code) || code === 95,
  s: (code) => /\s/.test(String.fromCodePoint(code)),
};

function caseVariants(code: number): number[] {
  const char = String.fromCodePoint(code);
  return [char.toLowerCase(), char.toUpperCase()].filter((v) => v.length === char.length).map((v) => v.codePointAt(0)!);
}

/** Adds the states of `node` that lead on to `next`; returns the first of them. */
function emit(node: Node, next: number, states: State[]): number {
  const add = (state: State): number => {
    if (states.length >= MAX_STATES) throw new Error("the pattern is too large once its {} are written out");
    return states.push(state) - 1;
  };
  switch (node.kind) {
    case "start":
    case "end":
      return add({ kind: node.kind, next });
    case "char":
      return add({ kind: "char", test: node.test, next });
    case "sequence":
      return node.of.reduceRight((after, part) => emit(part, after, states), next);
    case "choice":
      return add({ kind: "split", next: node.of.map((part) => emit(part, next, states)) });
    case "repeat": {
      let first = next;
      if (node.max === Number.POSITIVE_INFINITY) {
        const loop = { kind: "split" as const, next: [next] };
        first = add(loop);
        loop.next.push(emit(node.of, first, states));
      } else {
        for (let i = node.min; i < node.max; i++)
          first = add({ kind: "split", next: [next, emit(node.of, first, states)] });
      }
      for (let i = 0; i < node.min; i++) first = emit(node.of, first, states);
      return first;
    }
  }
}

/** A set of states the text may have led to. */
interface Position {
  states: number[];
  accepts: boolean;
  acceptsAtEnd: boolean;
  after: Map<number, Position>;
}

class Automaton {
  readonly #states: State[];
  readonly #positions = new Map<string, Position>();
  readonly #initial: Position;

  constructor(states: State[]) {
    this.#states = states;
    this.#initial = this.#position([states.length - 1], true);
  }

  readonly search = (text: string): boolean => {
    let position = this.#initial;
    for (let i = 0; i < text.length && !position.accepts; ) {
      const code = text.codePointAt(i)!;
      position = position.after.get(code) ?? this.#step(position, code);
      i += code > 0xffff ? 2 : 1;
    }
    return position.accepts || position.acceptsAtEnd;
  };

  #step(from: Position, code: number): Position {
    // A match may begin at any character, so the pattern's start is always among the states.
    const reached = [this.#states.length - 1];
    for (const index of from.states) {
      const state = this.#states[index]!;
      if (state.kind === "char" && state.test(code)) reached.push(state.next);
    }
    const next = this.#position(reached, false);
    if (from.after.size < MAX_REMEMBERED) from.after.set(code, next);
    return next;
  }

  #position(from: number[], atStart: boolean): Position {
    const states = this.#closure(from, atStart, false);
    const key = `${atStart} ${states.join()}`;
    const known = this.#positions.get(key);
    if (known) return known;
    const accepts = (at: number[]) => at.some((index) => this.#states[index]!.kind === "accept");
    const acceptsAtEnd = accepts(this.#closure(from, atStart, true));
    const position = { states, accepts: accepts(states), acceptsAtEnd, after: new Map() };
    if (this.#positions.size >= MAX_REMEMBERED) this.#positions.clear();
    this.#positions.set(key, position);
    return position;
  }

  /** Everything reachable without reading a character. */
  #closure(from: number[], atStart: boolean, atEnd: boolean): number[] {
    const seen = new Set<number>();
    const pending = [...from];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (seen.has(index)) continue;
      seen.add(index);
      const state = this.#states[index]!;
      if (state.kind === "split") pending.push(...state.next);
      else if ((state.kind === "start" && atStart) || (state.kind === "end" && atEnd)) pending.push(state.next);
    }
    return [...seen].sort((a, b) => a - b);
  }
}
