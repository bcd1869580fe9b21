/** Random values of one kind; only fast-check looks inside. */
export interface Arbitrary<Value> {
  map<Other>(mapper: (value: Value) => Other): Arbitrary<Other>;
}

/** The functions of fast-check that the suite uses: `import fc from "fast-check"` has this shape. */
export interface FastCheck {
  nat(constraints: { max: number }): Arbitrary<number>;
  integer(constraints: { min: number; max: number }): Arbitrary<number>;
  constantFrom<Value>(...values: Value[]): Arbitrary<Value>;
  record<Value>(model: { [Key in keyof Value]: Arbitrary<Value[Key]> }): Arbitrary<Value>;
  array<Value>(member: Arbitrary<Value>, constraints: ArrayConstraints): Arbitrary<Value[]>;
  asyncProperty<Value>(values: Arbitrary<Value>, predicate: (value: Value) => Promise<void>): object;
  assert(property: object, parameters: { numRuns: number } & Replay): Promise<void> | void;
}

interface ArrayConstraints {
  minLength: number;
  maxLength: number;
  size: "max";
}

/** What fast-check prints of a run that failed, and repeats it. */
export interface Replay {
  readonly seed?: number;
  readonly path?: string;
}
