import { createContext } from "svelte";
import { type Engine, failedFrom } from "../engine/client.ts";
import type { AppEvent, CatalogStatus, DeviceRequest, FailedFile, FileFailure, Folder, JobReport, ManyDropped, Picked, ProductCell, Status } from "../engine/types.ts";
import { say } from "../messages/index.ts";
import type { Appearance } from "./appearance.svelte.ts";
import { Aside } from "./aside.svelte.ts";
import { Candidates } from "./candidates.svelte.ts";
import { Desk } from "./desk.svelte.ts";
import { Library } from "./library.svelte.ts";
import { Narrowing } from "./narrowing.svelte.ts";
import { Notices } from "./notices.svelte.ts";
import { CatalogPages } from "./pages.svelte.ts";
import { Pictures } from "./pictures.ts";
import { ProductImport } from "./productImport.svelte.ts";
import { Search } from "./search.svelte.ts";
import { Session } from "./session.svelte.ts";
import { Told } from "./told.ts";
import { Worklist } from "./worklist.svelte.ts";

export const VIEWS = ["search", "worklist", "catalog", "settings"] as const;

export type View = (typeof VIEWS)[number];

export type CatalogTab = "photos" | "failures";

/** A photo of the catalog, in a ranking or in the browsing grid. */
export type CatalogPhoto = { image: number; name: string; width: number; height: number; product: ProductCell[] };

/** The whole window: what the engine tells is handed to the states here, and every command passes through here. */
export class Application {
  readonly engine: Engine;
  readonly appearance: Appearance;
  readonly session = new Session();
  readonly notices = new Notices();
  readonly #told = new Told(this.notices);
  readonly narrowing: Narrowing;
  readonly search: Search;
  readonly pages: CatalogPages;
  readonly library: Library;
  readonly productImport: ProductImport;
  readonly pictures: Pictures;
  readonly desk: Desk;
  readonly aside: Aside;
  readonly worklist: Worklist;
  readonly candidates: Candidates;
  /** Of the catalog shown last; stays while none is open. */
  #generation: number | null = null;

  /** True while the work under way, or done last, is that of the worklist. */
  #judging = false;

  view: View = $state("search");
  /** More photos than one query is made of, until it is said what is to be done with them. */
  manyDropped: ManyDropped | null = $state.raw(null);
  catalogTab: CatalogTab = $state("photos");

  constructor(engine: Engine, appearance: Appearance) {
    this.engine = engine;
    this.appearance = appearance;
    this.narrowing = new Narrowing(engine, () => this.search.rescope());
    this.search = new Search(
      engine,
      () => this.session.ready,
      () => this.narrowing.scope,
      (images, longestWaitMillis) => this.pictures.ready(images, longestWaitMillis),
      (arrival) => this.aside.past.seen(arrival),
    );
    this.search.fold = appearance.fold;
    this.pages = new CatalogPages(engine);
    this.library = new Library(engine);
    this.productImport = new ProductImport(engine);
    this.pictures = new Pictures(engine, this.session);
    this.desk = new Desk({
      engine,
      session: this.session,
      notices: this.notices,
      narrowing: this.narrowing,
      search: this.search,
      command: (run) => this.command(run),
    });
    this.aside = new Aside({
      engine,
      session: this.session,
      notices: this.notices,
      narrowing: this.narrowing,
      search: this.search,
      command: (run) => this.command(run),
      show: () => (this.view = "search"),
    });
    this.worklist = new Worklist(engine, (run) => this.command(run), this.notices);
    this.candidates = new Candidates(engine, () => this.session.products?.code ?? null);
  }

  async start(): Promise<void> {
    try {
      const status = await this.engine.subscribe((event) => this.receive(event));
      // An event may overtake the answer, and every event is newer than it.
      if (this.session.status === null) this.#stand(status);
    } catch (rejection) {
      this.session.unreached = failedFrom(rejection);
    }
  }

  receive(event: AppEvent): void {
    switch (event.kind) {
      case "status":
        return this.#stand(event.status);
      case "dragEntered":
        this.session.dragged = { photos: event.photos, folders: event.folders, tables: event.tables, others: event.others };
        return;
      case "dragLeft":
        return this.session.dragEnded();
      case "queryDropped":
        this.session.dropped();
        return this.#take(event);
      case "foldersDropped":
        this.session.dropped();
        for (const { id, name } of event.folders) {
          if (this.view === "worklist") {
            // What is dropped on the worklist is to be judged.
            void this.command(() => this.engine.addDroppedToWorklist(id));
            continue;
          }
          this.notices.show("offer", say.drop.offer(name), say.drop.offerHint, {
            label: say.drop.add,
            run: () => void this.command(() => this.engine.addDroppedFolder(id)),
          });
        }
        return;
      case "manyDropped":
        this.session.dropped();
        this.manyDropped = event.drop;
        return;
      case "worklistChanged":
        return this.worklist.changed();
      case "productsDropped":
        this.session.dropped();
        return this.productImport.show(event.preview);
      case "jobEnded":
        return this.#jobEnded(event.report);
      case "foldersChanged":
        if (this.library.folders !== null) void this.refreshLibrary();
        return;
    }
  }

