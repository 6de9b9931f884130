import type { Engine } from "../engine/client.ts";
import type { QueryItem } from "./searchEntry.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** Addresses of pictures. Those of the catalog say which catalog: photo numbers repeat, and the page caches pictures by address. */
export class Pictures {
  readonly #engine: Engine;
  readonly #session: Session;

  constructor(engine: Engine, session: Session) {
    this.#engine = engine;
    this.#session = session;
  }

  /** Thumbnail of a catalog photo. */
  thumbnail(image: number): string {
    return this.#engine.thumbnailUrl(image, this.#generation);
  }

  /** A catalog photo, large. */
  photo(image: number): string {
    return this.#engine.photoUrl(image, this.#generation);
  }

  /** A photo of the query. */
  query({ source }: QueryItem): string {
    return source.kind === "photo" ? this.#engine.queryUrl(source.id) : this.photo(source.id);
  }

  /** The same, as small as it is at hand. */
  smallQuery({ source }: QueryItem): string {
    return source.kind === "photo" ? this.#engine.queryUrl(source.id) : this.thumbnail(source.id);
  }

  get #generation(): number {
    return this.#session.catalog?.generation ?? 0;
  }
}
