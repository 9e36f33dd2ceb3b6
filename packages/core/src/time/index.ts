export { type Clock, systemClock } from "./clock.ts";
export { formatDate, formatTime, parseDate } from "./dates.ts";
export { looksLikeMilliseconds } from "./looks-like-milliseconds.ts";
