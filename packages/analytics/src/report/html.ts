/** Markup that is already safe to print. Made by `html` only. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

/**
 * Markup from a template. Every value put into it is escaped, except markup made by `html` itself; lists are joined,
 * `undefined` is nothing. Values belong between tags or inside quoted attributes.
 */
export function html(template: TemplateStringsArray, ...values: readonly Part[]): Html {
  let text = template[0]!;
  for (let i = 0; i < values.length; i++) text += textOf(values[i]) + template[i + 1]!;
  return new Html(text);
}

function textOf(value: Part): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(textOf).join("");
  return esc(String(value));
}

const ENTITY: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters, and marks that reorder or hide what follows them. */
const INVISIBLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Any text as HTML text or attribute value. Characters that print nothing become visible replacements. */
export function esc(text: string): string {
  return text
    .replace(INVISIBLE, (char) => (char === "\n" || char === "\t" ? char : "\ufffd"))
    .replace(/[&<>"']/g, (char) => ENTITY[char]!);
}

/** A JSON document that can stand inside a script element: no character in it ends or opens a tag. */
export function jsonForScript(value: unknown): Html {
  const escaped = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Html(escaped);
}
