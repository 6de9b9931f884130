/** How long a notice without an action stays. One with an action, or of an error, stays longer or until it is dismissed. */
const SHOWN_MILLIS = 6_000;
const SHOWN_WITH_ACTION_MILLIS = 12_000;

/** More would cover the photos; the oldest goes. */
const MAX_NOTICES = 4;

export type NoticeKind = "done" | "offer" | "error";

export type NoticeAction = { label: string; run: () => void };

export type Notice = { id: number; kind: NoticeKind; title: string; text: string; action: NoticeAction | null };

/** What the window tells in passing. Errors and offers stay until they are dismissed. */
export class Notices {
  #ids = 0;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  list: Notice[] = $state.raw([]);

  show(kind: NoticeKind, title: string, text = "", action: NoticeAction | null = null): number {
    this.#ids += 1;
    const id = this.#ids;
    const kept = this.list.filter((notice) => notice.title !== title || notice.text !== text);
    for (const gone of kept.slice(0, Math.max(0, kept.length + 1 - MAX_NOTICES))) this.#stop(gone.id);
    this.list = [...kept, { id, kind, title, text, action }].slice(-MAX_NOTICES);
    this.resume(id);
    return id;
  }

  dismiss(id: number): void {
    this.#stop(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Does what a notice offers. */
  act(id: number): void {
    const notice = this.list.find((shown) => shown.id === id);
    this.dismiss(id);
    notice?.action?.run();
  }

  /** Lets a notice stay while it is being read. */
  hold(id: number): void {
    this.#stop(id);
  }

  /** Starts the time of a notice anew. */
  resume(id: number): void {
    const notice = this.list.find((shown) => shown.id === id);
    if (notice === undefined || notice.kind !== "done") return;
    this.#stop(id);
    const millis = notice.action === null ? SHOWN_MILLIS : SHOWN_WITH_ACTION_MILLIS;
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), millis),
    );
  }

  #stop(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
