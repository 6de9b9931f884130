/** The message catalog in use. */
import { en, type Messages } from "./en.ts";

export const say: Messages = en;
