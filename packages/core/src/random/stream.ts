import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A reproducible source of random numbers. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer, both ends included. */
  integer(min: number, max: number): number;
  /** Standard normal (Marsaglia polar method). */
  normal(): number;
}

/**
 * The stream keyed (`seed`, `label`): the same key gives the same numbers on every machine, and what one stream
 * draws never shifts another. Seeds are integers from 0 to 2^53 − 1.
 */
export function createStream(seed: number, label: string): RandomStream {
  const generator = xoroshiro128plus(hashKey(seed, label));
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    integer: (min, max) => uniformInt(generator, min, max),
    normal: () => {
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
      }
    },
  };
}

/** 32-bit FNV-1a over both halves of the seed and the UTF-16 units of the label, finished with Murmur3's mixer. */
export function hashKey(seed: number, label: string): number {
  let hash = 0x811c9dc5;
  hash = Math.imul(hash ^ (seed >>> 0), 0x01000193);
  hash = Math.imul(hash ^ Math.floor(seed / 0x1_0000_0000), 0x01000193);
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
