/** Numbers, prices, dates, durations and plurals as the message catalogs need them, by Intl. */

/** What the signs of currencies most often mean. Those of several currencies of one region ("kr") are not among them. */
const CURRENCY_SIGNS: Record<string, string> = {
  "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₴": "UAH", "฿": "THB", "₫": "VND", "₪": "ILS",
  "元": "CNY", "円": "JPY", "R$": "BRL", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "Fr.": "CHF",
};

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));

/** Decimals of a price that are kept: fuel and fabric are sold by tenths of a cent. */
const MOST_PRICE_DECIMALS = 4;

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
  const choices = new Intl.ListFormat(locale, { type: "disjunction" });
  // A year or a size of four digits is not written with a separator.
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 6, useGrouping: "min2" });
  const cents = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: MOST_PRICE_DECIMALS });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const days = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayOfYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const localDates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const currencies = new Map<string, Intl.NumberFormat | null>();
  const currency = (unit: string) => {
    const known = currencies.get(unit);
    if (known !== undefined) return known;
    const code = CURRENCY_SIGNS[unit] ?? unit;
    // A sign is shown as it came; a code says which dollar it is.
    const currencyDisplay = code === unit ? "symbol" : "narrowSymbol";
    const made = CURRENCIES.has(code)
      ? new Intl.NumberFormat(locale, { style: "currency", currency: code, currencyDisplay, maximumFractionDigits: MOST_PRICE_DECIMALS })
      : null;
    currencies.set(unit, made);
    return made;
  };
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
    either: (items: string[]) => choices.format(items),
    /** A price in a currency, by its code or sign; before any other unit just the number. Without one cents are shown, so that prices line up. */
    price: (value: number, unit: string | null) => {
      const money = unit === null ? null : currency(unit);
      if (money !== null) return money.format(value);
      if (unit === null) return cents.format(value);
      return `${unit} ${Number.isInteger(value) ? whole.format(value) : cents.format(value)}`;
    },
    /** 12.5 and "kg" → 12.5 kg */
    amount: (value: number, unit: string | null) => (unit === null ? numbers.format(value) : `${numbers.format(value)} ${unit}`),
    /** 2026-11-23 → Nov 23, 2026; what is no such date stays as it is. */
    date: (text: string) => {
      const day = new Date(`${text}T00:00:00Z`);
      return Number.isNaN(day.getTime()) ? text : dates.format(day);
    },
    /** When something was, of milliseconds since 1970, as short as it is told apart: today 14:05, yesterday, Nov 12, Nov 12, 2025. */
    moment: (millis: number, now: number) => {
      const then = new Date(millis);
      const ago = daysBetween(then, new Date(now));
      if (ago === 0) return `${days.format(0, "day")} ${clock.format(then)}`;
      if (ago === 1) return days.format(-1, "day");
      return (then.getFullYear() === new Date(now).getFullYear() ? dayOfYear : localDates).format(then);
    },
    /** The form for this number; `other` is the plural. */
    plural: (value: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }) =>
      forms[rules.select(value)] ?? forms.other,
  };
}

/** Midnights between two times here. */
function daysBetween(then: Date, now: Date): number {
  // In UTC every day has 24 hours.
  const day = (time: Date) => Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / 86_400_000;
  return day(now) - day(then);
}
