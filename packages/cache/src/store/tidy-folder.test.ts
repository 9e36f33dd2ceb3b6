import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CANDLE_ROWS, metaFileName, readSeries, segmentFileName } from "@powertrader/core/files";
import { beforeEach, describe, expect, it } from "vitest";
import { candles, hours, prices, SERIES, stretch, T0, temporaryFolder } from "../fixtures/candles.ts";
import { adoptSegments } from "./adopt-segments.ts";
import { SeriesStore } from "./series-store.ts";
import { tidyFolder } from "./tidy-folder.ts";

let cacheDir: string;
let folder: string;

beforeEach(() => {
  cacheDir = temporaryFolder();
  folder = join(cacheDir, "own");
});

function write(from: number, to: number, price = 100): string {
  const range = hours(from, to);
  const store = new SeriesStore(folder, CANDLE_ROWS, tidyFolder(folder, CANDLE_ROWS, T0).segments);
  const batch = {
    columns: stretch(from, to, price),
    covers: [range],
    askedEmpty: [],
    source: "import:a",
    fetchedMs: T0,
  };
  store.write(SERIES, batch);
  return segmentFileName({ ...SERIES, ...range });
}

function metaOf(file: string) {
  return JSON.parse(readFileSync(join(folder, metaFileName(file)), "utf8"));
}

function read() {
  return prices(readSeries(cacheDir, "own", SERIES.symbol, SERIES.timeframe)?.columns);
}

describe("tidyFolder", () => {
  it("makes nothing of an empty folder, and an index of no series where one was", () => {
    expect(tidyFolder(cacheDir, CANDLE_ROWS, T0)).toMatchObject({ segments: [], indexWritten: false });
    expect(readdirSync(cacheDir)).toEqual([]);
    writeFileSync(join(cacheDir, "cache_index.json"), "?");
    expect(tidyFolder(cacheDir, CANDLE_ROWS, T0)).toMatchObject({ indexWritten: true });
    expect(readFileSync(join(cacheDir, "cache_index.json"), "utf8")).toBe("{}\n");
  });

  it("sweeps temporaries of dead writers and sidecars without a segment", () => {
    write(0, 4);
    const dead = `.x.json.${2 ** 22 + 1}.00000000-0000-4000-8000-000000000000.tmp`;
    const lonely = metaFileName(segmentFileName({ ...SERIES, ...hours(50, 60) }));
    writeFileSync(join(folder, dead), "");
    writeFileSync(join(folder, lonely), "");
    expect(tidyFolder(folder, CANDLE_ROWS, T0)).toMatchObject({
      temporaries: 1,
      lonelySidecars: 1,
      indexWritten: false,
    });
    expect(readdirSync(folder)).not.toContain(dead);
    expect(readdirSync(folder)).not.toContain(lonely);
  });

  it("takes the sidecar of a rewrite that never came back to what is there", () => {
    const file = write(0, 4);
    const before = metaOf(file);
    const cut = { ...before, sha256: "0".repeat(64), replaces: before.sha256, candle_count: 9 };
    writeFileSync(join(folder, metaFileName(file)), JSON.stringify(cut));
    tidyFolder(folder, CANDLE_ROWS, T0);
    expect(metaOf(file)).toEqual(before);
  });

  it("counts the candles of sidecars that do not say", () => {
    const file = write(0, 4);
    const { candle_count, ...rest } = metaOf(file);
    writeFileSync(join(folder, metaFileName(file)), JSON.stringify(rest));
    expect(tidyFolder(folder, CANDLE_ROWS, T0).segments[0]!.meta.candle_count).toBe(candle_count);
  });

  it("leaves damage alone that is in nobody's way", () => {
    const file = write(0, 4);
    const { candle_count: _, ...rest } = metaOf(file);
    writeFileSync(join(folder, metaFileName(file)), JSON.stringify({ ...rest, replaces: "1".repeat(64) }));
    writeFileSync(join(folder, file), "[1]");
    tidyFolder(folder, CANDLE_ROWS, T0);
    expect(readFileSync(join(folder, file), "utf8")).toBe("[1]");
  });

  it("moves a damaged segment aside when another overlaps it", () => {
    write(0, 4);
    const file = segmentFileName({ ...SERIES, ...hours(2, 6) });
    writeFileSync(join(folder, file), "[");
    writeFileSync(join(folder, metaFileName(file)), JSON.stringify({ ...metaOf(write(8, 9)), sha256: "2".repeat(64) }));
    expect(tidyFolder(folder, CANDLE_ROWS, T0 + 5).setAside).toEqual([`${file}.corrupt-${T0 + 5}`]);
    expect(read().map(([hour]) => hour)).toEqual([0, 1, 2, 3, 8]);
  });

  it("does not touch segments of other programs that have no sidecar", () => {
    write(0, 4);
    const file = segmentFileName({ ...SERIES, ...hours(2, 6) });
    writeFileSync(join(folder, file), "whatever");
    tidyFolder(folder, CANDLE_ROWS, T0);
    expect(readFileSync(join(folder, file), "utf8")).toBe("whatever");
  });
});

describe("adoptSegments", () => {
  it("gives sound segments without a sidecar one, so that readers take them", () => {
    write(0, 4);
    const sound = segmentFileName({ ...SERIES, ...hours(4, 6) });
    const broken = segmentFileName({ ...SERIES, ...hours(10, 12) });
    const rows = candles([4, 7], [5, 8]);
    const wire = Array.from(rows.time, (timeMs, i) => {
      return {
        time: timeMs / 1000,
        open: rows.open[i],
        close: rows.close[i],
        high: rows.high[i],
        low: rows.low[i],
        volume: 1,
      };
    });
    writeFileSync(join(folder, sound), JSON.stringify(wire));
    writeFileSync(join(folder, broken), '[{"time":1}]');
    expect(adoptSegments(folder, CANDLE_ROWS, T0)).toEqual({
      adopted: [sound],
      refused: [{ file: broken, reason: "row 0 is not a candle" }],
    });
    tidyFolder(folder, CANDLE_ROWS, T0);
    expect(read().slice(3)).toEqual([
      [3, 100],
      [4, 7],
      [5, 8],
    ]);
    expect(metaOf(sound)).toMatchObject({ source: `import:${sound}`, candle_count: 2 });
  });

  it("replaces a sidecar that cannot be read", () => {
    const file = write(0, 4);
    writeFileSync(join(folder, metaFileName(file)), "{");
    expect(adoptSegments(folder, CANDLE_ROWS, T0).adopted).toEqual([file]);
    expect(read()).toHaveLength(4);
    expect(readdirSync(folder)).toContain(`${metaFileName(file)}.corrupt-${T0}`);
  });
});
