import { describe, expect, it } from "vitest";
import { Lru } from "./lru.ts";

describe("Lru", () => {
  it("makes a value once while it is kept", () => {
    const lru = new Lru<number>(2);
    let made = 0;
    const make = () => ++made;
    expect([lru.get("a", make), lru.get("a", make)]).toEqual([1, 1]);
  });

  it("lets the value go that was used longest ago", () => {
    const lru = new Lru<string>(2);
    lru.get("a", () => "first a");
    lru.get("b", () => "first b");
    lru.get("a", () => "second a");
    lru.get("c", () => "first c"); // b goes
    expect(lru.get("a", () => "second a")).toBe("first a");
    expect(lru.get("b", () => "second b")).toBe("second b");
  });
});
