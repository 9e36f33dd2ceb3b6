import { formatCount, formatNumber, formatPrice, formatShare } from "@powertrader/core/format";
import type { RunRecord } from "../run-folder/read-run.ts";
import type { RecordedConfig } from "../run-folder/recorded-config.ts";
import { type Html, html } from "./html.ts";
import { exitRows, riskRows } from "./setting-rows.ts";

type Model = RecordedConfig["execution_model"];

/** How orders were treated, one sentence an assumption. What a run left as it is by default is said where it matters. */
export function fillAssumptions({ config }: RunRecord): readonly Html[] {
  const model = config.execution_model;
  const sentences = [
    ...marketOrders(model),
    slippage(model),
    fees(model, config.quote),
    html`All orders of a bar together take at most ${formatNumber(model.max_volume_pct, model.max_volume_pct < 1 ? 2 : 0)} % of its volume; what is left over ${model.remainder === "carry" ? "waits for the next bar" : "is cancelled"}.`,
    sizing(config),
    leverage(config),
    ...protection(config),
    ...waitingOrders(model),
    ...carry(config),
    model.session === "us-equities"
      ? html`Nothing fills outside of 09:30 to 16:00 New York, Monday to Friday; ratios count 252 trading days a year.`
      : undefined,
    config.close_at_end
      ? html`At the end open positions are closed at the last close.`
      : html`At the end open positions stay open and count at the last close.`,
  ];
  return sentences.filter((sentence) => sentence !== undefined);
}

function marketOrders({ fill_at, latency_ms: [shortest, longest] }: Model): readonly Html[] {
  if (fill_at === "close") {
    return [
      html`<strong class="optimistic">Optimistic:</strong> orders fill at the close of the bar they were decided on. Nobody can trade at a price that is known only when it is gone; real results would be worse.`,
    ];
  }
  return [
    html`Orders fill at the open of the next bar after the decision, never on the bar they were decided on.`,
    longest === 0
      ? html`No latency.`
      : html`An order takes ${shortest === longest ? shortest : `${shortest} to ${longest}`} ms to arrive; the price may only get worse on the way.`,
  ];
}

function slippage(model: Model): Html {
  const { slippage_model: kind, slippage_bps: base } = model;
  const isFree = base === 0 && model.impact * Number(kind === "volume-share" || kind === "square-root") === 0;
  if (isFree && !(kind === "spread" && model.spread_bps > 0)) {
    return html`No slippage: every fill gets the price it sees. Real ones do not.`;
  }
  const within = "never beyond the range of the bar";
  switch (kind) {
    case "fixed":
      return html`Prices move ${bps(base)} against the order on every bar, ${within}.`;
    case "spread":
      return html`Prices move ${bps(base + model.spread_bps / 2)} against the order, half of the spread among them, ${within}.`;
    case "volume-share":
      return html`Prices move ${bps(base)} against the order, and further with the square of its share of the bar's volume (impact ${formatPrice(model.impact)}), ${within}.`;
    case "square-root":
      return html`Prices move ${bps(base)} against the order, and further with the root of its share of the bar's volume and the bar's range (impact ${formatPrice(model.impact)}), ${within}.`;
    case "volatility":
      return html`Prices move ${bps(base)} against the order on a calm bar and up to twice as much on a wild one, ${within}.`;
  }
}

function fees(model: Model, quote: string): Html {
  const { fee_bps: taker, maker_fee_bps: maker, fee_per_order: perOrder } = model;
  const fixed = perOrder === 0 ? "" : `, and ${formatPrice(perOrder)} ${quote} an order`;
  const ofCoins = Object.keys(model.per_coin);
  const others = ofCoins.length === 0 ? "" : `; ${ofCoins.join(", ")} as said under Configuration`;
  const received = model.fee_in === "received" ? "; buys that enter pay it in the coins they receive" : "";
  if (maker !== null && maker !== taker) {
    const waited = maker < 0 ? `are paid ${bps(-maker)}` : `pay ${bps(maker)}`;
    return html`Fills that take a price pay ${bps(taker)} of their value as fee, those that waited for theirs ${waited}${fixed}${received}${others}.`;
  }
  if (taker === 0)
    return perOrder === 0
      ? html`No fees${others}.`
      : html`No fees but ${formatPrice(perOrder)} ${quote} an order${others}.`;
  return html`Every fill pays ${bps(taker)} of its value as fee${fixed}${received}${others}.`;
}

function bps(value: number): string {
  return `${formatNumber(value, 1)} bps (${formatShare(value / 1e4, 3)})`;
}

