import { bodyDistance } from "./body-distance.ts";

/** What followed one pattern, and how much of it is believed. Moves are in percent of the pattern's close. */
export interface MemoryRecord {
  /** Open time of the pattern's candle, epoch milliseconds. */
  readonly timeMs: number;
  readonly body: number;
  readonly close: number;
  readonly high: number;
  readonly low: number;
  readonly closeWeight: number;
  readonly highWeight: number;
  readonly lowWeight: number;
}

const COLUMN_NAMES = ["timeMs", "body", "close", "high", "low", "closeWeight", "highWeight", "lowWeight"] as const;
type ColumnName = (typeof COLUMN_NAMES)[number];
type Columns = { readonly [K in ColumnName]: Float64Array };

const SMALLEST_CAPACITY = 64;

/** Wider than what rounding can do to a bound. */
const SLACK = 1e-9;

/**
 * The memories of one timeframe as columns, ordered by body, equal ones by their arrival: the matches of a pattern stand side by
 * side and are found by bisection. Rows move when a memory is added; weights may be changed in place.
 */
export class PatternMemory {
  #length = 0;
  #columns = allocate(SMALLEST_CAPACITY);
  #matches = new Uint32Array(SMALLEST_CAPACITY);

  /** @param records - in any order; equal bodies keep theirs */
  static of(records: readonly MemoryRecord[]): PatternMemory {
    const memory = new PatternMemory();
    const inOrder = [...records].sort((a, b) => a.body - b.body);
    memory.#reserve(inOrder.length);
    for (const name of COLUMN_NAMES) {
      const column = memory.#columns[name];
      inOrder.forEach((one, row) => {
        column[row] = one[name];
      });
    }
    memory.#length = inOrder.length;
    return memory;
  }

  /** Number of memories. */
  get length(): number {
    return this.#length;
  }

  get close(): Float64Array {
    return this.#columns.close;
  }

  get high(): Float64Array {
    return this.#columns.high;
  }

  get low(): Float64Array {
    return this.#columns.low;
  }

  get closeWeight(): Float64Array {
    return this.#columns.closeWeight;
  }

  get highWeight(): Float64Array {
    return this.#columns.highWeight;
  }

  get lowWeight(): Float64Array {
    return this.#columns.lowWeight;
  }

  /**
   * Rows of all memories whose body is no further than `threshold` from `body`, ascending.
   * The array is the memory's own: it holds until the next call.
   * @param threshold - percent, 0 to 100
   */
  matches(body: number, threshold: number): Uint32Array {
    const bodies = this.#columns.body;
    // What |a − b| ÷ |a + b| ≤ t ÷ 200 solves to, a little wider: the distance itself decides at the ends.
    const stretch = (200 + threshold) / (200 - threshold) + SLACK;
    const near = body < 0 ? body * stretch : body / stretch;
    const far = body < 0 ? body / stretch : body * stretch;
    let count = 0;
    for (let row = this.#firstRowFrom(near); row < this.#length && bodies[row]! <= far; row++) {
      if (bodyDistance(body, bodies[row]!) <= threshold) this.#matches[count++] = row;
    }
    return this.#matches.subarray(0, count);
  }

  /** Takes a memory in, behind those with an equal body. */
  add(record: MemoryRecord): void {
    this.#reserve(this.#length + 1);
    const row = this.#firstRowAbove(record.body);
    for (const name of COLUMN_NAMES) {
      const column = this.#columns[name];
      column.copyWithin(row + 1, row, this.#length);
      column[row] = record[name];
    }
    this.#length++;
  }

  /** One memory as an object. */
  at(row: number): MemoryRecord {
    const { timeMs, body, close, high, low, closeWeight, highWeight, lowWeight } = this.#columns;
    return {
      timeMs: timeMs[row]!,
      body: body[row]!,
      close: close[row]!,
      high: high[row]!,
      low: low[row]!,
      closeWeight: closeWeight[row]!,
      highWeight: highWeight[row]!,
      lowWeight: lowWeight[row]!,
    };
  }

  #firstRowFrom(body: number): number {
    const bodies = this.#columns.body;
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bodies[middle]! < body) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstRowAbove(body: number): number {
    const bodies = this.#columns.body;
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bodies[middle]! <= body) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reserve(length: number): void {
    const capacity = this.#matches.length;
    if (length <= capacity) return;
    const larger = Math.max(length, 2 * capacity);
    const columns = allocate(larger);
    for (const name of COLUMN_NAMES) columns[name].set(this.#columns[name].subarray(0, this.#length));
    this.#columns = columns;
    this.#matches = new Uint32Array(larger);
  }
}

function allocate(capacity: number): Columns {
  const column = () => new Float64Array(capacity);
  return {
    timeMs: column(),
    body: column(),
    close: column(),
    high: column(),
    low: column(),
    closeWeight: column(),
    highWeight: column(),
    lowWeight: column(),
  };
}
