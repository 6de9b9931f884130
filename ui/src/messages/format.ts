/** Numbers, durations and plurals as the message catalogs need them, by Intl. */

export type Formats = ReturnType<typeof formatsFor>;

export function formatsFor(locale: string) {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const hundredths = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const thousandths = new Intl.NumberFormat(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });
  const rules = new Intl.PluralRules(locale);
  const names = new Intl.ListFormat(locale, { type: "conjunction" });
  const unit = (name: string, maximumFractionDigits = 0) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits });
  const millis = unit("millisecond");
  const seconds = unit("second");
  const fineSeconds = unit("second", 1);
  const minutes = unit("minute");
  const hours = unit("hour", 1);

  return {
    /** 48213 → 48,213 */
    count: (value: number) => whole.format(value),
    /** Photos per second: one decimal while it matters. */
    rate: (value: number) => (value < 10 ? short.format(value) : whole.format(value)),
    /** Cosine similarity: always two decimals. A value that only rounds to 1.00 is not the same photo. */
    similarity: (value: number) => hundredths.format(value),
    recall: (value: number) => thousandths.format(value),
    percent: (fraction: number) => percents.format(fraction),
    compact: (value: number) => compact.format(value),
    /** 6.4 → 6 ms; below a half it still took some time. */
    millis: (value: number) => (value > 0 && value < 1 ? `<${millis.format(1)}` : millis.format(value)),
    /** How long something took. */
    duration: (value: number) =>
      value < 10 ? fineSeconds.format(value) : value < 90 ? seconds.format(value) : value < 5400 ? minutes.format(value / 60) : hours.format(value / 3600),
    /** A time left: coarse, because it is a guess. */
    remaining: (value: number) =>
      value < 90 ? seconds.format(Math.max(1, Math.ceil(value))) : value < 5400 ? minutes.format(Math.round(value / 60)) : hours.format(value / 3600),
    list: (items: string[]) => names.format(items),
    /** The form for this number; `other` is the plural. */
    plural: (value: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }) =>
      forms[rules.select(value)] ?? forms.other,
  };
}
