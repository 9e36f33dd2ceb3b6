export {
  formatChange,
  formatCount,
  formatDay,
  formatDuration,
  formatGain,
  formatMinute,
  formatMoney,
  formatNumber,
  formatPrice,
  formatRatio,
  formatSetting,
  formatShare,
} from "./numbers.ts";
