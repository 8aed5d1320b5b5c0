import { describe, expect, it } from "vitest";
import { ShoalError } from "../../src/domain/errors";
import { assertPublicUrl, isPublicAddress, urlProblem } from "../../src/net/public-url";

const publicly = { allowLocal: false };

describe("a public URL", () => {
  it.each([
    "https://hooks.example.com/a?b=c",
    "https://example.com.:8443/",
    "https://8.8.8.8/",
    "https://172.15.255.255/",
    "https://172.32.0.1/",
    "https://[2606:4700:4700::1111]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::808:808]/",
    "https://localhost.example.com/",
  ])("is %s", (url) => expect(urlProblem(url, publicly)).toBeNull());

  it.each([
    ["http://example.com/", "https"],
    ["ftp://example.com/", "https"],
    ["javascript:alert(1)", "https"],
    ["/relative", "absolute"],
    ["", "absolute"],
    ["https://user@example.com/", "user name"],
    ["https://:secret@example.com/", "user name"],
    ["https://localhost/", "localhost"],
    ["https://LOCALHOST./", "localhost"],
    ["https://a.localhost/", "public host"],
    ["https://printer.local/", "public host"],
    ["https://metadata.google.internal/", "public host"],
    ["https://router/", "public host"],
    ["https://127.0.0.1/", "127.0.0.1"],
    ["https://127.1/", "127.0.0.1"],
    ["https://0x7f.0.0.1/", "127.0.0.1"],
    ["https://2130706433/", "127.0.0.1"],
    ["https://017700000001/", "127.0.0.1"],
    ["https://①②⑦.0.0.1/", "127.0.0.1"],
    ["https://0.0.0.0/", "0.0.0.0"],
    ["https://10.1.2.3/", "10.1.2.3"],
    ["https://100.64.0.1/", "100.64"],
    ["https://169.254.169.254/latest/meta-data", "169.254"],
    ["https://172.16.0.1/", "172.16"],
    ["https://172.31.255.255/", "172.31"],
    ["https://192.168.1.1/", "192.168"],
    ["https://198.19.0.1/", "198.19"],
    ["https://224.0.0.1/", "224"],
    ["https://255.255.255.255/", "255"],
    ["https://[::]/", "public host"],
    ["https://[::1]/", "public host"],
    ["https://[::ffff:127.0.0.1]/", "public host"],
    ["https://[::ffff:a9fe:a9fe]/", "public host"],
    ["https://[::127.0.0.1]/", "public host"],
    ["https://[64:ff9b::10.0.0.1]/", "public host"],
    ["https://[2002:7f00:1::]/", "public host"],
    ["https://[fc00::1]/", "public host"],
    ["https://[fd12:3456::1]/", "public host"],
    ["https://[fe80::1]/", "public host"],
    ["https://[ff02::1]/", "public host"],
    ["https://[2001:db8::1]/", "public host"],
    ["https://[2001::1]/", "public host"],
  ])("is not %s", (url, problem) => {
    expect(urlProblem(url, publicly)).toContain(problem);
    expect(() => assertPublicUrl(url, publicly)).toThrow(ShoalError);
  });

  it("may be local on local development, with the same respect for credentials", () => {
    const locally = { allowLocal: true };
    expect(assertPublicUrl("http://127.0.0.1:8080/v1", locally).port).toBe("8080");
    expect(urlProblem("http://user:secret@127.0.0.1/", locally)).toContain("user name");
    expect(urlProblem("file:///etc/passwd", locally)).toContain("https");
  });

  it("is known by its address alone", () => {
    expect(["8.8.8.8", "2a00::1", "2001:4860:4860::8888"].filter(isPublicAddress)).toHaveLength(3);
    expect(
      ["", "1.2.3.256", "168.63.129.16", "10.0.0.1", "::1", "1:2", "gggg::1", "example.com"].filter(isPublicAddress),
    ).toEqual([]);
  });

  it("is refused without telling what it hides", () => {
    for (const url of ["https://u:secret@example.com/", "http://example.com/?token=secret"]) {
      try {
        assertPublicUrl(url, publicly);
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ code: "validation_failed" });
        expect((error as Error).message).not.toContain("secret");
      }
    }
  });
});
