const WORDS: Readonly<Record<string, readonly [words: string, mark: string]>> = {
  signal: ["signal", "signal"],
  limit: ["limit order", "limit"],
  stop: ["stop order", "stop"],
  stop_loss: ["stop-loss", "SL"],
  take_profit: ["take-profit", "TP"],
  trailing_stop: ["trailing stop", "trail"],
  break_even: ["break-even stop", "BE"],
  time_exit: ["time was up", "time"],
  liquidation: ["liquidation", "liq"],
  end_of_run: ["end of the run", "end"],
  liquidated: ["nothing left", "ruin"],
};

/** Why a trade ended, as a reader says it. */
export function exitInWords(reason: string): string {
  return Object.hasOwn(WORDS, reason) ? WORDS[reason]![0] : reason.replaceAll("_", " ");
}

/** The same in a few letters, for a chart. */
export function exitMark(reason: string): string {
  return Object.hasOwn(WORDS, reason) ? WORDS[reason]![1] : reason.replaceAll("_", " ").slice(0, 8);
}
