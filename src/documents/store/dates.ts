import type { AggregateQuery } from "../contract";

type Trunc = NonNullable<AggregateQuery["groupBy"][number]["dateTrunc"]>;
type Part = NonNullable<AggregateQuery["groupBy"][number]["datePart"]>;

const DAY = 24 * 60 * 60 * 1000;

/** A group's key made of a date: its start as ISO-8601, or a number; null when the value is no date. All in UTC. */
export function dateKey(value: unknown, trunc: Trunc | null, part: Part | null): unknown {
  if (trunc === null && part === null) return value;
  const time = typeof value === "number" ? value : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(time) || Math.abs(time) > 8.64e15) return null;
  const date = new Date(time);
  if (part !== null) return datePart(trunc === null ? date : truncate(date, trunc), part);
  return truncate(date, trunc!).toISOString();
}

function truncate(date: Date, unit: Trunc): Date {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  switch (unit) {
    case "second":
      return floor(date, 1000);
    case "minute":
      return floor(date, 60 * 1000);
    case "hour":
      return floor(date, 60 * 60 * 1000);
    case "day":
      return floor(date, DAY);
    case "week":
      return floor(new Date(date.getTime() - isoDay(date) * DAY), DAY);
    case "month":
      return new Date(Date.UTC(year, month));
    case "quarter":
      return new Date(Date.UTC(year, month - (month % 3)));
    case "year":
      return new Date(Date.UTC(year, 0));
  }
}

function datePart(date: Date, part: Part): number {
  switch (part) {
    case "year":
      return date.getUTCFullYear();
    case "quarter":
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case "month":
      return date.getUTCMonth() + 1;
    case "week":
      return isoWeek(date);
    case "day":
      return date.getUTCDate();
    case "day_of_week":
      return isoDay(date) + 1;
    case "day_of_year":
      return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY) + 1;
    case "hour":
      return date.getUTCHours();
    case "minute":
      return date.getUTCMinutes();
    case "second":
      return date.getUTCSeconds();
  }
}

const floor = (date: Date, unit: number): Date => new Date(Math.floor(date.getTime() / unit) * unit);

/** Days since Monday. */
const isoDay = (date: Date): number => (date.getUTCDay() + 6) % 7;

/** ISO-8601 week: the one that holds the year's first Thursday is week 1. */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (3 - isoDay(date)) * DAY);
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0)) / DAY / 7) + 1;
}
