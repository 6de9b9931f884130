/** How things are counted in English, and the keys by their names. */
import { formatsFor } from "./format.ts";

export const format = formatsFor("en");
export const { count, plural } = format;

export const photos = (n: number) => plural(n, { one: "1 photo", other: `${count(n)} photos` });
export const files = (n: number) => plural(n, { one: "1 file", other: `${count(n)} files` });
export const rows = (n: number) => plural(n, { one: "1 row", other: `${count(n)} rows` });
export const columns = (n: number) => plural(n, { one: "1 column", other: `${count(n)} columns` });
export const folders = (n: number) => plural(n, { one: "1 folder", other: `${count(n)} folders` });

/** The key that goes with a letter to make a command of it. */
export const control = navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl";
