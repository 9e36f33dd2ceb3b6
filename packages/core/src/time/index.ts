export { type Clock, systemClock } from "./clock.ts";
export { formatDate, formatTime, parseDate } from "./dates.ts";
