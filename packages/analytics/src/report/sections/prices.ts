import type { Analysis } from "../../analysis/analyze-run.ts";
import { type Html, html } from "../html.ts";

/** Price and trades of one coin at a time. The chart needs the script; the trades stand in their table too. */
export function prices({ run }: Analysis): Html {
  const { bars } = run;
  if (bars.length === 0) {
    return html`<section id="prices">
<h2>Price and trades</h2>
<p class="aside">Not drawn: the run folder keeps no bars (it was made with --no-bars).</p>
</section>`;
  }
  return html`<section id="prices">
<h2>Price and trades</h2>
<p class="no-js aside">This chart needs JavaScript. All trades stand in the tables below.</p>
<div class="js-only">
<p class="controls"><label>Coin <select data-coins>${bars.map((one, i) => html`<option value="${i}">${one.symbol}</option>`)}</select></label> <span class="reading" data-reading></span></p>
<div class="chart tall" data-chart="price"></div>
<p class="aside"><span class="mark long">▲</span> opened long <span class="mark short">▼</span> opened short <span class="mark gain">●</span> closed with a gain <span class="mark loss">●</span> closed with a loss; look closer to read why. <span data-marks></span></p>
</div>
</section>`;
}
