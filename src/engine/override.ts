/** The part with some operations replaced; the others stay what they are, with their own `this`. */
export function override<Part extends object>(part: Part, replacements: Partial<Part>): Part {
  return new Proxy(part, {
    get(target, member) {
      const value: unknown = Reflect.get(Object.hasOwn(replacements, member) ? replacements : target, member);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
