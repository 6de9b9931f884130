import type { ProductCell } from "../engine/types.ts";

/** A test whether a photo has what is filtered by in its file name, or every word of it in its product's texts. */
export function wordsFilter(filter: string): (photo: { name: string; product: ProductCell[] }) => boolean {
  const wanted = filter.trim().toLocaleLowerCase();
  if (wanted === "") return () => true;
  const words = wanted.split(/\s+/);
  return ({ name, product }) => {
    if (name.toLocaleLowerCase().includes(wanted)) return true;
    const texts = product.map(({ value }) => (typeof value === "number" ? "" : String(value).toLocaleLowerCase()));
    return words.every((word) => texts.some((text) => text.includes(word)));
  };
}
