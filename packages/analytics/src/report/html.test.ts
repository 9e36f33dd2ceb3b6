import { describe, expect, it } from "vitest";
import { esc, html, jsonForScript } from "./html.ts";

describe("html", () => {
  it("escapes every value and keeps its own markup", () => {
    const name = `<b title="x" class='y'>&`;
    expect(html`<p title="${name}">${html`<i>${name}</i>`}</p>`.text).toBe(
      '<p title="&lt;b title=&quot;x&quot; class=&#39;y&#39;&gt;&amp;"><i>&lt;b title=&quot;x&quot; class=&#39;y&#39;&gt;&amp;</i></p>',
    );
  });

  it("joins lists, prints numbers, and nothing for undefined", () => {
    expect(html`${[1, "<", html`<br>`, [undefined, 2]]}`.text).toBe("1&lt;<br>2");
  });
});

describe("esc", () => {
  it("shows characters that print nothing or reorder text", () => {
    expect(esc("a\u0000b\u202ec\u001b[31m\u2028")).toBe("a\ufffdb\ufffdc\ufffd[31m\ufffd");
    expect(esc("line\n\tnext — ünïcödé 漢字")).toBe("line\n\tnext — ünïcödé 漢字");
  });
});

describe("jsonForScript", () => {
  it("lets nothing end its element, and reads back the same", () => {
    const value = { "</script>": "<!-- \u2028\u2029 & > \ud800" };
    const { text } = jsonForScript(value);
    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
