import type { Frame } from "@powertrader/core/cli";
import type { ResolvedSettings } from "@powertrader/core/config";

export async function warmCacheFor(_resolved: ResolvedSettings, _frame: Frame): Promise<void> {}
