/** What any worker does on the side: each call is bounded in work, and harmless when several do it at once. */
export interface Upkeep {
  /** Makes due jobs ready. `nextDueInMs`: until the next one, by the engine's clock; absent when none is scheduled. */
  promote(request: {
    readonly max: number;
  }): Promise<{ readonly promoted: number; readonly nextDueInMs: number | undefined }>;
  /** Revokes jobs that passed their expiry unclaimed, as `EXPIRY` says. */
  expire(request: { readonly max: number; readonly retainMs: number }): Promise<{ readonly expired: number }>;
  /** Removes finished jobs past their retention, those over `maxFinished` (the first to go first), and lapsed keys. */
  prune(request: { readonly max: number; readonly maxFinished: number }): Promise<{ readonly pruned: number }>;
}
