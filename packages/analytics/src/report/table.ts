import { type Html, html } from "./html.ts";

export interface Column<Row> {
  readonly head: string;
  /** What the head means, shown on hover. */
  readonly hint?: string;
  readonly cell: (row: Row) => Html | string;
  /** Right-aligned, digits under digits. */
  readonly isNumeric?: boolean;
  /** What to sort by when a reader clicks the head of a sortable table. */
  readonly sortBy?: (row: Row) => number | string;
}

export interface TableOptions<Row> {
  /** Read out by screen readers and shown above the table. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly isSortable?: boolean;
  /** Smaller type on one line, for many columns. */
  readonly isDense?: boolean;
}

/** A table with a caption and scoped heads; it scrolls by itself where the page is narrow. */
export function table<Row>({ caption, columns, rows, isSortable, isDense }: TableOptions<Row>): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table${isDense === true ? html` class="dense"` : undefined}${isSortable === true ? html` data-sortable="true"` : undefined}>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => headOf(column))}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map((column, i) => cellOf(column, row, i === 0))}</tr>\n`)}</tbody>
</table>
</div>`;
}

function headOf<Row>(column: Column<Row>): Html {
  const hint = column.hint === undefined ? undefined : html` title="${column.hint}"`;
  return html`<th scope="col"${classOf(column)}${hint}>${column.head}</th>`;
}

function cellOf<Row>(column: Column<Row>, row: Row, isHead: boolean): Html {
  const sort = column.sortBy === undefined ? undefined : html` data-sort="${column.sortBy(row)}"`;
  const cell = column.cell(row);
  return isHead
    ? html`<th scope="row"${classOf(column)}${sort}>${cell}</th>`
    : html`<td${classOf(column)}${sort}>${cell}</td>`;
}

function classOf<Row>(column: Column<Row>): Html | undefined {
  return column.isNumeric === true ? html` class="number"` : undefined;
}

/** Names and values, one pair a line. */
export function pairs(entries: readonly (readonly [name: string, value: Html | string])[]): Html {
  return html`<dl class="pairs">
${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}
