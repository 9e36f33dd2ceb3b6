export { type Clock, ReplayClock, systemClock } from "./clock.ts";
export { formatDate, formatTime, parseDate } from "./dates.ts";