  /** Runs a command of the engine; a failure becomes a notice. Answers whether it worked. */
  async command(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (rejection) {
      const { code, message } = failedFrom(rejection);
      if (code !== "cancelled") this.notices.show("error", say.errors.command, code === "busy" ? say.job.busy : message);
      return false;
    }
  }

  async pickQuery(): Promise<void> {
    await this.command(async () => this.#take(await this.engine.pickPhotos()));
  }

  /** Adds picked photos to the current query. */
  async pickMore(): Promise<void> {
    await this.command(async () => {
      const picked = await this.engine.pickPhotos();
      this.#tellUnread(picked.failures);
      this.search.add(picked.photos, picked.receivedAt);
    });
  }

  async paste(): Promise<void> {
    await this.command(async () => {
      const pasted = await this.engine.paste();
      if (pasted.photos.length + pasted.failures.length === 0) {
        this.notices.show("done", say.errors.nothingToPaste, say.errors.nothingToPasteHint);
      }
      this.#take(pasted);
    });
  }

  /** Puts the many photos that were dropped into the worklist. */
  async judgeMany(): Promise<void> {
    const drop = this.manyDropped;
    this.manyDropped = null;
    if (drop === null || !(await this.command(() => this.engine.addDroppedToWorklist(drop.id)))) return;
    this.view = "worklist";
    this.worklist.refresh();
  }

  /** Searches by all of them as one query. */
  async searchByMany(): Promise<void> {
    const drop = this.manyDropped;
    this.manyDropped = null;
    if (drop !== null) await this.command(async () => this.#take(await this.engine.searchByDropped(drop.id)));
  }

  searchBy(photo: CatalogPhoto): void {
    this.search.startFrom(photo);
    this.view = "search";
  }

  /** Folds nearly identical results, or shows each for itself, from now on. */
  chooseFold(fold: boolean): void {
    this.appearance.chooseFold(fold);
    this.search.refold(fold);
  }

  async exclude(photo: CatalogPhoto): Promise<void> {
    const excluded = await this.command(() => this.engine.setExcluded(photo.image, true));
    if (!excluded) return;
    this.search.hide(photo.image);
    this.notices.show("done", say.photo.excluded(photo.name), "", {
      label: say.photo.undo,
      run: () => void this.include(photo),
    });
  }

  async include(photo: CatalogPhoto): Promise<void> {
    const included = await this.command(() => this.engine.setExcluded(photo.image, false));
    if (!included) return;
    this.search.invalidate();
    this.notices.show("done", say.photo.included(photo.name));
  }

  async copyPath(photo: CatalogPhoto): Promise<void> {
    if (await this.command(() => this.engine.copyPath(photo.image))) this.notices.show("done", say.photo.pathCopied(photo.name));
  }

  /** Hands a photo's file to the system's drag and drop. */
  async dragOut(photo: { image: number }): Promise<void> {
    this.session.draggingOut = true;
    if (!(await this.command(() => this.engine.dragOut([photo.image])))) this.session.dragEnded();
  }

  reveal(photo: CatalogPhoto): Promise<boolean> {
    return this.command(() => this.engine.reveal(photo.image));
  }

  addFolder(): Promise<boolean> {
    return this.command(() => this.engine.addFolder());
  }

  addSample(): Promise<boolean> {
    return this.command(() => this.engine.addSample());
  }

  chooseCatalog(): Promise<boolean> {
    return this.command(() => this.engine.chooseCatalog());
  }

  chooseDevice(request: DeviceRequest): Promise<boolean> {
    return this.command(() => this.engine.chooseDevice(request));
  }

  chooseModel(name: string): Promise<boolean> {
    return this.command(() => this.engine.chooseModel(name));
  }

  async pickProducts(): Promise<void> {
    await this.command(async () => {
      const preview = await this.engine.pickProducts();
      if (preview !== null) this.productImport.show(preview);
    });
  }

  /** Stores the product data that is looked at. */
  async attachProducts(): Promise<void> {
    const preview = this.productImport.preview;
    if (preview === null || !(await this.productImport.store())) return;
    this.#productsChanged();
    this.notices.show("done", say.products.attached, say.products.facts(preview.columns.length, preview.matchedPhotos, preview.key));
  }

  async forgetProducts(): Promise<void> {
    if (!(await this.command(() => this.engine.forgetProducts()))) return;
    this.#productsChanged();
    this.notices.show("done", say.products.removed, say.products.removedHint);
  }

  refreshLibrary(): Promise<boolean> {
    return this.command(() => this.library.refresh());
  }

  async switchFolder(folder: Folder, enabled: boolean): Promise<void> {
    await this.command(() => this.engine.setFolderEnabled(folder.id, enabled));
    await this.refreshLibrary();
  }

  /** Leaves a file that could not be read out for good. */
  async ignoreFailure(file: FailedFile): Promise<void> {
    if (!(await this.command(() => this.engine.ignoreFailure(file.id)))) return;
    await this.refreshLibrary();
    this.notices.show("done", say.failures.ignored(baseName(file.path)), say.failures.ignoredHint);
  }

  showFailures(): void {
    this.view = "catalog";
    this.catalogTab = "failures";
  }

  #stand(status: Status): void {
    const before = this.session.status;
    if (status.job !== null) this.#judging = status.job.stage === "judging";
    this.session.status = status;
    if (status.catalog !== null && status.catalog.generation !== this.#generation) {
      this.#generation = status.catalog.generation;
      this.search.clear();
      this.pages.clear();
      this.library.clear();
      this.narrowing.clear();
      this.narrowing.fit(status.catalog.products?.columns ?? []);
      this.productImport.close();
      this.worklist.clear();
      this.candidates.close();
      this.manyDropped = null;
      this.desk.opened();
      this.aside.opened();
    } else if (before?.catalog != null && status.catalog !== null && contentsDiffer(before.catalog, status.catalog)) {
      this.pages.refresh();
      this.narrowing.recount();
      this.desk.kept.refresh();
      this.aside.past.refresh();
      this.desk.unfolding.filesChanged();
      if (this.library.folders !== null) void this.refreshLibrary();
    }
    if (before?.catalog != null && status.catalog !== null && columnsDiffer(before.catalog, status.catalog)) {
      this.narrowing.fit(status.catalog.products?.columns ?? []);
    }
    if (before?.model != null && before.model.name !== status.model?.name) this.search.invalidate();
    if (this.session.ready) this.search.resume();
  }

  #take(picked: Pick<Picked, "photos" | "failures" | "receivedAt">): void {
    this.#tellUnread(picked.failures);
    if (picked.photos.length === 0) return;
    this.view = "search";
    this.search.startWith(picked.photos, picked.receivedAt);
  }