function sizing({ size, leverage: times, quote, risk, execution_model: model }: RecordedConfig): Html {
  const isByRule = riskRows(risk).some(([name]) => name === "size.rule");
  const share = isByRule ? ", by a rule" : size == null ? "" : `, at ${formatShare(size)} of equity`;
  const margin = times === 1 ? ", without leverage" : "";
  const step = model.qty_step === 0 ? "" : `, in steps of ${formatPrice(model.qty_step)}`;
  const least = model.min_notional === 0 ? "" : `; below ${formatPrice(model.min_notional)} ${quote} they are refused`;
  if (size === null && !isByRule) return html`The strategy sizes its orders itself${margin}${step}${least}.`;
  return html`Entries are sized when ${model.size_at === "fill" ? "they meet the market" : "they are decided"}${share}${margin}${step}${least}.`;
}

function leverage({ leverage: times, execution_model: model }: RecordedConfig): Html | undefined {
  if (times === 1) return undefined;
  const fee = model.liquidation_fee_bps === 0 ? "" : `, for ${bps(model.liquidation_fee_bps)} more`;
  return html`<strong>Leverage ${formatPrice(times)}:</strong> a position may be worth ${formatPrice(times)} times its margin, and no other position backs it. It is liquidated where less than ${formatShare(model.maintenance_margin)} of its value is left${fee}.`;
}

/** Exits that orders bring with them, and rules between signal and entry: what is set stands under Configuration. */
function protection({ exits, risk, execution_model: model }: RecordedConfig): readonly Html[] {
  const settings = html`<a href="#configuration">Configuration</a>`;
  const hasExits = exitRows(exits).length > 0 || riskRows(risk).some(([name]) => PROTECTS.test(name));
  return [
    ...(hasExits
      ? [
          html`Positions are left at protective levels whatever the strategy says (${settings}), tested in every bar from the entry on. Stops pay slippage; targets wait for their price.`,
        ]
      : []),
    ...(hasExits || model.intrabar !== "pessimistic" ? [html`${INTRABAR[model.intrabar]}`] : []),
    ...(model.trail_from === "this-bar"
      ? [
          html`<strong class="optimistic">Not what venues do:</strong> trailing stops follow the extreme of a bar before they are tested against it.`,
        ]
      : []),
    ...(riskRows(risk).length > 0
      ? [html`Entries pass risk rules first (${settings}); these may make them smaller or refuse them.`]
      : []),
  ];
}

/** `stop_loss_share`, `per_coin.BTC.take_profit_share` */
const PROTECTS = /(^|\.)(stop_loss_share|take_profit_share)$/;

const INTRABAR: Readonly<Record<Model["intrabar"], string>> = {
  pessimistic: "Where a bar leaves open whether a stop or a target came first, the stop did.",
  "drill-down":
    "Where a bar leaves open whether a stop or a target came first, finer candles decide; where they end, the stop did.",
  "ohlc-path":
    "Where a bar leaves open whether a stop or a target came first, a rising bar is taken to go open, low, high, close, and a falling one open, high, low, close.",
  "nearest-extreme":
    "Where a bar leaves open whether a stop or a target came first, it is taken to go to the extreme nearer to its open first.",
  optimistic:
    "Optimistic: where a bar leaves open whether a stop or a target came first, the target did. Real results would be worse.",
};

function waitingOrders({ limit_fill, limit_gap, stop_fill }: Model): readonly Html[] {
  return [
    ...(limit_gap === "at-limit"
      ? [html`<strong>Not what venues do:</strong> a limit order fills at its own price where the open is better.`]
      : []),
    ...(limit_fill === "through"
      ? [html`Limit orders fill only when the bar trades through their price, not at it.`]
      : []),
    ...(stop_fill === "at-stop"
      ? [
          html`<strong class="optimistic">Not what venues do:</strong> a stop that the open has jumped over fills at its own price where the bar comes back to it.`,
        ]
      : []),
  ];
}

function carry({ funding_data: data, execution_model: model }: RecordedConfig): readonly Html[] {
  const settlements = data.reduce((sum, one) => sum + one.rows, 0);
  return [
    ...(model.funding
      ? [
          html`Funding is paid and received at its settlements${settlements === 0 ? "" : ` (${formatCount(settlements)} known)`}, on the value of what is held then.`,
        ]
      : []),
    ...(model.borrow_rate > 0
      ? [
          html`Coins sold short and cash below zero cost ${formatShare(model.borrow_rate)} interest a year, paid at midnight UTC.`,
        ]
      : []),
  ];
}
