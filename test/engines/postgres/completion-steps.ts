/** Where a process can die that ends a job by `ctx.transaction()`, in their order. */
export const steps = [
  "before BEGIN",
  "before the write",
  "after the write",
  "before COMMIT",
  "while COMMIT is under way",
  "after COMMIT, before its reply",
  "after the reply",
] as const;

export type Step = (typeof steps)[number];
