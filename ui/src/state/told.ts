import type { JobReport } from "../engine/types.ts";
import { say } from "../messages/index.ts";
import type { NoticeAction, Notices } from "./notices.svelte.ts";

/**
 * Tells how jobs ended. Followed folders have jobs end one after the other: while the notice of the last one is still to
 * be read, the next one's is added to it.
 */
export class Told {
  readonly #notices: Notices;
  #last: { id: number; report: JobReport } | null = null;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  tell(report: JobReport, showFailures: () => void): void {
    const last = this.#last;
    const shown = last !== null && this.#notices.list.some(({ id }) => id === last.id);
    const all = shown && whole(last.report) && whole(report) ? sum(last.report, report) : report;
    if (all !== report && last !== null) this.#notices.dismiss(last.id);
    const text = all.error === null ? say.job.ended(all) : say.job.errorKept(all.error.message);
    const action: NoticeAction | null = all.failed.length === 0 ? null : { label: say.job.showFailures, run: showFailures };
    const id = this.#notices.show(all.error === null ? "done" : "error", say.job.endedTitle(all), text, action);
    this.#last = { id, report: all };
  }
}

function whole(report: JobReport): boolean {
  return report.error === null && !report.cancelled;
}

function sum(one: JobReport, other: JobReport): JobReport {
  const again = new Set(other.failed.map(({ path }) => path));
  return {
    added: one.added + other.added,
    changed: one.changed + other.changed,
    moved: one.moved + other.moved,
    // How things stand, not what was done.
    unchanged: other.unchanged,
    missing: Math.max(one.missing, other.missing),
    excluded: one.excluded + other.excluded,
    failed: [...one.failed.filter(({ path }) => !again.has(path)), ...other.failed],
    seconds: one.seconds + other.seconds,
    cancelled: false,
    error: null,
  };
}
