import { describe, expect, it } from "vitest";
import { lockFile } from "../../scripts/checks/lock-file.mjs";
import { pathsOutside } from "../../scripts/checks/rules.mjs";
import { bar, image, sideBySide, table } from "../../scripts/lib/draw.mjs";
import { plain } from "../../scripts/lib/output.mjs";

const lock = (packages) => JSON.stringify({ packages: { "": {}, ...packages } });

describe("lock file", () => {
  const checksum = { integrity: "sha512-x" };

  it("passes when every platform package is locked, beside its owner or above it", () => {
    const packages = {
      "node_modules/tool": { ...checksum, optionalDependencies: { "tool-linux": "1", "tool-mac": "1" } },
      "node_modules/tool-linux": checksum,
      "node_modules/tool/node_modules/tool-mac": checksum,
    };
    expect(lockFile(lock(packages))).toEqual([]);
  });

  it("finds a platform package that is left out, a download address and a missing checksum", () => {
    const packages = {
      "node_modules/a/node_modules/tool": { ...checksum, optionalDependencies: { "tool-mac": "1" } },
      "node_modules/b": { ...checksum, resolved: "https://example.org/b.tgz" },
      "node_modules/c": {},
    };
    expect(lockFile(lock(packages))).toEqual([
      "node_modules/a/node_modules/tool names tool-mac, which is not locked",
      "node_modules/b names the download address https://example.org/b.tgz",
      "node_modules/c has no checksum",
    ]);
  });
});

describe("paths that leave the repository", () => {
  const up = "..";

  it("are told from paths that only go up inside it", () => {
    expect(pathsOutside("src/api/app.ts", `import x from "${up}/domain/errors";`)).toEqual([]);
    expect(pathsOutside("src/api/app.ts", `read("${up}/${up}/${up}/elsewhere/file")`)).toEqual([
      `${up}/${up}/${up}/elsewhere`,
    ]);
    expect(pathsOutside("README.md", `see ${up}/elsewhere`)).toEqual([`${up}/elsewhere`]);
  });
});

describe("drawing", () => {
  it("bars are as wide as asked, in eighths of a character", () => {
    expect(bar(0, 4)).toBe("    ");
    expect(bar(0.5, 4)).toBe("██  ");
    expect(bar(1 / 32, 4)).toBe("▏   ");
    expect(bar(2, 4)).toBe("████");
  });

  it("tables put numbers to the right and words to the left", () => {
    expect(
      table(
        ["name", "n"],
        [
          ["a", 5],
          ["long", 10],
        ],
      ),
    ).toEqual(["name   n", "────  ──", "a      5", "long  10"]);
  });

  it("an image of one bright pixel is bright there and dark elsewhere", () => {
    const pixels = new Array(16).fill(0);
    pixels[5] = 1; // row 1, column 1 of 4
    expect(image(pixels, 1, 4)).toEqual(["    ", " █  ", "    ", "    "]);
    expect(image(pixels, 1, 8)).toHaveLength(4);
  });

  it("blocks stand side by side, and wrap", () => {
    expect(sideBySide([["a"], ["b"], ["c"]], 2, 2, "|")).toEqual(["a |b", "", "c", ""]);
  });

  it("colours and links come off", () => {
    expect(plain("\u001b[31mred\u001b[0m \u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\")).toBe(
      "red link",
    );
  });
});
