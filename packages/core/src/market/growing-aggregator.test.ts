import fc from "fast-check";
import { expect, it } from "vitest";
import { allocateColumns, type CandleColumns, COLUMN_NAMES, candleAt, firstRowAt, sliceColumns } from "./candles.ts";
import { GrowingAggregator } from "./growing-aggregator.ts";
import { GrowingColumns } from "./growing-columns.ts";
import { HOUR_MS, type Timeframe, timeframeMs } from "./timeframe.ts";
import { TimeframeAggregator } from "./timeframe-aggregator.ts";

function series(hours: readonly number[]): CandleColumns {
  const columns = allocateColumns(hours.length);
  hours.forEach((hour, i) => {
    columns.time[i] = hour * HOUR_MS;
    columns.open[i] = 100 + ((hour * 7) % 13);
    columns.high[i] = 120 + ((hour * 5) % 11);
    columns.low[i] = 80 - ((hour * 3) % 17);
    columns.close[i] = 100 + ((hour * 11) % 19);
    columns.volume[i] = 0.1 * ((hour * 13) % 7);
  });
  return columns;
}

const plain = (columns: CandleColumns) => COLUMN_NAMES.map((name) => [...columns[name].subarray(0, columns.length)]);

it("shows at every candle the bars that have closed by then, wherever holes are", () => {
  const step = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 30 }));
  const hours = fc.tuple(fc.nat(200), fc.array(step)).map(([first, steps]) => {
    let hour = first;
    return [first, ...steps.map((one) => (hour += one))];
  });
  const timeframe = fc.constantFrom<Timeframe>("2hour", "4hour", "1day", "1week");
  fc.assert(
    fc.property(hours, timeframe, fc.nat(40), (all, longer, late) => {
      const columns = series(all);
      const whole = new TimeframeAggregator(columns, "1hour").columns(longer);
      const growing = new GrowingColumns();
      const aggregator = new GrowingAggregator(growing, "1hour");
      for (let row = 0; row < columns.length; row++) {
        growing.append(columns.time[row]!, candleAt(columns, row));
        if (row < late) continue;
        aggregator.follow();
        const closed = firstRowAt(whole, columns.time[row]! + HOUR_MS - timeframeMs(longer) + 1);
        expect(plain(aggregator.columns(longer))).toEqual(plain(sliceColumns(whole, 0, closed)));
      }
    }),
    { numRuns: 60 },
  );
});

it("grows beyond what it began with and keeps what it had", () => {
  const columns = series(Array.from({ length: 3000 }, (_, i) => i));
  const growing = new GrowingColumns();
  for (let row = 0; row < columns.length; row++) growing.append(columns.time[row]!, candleAt(columns, row));
  expect(growing.length).toBe(3000);
  expect(plain(growing)).toEqual(plain(columns));
});
