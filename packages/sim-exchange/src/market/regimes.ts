import type { RandomStream } from "@powertrader/core/random";

/** A state of a market, the chances to leave it on any day, and what its volatility is multiplied by. */
interface Regime {
  readonly factor: number;
  readonly leaveFor: readonly { readonly to: RegimeName; readonly chance: number }[];
}

type RegimeName = "calm" | "normal" | "wild";

/** Regimes last for weeks: calm 29 days on average, normal 22, wild 14. */
const REGIMES: Readonly<Record<RegimeName, Regime>> = {
  calm: { factor: 0.55, leaveFor: [{ to: "normal", chance: 0.035 }] },
  normal: {
    factor: 1,
    leaveFor: [
      { to: "calm", chance: 0.025 },
      { to: "wild", chance: 0.02 },
    ],
  },
  wild: { factor: 1.9, leaveFor: [{ to: "normal", chance: 0.07 }] },
};

/** A day of news: rare, and out of proportion with the days around it. */
const NEWS_CHANCE = 0.03;
const NEWS_FACTOR = 2;

/** Volatility factors, one per call and day: a Markov chain of regimes with a rare day of news. */
export function createRegimes(stream: RandomStream): () => number {
  let name: RegimeName = "normal";
  return () => {
    let draw = stream.uniform();
    for (const { to, chance } of REGIMES[name].leaveFor) {
      if (draw >= 0 && draw < chance) name = to;
      draw -= chance;
    }
    return REGIMES[name].factor * (stream.uniform() < NEWS_CHANCE ? NEWS_FACTOR : 1);
  };
}
