export { fundingFlow } from "./funding-flow.ts";
export { type FundingRate, type FundingRates, settlementsBetween } from "./funding-rates.ts";
export { createFundingSchedule, type FundingSchedule, type Settlement } from "./funding-schedule.ts";
