/** The whole window in a page without layout: mounted over a fake engine, driven by clicks and keys. */
import { flushSync, mount, unmount } from "svelte";
import App from "../src/App.svelte";
import { engine } from "../src/engine/client.ts";
import { Appearance } from "../src/state/appearance.svelte.ts";
import { Application } from "../src/state/application.svelte.ts";
import { testid } from "../src/testids.ts";
import type { SearchRequest } from "../src/engine/types.ts";
import { FakeEngine, photo, product, queryPhoto, stocked, stockedRanking } from "./engine.ts";

// This page has no layout and draws nothing, and the virtual grid and the painted time ask for both.
Object.defineProperty(HTMLElement.prototype, "clientWidth", { get: () => 1000 });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { get: () => 800 });
HTMLImageElement.prototype.decode = () => Promise.resolve();

export class TestWindow {
  readonly engine: FakeEngine;
  readonly application: Application;
  readonly #app: Record<string, unknown>;

  private constructor(fake: FakeEngine) {
    this.engine = fake;
    document.body.innerHTML = "";
    localStorage.clear();
    this.application = new Application(engine, new Appearance(localStorage, document.documentElement));
    this.#app = mount(App, { target: document.body, props: { application: this.application } });
  }

  static async open(answers: ConstructorParameters<typeof FakeEngine>[0] = {}): Promise<TestWindow> {
    const opened = new TestWindow(new FakeEngine(answers));
    await opened.application.start();
    await opened.settle();
    return opened;
  }

  /** The window over a catalog with product data; of its two photos one has none. */
  static openStocked(answers: ConstructorParameters<typeof FakeEngine>[0] = {}): Promise<TestWindow> {
    return TestWindow.open({
      subscribe: () => stocked,
      search: ({ request }) => stockedRanking(request as SearchRequest),
      photos_page: ({ offset }) => ({ total: 2, offset, photos: [{ ...photo(1), product: product(1) }, photo(2)] }),
      ...answers,
    });
  }

  /** Lets replies arrive and be drawn: as many turns as the longest chain of promises and frames takes. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 12; turn += 1) {
      flushSync();
      await new Promise((done) => requestAnimationFrame(() => done(undefined)));
    }
    flushSync();
  }

  all(name: keyof typeof testid): HTMLElement[] {
    return [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid[name]}"]`)];
  }

  has(name: keyof typeof testid): boolean {
    return this.all(name).length > 0;
  }

  get(name: keyof typeof testid): HTMLElement {
    const [found] = this.all(name);
    if (found === undefined) throw new Error(`nothing is named ${testid[name]} in ${document.body.innerHTML.slice(0, 2000)}`);
    return found;
  }

  text(name: keyof typeof testid): string {
    return this.all(name).map(written).join("\n");
  }

  async click(target: keyof typeof testid | HTMLElement): Promise<void> {
    (typeof target === "string" ? this.get(target) : target).click();
    await this.settle();
  }

  async press(key: string, modifiers: KeyboardEventInit = {}, target: Element = document.activeElement ?? document.body): Promise<void> {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers }));
    await this.settle();
  }

  async type(name: keyof typeof testid, text: string): Promise<void> {
    const field = this.get(name) as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await this.settle();
  }

  /** Chooses from a list. */
  async choose(name: keyof typeof testid, value: string): Promise<void> {
    const list = this.get(name) as HTMLSelectElement;
    list.value = value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settle();
  }

  /** Drops a photo on the window. */
  async drop(id = 3): Promise<void> {
    this.engine.send({ kind: "queryDropped", photos: [queryPhoto(id)], failures: [], receivedAt: Date.now() });
    await this.settle();
  }

  async close(): Promise<void> {
    await unmount(this.#app);
    this.engine.stop();
  }
}

/** What an element says, in one line. */
export function written(element: Element | undefined): string {
  return (element?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}
