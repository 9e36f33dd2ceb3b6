/** Base units that all orders of a bar together may take from its volume. */
export function barCapacity(volume: number, maxVolumePct: number): number {
  return (volume * maxVolumePct) / 100;
}

/** Share of the bar's volume that a quantity is; 0 where the bar has none. */
export function participationOf(qty: number, volume: number): number {
  return volume > 0 ? qty / volume : 0;
}

/**
 * What a bar fills of an order: the wanted quantity up to `capacity`, on the step; nothing when that would be less
 * than `threshold` of the whole order without completing it.
 *
 * @param wanted - what is left of the order
 * @param orderQty - the whole order
 */
export function fillableQty(
  wanted: number,
  orderQty: number,
  capacity: number,
  threshold: number,
  qtyStep: number,
): number {
  if (wanted <= capacity) return wanted;
  const qty = floorToStep(capacity, qtyStep);
  return qty < threshold * orderQty ? 0 : qty;
}

/** The largest multiple of `step` that is not above `qty`; `qty` itself when `step` is 0. */
export function floorToStep(qty: number, step: number): number {
  if (step === 0) return qty;
  const perUnit = Math.round(1 / step);
  const isDecimalStep = perUnit >= 1 && Math.abs(perUnit * step - 1) < 1e-9;
  const multiple = (n: number) => (isDecimalStep ? n / perUnit : n * step);
  let steps = Math.floor(isDecimalStep ? qty * perUnit : qty / step);
  // Beyond this, doubles are coarser than the step: every quantity is as good a multiple as any.
  if (!(steps < Number.MAX_SAFE_INTEGER)) return qty;
  if (multiple(steps + 1) <= qty) steps++;
  if (multiple(steps) > qty) steps--;
  return multiple(steps);
}
