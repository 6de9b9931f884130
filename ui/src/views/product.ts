/** What is known of a photo's product, in the words that views show. */
import { FILE_NAME_END } from "../components/PhotoCell.svelte";
import type { CellValue, ProductCell, ProductColumn, ProductStatus } from "../engine/types.ts";
import { say } from "../messages/index.ts";

/** A product in a few words; null for what is not known of it. */
export type Brief = { title: string | null; code: string | null; price: string | null };

/** A cell that is not among the few words. */
export type Detail = { column: string; text: string; tags: string[] | null };

type Shown = { name: string; product: ProductCell[] };

export function briefOf(product: ProductCell[], products: ProductStatus): Brief {
  const said = (name: string | null, write: (value: CellValue, column: ProductColumn | undefined) => string) => {
    const cell = name === null ? undefined : product.find((cell) => cell.column === name);
    return cell === undefined ? null : write(cell.value, columnOf(products, cell.column));
  };
  // A title is one line, and an article number no amount: it is written as it came.
  return { title: said(products.title, (title) => String(title).replaceAll(/\s+/g, " ")), code: said(products.code, String), price: said(products.price, valueText) };
}

/** What is known beside that, in the order of the columns. */
export function detailsOf(product: ProductCell[], products: ProductStatus): Detail[] {
  const brief = [products.title, products.code, products.price];
  return product
    .filter((cell) => !brief.includes(cell.column))
    .map(({ column, value }) => ({ column, text: valueText(value, columnOf(products, column)), tags: Array.isArray(value) ? value : null }));
}

/** The caption of a photo in a grid; without product data its file name. */
export function captionOf({ name, product }: Shown, products: ProductStatus | null) {
  if (products === null) return { name, nameEnd: FILE_NAME_END, second: null };
  const { title, code, price } = briefOf(product, products);
  return { name: title ?? name, nameEnd: title === null ? FILE_NAME_END : 0, second: { start: code ?? "", end: price ?? "" } };
}

/** A photo as it is called aloud. */
export function spokenName({ name, product }: Shown, products: ProductStatus | null): string {
  if (products === null) return name;
  const { title, code, price } = briefOf(product, products);
  return [title ?? name, code, price].filter((part) => part !== null).join(", ");
}

/** A photo's product in one line. */
export function briefLine({ name, product }: Shown, products: ProductStatus | null): string {
  if (products === null) return name;
  const { title, code, price } = briefOf(product, products);
  return [title ?? name, code, price].filter((part) => part !== null).join(" · ");
}

/** A value as its column wants it written. */
export function valueText(value: CellValue, column: ProductColumn | undefined): string {
  if (Array.isArray(value)) return say.product.tags(value);
  if (column?.kind === "date" && typeof value === "string") return say.format.date(value);
  if (typeof value === "string") return value;
  return column?.kind === "price" ? say.format.price(value, column.unit) : say.format.amount(value, column?.unit ?? null);
}

function columnOf(products: ProductStatus, name: string): ProductColumn | undefined {
  return products.columns.find((column) => column.name === name);
}