  #tellUnread(failures: FileFailure[]): void {
    const [first] = failures;
    if (first === undefined) return;
    if (failures.length === 1) this.notices.show("error", say.errors.photoFailed(baseName(first.path)), first.reason);
    else this.notices.show("error", say.errors.photosFailed(failures.length), failures.map((failure) => `${baseName(failure.path)}: ${failure.reason}`).join("\n"));
  }

  #productsChanged(): void {
    this.pages.refresh();
    this.narrowing.recount();
    this.search.forgetProducts();
    this.worklist.changed();
  }

  #jobEnded(report: JobReport): void {
    if (this.#judging) return this.#judgingEnded(report);
    this.#told.tell(report, () => this.showFailures());
    this.pages.refresh();
    if (this.library.folders !== null) void this.refreshLibrary();
    if (report.added + report.changed + report.moved + report.missing + report.excluded > 0) this.search.invalidate();
  }

  #judgingEnded(report: JobReport): void {
    this.worklist.changed();
    const text = report.error === null ? "" : say.job.errorKept(report.error.message);
    const action = this.view === "worklist" ? null : { label: say.worklist.show, run: () => (this.view = "worklist") };
    this.notices.show(report.error === null ? "done" : "error", say.worklist.ended(report), text, action);
  }
}

export const [useApplication, provideApplication] = createContext<Application>();

function contentsDiffer(one: CatalogStatus, other: CatalogStatus): boolean {
  return (["photos", "files", "missing", "failures", "excluded", "folders"] as const).some((key) => one[key] !== other[key]);
}

function columnsDiffer(one: CatalogStatus, other: CatalogStatus): boolean {
  return JSON.stringify(one.products?.columns ?? []) !== JSON.stringify(other.products?.columns ?? []);
}

/** The last part of a path as shown, of either kind of system. */
function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) || path;
}
