import { describe, expect, it } from "vitest";
import { ENGLISH_STOP_WORDS } from "../../../src/domain/text/stop-words";
import { isCharacterPair, words } from "../../../src/domain/text/words";

describe("words", () => {
  it.each([
    ["", []],
    [" \n\t…—!? ", []],
    ["The quick-brown fox, 3.5 km!", ["the", "quick", "brown", "fox", "3", "5", "km"]],
    ["Don't 'quote' it: rock'n'roll", ["don't", "quote", "it", "rock'n'roll"]],
    ["Don\u2019t and don\u02bct", ["don't", "and", "don't"]],
    ["Straße STRASSE Ἀθῆναι", ["straße", "strasse", "ἀθῆναι"]],
    ["Привет, мир; Ёлка", ["привет", "мир", "ёлка"]],
    ["한국어 문장", ["한국어", "문장"]],
    ["नमस्ते दुनिया", ["नमस्ते", "दुनिया"]],
    ["مرحبا بالعالم ٢٠٢٤", ["مرحبا", "بالعالم", "٢٠٢٤"]],
    ["ﬁne ｆｕｌｌ ２０２４ ㎏", ["fine", "full", "2024", "kg"]],
  ])("cuts %j", (text, expected) => expect(words(text)).toEqual(expected));

  it("takes composed and decomposed letters as the same word", () => {
    expect(words("cafe\u0301 Zu\u0308rich")).toEqual(words("café Zürich"));
    expect(words("e\u0323\u0301")).toEqual(words("e\u0301\u0323"));
  });

  it("keeps marks that compose with nothing", () => expect(words("q\u0307x")).toEqual(["q\u0307x"]));

  it("cuts scripts without spaces into overlapping pairs, and what stands between them as words", () => {
    expect(words("東京都")).toEqual(["東京", "京都"]);
    expect(words("人")).toEqual(["人"]);
    expect(words("2024年iPhone発売")).toEqual(["2024", "年", "iphone", "発売"]);
    expect(words("コーヒー")).toEqual(["コー", "ーヒ", "ヒー"]);
    expect(words("ﾃﾞｰﾀ")).toEqual(words("データ"));
    expect(words("𠮷野家")).toEqual(["𠮷野", "野家"]);
    expect(words("ที่นี่")).toEqual(["ที่นี่"]);
    expect(words("ภาษาไทย")).toEqual(["ภา", "าษ", "ษา", "าไ", "ไท", "ทย"]);
    expect(isCharacterPair("東京")).toBe(true);
    expect(isCharacterPair("iphone")).toBe(false);
  });

  it("leaves emoji out, whole: modifiers, joiners, keycaps, flags, tags, letters in squares", () => {
    expect(words("cat 🐈‍⬛ 👩🏽‍🚀 1️⃣ #️⃣ 🇩🇪 🏴󠁧󠁢󠁳󠁣󠁴󠁿 Ⓜ️ ™ ℹ️ dog")).toEqual(["cat", "dog"]);
    expect(words("❤️love")).toEqual(["love"]);
  });

  it("keeps letters outside the first plane whole", () => {
    expect(words("𐐀𐐁 𝒜𝓁𝓅𝒽𝒶")).toEqual(["𐐨𐐩", "alpha"]);
    expect(words("a \ud800 b")).toEqual(["a", "b"]);
  });

  it("drops invisible characters inside a word and parts words at a zero-width space", () => {
    expect(words("co\u00adoperate می\u200cخواهم")).toEqual(["cooperate", "میخواهم"]);
    expect(words("ไทย\u200bลาว")).toEqual(["ไท", "ทย", "ลา", "าว"]);
  });

  it("cuts what is too long for a word, never through a character", () => {
    expect(words("x".repeat(1000))).toEqual(["x".repeat(64)]);
    expect(words(`é${"x".repeat(1000)}`)).toEqual([`é${"x".repeat(63)}`]);
    expect(words(`${"x".repeat(63)}𐐨𐐨`)).toEqual(["x".repeat(63)]);
  });

  it("reads ASCII alone as it reads it beside other text", () => {
    const ascii = "It's 5 o'clock -- ''tis a test's_end\u007f x''y";
    expect(words(ascii)).toEqual(words(`${ascii} é`).slice(0, -1));
  });

  it("lowers case by the root locale", () => expect(words("TITLE I\u0307")).toEqual(["title", "i\u0307"]));
});

it("knows stop words as words() gives them", () => {
  for (const word of ENGLISH_STOP_WORDS) expect(words(word)).toEqual([word]);
  expect(ENGLISH_STOP_WORDS.has("the")).toBe(true);
  expect(ENGLISH_STOP_WORDS.has("cat")).toBe(false);
});
