import type { Engine } from "../engine/client.ts";
import type { PastPart } from "../engine/types.ts";
import type { QueryItem } from "./searchEntry.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** Addresses of pictures. Those of the catalog say which catalog: photo numbers repeat, and the page caches pictures by address. */
export class Pictures {
  readonly #engine: Engine;
  readonly #session: Session;
  /** A picture that nobody holds may be decoded again. */
  held: HTMLImageElement[] = [];

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
    if (source.kind === "image") return this.photo(source.id);
    return source.kind === "photo" ? this.#engine.queryUrl(source.id) : this.rowPhoto(source.id);
  }

  /** The same, as small as it is at hand. */
  smallQuery(item: QueryItem): string {
    if (item.source.kind === "photo") return this.query(item);
    return item.source.kind === "image" ? this.thumbnail(item.source.id) : this.row(item.source.id);
  }

  /** A photo of a past search. */
  past({ picture }: PastPart): string {
    return picture.kind === "image" ? this.thumbnail(picture.id) : this.#engine.keptUrl(picture.id, this.#generation);
  }

  /** A photo of the worklist. */
  row(id: number): string {
    return this.#engine.rowUrl(id, this.#generation);
  }

  /** The same, large. */
  rowPhoto(id: number): string {
    return this.#engine.rowPhotoUrl(id, this.#generation);
  }

  /**
   * Gets thumbnails ready, so that they are painted in one go with the list they belong to: a list painted empty and
   * painted again with its pictures takes twice as long. Waits no longer than that; what is late comes when it comes.
   */
  async ready(images: number[], longestWaitMillis: number): Promise<void> {
    const held = images.map((image) => {
      const picture = new Image();
      picture.src = this.thumbnail(image);
      return picture;
    });
    this.held = held;
    // A picture that cannot be shown is not waited for: decode() rejects.
    const decoded = Promise.all(held.map((picture) => picture.decode().catch(() => undefined)));
    await Promise.race([decoded, new Promise((done) => setTimeout(done, longestWaitMillis))]);
  }

  get #generation(): number {
    return this.#session.catalog?.generation ?? 0;
  }
}
