/** What the commands print: plain words, colour only on a terminal that wants it. */
const colours = process.env.FORCE_COLOR ? true : Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;

const paint = (code) => (text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : String(text));
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const cyan = paint(36);

/** A reader that goes away (`npm run dev | head`) must not take the server with it. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
}

export const say = (text = "") => process.stdout.write(`${text}\n`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence starts with one
const ESCAPES = /\u001b(\[[0-9;]*[A-Za-z]|\]8;;.*?\u001b\\)/g;

/** Text without colours and links: tools paint even what goes into a pipe when the environment says FORCE_COLOR. */
export const plain = (text) => text.replace(ESCAPES, "");

export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** Ends the command with a message for the user; a stack trace only where the cause is not known. */
export function fail(error) {
  const known = error instanceof Error && error.expected;
  process.stderr.write(`${red("error")} ${known ? error.message : (error?.stack ?? error)}\n`);
  process.exitCode = 1;
}

/** An error whose message says all that a user needs. */
export const expected = (message) => Object.assign(new Error(message), { expected: true });
