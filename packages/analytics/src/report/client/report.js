// Draws the charts of a report over the data in the page. Text from the data only ever goes through textContent.
(() => {
  const { uPlot, LightweightCharts } = window;
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const MOST_MARKS = 400;
  /** So many marks in view leave room for words beside them. */
  const MOST_WORDS = 60;

  const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer;
  const float64 = (base64) => new Float64Array(bytesOf(base64));
  const float32 = (base64) => new Float32Array(bytesOf(base64));
  const uint32 = (base64) => new Uint32Array(bytesOf(base64));

  const chartElement = (name) => document.querySelector(`[data-chart="${name}"]`);
  const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const group = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const amount = (value, digits) => {
    const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
    return (value < 0 ? "−" : "") + group(whole) + (fraction ? `.${fraction}` : "");
  };
  const percent = (value, digits = 0) => (value == null ? "" : `${amount(value * 100, digits)} %`);
  const minute = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");

  /** Row of the last value at or before `wanted` in an ascending column; −1 before the first. */
  const rowAt = (values, wanted) => {
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[middle] <= wanted) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  const curve = {
    times: float64(data.curve.times),
    equity: float64(data.curve.equity),
    benchmark: data.curve.benchmark === null ? null : float64(data.curve.benchmark),
    drawdown: float64(data.curve.drawdown),
  };
  /** Labels of the time axis from years down to seconds: what to print at every tick, and where year or day change. */
  const DATES = [
    [365 * 86_400, "{YYYY}"],
    [28 * 86_400, "{MMM}", "\n{YYYY}"],
    [86_400, "{D} {MMM}", "\n{YYYY}"],
    [60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", "\n{D} {MMM}"],
    [1, "{HH}:{mm}:{ss}", "\n{D} {MMM} {YYYY}", "\n{D} {MMM}"],
  ].map(([step, text, year = null, day = null]) => [step, text, year, null, day, null, null, null, 1]);

  const canBeLogarithmic = [curve.equity, curve.benchmark ?? []].every((values) => values.every((value) => value > 0));
  const highest = (values) => values.reduce((high, value) => Math.max(high, value), -Infinity);
  const spread = (values) => highest(values) + highest(values.map((value) => -value));
  /** Beside a benchmark that moves so much more, a curve is a straight line. */
  const LOST_BESIDE = 20;
  const isLost = curve.benchmark !== null && spread(curve.benchmark) > LOST_BESIDE * spread(curve.equity);
  const chosen = { scale: "linear", curves: isLost ? "alone" : "both" };
  let drawn = [];

  const isFine = () =>
    highest(curve.equity) < 100 || (chosen.curves === "alone" && spread(curve.equity) < highest(curve.equity) / 100);
  const money = (value) => amount(value, isFine() ? 2 : 0);

  /** A curve chart that shares cursor and zoom with the other one. */
  const drawCurve = (name, series, columns, format, options = {}) => {
    const element = chartElement(name);
    const hint = document.createElement("div");
    hint.className = "hint";
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const grid = { stroke: tone("line"), width: 1 };
    const axis = { stroke: tone("soft"), font: "12px system-ui, sans-serif", grid, ticks: grid };
    const plot = new uPlot(
      {
        ...size(),
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        cursor: { sync: { key: "curves" }, drag: { x: true, y: false }, points: { size: 6 } },
        scales: { y: options.scale ?? {} },
        axes: [
          { ...axis, values: DATES },
          { ...axis, size: 76, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : format(tick))) },
        ],
        series: [{}, ...series],
        hooks: {
          setCursor: [
            ({ cursor: { idx } }) => {
              const readings =
                idx == null
                  ? []
                  : columns.map((column, i) => `${series[i].label} ${(options.read ?? format)(column[idx])}`);
              hint.textContent = idx == null ? "" : `${minute(curve.times[idx])} UTC · ${readings.join(" · ")}`;
            },
          ],
        },
      },
      [curve.times, ...columns],
      element,
    );
    element.append(hint);
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(element);
    drawn.push(() => {
      observer.disconnect();
      plot.destroy();
      hint.remove();
    });
  };

  const drawEquity = () => {
    const series = [{ label: "strategy", stroke: tone("strategy"), width: 1.6, points: { show: false } }];
    const columns = [curve.equity];
    if (curve.benchmark !== null && chosen.curves === "both") {
      series.unshift({ label: "buy and hold", stroke: tone("hold"), width: 1.3, points: { show: false } });
      columns.unshift(curve.benchmark);
    }
    drawCurve("equity", series, columns, money, {
      scale: chosen.scale === "log" ? { distr: 3 } : {},
      read: (value) => amount(value, 2),
    });
    const falls = [
      { label: "below the peak", stroke: tone("loss"), fill: tone("fall-fill"), width: 1.2, points: { show: false } },
    ];
    const deepest = -highest(curve.drawdown.map((value) => -value));
    drawCurve("drawdown", falls, [curve.drawdown], (value) => percent(value, deepest > -0.02 ? 2 : 0), {
      scale: { range: (_, low) => [Math.min(low ?? 0, -0.0001) * 1.05, 0] },
      read: (value) => percent(value, 2),
    });
  };

  /** The trades of a coin as marks on its candles, in the order of time. */
  const marksOf = (coin, times) => {
    const entries = float64(coin.trades.entries);
    const exits = float64(coin.trades.exits);
    const pnl = float32(coin.trades.pnl);
    const isLong = new Uint8Array(bytesOf(coin.trades.isLong));
    const reason = new Uint8Array(bytesOf(coin.trades.reason));
    const at = (seconds) => times[Math.max(0, rowAt(times, seconds))];
    const opened = (seconds, long) => ({
      time: at(seconds),
      position: long ? "belowBar" : "aboveBar",
      shape: long ? "arrowUp" : "arrowDown",
      color: tone(long ? "strategy" : "hold"),
    });
    const marks = [];
    for (let i = 0; i < entries.length; i++) {
      marks.push(opened(entries[i], isLong[i] === 1));
      marks.push({
        time: at(exits[i]),
        position: isLong[i] === 1 ? "aboveBar" : "belowBar",
        shape: "circle",
        color: tone(pnl[i] > 0 ? "gain" : "loss"),
        text: coin.trades.reasons[reason[i]] ?? "",
      });
    }
    for (const [seconds, long] of coin.open) marks.push(opened(seconds, long === 1));
    return marks.sort((a, b) => a.time - b.time);
  };

  /** Digits after the point that prices between these two need. */
  const digitsFor = (low, high) => Math.max(2, Math.min(10, 4 - Math.floor(Math.log10(Math.sqrt(low * high) || 1))));

  const drawPrice = (index) => {
    const coin = data.coins[index];
    const element = chartElement("price");
    if (coin === undefined || element === null) return;
    const reading = document.querySelector("[data-reading]");
    const note = document.querySelector("[data-marks]");
    const offsets = uint32(coin.times);
    const prices = float32(coin.prices);
    const count = offsets.length;
    const times = Float64Array.from(offsets, (offset) => coin.from + offset);
    const candles = Array.from(times, (time, row) => ({
      time,
      open: prices[row],
      high: prices[count + row],
      low: prices[2 * count + row],
      close: prices[3 * count + row],
    }));
    const lowest = candles.reduce((low, candle) => Math.min(low, candle.low), Infinity);
    const highest = candles.reduce((high, candle) => Math.max(high, candle.high), 0);
    const digits = digitsFor(lowest, highest);
    const chart = LightweightCharts.createChart(element, {
      autoSize: true,
      layout: {
        background: { type: "solid", color: tone("paper") },
        textColor: tone("soft"),
        fontFamily: "system-ui, sans-serif",
        attributionLogo: true,
      },
      grid: { vertLines: { color: tone("line") }, horzLines: { color: tone("line") } },
      rightPriceScale: { borderColor: tone("line") },
      timeScale: { borderColor: tone("line"), timeVisible: true, secondsVisible: false, minBarSpacing: 0.01 },
      crosshair: { mode: 0 },
      localization: { locale: "en-US", priceFormatter: (price) => amount(price, digits) },
    });
    const series = chart.addSeries(LightweightCharts.CandlestickSeries, {
      upColor: tone("gain"),
      downColor: tone("loss"),
      wickUpColor: tone("gain"),
      wickDownColor: tone("loss"),
      borderVisible: false,
      priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits },
    });
    series.setData(candles);
    const marks = marksOf(coin, times);
    const shown = LightweightCharts.createSeriesMarkers(series, []);

    let waiting = 0;
    const showMarks = () => {
      waiting = 0;
      const range = chart.timeScale().getVisibleRange();
      const inView = range === null ? marks : marks.filter((mark) => mark.time >= range.from && mark.time <= range.to);
      const every = Math.ceil(inView.length / MOST_MARKS);
      const few = every <= 1 ? inView : inView.filter((_, i) => i % every === 0);
      shown.setMarkers(few.length <= MOST_WORDS ? few : few.map((mark) => ({ ...mark, text: "" })));
      const merged = count < coin.bars ? `One candle shows ${coin.candle}. ` : "";
      const thinned = every <= 1 ? "" : `One of ${every} marks is shown; look closer to see all of them.`;
      note.textContent = merged + thinned;
    };
    chart.timeScale().subscribeVisibleLogicalRangeChange(() => {
      if (waiting === 0) waiting = requestAnimationFrame(showMarks);
    });
    chart.subscribeCrosshairMove(({ time, seriesData }) => {
      const candle = seriesData.get(series);
      reading.textContent =
        candle === undefined
          ? ""
          : `${minute(time)} UTC  open ${amount(candle.open, digits)}  high ${amount(candle.high, digits)}  low ${amount(candle.low, digits)}  close ${amount(candle.close, digits)}`;
    });
    chart.timeScale().fitContent();
    showMarks();
    drawn.push(() => {
      cancelAnimationFrame(waiting);
      chart.remove();
    });
  };

  const coins = document.querySelector("[data-coins]");
  const drawAll = () => {
    for (const remove of drawn) remove();
    drawn = [];
    drawEquity();
    drawPrice(coins === null ? 0 : Number(coins.value));
  };

  /** Buttons of which one is pressed. */
  const offer = (name, isOffered) => {
    const controls = document.querySelector(`[data-controls='${name}']`);
    if (controls === null) return;
    const press = () => {
      for (const button of controls.children)
        button.setAttribute("aria-pressed", String(button.value === chosen[name]));
    };
    controls.hidden = !isOffered;
    press();
    controls.addEventListener("click", ({ target }) => {
      if (target.value === undefined || target.value === chosen[name]) return;
      chosen[name] = target.value;
      press();
      drawAll();
    });
  };

  /** Lets a click on a head sort the table by that column. */
  const makeSortable = (table) => {
    const body = table.tBodies[0];
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const isDescending = head.getAttribute("aria-sort") === "ascending";
        for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
        const keyOf = (row) => row.cells[head.cellIndex].dataset.sort;
        const compare = (a, b) => {
          const [left, right] = [keyOf(a), keyOf(b)];
          const difference = Number(left) - Number(right);
          return Number.isNaN(difference) ? left.localeCompare(right, "en", { numeric: true }) : difference;
        };
        const rows = [...body.rows].sort(compare);
        body.append(...(isDescending ? rows.reverse() : rows));
      });
    }
  };

  document.documentElement.classList.add("js");
  try {
    drawAll();
  } catch (error) {
    // The drawings of the page take over where charts cannot be made.
    document.documentElement.classList.remove("js");
    throw error;
  }
  offer("scale", canBeLogarithmic);
  offer("curves", curve.benchmark !== null);
  coins?.addEventListener("change", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  for (const table of document.querySelectorAll("table[data-sortable]")) makeSortable(table);
})();
