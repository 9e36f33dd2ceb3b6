import { describe, expect, it } from "vitest";
import { ReplayClock, systemClock } from "./clock.ts";

describe("ReplayClock", () => {
  it("stands still until it is moved", () => {
    const clock = new ReplayClock(100);
    expect([clock.nowMs(), clock.nowMs()]).toEqual([100, 100]);
    clock.advanceTo(100);
    clock.advanceTo(250);
    expect(clock.nowMs()).toBe(250);
  });

  it("never goes back", () => {
    const clock = new ReplayClock(100);
    expect(() => clock.advanceTo(99)).toThrow(RangeError);
    expect(clock.nowMs()).toBe(100);
  });
});

describe("systemClock", () => {
  it("is the wall clock", () => {
    const before = Date.now();
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(before);
    expect(systemClock.nowMs()).toBeLessThanOrEqual(Date.now());
  });
});
